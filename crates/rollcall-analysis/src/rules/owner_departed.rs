//! Everybody who answers for it has left.
//!
//! It fires for an identity that programs or agents act with, and for a live credential of a person's
//! own account, when everybody who is named with a score of 500 or more is a person who left or is
//! suspended. There are no days of grace. The finding is high, and critical from the fourteenth day
//! after the last day on.
//!
//! Only directories say who is here, and only for a day after they were read to their end: without one
//! the rule is undetermined, and says that no directory is connected. A person whom a complete reading
//! does not list any more counts as left since then; where the reading would take out so many that it is
//! held until a human confirms it, nobody has left.
//!
//! It does not fire
//!
//! - for somebody on leave of absence, and for somebody whose last day is today or later;
//! - for somebody who came back: a first day after the last day, or a new entry with the same address;
//! - for somebody with another name than before: former addresses lead to them;
//! - for somebody who changed teams, or who left an organisation of a provider and still works here;
//! - for somebody who is missing from one directory while another one, read to its end as lately, has
//!   them;
//! - where anybody else who is named is here, or is not known not to be. Whoever is named only for
//!   what uses it counts where nobody is named for itself;
//! - where what would name somebody else was not read;
//! - for what nobody can act as, and for people's own accounts.
//!
//! A contractor whose last day has passed has left, whether or not somebody switched the account off.
//!
//! The finding names who could take over: the manager, or the next one above who is at work. Nothing
//! moves by itself: a manager is a candidate who must say so.

use rollcall_model::{
    CandidateSort, EntityType, IdentityClass, OwnerCandidate, OwnerState, Presence, Severity,
};

use super::{Answer, Rule, Shown, decide, identity, live};
use crate::case::Case;
use crate::own::explain;
use crate::text::{DAY, day};

pub(super) const RULE: Rule = Rule {
    id: "owner-departed",
    title: "Owner has left",
    severity: Severity::High,
    fix: &[
        (
            "",
            "Ask the manager named above to take it over or to retire it, and write the new owner \
         where the old one stands.",
        ),
        ("", "Replace every credential that the one who left could have copied."),
        (
            "github.personal-access-token",
            "GitHub: revoke the token under the organisation's settings, Personal access tokens, Active \
         tokens.",
        ),
        (
            "aws.iam-role",
            "AWS role: `aws iam tag-role --role-name ROLE --tags Key=owner,Value=TEAM`",
        ),
        (
            "aws.iam-user",
            "AWS user: `aws iam tag-user --user-name USER --tags Key=owner,Value=TEAM`",
        ),
    ],
    mappings: &[
        "owasp-nhi@2025:NHI1",
        "nist-csf@2.0:PR.AA-01",
        "nist-csf@2.0:GV.RR-04",
        "nist-800-53@r5:PS-4",
        "nist-800-53@r5:AC-2(3)",
        "cis-controls@8.1:6.2",
        "pci-dss@4.0.1:8.2.5.1",
        "mitre-attack@18.1:T1078.004",
    ],
    source: include_str!("owner_departed.rs"),
    check,
    show,
};

/// From so many days after the last day on it matters more.
const ESCALATES: i64 = 14;

fn check(case: &Case<'_>) -> Answer {
    decide(|| {
        subject(case)?;
        orphaned(case)?;
        if departed(case).next().is_none() {
            return Err(Answer::Quiet("a team is named, no person"));
        }
        live(case)
    })
}

/// An identity that programs act with, or a credential of a person's own account.
fn subject(case: &Case<'_>) -> Result<(), Answer> {
    if case.entity.entity_type() == Some(EntityType::Credential) && case.is_judged() {
        let is_own = |c: &OwnerCandidate| c.ledger.iter().any(|signal| signal.family == "binding");
        return match case.owner.candidates.iter().any(is_own) {
            true => Ok(()),
            false => Err(Answer::Quiet("it is no identity and of no person's own account")),
        };
    }
    owned_by_others(case)
}

