//! What one run finds: every root walked once, each repository with the files that declare something.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rollcall_declared::files::{self, FileType};
use rollcall_declared::records::Repository;

use crate::checkout::{self, Checkout};
use crate::config::Config;
use crate::history::{self, History, Tracked};
use crate::read::{Outcome, slashed};
use crate::walk::{self, Blocked, Walked};

/// A file of a repository.
#[derive(Debug)]
pub(crate) struct RepoFile {
    /// Its path in the repository, with `/`.
    pub(crate) path: String,
    /// What it is.
    pub(crate) file: FileType,
    /// What became of it.
    pub(crate) outcome: Outcome,
}

/// A repository and the checkout of it that is read.
#[derive(Debug)]
pub(crate) struct RepositoryScan {
    /// As records name it.
    pub(crate) repository: Repository,
    /// The checkout that is read.
    pub(crate) checkout: Checkout,
    /// Its files, by path.
    pub(crate) files: Vec<RepoFile>,
    /// What could not be looked at in it.
    pub(crate) blocked: Vec<Blocked>,
    /// Folders of it that are links and not followed.
    pub(crate) linked_folders: Vec<String>,
    /// Folders of it at the depth where the search ends.
    pub(crate) too_deep: Vec<String>,
    history: OnceLock<History>,
}

/// What a root holds.
#[derive(Debug)]
pub(crate) struct RootScan {
    /// The root as configured or, where it exists, without links: the realm of its listing.
    pub(crate) path: String,
    /// Why it could not be read at all.
    pub(crate) failed: Option<String>,
    /// The repositories found below it: id, and the paths of their checkouts below the root, the
    /// one that is read first.
    pub(crate) repositories: BTreeMap<String, Vec<String>>,
    /// The checkouts below it, one for each repository.
    pub(crate) checkouts: BTreeMap<String, Checkout>,
    /// What could not be looked at outside of any repository.
    pub(crate) blocked: Vec<Blocked>,
    /// Repositories without a working tree.
    pub(crate) bare: Vec<String>,
    /// Declaring files that belong to no checkout.
    pub(crate) strays: Vec<String>,
}

/// Everything below all roots.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The roots, as configured.
    pub(crate) roots: Vec<RootScan>,
    /// The repositories, by id.
    pub(crate) repositories: BTreeMap<String, RepositoryScan>,
}

impl Scan {
    /// Walks every root.
    pub(crate) fn run(config: &Config, key: &[u8; 32], stop: &AtomicBool) -> Self {
        let mut scan = Self::default();
        for root in &config.roots {
            let found = scan.root(root, config, key, stop);
            scan.roots.push(found);
        }
        scan
    }

    fn root(
        &mut self,
        root: &PathBuf,
        config: &Config,
        key: &[u8; 32],
        stop: &AtomicBool,
    ) -> RootScan {
        let failed = |why: String| RootScan {
            path: slashed(root),
            failed: Some(why),
            repositories: BTreeMap::new(),
            checkouts: BTreeMap::new(),
            blocked: Vec::new(),
            bare: Vec::new(),
            strays: Vec::new(),
        };
        let real = match std::fs::canonicalize(root) {
            Ok(real) => real,
            Err(error) => return failed(error.kind().to_string()),
        };
        if let Err(error) = std::fs::read_dir(&real) {
            return failed(error.kind().to_string());
        }
        let walked = walk::walk(&real, config, key, stop);
        self.assemble(real, walked)
    }

    /// Gives every file to the innermost checkout around it.
    pub(crate) fn assemble(&mut self, root: PathBuf, walked: Walked) -> RootScan {
        let (paths, checkouts): (Vec<String>, Vec<Checkout>) = walked.checkouts.into_iter().unzip();
        let by_path: HashMap<&str, usize> =
            paths.iter().enumerate().map(|(i, path)| (path.as_str(), i)).collect();
        let mut parts: Vec<Part> = checkouts.iter().map(|_| Part::default()).collect();
        let mut strays = Vec::new();
        for found in walked.files {
            match owner(&by_path, &found.path) {
                Some((at, inside)) if files::classify(&inside) == Some(found.file) => {
                    parts[at].files.push(RepoFile {
                        path: inside,
                        file: found.file,
                        outcome: found.outcome,
                    });
                }
                Some(_) => {}
                None => strays.push(found.path),
            }
        }
        let mut outside = Vec::new();
        for blocked in walked.blocked {
            match owner(&by_path, &blocked.path) {
                Some((at, inside)) => {
                    parts[at].blocked.push(Blocked { path: inside, why: blocked.why })
                }
                None => outside.push(blocked),
            }
        }
        for path in walked.linked_folders {
            if let Some((at, inside)) = owner(&by_path, &path) {
                parts[at].linked_folders.push(inside);
            }
        }
        for path in walked.too_deep {
            match owner(&by_path, &path) {
                Some((at, inside)) => parts[at].too_deep.push(inside),
                None => outside.push(Blocked { path, why: "deeper than `max_depth`".to_owned() }),
            }
        }
        let mut scan = RootScan {
            path: slashed(&root),
            failed: None,
            repositories: BTreeMap::new(),
            checkouts: BTreeMap::new(),
            blocked: outside,
            bare: walked.bare,
            strays,
        };
        let mut order: Vec<usize> = (0..checkouts.len()).collect();
        // Of several checkouts of one repository the one with the latest commit is read, then the
        // first by path.
        order.sort_by(|a, b| {
            let newest = checkouts[*b].head_at.cmp(&checkouts[*a].head_at);
            newest.then_with(|| paths[*a].cmp(&paths[*b]))
        });
        for at in order {
            let checkout = &checkouts[at];
            let below = if paths[at].is_empty() { "." } else { &paths[at] };
            scan.repositories.entry(checkout.id.clone()).or_default().push(below.to_owned());
            scan.checkouts.entry(checkout.id.clone()).or_insert_with(|| checkout.clone());
            self.keep(checkout, std::mem::take(&mut parts[at]));
        }
        scan
    }

