//! The snapshot as a graph of petgraph, whose algorithms then run on it.

use petgraph::Direction as Way;
use petgraph::visit::{
    Data, EdgeRef, GraphBase, GraphProp, GraphRef, IntoEdgeReferences, IntoEdges,
    IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers,
    IntoNodeReferences, NodeCount, NodeIndexable, VisitMap, Visitable,
};
use rollcall_model::Relation;

use crate::adjacency::{Label, RelationSet};
use crate::column::Bits;
use crate::snapshot::{Node, Snapshot};
use crate::walk::{Direction, Hop};

/// A snapshot with only some of its relations, as petgraph sees it. Directed; a relation that is named
/// in two ways is two edges.
#[derive(Clone, Copy, Debug)]
pub struct Graph<'a> {
    snapshot: &'a Snapshot,
    relations: RelationSet,
}

impl Snapshot {
    /// The snapshot as a graph with some of its relations.
    #[must_use]
    pub const fn graph(&self, relations: RelationSet) -> Graph<'_> {
        Graph { snapshot: self, relations }
    }
}

/// An edge of a [`Graph`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Edge {
    from: Node,
    to: Node,
    hop: Hop,
}

impl EdgeRef for Edge {
    type NodeId = Node;
    type EdgeId = (Node, Node, Relation);
    type Weight = Hop;

    fn source(&self) -> Node {
        self.from
    }

    fn target(&self) -> Node {
        self.to
    }

    fn weight(&self) -> &Hop {
        &self.hop
    }

    fn id(&self) -> Self::EdgeId {
        (self.from, self.to, self.hop.relation)
    }
}

/// The nodes that an algorithm has visited.
#[derive(Clone, Debug, Default)]
pub struct Visited(Bits);

impl VisitMap<Node> for Visited {
    fn visit(&mut self, node: Node) -> bool {
        let new = !self.0.has(node.0);
        self.0.set(node.0);
        new
    }

    fn is_visited(&self, node: &Node) -> bool {
        self.0.has(node.0)
    }

    fn unvisit(&mut self, node: Node) -> bool {
        let was = self.0.has(node.0);
        self.0.clear(node.0);
        was
    }
}

/// Edges or nodes of a graph, one after another.
pub type Boxed<'a, T> = Box<dyn Iterator<Item = T> + 'a>;

impl<'a> Graph<'a> {
    fn ends(self, node: Node, direction: Direction) -> Boxed<'a, (Node, Label)> {
        let edges = self.snapshot.edges(node.0, direction);
        let all = edges.into_iter().flat_map(|edges| edges.iter());
        let passing = all.filter(move |(_, label)| self.relations.passes(*label));
        Box::new(passing.map(|(end, label)| (Node(end), label)))
    }

    fn edges_of(self, node: Node, direction: Direction) -> Boxed<'a, Edge> {
        let edge = move |(end, label): (Node, Label)| {
            let hop = Hop { relation: label.relation()?, level: label.level() };
            Some(match direction {
                Direction::Outward => Edge { from: node, to: end, hop },
                Direction::Inward => Edge { from: end, to: node, hop },
            })
        };
        Box::new(self.ends(node, direction).filter_map(edge))
    }
}

fn direction(way: Way) -> Direction {
    match way {
        Way::Outgoing => Direction::Outward,
        Way::Incoming => Direction::Inward,
    }
}

impl GraphBase for Graph<'_> {
    type NodeId = Node;
    type EdgeId = (Node, Node, Relation);
}

impl GraphRef for Graph<'_> {}

impl GraphProp for Graph<'_> {
    type EdgeType = petgraph::Directed;
}

impl Data for Graph<'_> {
    type NodeWeight = ();
    type EdgeWeight = Hop;
}

impl NodeCount for Graph<'_> {
    fn node_count(&self) -> usize {
        self.snapshot.node_count()
    }
}

impl NodeIndexable for Graph<'_> {
    fn node_bound(&self) -> usize {
        self.snapshot.node_bound()
    }

    fn to_index(&self, node: Node) -> usize {
        node.index()
    }

    fn from_index(&self, index: usize) -> Node {
        Node(index as u32)
    }
}

impl Visitable for Graph<'_> {
    type Map = Visited;

    fn visit_map(&self) -> Visited {
        Visited(Bits::new(self.snapshot.node_bound()))
    }

    fn reset_map(&self, map: &mut Visited) {
        *map = self.visit_map();
    }
}

impl<'a> IntoNodeIdentifiers for Graph<'a> {
    type NodeIdentifiers = Boxed<'a, Node>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        Box::new(self.snapshot.nodes())
    }
}

impl<'a> IntoNodeReferences for Graph<'a> {
    type NodeRef = (Node, &'a ());
    type NodeReferences = Boxed<'a, Self::NodeRef>;

    fn node_references(self) -> Self::NodeReferences {
        Box::new(self.snapshot.nodes().map(|node| (node, &())))
    }
}

impl<'a> IntoNeighbors for Graph<'a> {
    type Neighbors = Boxed<'a, Node>;

    fn neighbors(self, node: Node) -> Self::Neighbors {
        self.neighbors_directed(node, Way::Outgoing)
    }
}

impl<'a> IntoNeighborsDirected for Graph<'a> {
    type NeighborsDirected = Boxed<'a, Node>;

    fn neighbors_directed(self, node: Node, way: Way) -> Self::NeighborsDirected {
        Box::new(self.ends(node, direction(way)).map(|(end, _)| end))
    }
}

impl<'a> IntoEdgeReferences for Graph<'a> {
    type EdgeRef = Edge;
    type EdgeReferences = Boxed<'a, Edge>;

    fn edge_references(self) -> Self::EdgeReferences {
        Box::new(self.snapshot.nodes().flat_map(move |n| self.edges_of(n, Direction::Outward)))
    }
}

impl<'a> IntoEdges for Graph<'a> {
    type Edges = Boxed<'a, Edge>;

    fn edges(self, node: Node) -> Self::Edges {
        self.edges_of(node, Direction::Outward)
    }
}

impl<'a> IntoEdgesDirected for Graph<'a> {
    type EdgesDirected = Boxed<'a, Edge>;

    fn edges_directed(self, node: Node, way: Way) -> Self::EdgesDirected {
        self.edges_of(node, direction(way))
    }
}