/// Whether it is an identity for which somebody else than its own person answers.
pub(super) fn owned_by_others(case: &Case<'_>) -> Result<(), Answer> {
    identity(case)?;
    if case.class.class == Some(IdentityClass::Human) {
        return Err(Answer::Quiet("it is a person's own account"));
    }
    Ok(())
}

/// Whether everybody who is named is gone.
pub(super) fn orphaned(case: &Case<'_>) -> Result<(), Answer> {
    match case.owner.state {
        OwnerState::Orphaned => Ok(()),
        OwnerState::Unowned => Err(Answer::Quiet("nobody is named")),
        OwnerState::Undetermined | OwnerState::Pending => {
            Err(Answer::Undetermined("what would name an owner was not read"))
        }
        _ if named(case).any(|c| c.presence.is_here()) => {
            Err(Answer::Quiet("somebody who is named is here"))
        }
        _ if !case.analysis.people.is_connected() => {
            Err(Answer::Undetermined("no directory connected"))
        }
        _ => Err(Answer::Undetermined("whether those who are named are here is not known")),
    }
}

/// Everybody whose being here decides.
pub(super) fn named<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c OwnerCandidate> {
    case.owner.candidates.iter().take(case.owner.named)
}

/// The people among them who left or are suspended.
pub(super) fn departed<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c OwnerCandidate> {
    named(case).filter(|c| has_left(c))
}

fn has_left(candidate: &OwnerCandidate) -> bool {
    candidate.sort == CandidateSort::Person && candidate.presence.is_gone()
}

/// The days since the last of them left; `None` where nobody says when.
fn days(case: &Case<'_>) -> Option<i64> {
    let since = |c: &OwnerCandidate| match &c.presence {
        Presence::Left { since } => *since,
        _ => None,
    };
    let newest = departed(case).filter_map(since).max()?;
    Some((case.analysis.now.seconds() - newest.seconds()).max(0) / DAY)
}

fn show(case: &Case<'_>) -> Shown {
    let owner = explain(case);
    let mut evidence = Vec::new();
    for candidate in owner.candidates.iter().take(case.owner.named).filter(|c| has_left(c)) {
        evidence.extend(evidence_of(candidate));
    }
    evidence.extend(case.owner.handover.iter().map(|says| format!("could take over: {says}")));
    if case.owner.handover.is_empty() {
        evidence.push("could take over: no manager who is at work is known".to_owned());
    }
    let days = days(case);
    let ago = days.map(|days| format!(", {days} days ago")).unwrap_or_default();
    Shown {
        message: format!("{}: {}{ago}", case.entity.name(), owner.says),
        evidence,
        as_of: owner.as_of,
        frozen: case.described.is_frozen(),
        severity: days.filter(|days| *days >= ESCALATES).map(|_| Severity::Critical),
    }
}

/// Why somebody counts as owner, and by what their presence is known.
pub(super) fn evidence_of(candidate: &OwnerCandidate) -> Vec<String> {
    let since = match &candidate.presence {
        Presence::Left { since: Some(at) } => format!(", last day {}", day(*at)),
        _ => String::new(),
    };
    let word = candidate.presence.as_str();
    let mut lines = vec![format!("{}: {word}{since}", candidate.name)];
    let counting = candidate.ledger.iter().filter(|signal| signal.counts);
    lines.extend(counting.map(|signal| format!("{}: {}", signal.family, signal.says)));
    lines.extend(candidate.known_by.iter().cloned());
    lines
}

#[cfg(test)]
mod tests {
    use rollcall_graph::EntityRow;
    use rollcall_model::{Check, Finding, Presence, Relation, ScopeState, Severity};
    use serde_json::{Value, json};

    use crate::world::{GITHUB, HR, OKTA, World, ago, now, user_reference};

    const RULE: &str = super::RULE.id;

    /// Whether it fires on a role of somebody of whom a directory says this.
    fn alone(attributes: Value) -> Option<bool> {
        let mut world = World::new();
        world.person("hr.person", "ada", attributes);
        let role = world.role("ada@acme.example");
        world.fires(role, RULE)
    }

