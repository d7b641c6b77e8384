//! What speaks for somebody: tags, lines of CODEOWNERS, and what belongs together.

use rollcall_graph::{Entity, Node};
use rollcall_model::{EntityType, OwnerRole, Relation, Timestamp};

use super::who::Who;
use crate::case::Case;
use crate::resolve::Behind;
use crate::text::plain;

/// One thing that speaks for somebody.
#[derive(Clone, Debug)]
pub(crate) struct Signal {
    pub(crate) who: Who,
    pub(crate) role: OwnerRole,
    /// Signals of one family are not independent.
    pub(crate) family: &'static str,
    pub(crate) says: String,
    pub(crate) prior: u16,
    pub(crate) half_life_days: Option<u32>,
    pub(crate) observed: Option<Timestamp>,
    /// What is left for being said of something that belongs to the entity, in thousandths.
    pub(crate) factor: u16,
}

/// All signals of an entity.
pub(crate) fn of(case: &Case<'_>) -> Vec<Signal> {
    let mut found = own(case);
    found.extend(bound(case));
    // A credential is its identity's; what runs as an identity needs it.
    let related = match case.entity.entity_type() {
        Some(EntityType::Credential) => ("credential of", case.out(Relation::AuthenticatesAs)),
        Some(EntityType::Identity) => ("used by", case.into(Relation::RunsAs)),
        _ => ("", Vec::new()),
    };
    let (what, nodes) = related;
    for node in nodes {
        let of = Case::described_only(case.analysis, node);
        let from = of.entity.name();
        let mut theirs = own(&of);
        for signal in &mut theirs {
            signal.family = what;
            signal.says = format!("{what} {from}: {}", signal.says);
            signal.factor = case.analysis.settings.propagated;
        }
        found.extend(theirs);
    }
    found
}

/// Whose own account it is, or a credential of.
fn bound(case: &Case<'_>) -> Vec<Signal> {
    let (people, snapshot) = (&case.analysis.people, case.analysis.snapshot);
    let accounts = match case.entity.entity_type() {
        Some(EntityType::Identity) => vec![case.node],
        Some(EntityType::Credential) => case.out(Relation::AuthenticatesAs),
        _ => Vec::new(),
    };
    let one = |account: Node| {
        let found = people.account(snapshot, account);
        let Behind::Human(human) = found.behind else { return None };
        let who = Who::human(people, human);
        let because = found.links.first().map(|link| link.says.as_str()).unwrap_or_default();
        let says = match account == case.node {
            true => format!("it is the own account of {}: {because}", who.name),
            false => format!("it is of the own account of {}: {because}", who.name),
        };
        Some(Signal {
            who,
            role: OwnerRole::Accountable,
            family: "binding",
            says,
            prior: case.analysis.settings.binding_weight,
            half_life_days: None,
            observed: None,
            factor: 1_000,
        })
    };
    accounts.into_iter().filter_map(one).collect()
}

/// What is said of the entity itself, and of the file that declares it.
fn own(case: &Case<'_>) -> Vec<Signal> {
    let settings = case.analysis.settings;
    let mut found = Vec::new();
    let observed = case.described.any();
    for (sort, name, value) in case.document.tags() {
        let Some(role) = settings.owner_tags.get(&plain(name)) else { continue };
        if value.trim().is_empty() {
            continue;
        }
        found.push(Signal {
            who: Who::named(case, value),
            role: *role,
            family: "tag",
            says: format!("{sort} {name} = {value}"),
            prior: settings.tag_weight,
            half_life_days: Some(settings.tag_half_life_days),
            observed,
            factor: 1_000,
        });
    }
    lines(case, case.node, case.entity, &mut found);
    for (file, entity) in files_of(case) {
        lines(case, file, entity, &mut found);
    }
    found
}

/// The owners of a file, as CODEOWNERS names them, or of anything else a source names owners of.
fn lines(case: &Case<'_>, node: Node, entity: Entity<'_>, found: &mut Vec<Signal>) {
    let settings = case.analysis.settings;
    let snapshot = case.analysis.snapshot;
    for end in snapshot.relations_out(node).filter(|r| r.relation == Relation::OwnedBy) {
        let to = snapshot.entity(end.node);
        let (prior, line) = if end.weak {
            (settings.codeowners_fallback_weight, "only the fallback line")
        } else {
            (settings.codeowners_weight, "a line")
        };
        found.push(Signal {
            who: Who::entity(case, to),
            role: OwnerRole::Technical,
            family: "code owners",
            says: format!("{line} of CODEOWNERS names {} for {}", to.name(), entity.name()),
            prior,
            half_life_days: None,
            observed: None,
            factor: 1_000,
        });
    }
}

/// The files that declare an entity.
fn files_of<'a>(case: &Case<'a>) -> Vec<(Node, Entity<'a>)> {
    let files = case.into(Relation::Declares);
    files.into_iter().map(|file| (file, case.analysis.snapshot.entity(file))).collect()
}

/// What was looked at, for people.
pub(crate) fn tried(case: &Case<'_>) -> Vec<String> {
    if !case.is_judged() {
        return Vec::new();
    }
    let tags = case.document.tags().count();
    let mut tried = vec![match tags {
        0 => "tags and labels: it has none".to_owned(),
        _ => format!("tags and labels: {tags}, by the names that stand for owners"),
    }];
    let files = files_of(case);
    tried.push(match files.as_slice() {
        [] => "CODEOWNERS: no file is known to declare it".to_owned(),
        list => {
            let names: Vec<&str> = list.iter().take(3).map(|(_, e)| e.name()).collect();
            let of =
                |file: &Node| Case::described_only(case.analysis, *file).out(Relation::OwnedBy);
            let lines = list.iter().map(|(file, _)| of(file).len()).sum::<usize>();
            format!("CODEOWNERS for {}: {lines} named", names.join(", "))
        }
    });
    match case.entity.entity_type() {
        Some(EntityType::Credential) => {
            tried.push(format!(
                "identities it authenticates as: {}",
                case.out(Relation::AuthenticatesAs).len()
            ));
        }
        Some(EntityType::Identity) => {
            tried.push(format!("workloads that run as it: {}", case.into(Relation::RunsAs).len()));
        }
        _ => {}
    }
    tried
}
