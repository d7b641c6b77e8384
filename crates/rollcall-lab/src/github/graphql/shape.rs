//! Objects of GraphQL as functions from a field's name to what it holds.

use std::borrow::Cow;

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;
use serde_json::Value;

/// What a field holds.
pub(super) enum Got<'a> {
    /// A value.
    Leaf(Value),
    /// An object, or null.
    One(Option<Shape<'a>>),
    /// A list of objects; an error stands for one that could not be had.
    Many(Vec<Result<Shape<'a>, String>>),
    /// It could not be had.
    Failed(String),
}

/// Stands around a message within what is said of it.
const MARK: char = '\u{1}';

/// What was meant by an error.
pub(super) fn meaning(message: &str) -> &str {
    let message = message.strip_prefix("resolver error: ").unwrap_or(message);
    message.split(MARK).nth(1).unwrap_or(message)
}

/// A value of a leaf.
pub(super) fn leaf<'a>(value: impl Into<Value>) -> Got<'a> {
    Got::Leaf(value.into())
}

/// The arguments of a field.
pub(super) struct Arguments<'a>(&'a JsonMap);

impl Arguments<'_> {
    /// A text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|v| v.as_str())
    }

    /// A number.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.0.get(name).and_then(|v| v.as_u64()).map(|n| n as usize)
    }

    /// Yes or no.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(|v| v.as_bool())
    }

    /// Texts.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.0.get(name).and_then(|v| v.as_array());
        list.into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    }

    /// A field of an argument that is an object.
    pub(super) fn inside(&self, name: &str, field: &str) -> Option<&str> {
        self.0.get(name).and_then(|v| v.as_object())?.get(field).and_then(|v| v.as_str())
    }
}

type Fields<'a> = Box<dyn Fn(&str, &Arguments<'_>) -> Got<'a> + 'a>;

/// An object.
pub(super) struct Shape<'a> {
    kind: Cow<'static, str>,
    fields: Fields<'a>,
}

impl<'a> Shape<'a> {
    /// An object of a type.
    pub(super) fn new(
        kind: &'static str,
        fields: impl Fn(&str, &Arguments<'_>) -> Got<'a> + 'a,
    ) -> Self {
        Self { kind: kind.into(), fields: Box::new(fields) }
    }

    /// An object that could not be had. What carries queries out lets an error within a list take the
    /// whole list with it; an object of a type that there is not takes only itself.
    fn failed(message: &str) -> Self {
        let kind = format!("{MARK}{message}{MARK}").into();
        Self { kind, fields: Box::new(|_, _| Got::One(None)) }
    }

    /// An object that has values only.
    pub(super) fn plain(kind: &'static str, values: Value) -> Self {
        Self::new(kind, move |field, _| Got::Leaf(values[field].clone()))
    }
}

impl ObjectValue for Shape<'_> {
    fn type_name(&self) -> &str {
        &self.kind
    }

    fn resolve_field<'b>(
        &'b self,
        info: &'b ResolveInfo<'b>,
    ) -> Result<ResolvedValue<'b>, FieldError> {
        let error = |message: String| FieldError { message };
        match (self.fields)(info.field_name(), &Arguments(info.arguments())) {
            Got::Leaf(Value::Array(values)) => {
                Ok(ResolvedValue::list(values.into_iter().map(ResolvedValue::leaf)))
            }
            Got::Leaf(value) => Ok(ResolvedValue::leaf(value)),
            Got::One(shape) => Ok(ResolvedValue::nullable_object(shape)),
            Got::Many(shapes) => Ok(ResolvedValue::list(shapes.into_iter().map(|shape| {
                ResolvedValue::object(shape.unwrap_or_else(|message| Shape::failed(&message)))
            }))),
            Got::Failed(message) => Err(error(message)),
        }
    }
}
