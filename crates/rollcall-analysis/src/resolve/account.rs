//! Whose account something is.
//!
//! Nothing of it is stored: it follows from what is collected now, and goes when that goes. In order
//! of strength:
//!
//! | by | score |
//! |---|---|
//! | it is a person of a directory itself | 1.000 |
//! | a directory says that the login is theirs | 0.950 |
//! | the provider links it to an address of theirs, from single sign-on or provisioning | 0.950 |
//! | it is an address of theirs, or answers to one | 0.900 |
//! | a directory named the login until it stopped listing the person | 0.900 |
//!
//! What leads to two people leads to neither.

use rollcall_graph::{Entity, Node, Snapshot};
use rollcall_model::{IdentityClass, PersonLink, Reference, Relation};

use super::entry::is_address;
use super::{HumanId, People};

/// Who is behind an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Behind {
    /// A human.
    Human(HumanId),
    /// No human: a program or an agent.
    Machine,
    /// It is said to be of several people.
    Several,
    /// Nothing tells.
    Nobody,
}

/// Whose account something is, and by what that is known.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) behind: Behind,
    /// The strongest first.
    pub(crate) links: Vec<PersonLink>,
}

const DIRECTORY: u16 = 950;
const PROVIDER: u16 = 950;
const ADDRESS: u16 = 900;
const FORMER: u16 = 900;

impl People {
    /// Whose account a node is.
    pub(crate) fn account(&self, snapshot: &Snapshot, node: Node) -> Account {
        let entity = snapshot.entity(node);
        if let Some(human) = self.of_person(node) {
            let says = "it is a person of a directory".to_owned();
            let links = vec![PersonLink { says, score: 1_000 }];
            return Account { behind: Behind::Human(human), links };
        }
        if matches!(entity.class(), Some(IdentityClass::Service | IdentityClass::Agent)) {
            return Account { behind: Behind::Machine, links: Vec::new() };
        }
        let mut found = self.linked(snapshot, entity);
        found.extend(self.addressed(snapshot, entity));
        if found.is_empty() {
            found.extend(self.former(entity));
        }
        found.sort_by(|a, b| (b.1.score, &a.1.says).cmp(&(a.1.score, &b.1.says)));
        found.dedup();
        let behind = match found.as_slice() {
            [] => Behind::Nobody,
            [(first, _), rest @ ..] if rest.iter().all(|(human, _)| human == first) => {
                Behind::Human(*first)
            }
            _ => Behind::Several,
        };
        Account { behind, links: found.into_iter().map(|(_, link)| link).collect() }
    }

    /// What says outright that two are the same: directories of a login, providers of an address.
    fn linked(&self, snapshot: &Snapshot, entity: Entity<'_>) -> Vec<(HumanId, PersonLink)> {
        let mut found = Vec::new();
        let same = |link: &rollcall_graph::Link| link.relation == Relation::SameAs;
        for link in snapshot.relations_in(entity.node()).filter(same) {
            if let Some(human) = self.of_person(link.node) {
                let from = snapshot.entity(link.node);
                let source = from.sources().collect::<Vec<_>>().join(" and ");
                let says = format!("{source} says that {} is {}", entity.name(), from.name());
                found.push((human, PersonLink { says, score: DIRECTORY }));
            }
        }
        for link in snapshot.relations_out(entity.node()).filter(same) {
            let to = snapshot.entity(link.node);
            let address = to.aliases().find(|(_, r)| is_address(r)).map(|(_, r)| r.value);
            let by_address = || address.as_deref().and_then(|address| self.at_address(address));
            if let Some(human) = self.of_person(link.node).or_else(by_address) {
                let source = entity.sources().collect::<Vec<_>>().join(" and ");
                let says = format!(
                    "{source} links {} to {}, from single sign-on or provisioning",
                    entity.name(),
                    address.as_deref().unwrap_or(to.name())
                );
                found.push((human, PersonLink { says, score: PROVIDER }));
            }
        }
        found
    }

    /// The addresses that it is or answers to.
    fn addressed(&self, snapshot: &Snapshot, entity: Entity<'_>) -> Vec<(HumanId, PersonLink)> {
        let mut found = Vec::new();
        for (_, reference) in entity.aliases().filter(|(_, r)| is_address(r)) {
            let address = &reference.value;
            if let Some(human) = self.at_address(address) {
                let says = format!("{address} is an address of theirs");
                found.push((human, PersonLink { says, score: ADDRESS }));
                continue;
            }
            // An address that stands for an account without telling its owner's.
            let account = noreply(address).and_then(|account| snapshot.node(account.node_id()));
            if let Some(account) = account.filter(|node| *node != entity.node())
                && let Account { behind: Behind::Human(human), links } =
                    self.account(snapshot, account)
            {
                found.extend(links.into_iter().map(|link| (human, link)));
            }
        }
        found
    }

    /// What a directory said before it stopped listing a person: relations end then, the last
    /// description stays.
    fn former(&self, entity: Entity<'_>) -> Option<(HumanId, PersonLink)> {
        let mut ids = entity.aliases().map(|(id, _)| id);
        let human = ids.find_map(|id| self.with_former_login(id))?;
        let says =
            format!("a directory named {} until it stopped listing the person", entity.name());
        Some((human, PersonLink { says, score: FORMER }))
    }
}

