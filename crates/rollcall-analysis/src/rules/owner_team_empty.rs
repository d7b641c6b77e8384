//! The team that answers for it has nobody in it who is here.
//!
//! It fires for an identity that programs or agents act with, when everybody who is named with a score
//! of 500 or more is gone and a team is among them: it has no member who is here, or it is not there any
//! more itself.
//!
//! The people of a team are its members, those of all teams within it, and those of the same team in
//! another system, where a directory says that the two are the same. A member that is an account counts
//! as the person it belongs to. Somebody on leave is here; somebody who is suspended or left is not.
//!
//! It does not fire
//!
//! - where a team within it has somebody;
//! - where a member is an account of which no directory says whose it is: it may be anybody's;
//! - where the members were not read to their end within a day, or the people were not: it is then
//!   undetermined, and `inventory-gap` names what could not be read;
//! - where anybody else who is named is here, and where only people are named: `owner-departed` says
//!   that.

use rollcall_model::{CandidateSort, OwnerCandidate, Severity};

use super::owner_departed::{departed, evidence_of, named, orphaned, owned_by_others};
use super::{Answer, Rule, Shown, decide, live};
use crate::case::Case;
use crate::own::explain;

pub(super) const RULE: Rule = Rule {
    id: "owner-team-empty",
    title: "Owning team has no active members",
    severity: Severity::Medium,
    fix: &[
        (
            "",
            "Find the team that does its work now, and write it where the empty one stands: the tag, the \
         line of CODEOWNERS.",
        ),
        ("", "Where the team is to stay, give it people in the directory."),
    ],
    mappings: &[
        "owasp-nhi@2025:NHI1",
        "nist-csf@2.0:GV.RR-02",
        "nist-800-53@r5:PS-5",
        "cis-controls@8.1:5.5",
    ],
    source: include_str!("owner_team_empty.rs"),
    check,
    show,
};

fn check(case: &Case<'_>) -> Answer {
    decide(|| {
        owned_by_others(case)?;
        orphaned(case)?;
        if departed(case).next().is_some() {
            return Err(Answer::Quiet("people are named who left"));
        }
        if empty(case).next().is_none() {
            return Err(Answer::Quiet("no team is named"));
        }
        live(case)
    })
}

fn empty<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c OwnerCandidate> {
    named(case).filter(|c| is_empty(c))
}

fn is_empty(candidate: &OwnerCandidate) -> bool {
    candidate.sort == CandidateSort::Team && candidate.presence.is_gone()
}

fn show(case: &Case<'_>) -> Shown {
    let owner = explain(case);
    let named = owner.candidates.iter().take(case.owner.named);
    Shown {
        message: format!("{}: {}", case.entity.name(), owner.says),
        evidence: named.filter(|c| is_empty(c)).flat_map(evidence_of).collect(),
        as_of: owner.as_of,
        frozen: case.described.is_frozen(),
        severity: None,
    }
}

#[cfg(test)]
mod tests {
    use rollcall_model::{Check, IdentityClass, Presence, Relation, ScopeState};
    use serde_json::json;

    use crate::world::{GITHUB, HR, World, ago, user_reference};

    const RULE: &str = super::RULE.id;

    #[test]
    fn a_team_of_people_who_are_not_here_is_empty() {
        for (statuses, empty) in [
            (&["suspended", "left"][..], true),
            (&[], true),
            (&["suspended", "on_leave"], false),
            (&["left", "active"], false),
        ] {
            let mut world = World::new();
            let mut members = Vec::new();
            for (id, status) in ["ada", "bob"].into_iter().zip(statuses) {
                members.push(world.person("hr.person", id, json!({"status": status})));
            }
            world.team("hr.team", "payments", &members);
            let role = world.role("payments");
            assert_eq!(world.fires(role, RULE), Some(empty), "{statuses:?}");
            assert_eq!(world.fires(role, "owner-departed"), Some(false));
            assert_eq!(world.fires(role, "owner-missing"), Some(false));
        }
    }

    #[test]
    fn teams_within_count_and_circles_end() {
        for (status, empty) in [("active", false), ("left", true)] {
            let mut world = World::new();
            let ada = world.person("hr.person", "ada", json!({"status": status}));
            let inner = world.team("hr.team", "inner", &[ada]);
            let middle = world.team("hr.team", "middle", &[inner]);
            let outer = world.team("hr.team", "payments", &[middle]);
            world.relate(outer, Relation::MemberOf, inner);
            let role = world.role("payments");
            assert_eq!(world.fires(role, RULE), Some(empty), "{status}");
        }
    }