    /// Keeps a checkout unless another root holds a newer one of the same repository.
    fn keep(&mut self, checkout: &Checkout, part: Part) {
        let newer = self.repositories.get(&checkout.id).is_none_or(|known| {
            (checkout.head_at, std::cmp::Reverse(&checkout.folder))
                > (known.checkout.head_at, std::cmp::Reverse(&known.checkout.folder))
        });
        if newer {
            self.repositories.insert(checkout.id.clone(), part.finish(checkout));
        }
    }

    /// Reads the history of every repository, several at a time.
    pub(crate) fn read_histories(&self, config: &Config, stop: &AtomicBool) {
        let all: Vec<&RepositoryScan> = self.repositories.values().collect();
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(2, usize::from).min(all.len());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(repository) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                        repository.history(config, stop);
                    }
                });
            }
        });
    }
}

/// The innermost checkout around a path, and the path inside it.
fn owner(checkouts: &HashMap<&str, usize>, path: &str) -> Option<(usize, String)> {
    let mut end = path.len();
    loop {
        let at = path[..end].rfind('/');
        end = at.unwrap_or(0);
        if let Some(checkout) = checkouts.get(&path[..end]) {
            return Some((*checkout, path[end..].trim_start_matches('/').to_owned()));
        }
        at?;
    }
}

#[derive(Default)]
struct Part {
    files: Vec<RepoFile>,
    blocked: Vec<Blocked>,
    linked_folders: Vec<String>,
    too_deep: Vec<String>,
}

impl Part {
    fn finish(self, checkout: &Checkout) -> RepositoryScan {
        let remote = checkout.remote.as_ref();
        let title = remote.map(|r| r.path.clone()).or_else(|| {
            checkout.folder.file_name().map(|name| name.to_string_lossy().into_owned())
        });
        RepositoryScan {
            repository: Repository {
                id: checkout.id.clone(),
                title: title.unwrap_or_else(|| checkout.id.clone()),
                host: remote.map(|r| r.host.clone()),
                name: remote.map(|r| r.path.clone()),
                default_branch: checkout.default_branch.clone().or_else(|| checkout.branch.clone()),
                ..Repository::default()
            },
            checkout: checkout.clone(),
            files: self.files,
            blocked: self.blocked,
            linked_folders: self.linked_folders,
            too_deep: self.too_deep,
            history: OnceLock::new(),
        }
    }
}

impl RepositoryScan {
    /// The history of its files, in their order; empty where it is not to be read or cannot be.
    pub(crate) fn history(&self, config: &Config, stop: &AtomicBool) -> &History {
        self.history.get_or_init(|| {
            let Some(git) = self.checkout.git.as_ref().filter(|_| config.history) else {
                return History::default();
            };
            match checkout::open(git) {
                Ok(mut repository) => {
                    repository.object_cache_size(16 << 20);
                    let tracked = self.tracked();
                    history::read(
                        &repository,
                        &tracked,
                        config.history_budget,
                        config.max_file_bytes,
                        stop,
                    )
                }
                Err(_) => History::default(),
            }
        })
    }

    fn tracked(&self) -> Vec<Tracked> {
        let track = |file: &RepoFile| {
            let on_disk = self.checkout.folder.join(&file.path);
            let blob = match &file.outcome {
                // To git a link's content is the path it points at.
                Outcome::Read(content) if content.link.is_some() => std::fs::read_link(&on_disk)
                    .map(|target| crate::read::blob_id(slashed(&target).as_bytes()))
                    .unwrap_or_default(),
                Outcome::Read(content) => content.blob.clone(),
                _ => String::new(),
            };
            Tracked { path: file.path.clone(), file: on_disk, blob }
        };
        self.files.iter().map(track).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is blocked is told even where the tests run as an administrator, whom nothing blocks.
    #[test]
    fn what_is_blocked_belongs_to_the_innermost_checkout() {
        let folder = tempfile::tempdir().expect("a folder");
        let blocked =
            |path: &str| Blocked { path: path.to_owned(), why: "permission denied".to_owned() };
        let checkout = |path: &str| {
            let unread = Checkout::unread(&folder.path().join(path), "its .git: not found");
            (path.to_owned(), unread)
        };
        let walked = Walked {
            checkouts: vec![checkout("a"), checkout("a/b")],
            blocked: vec![blocked("a/b/c/d"), blocked("a/x"), blocked("z"), blocked("ab")],
            too_deep: vec!["a/deep".to_owned(), "y".to_owned()],
            ..Walked::default()
        };
        let mut scan = Scan::default();
        let root = scan.assemble(folder.path().to_owned(), walked);
        let of = |inner: &str| {
            let id = format!("local:{}", slashed(&folder.path().join(inner)));
            scan.repositories.get(&id).expect("a repository")
        };
        let paths =
            |blocked: &[Blocked]| blocked.iter().map(|b| b.path.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&of("a/b").blocked), ["c/d"]);
        assert_eq!(paths(&of("a").blocked), ["x"]);
        assert_eq!(paths(&root.blocked), ["z", "ab", "y"]);
        assert_eq!(of("a").too_deep, ["deep"]);
    }
}
