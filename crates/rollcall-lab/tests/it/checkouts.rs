//! Checkouts on disk.

use std::collections::BTreeMap;
use std::path::Path;

use rollcall_lab::{Archetype, Defect, write_files};

use crate::company;

/// Every file below a folder and its bytes.
fn files(folder: &Path, below: &str, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), &format!("{name}/"), into);
        } else {
            into.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_same_company_is_the_same_commits() {
    let company = company(400, Archetype::AgentHeavyLab, 1);
    let [first, second] = [(); 2].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write_files(&company, folder.path()).unwrap(), company.repositories);
        let mut found = BTreeMap::new();
        files(folder.path(), "", &mut found);
        found
    });
    assert_eq!(first, second);
    assert!(first.keys().any(|p| p.ends_with("/.mcp.json")));
    assert!(first.keys().any(|p| p.ends_with("/.github/workflows/deploy.yml")));
    // The planted token is in the file and in none of ours.
    let planted = (0..company.repositories).map(|n| company.repository(n));
    let literal = planted
        .filter(|r| r.planted.is_some_and(|p| p.defect == Defect::McpPlaintext && !p.twin))
        .map(|r| format!("{}/.mcp.json", r.name));
    for path in literal {
        assert!(String::from_utf8_lossy(&first[&path]).contains("\"ghp_"), "{path}");
    }
}

#[test]
fn a_folder_that_is_there_already_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let company = company(60, Archetype::StartupMonorepo, 1);
    write_files(&company, folder.path()).unwrap();
    assert_eq!(write_files(&company, folder.path()).unwrap_err().code(), "lab_io");
}