    #[test]
    fn whoever_moved_to_another_team_leaves_the_old_one_empty() {
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "active"}));
        world.team("hr.team", "search", &[ada]);
        world.team("hr.team", "payments", &[]);
        let role = world.role("payments");
        assert_eq!(world.fires(role, RULE), Some(true));
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "active"}));
        world.team("hr.team", "payments", &[ada]);
        world.team("hr.team", "search", &[]);
        let role = world.role("payments");
        assert_eq!(world.fires(role, RULE), Some(false));
    }

    /// A role that CODEOWNERS gives to a team of the code host with one user.
    fn owned_by_host_team(world: &mut World) -> (rollcall_model::NodeId, rollcall_model::NodeId) {
        let user = world.user("ada");
        let team = world.team("github.team", "T1", &[user]);
        let role = world.add("aws.role", "r", |row| row.class = Some(IdentityClass::Service));
        world.relate(role, Relation::OwnedBy, team);
        (role, user)
    }

    #[test]
    fn members_are_the_people_of_their_accounts() {
        for (status, empty) in [("active", Some(false)), ("left", Some(true))] {
            let mut world = World::new();
            let ada = world.person("hr.person", "ada", json!({"status": status}));
            let (role, _) = owned_by_host_team(&mut world);
            world.relate(ada, Relation::SameAs, user_reference("ada").node_id());
            assert_eq!(world.fires(role, RULE), empty, "{status}");
        }
        // Nobody says whose account it is: it may be anybody's.
        let mut world = World::new();
        world.person("hr.person", "bob", json!({"status": "left"}));
        let (role, user) = owned_by_host_team(&mut world);
        assert_eq!(world.fires(role, RULE), None);
        // Unless it is a program's.
        let bot = world.team("github.team", "T2", &[]);
        let robot =
            world.add("github.user", "deploy[bot]", |row| row.class = Some(IdentityClass::Service));
        world.relate(robot, Relation::MemberOf, bot);
        let other = world.add("aws.role", "r2", |row| row.class = Some(IdentityClass::Service));
        world.relate(other, Relation::OwnedBy, bot);
        assert_eq!(world.fires(other, RULE), Some(true));
        world.relate(user, Relation::MemberOf, bot);
        assert_eq!(world.fires(other, RULE), None);
    }

    #[test]
    fn what_was_not_read_is_not_empty() {
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "left"}));
        world.team("hr.team", "payments", &[ada]);
        let role = world.role("payments");
        assert_eq!(world.fires(role, RULE), Some(true));
        world.read(HR, ScopeState::Forbidden, Some(ago(2)));
        let because = "no directory connected".to_owned();
        assert_eq!(world.check(role, RULE), Check::Undetermined { because });
        // The people are known, the members of the team are not.
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "left"}));
        let (role, _) = owned_by_host_team(&mut world);
        world.relate(ada, Relation::SameAs, user_reference("ada").node_id());
        world.read(GITHUB, ScopeState::Forbidden, None);
        assert_eq!(world.fires(role, RULE), None);
    }

    #[test]
    fn half_a_team_that_is_held_is_still_there() {
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "active"}));
        world.team("hr.team", "payments", &[ada]);
        world.held(ada);
        let role = world.role("payments");
        assert_eq!(world.fires(role, RULE), Some(false));
        // A team that is not listed any more has nobody.
        let mut world = World::new();
        world.person("hr.person", "ada", json!({"status": "active"}));
        let gone = world.team("hr.team", "payments", &[]);
        world.gone(gone, ago(1));
        let role = world.role("payments");
        assert_eq!(world.fires(role, RULE), Some(true));
        let owner = &world.judge(role).owner.candidates[0];
        assert_eq!(owner.presence, Presence::Left { since: Some(ago(1)) });
        world.read(HR, ScopeState::Failed, Some(ago(3)));
        assert_eq!(world.fires(role, RULE), None);
    }

    #[test]
    fn a_team_of_two_systems_has_the_people_of_both() {
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "active"}));
        let bob = world.person("hr.person", "bob", json!({"status": "left"}));
        let (role, _) = owned_by_host_team(&mut world);
        world.relate(bob, Relation::SameAs, user_reference("ada").node_id());
        assert_eq!(world.fires(role, RULE), Some(true), "the account is of somebody who left");
        let there = world.team("hr.team", "payments", &[ada]);
        world.relate(there, Relation::SameAs, crate::world::key("github.team", "T1").node_id());
        assert_eq!(world.fires(role, RULE), Some(false));
        assert_eq!(world.judge(role).owner.candidates[0].name, "payments");
    }
}
