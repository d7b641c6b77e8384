//! What the streams about contents share in one run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rollcall_declared::files::FileType;
use rollcall_declared::records::{Repository, SubjectSetting};
use rollcall_declared::secret::LiteralKey;
use rollcall_record::Problem;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::heads::Head;
use super::history::Change;
use super::texts::Bytes;
use crate::shapes::SubjectTemplate;

/// So many bytes of files wait for the stream that reads them; what does not fit is fetched again.
const MOST_BYTES: usize = 256 << 20;

/// What is known of a repository's declaring files.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// As records name it, without the form of its subjects.
    pub(crate) repository: Repository,
    /// Where its default branch is.
    pub(crate) head: Head,
    /// Its declaring files, by path.
    pub(crate) files: Vec<KnownFile>,
}

/// A declaring file.
#[derive(Clone, Debug)]
pub(crate) struct KnownFile {
    pub(crate) path: String,
    pub(crate) file: FileType,
    /// The id of its content.
    pub(crate) oid: String,
    pub(crate) size: Option<u64>,
    /// Its content is not read, and why.
    pub(crate) not_read: Option<String>,
    pub(crate) change: Option<Change>,
}

/// What a run found out of a repository.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Its files.
    Known(Arc<Known>),
    /// It has none: it is empty.
    Empty,
    /// It could not be read, which its scope of `files` says.
    Failed,
}

/// The form of an organisation's subjects, asked for once.
type OrganizationForm = Arc<OnceCell<Result<SubjectTemplate, Problem>>>;

/// What is shared.
pub(crate) struct Cache {
    key: Zeroizing<[u8; 32]>,
    states: Mutex<HashMap<u64, State>>,
    texts: Mutex<(usize, HashMap<String, Bytes>)>,
    settings: Mutex<HashMap<u64, Option<SubjectSetting>>>,
    organizations: Mutex<HashMap<u64, OrganizationForm>>,
}

impl Cache {
    /// With the key under which literals are hashed.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self {
            key: Zeroizing::new(key),
            states: Mutex::default(),
            texts: Mutex::default(),
            settings: Mutex::default(),
            organizations: Mutex::default(),
        }
    }

    pub(crate) fn literal_key(&self) -> LiteralKey<'_> {
        LiteralKey(&self.key)
    }

    pub(crate) fn state(&self, repository: u64) -> Option<State> {
        locked(&self.states).get(&repository).cloned()
    }

    pub(crate) fn remember(&self, repository: u64, state: State) {
        locked(&self.states).insert(repository, state);
    }

    pub(crate) fn text(&self, oid: &str) -> Option<Bytes> {
        locked(&self.texts).1.get(oid).map(Arc::clone)
    }

    /// Keeps a content for the stream that follows, while there is room.
    pub(crate) fn keep(&self, oid: &str, bytes: &Bytes) {
        let mut texts = locked(&self.texts);
        if texts.0 + bytes.len() <= MOST_BYTES && !texts.1.contains_key(oid) {
            texts.0 += bytes.len();
            texts.1.insert(oid.to_owned(), Arc::clone(bytes));
        }
    }

    /// The form of a repository's subjects, if this run found it out: `Some(None)` where it may not
    /// be known.
    pub(crate) fn setting(&self, repository: u64) -> Option<Option<SubjectSetting>> {
        locked(&self.settings).get(&repository).cloned()
    }

    pub(crate) fn remember_setting(&self, repository: u64, setting: Option<SubjectSetting>) {
        locked(&self.settings).insert(repository, setting);
    }

    pub(crate) fn organization_form(&self, organization: u64) -> OrganizationForm {
        Arc::clone(locked(&self.organizations).entry(organization).or_default())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
