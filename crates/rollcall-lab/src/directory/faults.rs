//! Faults on demand.

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum DirectoryFaultKind {
    /// Half the people are missing, and nothing says so.
    HalfPeople,
    /// Between any two pages of people somebody before them disappears, so that one is skipped.
    ShiftingPages,
    /// The server stumbles: 500.
    ServerError,
    /// Too many requests: 429.
    RateLimit,
    /// The caller may not: 403.
    Forbidden,
    /// The body ends in the middle.
    Truncate,
}

/// A fault and where it strikes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DirectoryFault {
    /// The beginning of the path, such as `/scim/v2/Users`; all paths where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How many requests it lets pass first.
    #[serde(default)]
    pub after: u64,
    /// How often it strikes; for ever where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// What happens.
    #[serde(flatten)]
    pub kind: DirectoryFaultKind,
}

impl DirectoryFault {
    /// A fault that strikes everywhere and always.
    #[must_use]
    pub const fn everywhere(kind: DirectoryFaultKind) -> Self {
        Self { path: None, after: 0, times: None, kind }
    }
}

/// Faults that are on, with what they count.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(DirectoryFault, u64)>);

impl Faults {
    pub(super) fn add(&mut self, fault: DirectoryFault) {
        self.0.push((fault, 0));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn list(&self) -> Vec<DirectoryFault> {
        self.0.iter().map(|(fault, _)| fault.clone()).collect()
    }

    pub(super) fn strike(&mut self, path: &str) -> Vec<DirectoryFaultKind> {
        let mut struck = Vec::new();
        for (fault, seen) in &mut self.0 {
            if fault.path.as_ref().is_some_and(|start| !path.starts_with(start)) {
                continue;
            }
            *seen += 1;
            let hit = seen.saturating_sub(fault.after);
            if hit > 0 && hit <= fault.times.unwrap_or(u64::MAX) {
                struck.push(fault.kind);
            }
        }
        struck
    }
}
