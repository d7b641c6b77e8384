//! A base with changes over it answers as a base built anew from the same facts.

use proptest::prelude::*;
use rollcall_graph::{Delta, Difference, SnapshotId, diff};

use crate::dump::dump;
use crate::model::{Model, Step, grown, judged, key, lots};

/// The first line that differs: whole dumps are too long to be read.
#[track_caller]
fn same(left: &str, right: &str) {
    for (l, r) in left.lines().zip(right.lines()) {
        assert_eq!(l, r);
    }
    assert_eq!(left.lines().count(), right.lines().count());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn changes_over_a_base_equal_a_new_base(lots in lots()) {
        let (model, snapshot) = grown(&lots);
        let fresh = model.build();
        same(&dump(&snapshot), &dump(&fresh));
        prop_assert_eq!(diff(&fresh, &snapshot), Difference::default());
        let compact = snapshot.compact().unwrap();
        same(&dump(&compact), &dump(&fresh));
        prop_assert_eq!(diff(&compact, &fresh), Difference::default());
    }

    #[test]
    fn a_generation_replaces_every_derived_column(lots in lots(), bits in any::<u32>()) {
        let (mut model, snapshot) = grown(&lots);
        model.derived = model.entities.keys().map(|n| (*n, bits.rotate_left((*n).into()))).collect();
        let generation: Vec<_> =
            model.derived.iter().map(|(n, bits)| (key(*n).node_id(), judged(*bits))).collect();
        let judged = snapshot.with_derived(
            SnapshotId { store: "test".into(), sequence: 7 },
            generation.iter().map(|(id, derived)| (*id, derived)),
        );
        same(&dump(&judged), &dump(&model.build()));
    }

    #[test]
    fn a_difference_is_what_changed(lots in lots()) {
        let (_, snapshot) = grown(&lots[..1]);
        let (model, _) = grown(&lots);
        let (_, later) = grown(&lots);
        let by_overlay = diff(&snapshot, &model.build());
        let mut earlier = Model::default();
        lots[0].iter().for_each(|step: &Step| earlier.take(step, &mut Delta::default()));
        prop_assert_eq!(&by_overlay, &diff(&earlier.build(), &later));
    }
}

#[test]
fn an_earlier_snapshot_is_not_touched() {
    let mut model = Model::default();
    let facts = crate::model::Facts { name: 0, bits: 1, aliases: [1].into(), is_gone: false };
    model.take(&Step::Put(1, facts.clone()), &mut Delta::default());
    let before = model.build();
    let text = dump(&before);
    let mut delta = Delta::default();
    model.take(&Step::Put(1, crate::model::Facts { name: 3, ..facts }), &mut delta);
    let after = before.apply(SnapshotId::default(), &delta);
    assert_eq!(dump(&before), text);
    let difference = diff(&before, &after);
    assert_eq!(difference.changed, [(key(1).node_id(), vec!["name"])]);
}
