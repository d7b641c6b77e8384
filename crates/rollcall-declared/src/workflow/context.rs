//! What reading a workflow needs at every depth, and what its texts refer to.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::expression::{self, Named};
use crate::secret::{Credential, LiteralKey};
use crate::text::{LineIndex, Position};
use crate::tree::{Node, Value};

/// What the expressions of a part of a workflow refer to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct References {
    /// Secrets by name, each with the first place it is named.
    pub secrets: BTreeMap<String, Position>,
    /// Where all secrets are handed over at once (`toJSON(secrets)`).
    pub all_secrets: Option<Position>,
    /// Where a secret is picked by a computed name.
    pub some_secret: Option<Position>,
    /// Where the job's own token is named.
    pub token: Option<Position>,
    /// Configuration variables by name.
    pub variables: BTreeMap<String, Position>,
    /// Secrets that stand in the file.
    pub literals: BTreeMap<Credential, Position>,
}

impl References {
    /// Adds what another part refers to.
    pub fn extend(&mut self, other: &Self) {
        let merge = |into: &mut BTreeMap<String, Position>, from: &BTreeMap<String, Position>| {
            for (name, at) in from {
                let first = into.entry(name.clone()).or_insert(*at);
                *first = (*first).min(*at);
            }
        };
        merge(&mut self.secrets, &other.secrets);
        merge(&mut self.variables, &other.variables);
        for (literal, at) in &other.literals {
            self.literals.entry(literal.clone()).or_insert(*at);
        }
        self.all_secrets = self.all_secrets.or(other.all_secrets);
        self.some_secret = self.some_secret.or(other.some_secret);
        self.token = self.token.or(other.token);
    }
}

/// Literal environment variables by name.
pub(crate) type Literals = BTreeMap<String, Zeroizing<String>>;

/// The environment variables of an `env` whose values are spelled out or are expressions, by name.
pub(crate) fn literals(env: Option<&Node<'_>>) -> Literals {
    let entries = env.map(Node::entries).unwrap_or_default();
    entries
        .iter()
        // Only what may be an identifier is looked at again; a long value is none.
        .filter_map(|e| {
            let text = e.value.text().filter(|t| t.len() <= 512)?;
            Some((e.key.to_string(), Zeroizing::new(text.to_owned())))
        })
        .filter(|(name, value)| {
            expression::is_dynamic(value)
                || (!crate::secret::names::is_secret(name)
                    && crate::secret::detect::all(value).is_empty())
        })
        .collect()
}

/// What reading needs at every depth.
pub(crate) struct Context<'t, 'k> {
    text: &'t str,
    lines: LineIndex,
    pub(crate) key: LiteralKey<'k>,
    pub(crate) workflow_env: Literals,
    pub(crate) job_env: Literals,
    pub(crate) matrix: BTreeMap<String, Vec<String>>,
}

impl<'t, 'k> Context<'t, 'k> {
    pub(crate) fn new(text: &'t str, key: LiteralKey<'k>) -> Self {
        Self {
            text,
            lines: LineIndex::new(text),
            key,
            workflow_env: Literals::new(),
            job_env: Literals::new(),
            matrix: BTreeMap::new(),
        }
    }

    /// The value of a text that is `${{ env.X }}` where `X` is spelled out; else the text itself.
    pub(crate) fn resolve<'a>(&'a self, text: &'a str, step_env: &'a Literals) -> &'a str {
        let Some(path) = expression::sole_path(text) else { return text };
        let Some(name) = path.strip_prefix("env.") else { return text };
        [step_env, &self.job_env, &self.workflow_env]
            .iter()
            .find_map(|env| env.get(name))
            .map_or(text, |value| value.as_str())
    }

    /// The values of a text that is `${{ matrix.X }}` where the matrix is spelled out.
    pub(crate) fn matrix_values(&self, text: &str) -> Option<&[String]> {
        let path = expression::sole_path(text)?;
        self.matrix.get(path.strip_prefix("matrix.")?).map(Vec::as_slice)
    }

    /// Collects what a job refers to outside of its steps.
    pub(crate) fn collect_but_steps(&self, job: &Node<'_>, into: &mut References) {
        for entry in job.entries() {
            match &*entry.key {
                "steps" => {}
                "if" => self.uses(&entry.value, true, into),
                _ => self.collect(&entry.value, into),
            }
        }
    }

    /// Collects what every scalar of a node refers to. The file's own bytes are scanned, so that
    /// each use has its line even inside a block of text.
    pub(crate) fn collect(&self, node: &Node<'_>, into: &mut References) {
        match &node.value {
            Value::Scalar { text, .. } => {
                if expression::is_dynamic(text) {
                    self.uses(node, false, into);
                }
                if text.len() >= 16 {
                    for literal in crate::secret::shaped(text, self.key) {
                        into.literals.entry(literal).or_insert(node.at);
                    }
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.collect(item, into)),
            Value::Map(entries) => {
                for entry in entries {
                    if &*entry.key == "if" && matches!(entry.value.value, Value::Scalar { .. }) {
                        self.uses(&entry.value, true, into);
                    } else {
                        self.collect(&entry.value, into);
                    }
                }
            }
        }
    }

    fn uses(&self, node: &Node<'_>, condition: bool, into: &mut References) {
        let source = self.text.get(node.source.clone()).unwrap_or_default();
        let found = if condition {
            expression::uses_of_condition(source)
        } else {
            expression::uses(source)
        };
        for found in found {
            let at = || self.lines.position(self.text, node.source.start + found.at);
            let first = |place: &mut Option<Position>| {
                place.get_or_insert_with(at);
            };
            match found.named {
                Named::Secret(ref name) => {
                    into.secrets.entry(name.clone()).or_insert_with(at);
                }
                Named::Variable(ref name) => {
                    into.variables.entry(name.clone()).or_insert_with(at);
                }
                Named::AllSecrets => first(&mut into.all_secrets),
                Named::SomeSecret => first(&mut into.some_secret),
                Named::Token => first(&mut into.token),
                Named::Other(_) => {}
            }
        }
    }
}
