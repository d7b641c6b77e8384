//! What one entry of a directory says of one person.

use std::collections::BTreeMap;

use rollcall_graph::{Entity, Node};
use rollcall_model::{EntityType, KindFacts, NodeId, Reference, ScopeState, Timestamp};
use serde_json::{Map, Value};

use crate::text::day;

/// What an entry says of whether its person is here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Word {
    /// At work.
    Active,
    /// Away for a while.
    OnLeave(Option<Timestamp>),
    /// Not here yet.
    Pending(Option<Timestamp>),
    /// The account is switched off.
    Suspended,
    /// Not here any more; the last day, where that is said.
    Left(Option<Timestamp>),
    /// A complete reading did not list the person any more. That says less than any of the above.
    Gone(Timestamp),
}

impl Word {
    /// Whether it says that the person is here or will be.
    pub(super) const fn is_living(self) -> bool {
        matches!(self, Self::Active | Self::OnLeave(_) | Self::Pending(_))
    }

    /// Whether it says outright that the person is not here any more.
    pub(super) const fn is_ended(self) -> bool {
        matches!(self, Self::Left(_) | Self::Suspended)
    }

    pub(super) fn says(self) -> String {
        let from = |what: &str, word: &str, at: Option<Timestamp>| match at {
            Some(at) => format!("{what}, {word} {}", day(at)),
            None => what.to_owned(),
        };
        match self {
            Self::Active => "active".to_owned(),
            Self::OnLeave(until) => from("on leave", "until", until),
            Self::Pending(start) => from("not here yet", "first day", start),
            Self::Suspended => "suspended".to_owned(),
            Self::Left(last) => from("left", "last day", last),
            Self::Gone(at) => format!("not listed any more since {at}"),
        }
    }
}

/// One entry of one directory.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) node: Node,
    /// The number of the directory: of its provider and realm.
    pub(super) directory: usize,
    pub(super) word: Word,
    /// It holds what a personnel office knows, such as a first day; other directories know accounts.
    pub(super) is_personnel: bool,
    /// It stands for a mailbox or a program, by the directory's own word.
    pub(super) is_service: bool,
    /// When the directory was last read to its end.
    pub(super) read: Option<Timestamp>,
    /// That was not too long ago.
    pub(super) is_fresh: bool,
    pub(super) started_at: Option<Timestamp>,
    /// The main address first, all in lowercase.
    pub(super) emails: Vec<String>,
    pub(super) logins: Vec<String>,
    /// The accounts that the entry names by login.
    pub(super) accounts: Vec<NodeId>,
    pub(super) manager: Option<String>,
}

/// Analysed attributes of a person, leniently: what has another shape than expected says nothing.
struct Profile(Map<String, Value>);

impl Profile {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// A point in time, or a day.
    fn time(&self, name: &str) -> Option<Timestamp> {
        let text = self.text(name)?;
        text.parse().ok().or_else(|| format!("{text}T00:00:00Z").parse().ok())
    }

    fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    fn pairs(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let map = self.0.get(name).and_then(Value::as_object).into_iter().flatten();
        map.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }
}

impl Entry {
    /// Of a person; `None` where the kind is no directory's, or no source reads it any more.
    pub(super) fn read(
        entity: Entity<'_>,
        facts: &KindFacts,
        directory: usize,
        (now, max_age): (Timestamp, i64),
    ) -> Option<Self> {
        let is_person = entity.entity_type() == Some(EntityType::Person);
        if !is_person || !facts.directory || !entity.is_collected() {
            return None;
        }
        let read = last_read(entity, facts)?;
        let profile: Map<String, Value> =
            entity.document().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let profile = Profile(profile);
        let word = word(&profile, &entity, now);
        let personnel = ["started_at", "left_at", "employment", "leave_from"];
        let mut entry = Self {
            node: entity.node(),
            directory,
            word,
            is_personnel: personnel.iter().any(|name| profile.0.contains_key(*name)),
            is_service: profile.text("employment") == Some("service"),
            read,
            is_fresh: read.is_some_and(|at| at.plus_seconds(max_age) >= now),
            started_at: profile.time("started_at"),
            emails: Vec::new(),
            logins: profile.pairs("logins").map(|(_, login)| login.to_owned()).collect(),
            accounts: profile.pairs("logins").filter_map(account).collect(),
            manager: profile.text("manager").map(str::to_owned),
        };
        let aliases = entity.aliases().filter(|(_, r)| is_address(r)).map(|(_, r)| r.value);
        let stated = profile.text("email").into_iter().chain(profile.texts("emails"));
        for email in stated.map(str::to_owned).chain(aliases).map(|e| e.trim().to_lowercase()) {
            if email.contains('@') && !entry.emails.contains(&email) {
                entry.emails.push(email);
            }
        }
        Some(entry)
    }

