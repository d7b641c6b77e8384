//! Which of some paths differ between two trees, looking only into folders that differ.

use std::collections::HashMap;
use std::rc::Rc;

use gix::ObjectId;
use gix::objs::{FindExt, TreeRefIter};

/// How many trees are remembered: each is looked at once as a parent's and once as a commit's.
const REMEMBERED: usize = 4_096;

/// The paths of interest, as a tree of names.
#[derive(Default)]
pub(super) struct Paths {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    children: HashMap<Vec<u8>, usize>,
    file: Option<usize>,
}

/// The entries of a tree that lead to a path of interest: the node below, and the object.
type Entries = Rc<[(usize, ObjectId, bool)]>;

/// Compares trees.
pub(super) struct Trees<'r> {
    repository: &'r gix::Repository,
    paths: Paths,
    known: HashMap<(usize, ObjectId), Entries>,
    buffer: Vec<u8>,
}

impl Paths {
    /// The paths, each with its number.
    pub(super) fn new<'p>(paths: impl Iterator<Item = &'p str>) -> Self {
        let mut all = Self { nodes: vec![Node::default()] };
        for (number, path) in paths.enumerate() {
            let mut at = 0;
            for name in path.split('/') {
                let next = all.nodes.len();
                at = *all.nodes[at].children.entry(name.as_bytes().to_vec()).or_insert(next);
                if at == next {
                    all.nodes.push(Node::default());
                }
            }
            all.nodes[at].file = Some(number);
        }
        all
    }
}

/// An object that history needs and the repository does not have, or that is broken.
#[derive(Debug)]
pub(super) struct Missing;

impl<'r> Trees<'r> {
    pub(super) fn new(repository: &'r gix::Repository, paths: Paths) -> Self {
        Self { repository, paths, known: HashMap::new(), buffer: Vec::new() }
    }

    /// The files of interest whose content differs between two trees, with what the second has.
    pub(super) fn differing(
        &mut self,
        one: Option<ObjectId>,
        other: Option<ObjectId>,
    ) -> Result<HashMap<usize, Option<ObjectId>>, Missing> {
        let mut found = HashMap::new();
        self.compare(0, one, other, &mut found)?;
        Ok(found)
    }

    /// All files of interest in a tree.
    pub(super) fn files(&mut self, tree: ObjectId) -> Result<HashMap<usize, ObjectId>, Missing> {
        let found = self.differing(None, Some(tree))?;
        Ok(found.into_iter().filter_map(|(file, id)| Some((file, id?))).collect())
    }

    fn compare(
        &mut self,
        node: usize,
        one: Option<ObjectId>,
        other: Option<ObjectId>,
        found: &mut HashMap<usize, Option<ObjectId>>,
    ) -> Result<(), Missing> {
        if one == other {
            return Ok(());
        }
        let one = self.entries(node, one)?;
        let other = self.entries(node, other)?;
        let get = |entries: &Entries, child: usize| {
            entries.iter().find(|e| e.0 == child).map(|e| (e.1, e.2))
        };
        let mut children: Vec<usize> = one.iter().chain(other.iter()).map(|e| e.0).collect();
        children.sort_unstable();
        children.dedup();
        for child in children {
            let (a, b) = (get(&one, child), get(&other, child));
            if a == b {
                continue;
            }
            if let Some(file) = self.paths.nodes[child].file {
                // A folder in a file's place is no content.
                found.insert(file, b.filter(|(_, is_tree)| !is_tree).map(|(id, _)| id));
            }
            let tree =
                |entry: Option<(ObjectId, bool)>| entry.filter(|(_, t)| *t).map(|(id, _)| id);
            if !self.paths.nodes[child].children.is_empty() {
                self.compare(child, tree(a), tree(b), found)?;
            }
        }
        Ok(())
    }

    fn entries(&mut self, node: usize, tree: Option<ObjectId>) -> Result<Entries, Missing> {
        let Some(tree) = tree else { return Ok(Rc::from([])) };
        if let Some(known) = self.known.get(&(node, tree)) {
            return Ok(known.clone());
        }
        let mut entries = Vec::new();
        let data = self.repository.objects.find(&tree, &mut self.buffer).map_err(|_| Missing)?;
        let children = &self.paths.nodes[node].children;
        for entry in TreeRefIter::from_bytes(data.data, tree.kind()) {
            let entry = entry.map_err(|_| Missing)?;
            if let Some(child) = children.get::<[u8]>(entry.filename.as_ref()) {
                entries.push((*child, entry.oid.to_owned(), entry.mode.is_tree()));
            }
        }
        let entries: Entries = Rc::from(entries);
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert((node, tree), entries.clone());
        Ok(entries)
    }
}
