//! The snapshot file.

use proptest::prelude::*;
use rollcall_graph::{FileError, Snapshot};

use crate::dump::dump;
use crate::model::{grown, lots};

fn written(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::new();
    snapshot.write(&mut bytes).unwrap();
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_file_gives_back_the_snapshot(lots in lots()) {
        let (_, snapshot) = grown(&lots);
        let read = Snapshot::read(written(&snapshot).as_slice(), "test").unwrap();
        prop_assert_eq!(dump(&read), dump(&snapshot));
        prop_assert_eq!(read.id(), snapshot.id());
        prop_assert_eq!(read.scopes(), snapshot.scopes());
        // What was read can be changed and written again.
        prop_assert_eq!(written(&read).len(), written(&snapshot).len());
    }

    #[test]
    fn damage_is_found(lots in lots(), flips in proptest::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..4)) {
        let bytes = written(&grown(&lots).1);
        let mut damaged = bytes.clone();
        for (at, flip) in flips {
            let at = at.index(damaged.len());
            damaged[at] ^= flip;
        }
        if damaged != bytes {
            prop_assert!(Snapshot::read(damaged.as_slice(), "test").is_err());
        }
    }

    #[test]
    fn a_cut_file_is_found(lots in lots(), at in any::<prop::sample::Index>()) {
        let bytes = written(&grown(&lots).1);
        prop_assert!(Snapshot::read(&bytes[..at.index(bytes.len())], "test").is_err());
        let longer = [bytes.as_slice(), b"x"].concat();
        prop_assert!(Snapshot::read(longer.as_slice(), "test").is_err());
    }
}

#[test]
fn content_with_a_right_checksum_and_wrong_parts_does_not_panic() {
    let lots = vec![vec![
        crate::model::Step::Relate(
            crate::model::End::Entity(1),
            3,
            crate::model::End::Reference(1),
            (None, false),
        );
        3
    ]];
    let bytes = written(&grown(&lots).1);
    for at in 28..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] = changed[at].wrapping_add(1);
        let sum = crc32(&changed[28..]);
        changed[20..24].copy_from_slice(&sum.to_le_bytes());
        let header = crc32(&changed[..24]);
        changed[24..28].copy_from_slice(&header.to_le_bytes());
        // Most are refused for parts that do not fit; what is read must answer without panic.
        if let Ok(snapshot) = Snapshot::read(changed.as_slice(), "test") {
            for node in snapshot.nodes() {
                let entity = snapshot.entity(node);
                let _ = (entity.name(), entity.findings(), entity.aliases().count());
                let _ = snapshot.neighbours(node, rollcall_graph::RelationSet::ALL, None, 9);
            }
            let query = rollcall_graph::parse("ref -type:identity").unwrap();
            let _ = snapshot.count_with_coverage(&query, crate::model::NOW);
        }
    }
}

/// The checksum of the form, bit by bit, so that the test does not lean on the library.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |s, _| if s & 1 == 1 { s >> 1 ^ 0xedb8_8320 } else { s >> 1 },
        )
    })
}

#[test]
fn other_versions_and_stores_are_told_apart() {
    let bytes = written(&grown(&[vec![]]).1);
    assert!(matches!(Snapshot::read(bytes.as_slice(), "other"), Err(FileError::OtherStore { .. })));
    let mut newer = bytes.clone();
    newer[8] = 99;
    assert!(matches!(
        Snapshot::read(newer.as_slice(), "test"),
        Err(FileError::OtherVersion { found: 99 })
    ));
    assert!(matches!(Snapshot::read(&b"{}"[..], "test"), Err(FileError::NotASnapshot)));
}