    /// What it says, who says so, and up to when that is known.
    pub(super) fn says(&self, entity: Entity<'_>) -> String {
        let source = entity.sources().collect::<Vec<_>>().join(" and ");
        let read = match self.read {
            Some(at) => format!("read to its end at {at}"),
            None => "never read to its end".to_owned(),
        };
        let held = match entity.is_missing() && entity.gone_at().is_none() {
            true => "; the last complete reading misses the entry, which stays until that is sure",
            false => "",
        };
        let (kind, name) = (entity.kind(), entity.name());
        format!("{source} ({kind} {name}): {}; {read}{held}", self.word.says())
    }
}

/// Whether a reference is an e-mail address, whoever says so: both namespaces name the same addresses.
pub(super) fn is_address(reference: &Reference) -> bool {
    matches!(reference.namespace.as_str(), "email" | "git.email")
}

/// The account that a login in a system is: `github`, or `github:HOST` for a host of one's own.
fn account((system, login): (&str, &str)) -> Option<NodeId> {
    let (provider, host) = system.split_once(':').unwrap_or((system, "github.com"));
    let login = login.trim_start_matches('@').to_lowercase();
    (provider == "github").then(|| Reference::new("github.user", host, &login).node_id())
}

/// When an entity's description was last read to its end: by each source, the oldest of the scopes
/// that claim it; of several sources, the one that was read last, since each tells by itself. Outside
/// `None` where nobody reads any of them any more.
pub(super) fn last_read(entity: Entity<'_>, facts: &KindFacts) -> Option<Option<Timestamp>> {
    let describes = |stream: &str| {
        facts.described_by.is_empty() || facts.described_by.iter().any(|name| name == stream)
    };
    let mut by_source: BTreeMap<&str, Option<Timestamp>> = BTreeMap::new();
    for scope in entity.scopes() {
        if scope.state == Some(ScopeState::Skipped) || !describes(&scope.stream) {
            continue;
        }
        let known = by_source.entry(&scope.source).or_insert(scope.complete_at);
        *known = known.zip(scope.complete_at).map(|(a, b)| a.min(b));
    }
    by_source.into_values().max()
}

fn word(profile: &Profile, entity: &Entity<'_>, now: Timestamp) -> Word {
    let started = profile.time("started_at");
    let status = profile.text("status");
    // Who began again after the last day was hired again; that day says nothing any more.
    let again = |left: &Timestamp| {
        status != Some("left") && started.is_some_and(|at| at.day() > left.day())
    };
    let last = profile.time("left_at").filter(|left| !again(left));
    let has_ended = last.is_some_and(|at| at.day() < now.day());
    if let Some(at) = entity.gone_at() {
        let has_left = has_ended || status == Some("left");
        return if has_left { Word::Left(last) } else { Word::Gone(at) };
    }
    if has_ended {
        return Word::Left(last);
    }
    let is_off = entity.disabled() == Some(true);
    match status {
        // The last day is a day on which somebody is here, today or later.
        Some("left") if last.is_none() => return Word::Left(None),
        Some("suspended") => return Word::Suspended,
        None if is_off => return Word::Suspended,
        _ => {}
    }
    if started.is_some_and(|at| at.day() > now.day()) || status == Some("pending") {
        return Word::Pending(started);
    }
    let until = profile.time("leave_until");
    let is_away = profile.time("leave_from").is_some_and(|at| at.day() <= now.day())
        && until.is_none_or(|at| at.day() >= now.day());
    if is_away || status == Some("on_leave") { Word::OnLeave(until) } else { Word::Active }
}
