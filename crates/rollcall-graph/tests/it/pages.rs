//! Pages, cursors, counts.

use proptest::prelude::*;
use rollcall_graph::{Delta, Facet, PageRequest, SnapshotId, Sort, parse};

use crate::dump::ids;
use crate::model::{Facts, Model, NOW, Step, grown, lots};

const SORTS: [&str; 6] =
    ["name", "-name", "kind,-created,name", "-owner", "usage,-last_used", "team"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn pages_together_are_the_whole_list(lots in lots(), limit in 1..5_usize, sort in 0..SORTS.len()) {
        let (_, snapshot) = grown(&lots);
        let query = parse("").unwrap();
        let sort: Sort = SORTS[sort].parse().unwrap();
        let mut request = PageRequest { sort, limit: usize::MAX, ..PageRequest::of(&query, NOW) };
        let whole = ids(&snapshot, snapshot.page(&request).unwrap().nodes);
        request.limit = limit;
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let request = PageRequest { after: after.as_ref(), ..request.clone() };
            let page = snapshot.page(&request).unwrap();
            prop_assert!(page.nodes.len() <= limit);
            prop_assert_eq!(page.total as usize, whole.len());
            paged.extend(ids(&snapshot, page.nodes));
            // A cursor survives being written down.
            after = page.next.map(|cursor| cursor.to_string().parse().unwrap());
            if after.is_none() {
                break;
            }
        }
        prop_assert_eq!(paged, whole);
    }

    #[test]
    fn a_cursor_goes_on_in_a_later_snapshot(lots in lots(), sort in 0..SORTS.len()) {
        // The entity at the cursor is removed: the next page begins where it was.
        let (mut model, snapshot) = grown(&lots);
        let query = parse("").unwrap();
        let sort: Sort = SORTS[sort].parse().unwrap();
        let request = PageRequest { sort: sort.clone(), limit: 2, ..PageRequest::of(&query, NOW) };
        let first = snapshot.page(&request).unwrap();
        let Some(cursor) = first.next else { return Ok(()) };
        let all = PageRequest { limit: 1_000, ..request.clone() };
        let rest: Vec<i64> = ids(&snapshot, snapshot.page(&all).unwrap().nodes).split_off(2);
        let last = ids(&snapshot, first.nodes)[1];
        let gone = model.entities.keys().copied().find(|n| crate::model::key(*n).node_id().0 == last);
        let Some(gone) = gone else { return Ok(()) };
        model.relations.retain(|(from, _, to), _| {
            let gone = crate::model::End::Entity(gone);
            *from != gone && *to != gone
        });
        let before = model.build();
        prop_assume!(before.node_count() == snapshot.node_count());
        let mut delta = Delta::default();
        let aliases = model.entities[&gone].aliases.clone();
        prop_assume!(aliases.is_empty());
        model.take(&Step::Remove(gone), &mut delta);
        let after = before.apply(SnapshotId::default(), &delta);
        let next = PageRequest { after: Some(&cursor), limit: 1_000, ..request };
        for later in [&after, &model.build()] {
            prop_assert_eq!(ids(later, later.page(&next).unwrap().nodes), rest.clone());
        }
    }
}

fn company() -> Model {
    let mut model = Model::default();
    for n in 0..9 {
        let facts =
            Facts { name: n % 8, bits: u32::from(n) * 77, aliases: [].into(), is_gone: n == 4 };
        model.take(&Step::Put(n, facts), &mut Delta::default());
    }
    model.take(&Step::Judge(1, Some(6)), &mut Delta::default());
    model
}

#[test]
fn a_count_knows_of_how_many_and_what_is_open() {
    let snapshot = company().build();
    let count = |text: &str| snapshot.count_with_coverage(&parse(text).unwrap(), NOW);
    // One is judged unowned; of the others nothing is known.
    let unowned = count("owner:unowned");
    assert_eq!((unowned.matched, unowned.of, unowned.undecided), (1, 9, 8));
    let not = count("-owner:unowned");
    assert_eq!((not.matched, not.undecided), (8, 8));
    assert_eq!(count("gone:false owner:unowned").of, 8);
    assert_eq!(count("provider:aws").undecided, 0);
}

