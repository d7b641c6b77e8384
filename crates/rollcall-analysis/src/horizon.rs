//! Up to when absence means anything.

use rollcall_graph::{Entity, ScopeRow};
use rollcall_model::{ScopeRead, ScopeState, Timestamp};

use crate::analysis::Analysis;

/// The scopes that would tell something of an entity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Horizon<'a> {
    /// By source and realm: those that must all have been read to their end.
    groups: Vec<Vec<&'a ScopeRow>>,
}

impl<'a> Horizon<'a> {
    /// The scopes of some streams that read what an entity is in: those that claim it; otherwise
    /// those of the whole realm, or of the part that is the entity itself.
    pub(crate) fn new(analysis: &Analysis<'a>, entity: Entity<'a>, streams: &[String]) -> Self {
        let claiming: Vec<&ScopeRow> = entity.scopes().collect();
        let mut places: Vec<(&str, &str)> =
            claiming.iter().map(|s| (s.source.as_str(), s.realm.as_str())).collect();
        places.sort_unstable();
        places.dedup();
        let mut groups = Vec::new();
        for (source, realm) in places {
            let mut group = Vec::new();
            for stream in streams {
                let all = analysis.scopes_of(source, realm, stream);
                let own: Vec<_> =
                    all.iter().filter(|s| claiming.iter().any(|c| c.id == s.id)).copied().collect();
                if own.is_empty() {
                    let native = entity.native_id();
                    let fits = |s: &&&ScopeRow| s.part.is_empty() || s.part == native;
                    group.extend(all.iter().filter(fits).copied());
                } else {
                    group.extend(own);
                }
            }
            if !group.is_empty() {
                groups.push(group);
            }
        }
        Self { groups }
    }

    /// Up to when everything is known that any one source and realm tells; `None` where none was
    /// ever read to its end.
    pub(crate) fn any(&self) -> Option<Timestamp> {
        self.groups.iter().filter_map(|group| complete(group)).max()
    }

    /// Up to when everything is known that all of them tell.
    pub(crate) fn all(&self) -> Option<Timestamp> {
        let known: Option<Vec<Timestamp>> = self.groups.iter().map(|g| complete(g)).collect();
        known?.into_iter().min()
    }

    /// Whether the newest attempt at any of them did not reach its end.
    pub(crate) fn is_frozen(&self) -> bool {
        self.groups.iter().flatten().any(|s| s.state != Some(ScopeState::Complete))
    }

    /// The scopes, for people.
    pub(crate) fn read(&self) -> Vec<ScopeRead> {
        self.groups.iter().flatten().map(|scope| scope_read(scope)).collect()
    }

    /// The first scope that tells nothing because it was never read to its end.
    pub(crate) fn missing(&self) -> Option<ScopeRead> {
        let scopes = self.groups.iter().flatten();
        scopes.filter(|s| s.complete_at.is_none()).map(|s| scope_read(s)).next()
    }
}

/// When the oldest of the readings of a group ended.
fn complete(group: &[&ScopeRow]) -> Option<Timestamp> {
    let times: Option<Vec<Timestamp>> = group.iter().map(|scope| scope.complete_at).collect();
    times?.into_iter().min()
}

/// A scope and how it was read.
pub(crate) fn scope_read(scope: &ScopeRow) -> ScopeRead {
    ScopeRead {
        source: scope.source.clone(),
        stream: scope.stream.clone(),
        realm: scope.realm.clone(),
        part: scope.part.clone(),
        state: scope.state,
        complete_at: scope.complete_at,
    }
}
