//! Where a job runs.

use crate::expression;
use crate::tree::{Node, Value};
use crate::workflow::context::Context;

/// A job's `runs-on`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RunsOn {
    /// The labels, with expressions as templates; those of a spelled-out matrix one by one.
    pub labels: Vec<String>,
    /// The runner group, if one is named.
    pub group: Option<String>,
    /// Whether it runs on the owner's own machines. Nothing where a label is computed, or is one of
    /// the owner's that may as well name a larger machine of GitHub's.
    pub self_hosted: Option<bool>,
}

pub(crate) fn read(node: Option<&Node<'_>>, context: &Context<'_, '_>) -> RunsOn {
    let Some(node) = node else { return RunsOn::default() };
    let (labels, group) = match &node.value {
        Value::Map(_) => (
            node.get("labels").map(Node::texts).unwrap_or_default(),
            node.get("group").and_then(Node::text),
        ),
        _ => (node.texts(), None),
    };
    let mut all: Vec<String> = Vec::new();
    for label in labels {
        match context.matrix_values(label) {
            Some(values) => all.extend(values.iter().map(|value| expression::template(value))),
            None => all.push(expression::template(label)),
        }
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|label| seen.insert(label.clone()));
    let named_self = all.iter().any(|label| label.eq_ignore_ascii_case("self-hosted"));
    let all_hosted = !all.is_empty() && all.iter().all(|label| is_hosted(label));
    let self_hosted = match (named_self, all_hosted, &group) {
        (true, _, _) => Some(true),
        (false, true, None) => Some(false),
        _ => None,
    };
    RunsOn { labels: all, group: group.map(expression::template), self_hosted }
}

/// Whether a label is one of GitHub's own standard machines.
fn is_hosted(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    let Some((system, rest)) = label.split_once('-') else { return false };
    let (version, suffix) = rest.split_once('-').unwrap_or((rest, ""));
    let version_ok = version == "latest"
        || (!version.is_empty() && version.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
        || version == "slim";
    matches!(system, "ubuntu" | "windows" | "macos")
        && version_ok
        && matches!(suffix, "" | "arm" | "large" | "xlarge" | "intel" | "vs2026")
}

#[cfg(test)]
mod tests {
    use super::is_hosted;

    #[test]
    fn standard_machines_are_known() {
        for label in [
            "ubuntu-latest",
            "ubuntu-24.04-arm",
            "windows-2022",
            "macos-15-xlarge",
            "windows-11-arm",
        ] {
            assert!(is_hosted(label), "{label}");
        }
        for label in
            ["self-hosted", "ubuntu-latest-8-cores", "depot-ubuntu-24.04", "linux", "{matrix.os}"]
        {
            assert!(!is_hosted(label), "{label}");
        }
    }
}