#[test]
fn facets_count_each_value_of_an_entity() {
    let snapshot = company().build();
    let matches = snapshot.select(&parse("").unwrap(), NOW);
    let owners = snapshot.facet_counts(&matches, Facet::Owner, 1);
    assert_eq!((owners.values, owners.distinct), (vec![("pending".to_owned(), 8)], 2));
}

#[test]
fn a_mistyped_name_is_told() {
    let snapshot = company().build();
    let unknown = snapshot.unknown_values(&parse("provider:githb kind:aws.* source:none").unwrap());
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        (unknown[0].field, unknown[0].suggestions.as_slice()),
        ("provider", &["github".to_owned()][..])
    );
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let snapshot = company().build();
    let query = parse("").unwrap();
    let request = PageRequest { limit: 1, ..PageRequest::of(&query, NOW) };
    let cursor = snapshot.page(&request).unwrap().next.unwrap();
    let other = PageRequest { sort: "-name".parse().unwrap(), after: Some(&cursor), ..request };
    assert!(snapshot.page(&other).is_err());
    assert!("zz".parse::<rollcall_graph::Cursor>().is_err());
    assert!("é".parse::<rollcall_graph::Cursor>().is_err());
    assert!("names".parse::<Sort>().is_err());
}

#[test]
fn pages_by_time_of_many_are_the_whole_list_in_order() {
    use rollcall_graph::{ActivityRow, EntityRow, SnapshotBuilder};
    use rollcall_model::{EntityKey, EntityType};
    let mut builder = SnapshotBuilder::new();
    let mut expected: Vec<(i64, i64)> = Vec::new();
    for n in 0..70_000_i64 {
        let key = EntityKey::new("aws", "1", "aws.iam-role", &format!("role-{n}")).unwrap();
        let row = EntityRow::new(key, EntityType::Identity, "role");
        // Many at one time, and one in three never.
        let seconds = (n * 7_919 % 1_013) * 60;
        if n % 3 > 0 {
            let at = NOW.plus_seconds(-seconds);
            builder.activity(ActivityRow { id: row.id, at, grade: 1 });
        }
        expected.push((if n % 3 > 0 { seconds } else { i64::MAX }, row.id.0));
        builder.entity(&row);
    }
    let snapshot = builder.finish(SnapshotId::default()).unwrap();
    let query = parse("").unwrap();
    for (sort, sign) in [("-last_used", 1), ("last_used", -1)] {
        let of = |seconds: i64| if seconds == i64::MAX { seconds } else { sign * seconds };
        expected.sort_by_key(|(seconds, id)| (of(*seconds), *id));
        let request = PageRequest { sort: sort.parse().unwrap(), ..PageRequest::of(&query, NOW) };
        let mut cursor: Option<rollcall_graph::Cursor> = None;
        for page in 0..4 {
            let request = PageRequest { after: cursor.as_ref(), ..request.clone() };
            let found = snapshot.page(&request).unwrap();
            let theirs = expected[page * 50..][..50].iter().map(|(_, id)| *id);
            assert_eq!(ids(&snapshot, found.nodes), theirs.collect::<Vec<_>>(), "{sort} {page}");
            cursor = found.next;
        }
        // Beyond all that were ever used.
        let limit = 46_660;
        let to = snapshot.page(&PageRequest { limit, ..request.clone() }).unwrap().next.unwrap();
        let rest = snapshot.page(&PageRequest { after: Some(&to), ..request }).unwrap().nodes;
        let theirs = expected[limit..][..50].iter().map(|(_, id)| *id);
        assert_eq!(ids(&snapshot, rest), theirs.collect::<Vec<_>>());
    }
}