/// The user that an address of GitHub's for commits stands for: `ID+login@users.noreply.HOST`, or
/// `login@…` of accounts made before 18 July 2017.
/// Source: GitHub's documentation, "Email addresses reference", section on noreply addresses.
fn noreply(address: &str) -> Option<Reference> {
    let (local, domain) = address.rsplit_once('@')?;
    let host = domain.strip_prefix("users.noreply.")?;
    let login = local.rsplit_once('+').map_or(local, |(_, login)| login);
    (!login.is_empty()).then(|| Reference::new("github.user", host, &login.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use rollcall_model::{NodeId, PersonJudgement, Presence};
    use serde_json::json;

    use super::*;
    use crate::world::{World, ago, user_reference};

    fn person(world: &World, id: NodeId) -> Option<(String, u16)> {
        let PersonJudgement { name, links, .. } = world.judge(id).person?;
        Some((name, links.first().map_or(0, |link| link.score)))
    }

    fn address(namespace: &str, address: &str) -> Reference {
        let authority = if namespace == "email" { "acme.example" } else { "github.com" };
        Reference::new(namespace, authority, address)
    }

    #[test]
    fn what_is_collected_leads_from_an_account_to_its_person() {
        let ada = Some("ada".to_owned());
        let mut world = World::new();
        let entry = world.person("hr.person", "ada", json!({"status": "active"}));
        let user = world.user("ada");
        assert_eq!(person(&world, user), None, "the same word is no evidence");
        assert_eq!(person(&world, entry), ada.clone().map(|name| (name, 1_000)));
        world.relate(entry, Relation::SameAs, user_reference("ada").node_id());
        assert_eq!(person(&world, user), ada.clone().map(|name| (name, 950)));
        // The provider says so, of an address.
        let mut world = World::new();
        world.person("hr.person", "ada", json!({"status": "active"}));
        let user = world.user("bob");
        world.relate(user, Relation::SameAs, address("email", "ada@acme.example").node_id());
        assert_eq!(person(&world, user), ada.clone().map(|name| (name, 950)));
        // It answers to an address, in either namespace and any case.
        for namespace in ["email", "git.email"] {
            let mut world = World::new();
            world.person("hr.person", "ada", json!({"status": "active"}));
            let user = world.add("github.user", "x", |row| {
                let reference = address(namespace, "Ada@acme.example");
                row.aliases = vec![(reference.node_id(), reference)];
            });
            assert_eq!(person(&world, user), ada.clone().map(|name| (name, 900)), "{namespace}");
        }
        // The directory knew the login until it stopped listing the person.
        let mut world = World::new();
        let entry = world.person("hr.person", "ada", json!({"logins": {"github": "Ada"}}));
        world.gone(entry, ago(2));
        let user = world.user("ada");
        assert_eq!(person(&world, user), ada.map(|name| (name, 900)));
    }

    #[test]
    fn what_leads_to_two_people_leads_to_neither() {
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "active"}));
        world.person("hr.person", "bob", json!({"status": "left"}));
        let user = world.user("ada");
        world.relate(ada, Relation::SameAs, user_reference("ada").node_id());
        world.relate(user, Relation::SameAs, address("email", "bob@acme.example").node_id());
        let several = world.judge(user).person.unwrap();
        assert!(matches!(several.presence, Presence::Unknown { .. }), "{several:?}");
        assert_eq!(several.links.len(), 2);
    }

    #[test]
    fn two_directories_of_one_person_are_one() {
        let mut world = World::new();
        let entry = json!({"status": "active", "started_at": "2020-01-01"});
        let here = world.person("hr.person", "ada", entry);
        let there = world.person("okta.user", "00u1", json!({"emails": ["ada@acme.example"]}));
        let (a, b) = (world.judge(here).person.unwrap(), world.judge(there).person.unwrap());
        assert_eq!((&a.name, &a.id, a.known_by.len()), (&b.name, &b.id, 2));
        assert_eq!(a.name, "ada", "the personnel office names them");
    }

    #[test]
    fn an_account_is_its_persons_and_a_name_alone_makes_no_machine() {
        let class = |login: &str, with: &dyn Fn(&mut World)| {
            let mut world = World::new();
            with(&mut world);
            let user = world.user(login);
            world.judge(user).class.class
        };
        let (human, service) = (Some(IdentityClass::Human), Some(IdentityClass::Service));
        let directory = |world: &mut World| {
            let ada = world.person("hr.person", "ada", json!({"status": "active"}));
            world.relate(ada, Relation::SameAs, user_reference("ada-ci").node_id());
        };
        assert_eq!(class("ada-ci", &directory), human, "it is known whose it is");
        assert_eq!(class("acme-ci", &directory), service);
        assert_eq!(class("acme-ci", &|_| {}), None, "no directory was read");
        assert_eq!(class("ciara", &directory), human);
        assert_eq!(class("bob", &|_| {}), human);
    }

    #[test]
    fn addresses_for_commits_stand_for_users() {
        let user = |address: &str| noreply(address).map(|r| r.to_string());
        let ada = Some("github.user:github.com:ada".to_owned());
        assert_eq!(user("1234+Ada@users.noreply.github.com"), ada);
        assert_eq!(user("ada@users.noreply.github.com"), ada);
        assert_eq!(
            user("ada@users.noreply.ghe.acme.example"),
            Some("github.user:ghe.acme.example:ada".to_owned())
        );
        assert_eq!(user("noreply@github.com"), None);
        assert_eq!(user("@users.noreply.github.com"), None);
        assert_eq!(user("ada"), None);
    }
}
