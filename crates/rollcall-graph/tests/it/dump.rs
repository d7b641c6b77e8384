//! Everything that a snapshot answers, as text, without anything that depends on where nodes lie.

use std::fmt::Write as _;

use rollcall_graph::{
    Direction, Facet, Node, PageRequest, PathLimits, RelationSet, Snapshot, WalkLimits, parse,
};
use rollcall_model::NodeId;

use crate::model::{ENTITIES, End, NOW, REFERENCES};

pub(crate) const QUERIES: &[&str] = &[
    "",
    "type:identity",
    "type:unknown",
    "class:agent owner:none",
    "owner:any",
    "owner:unknown",
    "-owner:(confirmed,orphaned)",
    "owner:dana@example.com",
    "team:payments OR team:none",
    "usage:unused",
    "-usage:unknown env:prod",
    "reach:admin",
    "reach:>=deploy",
    "reach:tier0",
    "finding:any",
    "finding:none",
    "finding:rule-*",
    "standing:standing",
    "presence:(left,none)",
    "disabled:false",
    "disabled:unknown",
    "gone:true",
    "missing:true collected:true",
    "source:source-1 kind:iam-role",
    "source:none",
    "provider:aws realm:realm-0",
    "kind:aws.*",
    "created:>30d",
    "created:none",
    "created:2026-06..",
    "last_used:any",
    "last_used:<90d",
    "expires:<60d",
    "gone_at:any",
    "last_seen:any",
    "last_seen:none",
    "last_seen:>60d",
    "last_seen:2026-06..2026-07 gone:false",
    "-last_seen:<90d type:identity",
    "score:>=300",
    "score:..200",
    "deploy",
    "bot",
    "\"arn:aws\"",
    "ägir",
    "aroa00",
    "role/Ref",
    "name:=deploy-bot",
    "name:i -gone:true",
    "alias:ref-1",
    "alias:none",
    "id:aroa0003x",
    "path_to:aroa0001x",
    "path_from:deploy-bot",
    "(class:human OR usage:used) -(source:source-0 type:any)",
];

pub(crate) fn ids(snapshot: &Snapshot, nodes: impl IntoIterator<Item = Node>) -> Vec<i64> {
    nodes.into_iter().map(|node| snapshot.id_of(node).0).collect()
}

fn sorted(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids
}

pub(crate) fn dump(s: &Snapshot) -> String {
    let mut out = String::new();
    let mut nodes: Vec<Node> = s.nodes().collect();
    nodes.sort_by_key(|node| s.id_of(*node));
    writeln!(out, "{} nodes, {} rows of relations", s.node_count(), s.relation_count()).unwrap();
    for node in &nodes {
        let e = s.entity(*node);
        writeln!(out, "{:?} {:?} {:?} {:?}", e.id(), e.key(), e.public_id(), e.name()).unwrap();
        writeln!(
            out,
            " {:?} {:?} {:?}",
            e.entity_type(),
            e.class(),
            e.aliases().collect::<Vec<_>>()
        )
        .unwrap();
        let flags = (e.disabled(), e.is_missing(), e.is_collected(), e.gone_at());
        writeln!(out, " {flags:?} {:?} {:?}", e.created_at(), e.expires_at()).unwrap();
        let seen = (e.first_seen(), e.last_seen(), e.last_used());
        writeln!(out, " {seen:?} {:?} {:?}", e.sources().collect::<Vec<_>>(), e.env()).unwrap();
        writeln!(out, " {:?} {:?} {:?}", e.document(), e.owner_state(), e.owner()).unwrap();
        writeln!(out, " {:?} {} {:?} {:?}", e.team(), e.score(), e.usage(), e.usage_at()).unwrap();
        writeln!(out, " {:?} {:?} {:?}", e.findings(), e.reach(), e.standing()).unwrap();
        writeln!(out, " {:?}", e.presence()).unwrap();
        writeln!(out, " {:?}", e.scopes().collect::<Vec<_>>()).unwrap();
        let near = s.neighbours(*node, RelationSet::ALL, None, 1_000);
        for n in near.first {
            writeln!(
                out,
                "  {:?} {:?} {:?} {} {:?}",
                n.direction,
                n.relation,
                n.level,
                n.weak,
                s.id_of(n.node)
            )
            .unwrap();
        }
        assert_eq!(e.public_id().and_then(|id| s.find(id)), e.public_id().map(|_| *node));
    }
    for text in QUERIES {
        let query = parse(text).unwrap();
        let matches = s.select(&query, NOW);
        writeln!(out, "{text}: {:?}", sorted(ids(s, matches.iter()))).unwrap();
        writeln!(out, " {:?}", s.count_with_coverage(&query, NOW)).unwrap();
        for facet in Facet::ALL {
            writeln!(out, " {:?}", s.facet_counts(&matches, facet, 100)).unwrap();
        }
    }
    let all = parse("").unwrap();
    for sort in [
        "name",
        "-name",
        "kind,-created",
        "-owner,name",
        "team,usage",
        "-last_used",
        "env",
        "last_seen",
        "-last_seen",
    ] {
        let request =
            PageRequest { sort: sort.parse().unwrap(), limit: 1_000, ..PageRequest::of(&all, NOW) };
        writeln!(out, "by {sort}: {:?}", ids(s, s.page(&request).unwrap().nodes)).unwrap();
    }
    writeln!(out, "{:?} {:?}", s.missed(), s.scopes()).unwrap();
    let kept = s.kept();
    writeln!(out, "kept: {:?}", sorted(ids(s, kept.entities.iter()))).unwrap();
    writeln!(out, " {:?}", (kept.types, kept.classes, kept.sources, kept.oldest)).unwrap();
    walks(s, &mut out);
    out
}

fn walks(s: &Snapshot, out: &mut String) {
    let ends = (0..ENTITIES).map(End::Entity).chain((0..REFERENCES).map(End::Reference));
    let ends: Vec<(NodeId, Node)> =
        ends.filter_map(|end| Some((end.id(), s.node(end.id())?))).collect();
    for (id, node) in &ends {
        for direction in [Direction::Outward, Direction::Inward] {
            let limits = WalkLimits { nodes: 5, ..WalkLimits::default() };
            let reached = s.reach(&[*node], direction, &limits);
            let levels: Vec<_> =
                reached.levels.iter().map(|l| sorted(ids(s, l.iter().copied()))).collect();
            writeln!(out, "{id:?} {direction:?} {levels:?} {}", reached.at_least).unwrap();
        }
        for (_, other) in &ends {
            for path in s.paths(*node, *other, &PathLimits::default()) {
                writeln!(out, "{:?} {:?}", ids(s, path.nodes), path.hops).unwrap();
            }
        }
    }
}
