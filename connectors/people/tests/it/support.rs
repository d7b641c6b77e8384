//! What the tests share.

use std::fs::{File, FileTimes};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rollcall_connector::testkit::{Collected, assert_declared, collect};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{Connector, ConnectorContext};
use rollcall_model::{Endpoint, Relation, Timestamp};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(crate) fn connector(config: &Value) -> Arc<dyn Connector> {
    let context =
        ConnectorContext { transport: TransportOptions::hasty(), ..ConnectorContext::default() };
    rollcall_people::build(config, &context).unwrap()
}

/// A file that was last written `age` before now.
pub(crate) fn write(
    folder: &TempDir,
    name: &str,
    text: impl AsRef<[u8]>,
    age: Duration,
) -> PathBuf {
    let path = folder.path().join(name);
    let mut file = File::create(&path).unwrap();
    file.write_all(text.as_ref()).unwrap();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now().seconds()).unwrap());
    file.set_times(FileTimes::new().set_modified(at - age)).unwrap();
    path
}

/// What one file says, written a day ago, with further configuration.
pub(crate) async fn read(name: &str, text: impl AsRef<[u8]>, more: Value) -> Collected {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, name, text, Duration::from_hours(24));
    read_path(&path, more).await
}

pub(crate) async fn read_path(path: &Path, more: Value) -> Collected {
    let mut config = serde_json::json!({"files": [path], "realm": "acme.example"});
    config.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let connector = connector(&config);
    let collected = collect(connector.as_ref(), "people", now()).await;
    assert_declared(connector.definition(), &collected);
    collected
}

/// One attribute of an entity as text.
pub(crate) fn attribute<'a>(collected: &'a Collected, id: &str, name: &str) -> &'a str {
    collected.entity(id).attributes.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Where the relations of a sort from an entity lead to, sorted.
pub(crate) fn leads_to(collected: &Collected, from: &str, relation: Relation) -> Vec<String> {
    let from_id = |end: &Endpoint| matches!(end, Endpoint::Key(key) if key.id == from);
    let mut found: Vec<String> = collected
        .relations()
        .filter(|r| r.relation == relation && from_id(&r.from))
        .map(|r| match &r.to {
            Endpoint::Key(key) => key.id.clone(),
            Endpoint::Reference(name) => name.to_string(),
        })
        .collect();
    found.sort();
    found
}
