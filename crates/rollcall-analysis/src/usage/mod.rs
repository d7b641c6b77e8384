//! Whether something is used: five verdicts, and none of them from a missing answer.

mod explain;

use rollcall_graph::Entity;
use rollcall_model::{EntityType, Timestamp, UsageVerdict, UsageView};

use crate::case::Case;
use crate::horizon::Horizon;
use crate::text::DAY;

pub(crate) use explain::explain;

/// A verdict.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage<'a> {
    pub(crate) verdict: UsageVerdict,
    /// Of *used*: when last. Of *unused*: the last use, or where the window begins.
    pub(crate) at: Option<Timestamp>,
    /// What it was reached by.
    pub(crate) seen: Option<Seen<'a>>,
    /// Why use cannot be seen.
    pub(crate) unseen: Unseen,
}

/// What a view shows.
#[derive(Clone, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) view: &'a UsageView,
    pub(crate) horizon: Horizon<'a>,
    /// Since when all use would be seen; `None` since ever.
    pub(crate) from: Option<Timestamp>,
    /// Until when.
    pub(crate) to: Timestamp,
}

/// Why use cannot be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Unseen {
    /// It can.
    #[default]
    Not,
    /// Nothing tells use of this kind.
    Kind,
    /// What tells was not read to its end.
    Unread,
    /// A credential of it is of a kind whose use nothing tells.
    Credential,
    /// What was read reaches back too few days.
    Window,
}

/// The verdict on an entity.
pub(crate) fn usage<'a>(case: &Case<'a>) -> Usage<'a> {
    use UsageVerdict::{NeverUsed, TooYoung, Undetermined, Unobservable, Unused, Used};
    if !matches!(case.entity.entity_type(), Some(EntityType::Identity | EntityType::Credential)) {
        return Usage { verdict: Undetermined, ..Usage::default() };
    }
    let settings = case.analysis.settings;
    let last = last_use(case);
    let (seen, unseen) = best(case);
    let Some(seen) = seen else {
        // A use that is known is a use, however little else can be seen.
        let recent = case.analysis.now.plus_seconds(-settings.unused_days * DAY);
        let at = last.filter(|at| *at >= recent);
        let verdict = if at.is_some() { Used } else { Unobservable };
        let unseen = if at.is_some() { Unseen::Not } else { unseen };
        return Usage { verdict, at, seen: None, unseen };
    };
    let before = |days: i64| seen.to.plus_seconds(-days * DAY);
    let (verdict, at) = match last.filter(|at| seen.from.is_none_or(|from| *at >= from)) {
        Some(at) if at >= before(settings.unused_days) => (Used, Some(at)),
        Some(at) => (Unused, Some(at)),
        None => match (case.entity.created_at(), seen.from) {
            (Some(made), _) if made > before(settings.young_days) => (TooYoung, Some(made)),
            (Some(made), from) if from.is_none_or(|from| from <= made) => (NeverUsed, Some(made)),
            (_, Some(from)) if from <= before(settings.unused_days) => (Unused, Some(from)),
            _ => (Unobservable, None),
        },
    };
    let unseen = if verdict == Unobservable { Unseen::Window } else { Unseen::Not };
    Usage { verdict, at, seen: Some(seen), unseen }
}

/// The last use of an entity or of any of its credentials.
fn last_use(case: &Case<'_>) -> Option<Timestamp> {
    let at = |entity: &Entity<'_>| entity.last_used().map(|(at, _)| at);
    case.credentials.iter().filter_map(|c| at(&c.entity)).chain(at(&case.entity)).max()
}

/// The view that reaches back furthest, of those that were read.
fn best<'a>(case: &Case<'a>) -> (Option<Seen<'a>>, Unseen) {
    let views = case.facts.usage.iter().map(|view| look(case, view));
    let (mut found, mut whole): (Vec<Seen<'a>>, _) = (Vec::new(), None);
    let mut why = if case.facts.usage.is_empty() { Unseen::Kind } else { Unseen::Unread };
    for seen in views.flatten() {
        if !seen.view.at_credentials {
            whole = whole.into_iter().chain(seen.from).min();
        }
        found.push(seen);
    }
    let has_whole = found.iter().any(|seen| !seen.view.at_credentials);
    // Of a credential whose use nothing tells, only a view of the whole identity shows it, and only
    // if the credential is not older than that view.
    let is_dark = case.credentials.iter().any(|c| {
        let covered = has_whole
            && whole.is_none_or(|from| c.entity.created_at().is_some_and(|made| made >= from));
        c.is_live && c.facts.usage.is_empty() && !covered
    });
    if is_dark {
        let before = found.len();
        found.retain(|seen| !seen.view.at_credentials);
        if found.len() < before {
            why = Unseen::Credential;
        }
    }
    let best = found.into_iter().min_by_key(|seen| (seen.from, std::cmp::Reverse(seen.to)));
    (best, why)
}

fn look<'a>(case: &Case<'a>, view: &'a UsageView) -> Option<Seen<'a>> {
    let horizon = Horizon::new(case.analysis, case.entity, &view.streams);
    let to = horizon.any()?.min(case.analysis.now);
    let window = view.window_days.map(|days| to.plus_seconds(-i64::from(days) * DAY));
    Some(Seen { view, horizon, from: window.max(view.tracked_since), to })
}
