//! Floors for the snapshot: the same work over plain arrays.

use rollcall_graph::{RelationSet, Snapshot};

/// Relations as two arrays, and nothing else.
pub(crate) struct Arrays {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

/// Marks that are not cleared between walks.
pub(crate) struct Scratch {
    stamp: u32,
    marks: Vec<u32>,
    queue: Vec<u32>,
}

impl Scratch {
    pub(crate) fn new(size: usize) -> Self {
        Self { stamp: 0, marks: vec![0; size], queue: Vec::new() }
    }
}

impl Arrays {
    /// The relations along which access flows.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        use petgraph::visit::IntoNeighbors as _;
        let graph = snapshot.graph(RelationSet::ACCESS);
        let (mut starts, mut ends) = (vec![0], Vec::new());
        for node in snapshot.nodes() {
            ends.extend(graph.neighbors(node).map(|n| n.index() as u32));
            starts.push(ends.len() as u32);
        }
        Self { starts, ends }
    }

    pub(crate) fn reach(&self, from: u32, depth: usize, scratch: &mut Scratch) -> usize {
        let Scratch { stamp, marks, queue } = scratch;
        *stamp += 1;
        queue.clear();
        queue.push(from);
        marks[from as usize] = *stamp;
        let mut done = 0;
        for _ in 0..depth {
            let level = queue.len();
            for at in done..level {
                let node = queue[at] as usize;
                for end in &self.ends[self.starts[node] as usize..self.starts[node + 1] as usize] {
                    if marks[*end as usize] != *stamp {
                        marks[*end as usize] = *stamp;
                        queue.push(*end);
                    }
                }
            }
            done = level;
        }
        queue.len() - 1
    }
}

/// Every text of every entity, in lower case, one block.
pub(crate) fn names(snapshot: &Snapshot) -> Vec<String> {
    let lower = |node| {
        let entity = snapshot.entity(node);
        let mut text = format!("{}\n{}", entity.name(), entity.native_id());
        for (_, alias) in entity.aliases() {
            text.push('\n');
            text.push_str(&alias.value);
        }
        text.make_ascii_lowercase();
        text
    };
    snapshot.nodes().map(lower).collect()
}

pub(crate) fn scan(names: &[String], text: &str) -> usize {
    let text = text.trim_matches('"').to_lowercase();
    names.iter().filter(|name| name.contains(&text)).count()
}
