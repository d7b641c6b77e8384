//! Whom a name, an address or an entity means.

use rollcall_graph::{Entity, Node};
use rollcall_model::{CandidateSort, EntityType, Presence, PublicId, Reference};

use crate::case::Case;
use crate::resolve::{Account, Behind, HumanId, People, Place, Somebody};

/// What a candidate is known as. Signals that mean the same are one candidate's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Subject {
    /// A human of a directory.
    Human(HumanId),
    /// A team.
    Team(Node),
    /// An account, or another thing, of which it is not known whose it is.
    Other(Node),
    /// A name that nothing has.
    Name(String),
}

/// Somebody, or a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Who {
    pub(crate) subject: Subject,
    pub(crate) name: String,
    pub(crate) id: Option<PublicId>,
    pub(crate) sort: CandidateSort,
}

impl Who {
    /// A human of a directory.
    pub(crate) fn human(people: &People, human: HumanId) -> Self {
        Self {
            subject: Subject::Human(human),
            name: people.name(human).to_owned(),
            id: people.id(human),
            sort: CandidateSort::Person,
        }
    }

    fn team(place: &Place<'_>, people: &People, team: Node) -> Self {
        let team = people.same_team(place.snapshot, team);
        let entity = place.snapshot.entity(team);
        Self {
            subject: Subject::Team(team),
            name: entity.name().to_owned(),
            id: entity.public_id(),
            sort: CandidateSort::Team,
        }
    }

    /// Whoever a text names: an e-mail address, a person's or a team's name or login, or a mention as
    /// code hosts have them.
    pub(crate) fn named(case: &Case<'_>, text: &str) -> Self {
        let (place, people) = (case.analysis.place(), &case.analysis.people);
        let text = text.trim().trim_start_matches("mailto:");
        if let Some(entity) = mentioned(case, text) {
            return Self::entity(case, entity);
        }
        let is_email = text.contains('@') && !text.starts_with('@');
        let found = if is_email {
            people.at_address(text).map(Somebody::Human)
        } else {
            people.named(place.snapshot, text)
        };
        match found {
            Some(Somebody::Human(human)) => Self::human(people, human),
            Some(Somebody::Team(team)) => Self::team(&place, people, team),
            None => Self {
                subject: Subject::Name(text.to_owned()),
                name: text.to_owned(),
                id: None,
                sort: if is_email { CandidateSort::Person } else { CandidateSort::Name },
            },
        }
    }

    /// Whoever an entity is that something is owned by.
    pub(crate) fn entity(case: &Case<'_>, entity: Entity<'_>) -> Self {
        let (place, people) = (case.analysis.place(), &case.analysis.people);
        if let Behind::Human(human) = people.account(place.snapshot, entity.node()).behind {
            return Self::human(people, human);
        }
        let reference = entity.aliases().next().map(|(_, reference)| reference);
        let namespace = reference.as_ref().map(|r| r.namespace.as_str()).unwrap_or_default();
        if let Some(reference) = &reference
            && !entity.is_collected()
            && namespace == "email"
        {
            return Self::named(case, &reference.value);
        }
        let is_team = matches!(entity.entity_type(), Some(EntityType::Team | EntityType::Group))
            || [".team", ".group"].iter().any(|end| namespace.ends_with(end));
        if is_team {
            return Self::team(&place, people, entity.node());
        }
        let is_person = entity.entity_type() == Some(EntityType::Person)
            || entity.kind().ends_with(".user")
            || namespace.ends_with(".user");
        Self {
            subject: Subject::Other(entity.node()),
            name: entity.name().to_owned(),
            id: entity.public_id(),
            sort: if is_person { CandidateSort::Person } else { CandidateSort::Name },
        }
    }

    /// Whether somebody is there, and by what that is known.
    pub(crate) fn presence(&self, case: &Case<'_>) -> (Presence, Vec<String>) {
        (self.subject.presence(case), self.subject.known_by(case))
    }
}

impl Subject {
    /// Whether somebody is there.
    pub(crate) fn presence(&self, case: &Case<'_>) -> Presence {
        let people = &case.analysis.people;
        match self {
            Self::Human(human) => people.presence(*human),
            Self::Team(team) => people.staff(&case.analysis.place(), *team).0,
            Self::Other(node) => nobody(case, *node),
            Self::Name(name) if people.is_shared(name) => {
                Presence::Unknown { why: "several people have that address".to_owned() }
            }
            Self::Name(_) => people.unheard(),
        }
    }

    /// By what that is known.
    pub(crate) fn known_by(&self, case: &Case<'_>) -> Vec<String> {
        let people = &case.analysis.people;
        match self {
            Self::Human(human) => people.known_by(case.analysis.snapshot, *human),
            Self::Team(team) => people.staff(&case.analysis.place(), *team).1,
            Self::Other(_) | Self::Name(_) => Vec::new(),
        }
    }
}

/// The user or team of GitHub that a mention (`@login`, `@organisation/team`) names.
fn mentioned<'a>(case: &Case<'a>, text: &str) -> Option<Entity<'a>> {
    let handle = text.strip_prefix('@')?.to_lowercase();
    let namespace = if handle.contains('/') { "github.team" } else { "github.user" };
    let snapshot = case.analysis.snapshot;
    let node = snapshot.node(Reference::new(namespace, "github.com", &handle).node_id())?;
    Some(snapshot.entity(node))
}

/// Why it is not known who stands behind an account.
fn nobody(case: &Case<'_>, node: Node) -> Presence {
    let Account { behind, .. } = case.analysis.people.account(case.analysis.snapshot, node);
    let why = match behind {
        Behind::Machine => "it is an account that programs act with".to_owned(),
        Behind::Several => "it is said to be of several people".to_owned(),
        _ if case.analysis.people.is_connected() => {
            "no directory says whose account it is".to_owned()
        }
        _ => case.analysis.people.unconnected(),
    };
    Presence::Unknown { why }
}
