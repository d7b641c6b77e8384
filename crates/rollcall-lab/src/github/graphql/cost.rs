//! What a query costs, before it is carried out.
//! Source: GitHub's documentation, rate limits and node limits of the GraphQL API.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet, Value as Argument};
use serde_json::Value;

/// What was measured.
pub(super) struct Measured {
    /// Points taken from the limit.
    pub(super) points: u64,
    /// Nodes that the answer can have.
    pub(super) nodes: u64,
}

/// Why a query is not carried out: type and message.
type Refused = (&'static str, String);

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Value,
    defaults: Value,
    /// Times that a connection must be asked for.
    calls: u64,
    nodes: u64,
}

/// Measures an operation.
pub(super) fn of(
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Value,
) -> Result<Measured, Refused> {
    let defaults = operation.variables.iter().filter_map(|v| {
        let number = v.default_value.as_ref()?.to_i32()?;
        Some((v.name.to_string(), Value::from(number)))
    });
    let defaults = Value::Object(defaults.collect());
    let mut walk = Walk { document, variables, defaults, calls: 0, nodes: 0 };
    walk.selections(&operation.selection_set, 1)?;
    Ok(Measured { points: (walk.calls.saturating_add(50) / 100).max(1), nodes: walk.nodes })
}

impl Walk<'_> {
    fn selections(&mut self, set: &SelectionSet, times: u64) -> Result<(), Refused> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(field, times)?,
                Selection::InlineFragment(fragment) => {
                    self.selections(&fragment.selection_set, times)?;
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.selections(&fragment.selection_set, times)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &Field, times: u64) -> Result<(), Refused> {
        let mut below = times;
        if field.name == "nodes" && field.argument_by_name("ids").is_ok() {
            let ids = field.argument_by_name("ids").ok().map(|v| self.length(v)).unwrap_or(0);
            below = times.saturating_mul(ids);
            self.nodes = self.nodes.saturating_add(below);
        }
        if field.ty().inner_named_type().ends_with("Connection") {
            let size = self.size(field)?;
            self.calls = self.calls.saturating_add(times);
            below = times.saturating_mul(size);
            self.nodes = self.nodes.saturating_add(below);
        }
        self.selections(&field.selection_set, below)
    }

    /// How many a connection is asked for.
    fn size(&self, field: &Field) -> Result<u64, Refused> {
        let asked = ["first", "last"].iter().find_map(|name| {
            let argument = field.specified_argument_by_name(name)?;
            self.number(argument)
        });
        let name = &field.name;
        match asked {
            Some(n) if (1..=100).contains(&n) => Ok(n.unsigned_abs()),
            Some(n) => Err((
                "EXCESSIVE_PAGINATION",
                format!(
                    "Requesting {n} records on the `{name}` connection exceeds the `first` limit of 100 records."
                ),
            )),
            None => Err((
                "MISSING_PAGINATION_BOUNDARIES",
                format!(
                    "You must provide a `first` or `last` value to properly paginate the `{name}` connection."
                ),
            )),
        }
    }

    fn number(&self, argument: &Argument) -> Option<i64> {
        match argument {
            Argument::Variable(name) => {
                let given = self.variables.get(name.as_str()).filter(|v| !v.is_null());
                given.or_else(|| self.defaults.get(name.as_str()))?.as_i64()
            }
            other => other.to_i32().map(i64::from),
        }
    }

    fn length(&self, argument: &Argument) -> u64 {
        let length = match argument {
            Argument::Variable(name) => {
                self.variables.get(name.as_str()).and_then(Value::as_array).map_or(0, Vec::len)
            }
            Argument::List(values) => values.len(),
            _ => 0,
        };
        length as u64
    }
}
