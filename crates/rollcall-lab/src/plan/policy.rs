//! Policies, in one form that both the records and AWS's own documents are made of.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value, json};

/// A text that is often the same.
pub(crate) type Text = Cow<'static, str>;

/// One statement.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Statement {
    /// Its name.
    pub sid: Option<Text>,
    /// Whether it denies.
    pub deny: bool,
    /// Who: the sort of principal, and which.
    pub principals: Vec<(Text, Vec<Text>)>,
    /// What may be done.
    pub actions: Vec<Text>,
    /// With what.
    pub resources: Vec<Text>,
    /// When: operator, key, values.
    pub conditions: Vec<(Text, Text, Vec<Text>)>,
}

impl Statement {
    /// Allows actions on resources.
    pub(crate) fn allow(actions: &[&'static str], resources: Vec<Text>) -> Self {
        Self { actions: borrowed(actions), resources, ..Self::default() }
    }

    /// Lets a principal take on a role.
    pub(crate) fn trust(sort: &'static str, who: impl Into<Text>) -> Self {
        let action = match sort {
            "Federated" => "sts:AssumeRoleWithWebIdentity",
            _ => "sts:AssumeRole",
        };
        Self {
            principals: vec![(sort.into(), vec![who.into()])],
            actions: vec![action.into()],
            ..Self::default()
        }
    }

    /// Only where a key has a value.
    pub(crate) fn when(
        mut self,
        operator: &'static str,
        key: impl Into<Text>,
        value: impl Into<Text>,
    ) -> Self {
        self.conditions.push((operator.into(), key.into(), vec![value.into()]));
        self
    }

    /// As a connector says it: lists sorted, no empty parts.
    pub(crate) fn normal(&self) -> Value {
        let mut out = Map::new();
        if let Some(sid) = &self.sid {
            out.insert("sid".into(), sid.as_ref().into());
        }
        out.insert("effect".into(), if self.deny { "deny" } else { "allow" }.into());
        if !self.principals.is_empty() {
            let kinds = self.principals.iter().map(|(k, who)| (k.to_string(), sorted(who)));
            out.insert("principals".into(), Value::Object(kinds.collect()));
        }
        out.insert("actions".into(), sorted(&self.actions));
        if !self.resources.is_empty() {
            out.insert("resources".into(), sorted(&self.resources));
        }
        if !self.conditions.is_empty() {
            out.insert("conditions".into(), self.grouped_conditions());
        }
        Value::Object(out)
    }

    /// As AWS writes it.
    fn document(&self) -> Value {
        let mut out = Map::new();
        if let Some(sid) = &self.sid {
            out.insert("Sid".into(), sid.as_ref().into());
        }
        out.insert("Effect".into(), if self.deny { "Deny" } else { "Allow" }.into());
        if !self.principals.is_empty() {
            let kinds = self.principals.iter().map(|(k, who)| (k.to_string(), scalar(who)));
            out.insert("Principal".into(), Value::Object(kinds.collect()));
        }
        out.insert("Action".into(), scalar(&self.actions));
        if !self.resources.is_empty() {
            out.insert("Resource".into(), scalar(&self.resources));
        }
        if !self.conditions.is_empty() {
            out.insert("Condition".into(), self.grouped_conditions());
        }
        Value::Object(out)
    }

    fn grouped_conditions(&self) -> Value {
        let mut out = Map::new();
        for (operator, key, values) in &self.conditions {
            let keys = out.entry(operator.to_string()).or_insert_with(|| json!({}));
            if let Value::Object(keys) = keys {
                keys.insert(key.to_string(), sorted(values));
            }
        }
        Value::Object(out)
    }
}

/// The document of some statements, as AWS keeps it.
pub(crate) fn document(statements: &[Statement]) -> String {
    let statements: Vec<Value> = statements.iter().map(Statement::document).collect();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

pub(crate) fn borrowed(texts: &[&'static str]) -> Vec<Text> {
    texts.iter().map(|t| Cow::Borrowed(*t)).collect()
}

fn sorted(texts: &[Text]) -> Value {
    let mut texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter().map(Value::from).collect()
}

/// One text, or a list where there are more.
fn scalar(texts: &[Text]) -> Value {
    match texts {
        [one] => one.as_ref().into(),
        more => more.iter().map(|t| Value::from(t.as_ref())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let statement = Statement::trust("AWS", "arn:aws:iam::1:root")
            .when("StringEquals", "sts:ExternalId", "b")
            .when("StringEquals", "aws:PrincipalOrgID", "a");
        assert_eq!(
            statement.normal(),
            json!({
                "effect": "allow", "principals": {"AWS": ["arn:aws:iam::1:root"]},
                "actions": ["sts:AssumeRole"],
                "conditions": {"StringEquals": {"sts:ExternalId": ["b"], "aws:PrincipalOrgID": ["a"]}},
            })
        );
        let document: Value = serde_json::from_str(&document(&[statement])).unwrap();
        assert_eq!(document["Statement"][0]["Principal"]["AWS"], "arn:aws:iam::1:root");
        assert_eq!(document["Version"], "2012-10-17");
    }
}
