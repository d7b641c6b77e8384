//! The snapshot in a file beside the database, so that a start need not read all of it.
//!
//! The first line holds what following needs and what the file is of, with its checksum; the rest is
//! the snapshot's own form. A file that is damaged, of another state of another store, or written for
//! other attributes is passed over; it is a cache and never an error.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rollcall_graph::{FileError, RelationRow, Snapshot};
use rollcall_model::{AccessLevel, NodeId, Relation, content_hash};
use rollcall_store::{Position, Store};
use serde::{Deserialize, Serialize};

use crate::snapshot::multiples::Multiples;
use crate::snapshot::{LiveSnapshot, Schema, SnapshotError, load_snapshot};

/// Where snapshots are cached.
#[derive(Clone, Debug)]
pub struct SnapshotCache {
    file: Option<PathBuf>,
}

/// From, relation, to, level, whether it is weak, and how many claims say so.
type Multiple = (i64, Relation, i64, Option<AccessLevel>, bool, i64);

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    sequence: i64,
    readings: i64,
    mark: String,
    schema: String,
    multiples: Vec<Multiple>,
}

impl SnapshotCache {
    /// In a file; `None` caches nothing.
    #[must_use]
    pub const fn new(file: Option<PathBuf>) -> Self {
        Self { file }
    }

    /// The snapshot of the store as it is now: from the file and what changed since, or from the store.
    /// What was worth it is written back.
    ///
    /// # Errors
    /// When the store fails or there is too much for one snapshot.
    pub async fn load(
        &self,
        store: &Arc<dyn Store>,
        schema: &Schema,
    ) -> Result<LiveSnapshot, SnapshotError> {
        let Some(cached) = self.read(store, schema).await? else {
            let live = load_snapshot(store, None, schema).await?;
            self.keep(&live, schema);
            return Ok(live);
        };
        match cached.follow(store, schema).await? {
            Some(newer) => {
                // A few changes are followed again faster than everything is compacted and written.
                if newer.snapshot.is_compact() {
                    self.keep(&newer, schema);
                }
                Ok(newer)
            }
            None => Ok(cached),
        }
    }

    async fn read(
        &self,
        store: &Arc<dyn Store>,
        schema: &Schema,
    ) -> Result<Option<LiveSnapshot>, SnapshotError> {
        let Some(mut reader) = self.file.as_deref().and_then(open) else { return Ok(None) };
        let Some(head) = head(&mut reader) else { return Ok(None) };
        let position = Position { sequence: head.sequence, readings: head.readings };
        let is_ours = head.schema == schema.fingerprint()
            && store.mark(position).await?.is_some_and(|mark| mark == head.mark);
        if !is_ours {
            return Ok(None);
        }
        match Snapshot::read(reader, &head.mark) {
            Ok(snapshot) => {
                let multiples = Multiples::from_rows(&rows(head.multiples));
                Ok(Some(LiveSnapshot { snapshot, position, multiples }))
            }
            Err(error) => {
                tracing::debug!(%error, "the cached snapshot is passed over");
                Ok(None)
            }
        }
    }

    /// Writes a snapshot; where that fails the next start only takes longer.
    pub fn keep(&self, live: &LiveSnapshot, schema: &Schema) {
        let Some(file) = &self.file else { return };
        if let Err(error) = write(file, live, schema) {
            tracing::debug!(%error, "the snapshot was not cached");
        }
    }
}

fn open(file: &Path) -> Option<BufReader<File>> {
    File::open(file).ok().map(BufReader::new)
}

fn head(reader: &mut impl BufRead) -> Option<Head> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (hash, json) = line.trim_end().split_once(' ')?;
    if content_hash(json.as_bytes()).to_string() != hash {
        return None;
    }
    serde_json::from_str(json).ok()
}

fn rows(list: Vec<Multiple>) -> Vec<(RelationRow, i64)> {
    let row = |(from, relation, to, level, weak, count)| {
        (RelationRow { from: NodeId(from), relation, to: NodeId(to), level, weak }, count)
    };
    list.into_iter().map(row).collect()
}

fn write(file: &Path, live: &LiveSnapshot, schema: &Schema) -> Result<(), FileError> {
    let rows = live.multiples.rows();
    let head = Head {
        sequence: live.position.sequence,
        readings: live.position.readings,
        mark: live.snapshot.id().store.clone(),
        schema: schema.fingerprint(),
        multiples: rows
            .into_iter()
            .map(|(row, count)| (row.from.0, row.relation, row.to.0, row.level, row.weak, count))
            .collect(),
    };
    let json = serde_json::to_string(&head).map_err(std::io::Error::from)?;
    // Under a name of its own first: a reader sees the old file or the new one, whole.
    let draft = file.with_extension(format!("{}.draft", std::process::id()));
    let written = (|| {
        let mut out = BufWriter::new(create(&draft)?);
        writeln!(out, "{} {json}", content_hash(json.as_bytes()))?;
        live.snapshot.write(&mut out)?;
        out.flush()?;
        std::fs::rename(&draft, file)?;
        Ok(())
    })();
    if written.is_err() {
        // What is left of it is of no use to anyone.
        let _ = std::fs::remove_file(&draft);
    }
    written
}

/// Readable by its owner only, as the database is.
fn create(file: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file)
}
