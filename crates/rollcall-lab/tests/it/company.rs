//! Sizes, and that parts do not depend on what was made before them.

use rollcall_lab::{Archetype, Company, Person, Spec, Status};

use crate::company;

/// The identities of a company by its parts.
fn identities(company: &Company) -> u64 {
    let accounts: u64 = company.all_accounts().map(|a| a.identities()).sum();
    let code: u64 =
        (0..company.repositories).map(|n| company.repository(n).identities(&company.name)).sum();
    let clusters: u64 =
        (0..company.clusters).map(|n| company.cluster(n).service_accounts.len() as u64).sum();
    accounts + code + clusters
}

#[test]
fn a_company_has_exactly_as_many_identities_as_asked_for() {
    for archetype in Archetype::ALL {
        for size in [50, 51, 64, 99, 150, 400, 1_000, 5_500] {
            for seed in [1, 2] {
                let company = company(size, archetype, seed);
                assert_eq!(identities(&company), size, "{archetype} {size} {seed}");
            }
        }
    }
}

#[test]
fn every_size_and_archetype_can_be_planned() {
    for archetype in Archetype::ALL {
        for size in (50..400).step_by(7).chain([300_000, 2_000_000]) {
            let planned = company(size, archetype, size);
            assert!(planned.people > 0 && planned.accounts >= 5);
        }
    }
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    for size in [0, 49, 2_000_001] {
        let spec = Spec { seed: 1, size, archetype: Archetype::RegulatedBank, now };
        assert_eq!(Company::generate(spec).unwrap_err().code(), "lab_size");
    }
}

#[test]
fn a_part_is_the_same_whatever_was_made_before() {
    let company = company(3_000, Archetype::AgentHeavyLab, 5);
    let forth: Vec<String> =
        (0..company.accounts).map(|n| format!("{:?}", company.account(n))).collect();
    let mut back: Vec<String> =
        (0..company.accounts).rev().map(|n| format!("{:?}", company.account(n))).collect();
    back.reverse();
    assert_eq!(forth, back);
}

#[test]
fn account_numbers_are_unique_and_have_twelve_digits() {
    let company = company(2_000_000, Archetype::RegulatedBank, 3);
    let ids: std::collections::HashSet<String> =
        (0..company.accounts).map(|n| company.account_id(n)).collect();
    assert_eq!(ids.len() as u64, company.accounts);
    assert!(ids.iter().all(|id| id.len() == 12 && !id.starts_with("999")));
}

#[test]
fn people_have_managers_teams_and_dates_in_order() {
    let company = company(5_000, Archetype::StartupMonorepo, 1);
    let now = company.spec.now;
    let mut leavers = 0;
    for person in company.everybody() {
        assert!(company.members(person.team).any(|n| n == person.number), "{person:?}");
        assert!(person.manager.is_none_or(|m| m < person.number));
        assert!(person.joined < now);
        if let Some(left) = person.left {
            assert!(person.joined < left && left < now && !person.is_active(), "{person:?}");
            leavers += 1;
        }
        assert!(person.ends.is_none_or(|at| at > now && person.left.is_none()));
        assert!(person.leave.is_none_or(|l| l.from < now && now < l.until && person.is_active()));
        assert!(person.earlier.is_none_or(|e| e.joined < e.left && e.left < person.joined));
        assert!(person.former_email.is_none_or(|e| e != person.email));
        assert!(person.former_team != Some(person.team));
    }
    assert!(leavers * 20 > company.people && leavers * 3 < company.people, "{leavers}");
    assert!(!company.is_staffed(company.empty_team()));
    assert!((0..company.empty_team()).all(|team| company.is_staffed(team)));
}

/// A sort of life, and who leads it.
type Sort<'a> = (&'a str, &'a dyn Fn(&Person) -> bool);

#[test]
fn every_sort_of_life_is_there() {
    let company = company(5_000, Archetype::RegulatedBank, 1);
    let count = |fits: &dyn Fn(&Person) -> bool| company.everybody().filter(fits).count();
    let sorts: [Sort<'_>; 8] = [
        ("on leave", &|p| p.status == Status::OnLeave),
        ("suspended", &|p| p.status == Status::Suspended),
        ("contract ends", &|p| p.ends.is_some()),
        ("contract ended", &|p| p.left.is_some() && p.status == Status::Active),
        ("came back", &|p| p.earlier.as_ref().is_some_and(|e| e.id == p.id)),
        ("came back anew", &|p| p.earlier.as_ref().is_some_and(|e| e.id != p.id)),
        ("renamed", &|p| p.former_email.is_some()),
        ("moved", &|p| p.former_team.is_some()),
    ];
    for (sort, fits) in sorts {
        assert!(count(fits) > 2, "{sort}: {}", count(fits));
    }
    let mut addresses = std::collections::HashSet::new();
    for person in company.everybody() {
        for email in [Some(person.email), person.former_email].into_iter().flatten() {
            assert!(addresses.insert(email.clone()), "{email} twice");
        }
    }
}