    /// The same of whom two directories say something.
    fn both(hr: Value, okta: Value) -> Option<bool> {
        let mut world = World::new();
        world.person("hr.person", "ada", hr);
        world.person("okta.user", "ada", okta);
        let role = world.role("ada@acme.example");
        world.fires(role, RULE)
    }

    fn finding(check: Check) -> Finding {
        match check {
            Check::Fires { finding } => *finding,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_left_or_is_suspended_has_departed_and_who_is_away_has_not() {
        assert_eq!(alone(json!({"status": "active"})), Some(false));
        assert_eq!(alone(json!({"status": "left", "left_at": "2026-10-23"})), Some(true));
        assert_eq!(alone(json!({"status": "left"})), Some(true));
        assert_eq!(alone(json!({"status": "suspended"})), Some(true));
        // Leave of absence is not departure, whichever way it is said.
        assert_eq!(alone(json!({"status": "on_leave"})), Some(false));
        let leave =
            json!({"status": "active", "leave_from": "2026-11-01", "leave_until": "2027-02-01"});
        assert_eq!(alone(leave), Some(false));
        assert_eq!(alone(json!({"status": "pending", "started_at": "2026-12-01"})), Some(false));
    }

    #[test]
    fn a_contract_ends_with_its_last_day_whatever_the_account_says() {
        let contract = |last: &str| {
            alone(json!({"status": "active", "employment": "contractor", "left_at": last}))
        };
        assert_eq!(contract("2026-11-21"), Some(true));
        assert_eq!(contract("2026-11-22"), Some(false), "the last day is a day at work");
        assert_eq!(contract("2027-03-31"), Some(false));
        assert_eq!(contract("2026-11-21T00:00:00Z"), Some(true));
        // An end that lies ahead is none yet, even where the directory says left already.
        assert_eq!(alone(json!({"status": "left", "left_at": "2026-11-30"})), Some(false));
    }

    #[test]
    fn who_came_back_is_here() {
        let dates =
            json!({"status": "active", "left_at": "2024-06-30", "started_at": "2026-03-01"});
        assert_eq!(alone(dates), Some(false));
        let again = json!({"status": "left", "left_at": "2026-06-30", "started_at": "2026-03-01"});
        assert_eq!(alone(again), Some(true), "and left again");
        // A new entry with the same address, beside the old one.
        for (new, departed) in [("active", false), ("left", true)] {
            let mut world = World::new();
            let old = json!({"status": "left", "left_at": "2024-06-30"});
            world.person("hr.person", "ada", old);
            let entry = json!({"status": new, "email": "ada@acme.example"});
            world.person("hr.person", "ada-2", entry);
            let role = world.role("ada@acme.example");
            assert_eq!(world.fires(role, RULE), Some(departed), "{new}");
        }
    }

    #[test]
    fn a_former_name_leads_to_who_bears_another_one_now() {
        for (status, departed) in [("active", false), ("left", true)] {
            let mut world = World::new();
            let emails = ["ada.berg@acme.example", "ada.adler@acme.example"];
            let entry = json!({"status": status, "email": emails[0], "emails": emails});
            world.person("hr.person", "p1", entry);
            let role = world.role("ADA.adler@acme.example");
            assert_eq!(world.fires(role, RULE), Some(departed), "{status}");
        }
    }

    #[test]
    fn who_changed_teams_or_left_an_organization_is_here() {
        for (status, departed) in [("active", false), ("left", true)] {
            let mut world = World::new();
            let ada = world.person("hr.person", "ada", json!({"status": status}));
            world.team("hr.team", "search", &[ada]);
            world.team("hr.team", "payments", &[]);
            // The account is not in the organisation any more.
            let account = world.user("ada");
            world.relate(ada, Relation::SameAs, user_reference("ada").node_id());
            world.gone(account, ago(3));
            let role = world.role("ada@acme.example");
            assert_eq!(world.fires(role, RULE), Some(departed), "{status}");
        }
        // A mention leads to the account, whether or not that was read.
        for is_read in [true, false] {
            let mut world = World::new();
            let ada = world.person("hr.person", "p1", json!({"status": "left"}));
            if is_read {
                world.user("ada");
            }
            world.relate(ada, Relation::SameAs, user_reference("ada").node_id());
            let role = world.role("@Ada");
            assert_eq!(world.fires(role, RULE), Some(true), "{is_read}");
        }
    }

    #[test]
    fn without_a_directory_of_the_day_nobody_has_left() {
        let mut world = World::new();
        world.person("hr.person", "ada", json!({"status": "left", "left_at": "2026-10-01"}));
        let role = world.role("ada@acme.example");
        assert_eq!(world.fires(role, RULE), Some(true));
        world.read(HR, ScopeState::Failed, Some(ago(1)));
        assert_eq!(world.fires(role, RULE), Some(true), "it was read to its end within the day");
        for complete_at in [Some(ago(2)), None] {
            world.read(HR, ScopeState::Failed, complete_at);
            let check = world.check(role, RULE);
            let because = "no directory connected".to_owned();
            assert_eq!(check, Check::Undetermined { because });
        }
        // Nor where there never was one.
        let mut world = World::new();
        let role = world.role("ada@acme.example");
        assert_eq!(world.fires(role, RULE), None);
    }

    #[test]
    fn half_a_directory_makes_nobody_leave() {
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "active"}));
        let role = world.role("ada@acme.example");
        world.held(ada);
        assert_eq!(world.fires(role, RULE), Some(false));
        // Once it was confirmed, or another reading says so again.
        world.gone(ada, ago(1));
        let finding = finding(world.check(role, RULE));
        assert!(finding.evidence.iter().any(|line| line.contains("not listed any more since")));
        let owner = &world.judge(role).owner.candidates[0];
        assert_eq!(owner.presence, Presence::Left { since: Some(ago(1)) });
    }

    #[test]
    fn one_directory_that_does_not_list_somebody_says_little() {
        let mut world = World::new();
        let ada = world.person("hr.person", "ada", json!({"status": "active"}));
        world.person("okta.user", "ada", json!({"status": "active"}));
        let role = world.role("ada@acme.example");
        world.gone(ada, ago(1));
        assert_eq!(world.fires(role, RULE), Some(false), "the other one has them");
        world.read(OKTA, ScopeState::Failed, Some(ago(3)));
        assert_eq!(world.fires(role, RULE), None, "the other one had them");
    }

    #[test]
    fn what_a_personnel_office_says_counts_for_more_than_accounts() {
        let hired = json!({"status": "active", "started_at": "2020-01-01"});
        let left = json!({"status": "left", "left_at": "2026-10-31", "started_at": "2020-01-01"});
        let (on, off) = (json!({"status": "active"}), json!({"status": "suspended"}));
        assert_eq!(both(left.clone(), on.clone()), Some(true), "the account was left on");
        assert_eq!(both(hired.clone(), off.clone()), Some(false), "the account was switched off");
        assert_eq!(both(left, off.clone()), Some(true));
        assert_eq!(both(off, on), None, "two accounts contradict each other");
        // Moved to another part of the company, with its own office.
        let moved = json!({"status": "left", "left_at": "2026-06-30", "employment": "employee"});
        let begun = json!({"status": "active", "started_at": "2026-07-01"});
        assert_eq!(both(moved, begun), Some(false));
        // An office that was not read to its end today still speaks against accounts.
        let mut world = World::new();
        world.person("hr.person", "ada", hired);
        world.person("okta.user", "ada", json!({"status": "suspended"}));
        world.read(HR, ScopeState::Failed, Some(ago(3)));
        let role = world.role("ada@acme.example");
        assert_eq!(world.fires(role, RULE), None);
    }

    #[test]
    fn an_address_of_several_people_is_nobodys() {
        for (address, departed) in [("desk@acme.example", None), ("cy@acme.example", Some(true))] {
            let mut world = World::new();
            for (id, status) in [("ada", "active"), ("bob", "active"), ("cy", "left")] {
                let emails = [format!("{id}@acme.example"), "desk@acme.example".to_owned()];
                world.person("hr.person", id, json!({"status": status, "emails": emails}));
            }
            let role = world.role(address);
            assert_eq!(world.fires(role, RULE), departed, "{address}");
        }
    }

    #[test]
    fn the_next_manager_at_work_could_take_over() {
        let mut world = World::new();
        let left = json!({"status": "left", "left_at": "2026-10-23"});
        let ada = world.person("hr.person", "ada", left);
        let bob = world.person("hr.person", "bob", json!({"status": "on_leave"}));
        let cy = world.person("hr.person", "cy", json!({"status": "active"}));
        world.relate(ada, Relation::ReportsTo, bob);
        world.relate(bob, Relation::ReportsTo, cy);
        let role = world.role("ada@acme.example");
        let judged = world.judge(role);
        let manager = judged.owner.candidates.last().unwrap();
        assert_eq!(
            (manager.name.as_str(), manager.ledger[0].family.as_str()),
            ("cy", "succession")
        );
        // .40, thirty days old of a half-life of ninety.
        assert_eq!((manager.score, manager.ledger[0].prior), (333, 400));
        assert_eq!(judged.owner.candidates[0].name, "ada");
        let finding = finding(world.check(role, RULE));
        let line = "could take over: cy is the next manager above ada who is at work, past bob";
        assert!(finding.evidence.iter().any(|l| l == line), "{:#?}", finding.evidence);
        assert_eq!(finding.severity, Severity::Critical, "thirty days");
        assert!(finding.message.ends_with("has left, last day 2026-10-23, 30 days ago"));

        // Managers in a circle lead nowhere; one who is named in words is looked up.
        let mut world = World::new();
        let left =
            json!({"status": "left", "left_at": "2026-11-20", "manager": "bob@acme.example"});
        world.person("hr.person", "ada", left);
        let bob = json!({"status": "left", "manager": "ada@acme.example"});
        world.person("hr.person", "bob", bob);
        let role = world.role("ada@acme.example");
        let finding = self::finding(world.check(role, RULE));
        assert!(finding.evidence.iter().any(|l| l.contains("no manager who is at work is known")));
        assert_eq!(finding.severity, Severity::High, "two days");
    }

    #[test]
    fn a_token_of_a_leavers_account_has_no_owner() {
        for (status, departed) in [("active", false), ("left", true)] {
            let mut world = World::new();
            let ada = world.person("hr.person", "ada", json!({"status": status}));
            let account = world.user("ada");
            world.relate(ada, Relation::SameAs, user_reference("ada").node_id());
            let live = |_: &mut EntityRow| {};
            let token = world.add("github.token", "t1", live);
            world.relate(token, Relation::AuthenticatesAs, account);
            let off = world.add("github.token", "t2", |row| row.disabled = Some(true));
            world.relate(off, Relation::AuthenticatesAs, account);
            assert_eq!(world.fires(token, RULE), Some(departed), "{status}");
            assert_eq!(world.fires(off, RULE), Some(false), "nobody can act with it");
            assert_eq!(world.fires(account, RULE), Some(false), "a person's own account");
            world.read(GITHUB, ScopeState::Failed, Some(now()));
            assert_eq!(world.fires(token, RULE), Some(departed), "as it was read last");
        }
    }

    #[test]
    fn everybody_must_be_gone() {
        let mut world = World::new();
        world.person("hr.person", "ada", json!({"status": "left"}));
        let bob = world.person("hr.person", "bob", json!({"status": "active"}));
        let tags = json!({"tags": {"owner": "ada@acme.example", "team": "payments"}}).to_string();
        world.team("hr.team", "payments", &[bob]);
        let role = world.add("aws.role", "two", |row| {
            row.class = Some(rollcall_model::IdentityClass::Service);
            row.document = Some(tags.into());
        });
        assert_eq!(world.fires(role, RULE), Some(false));
    }
}
