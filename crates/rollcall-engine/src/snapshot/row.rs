//! From merged entities to the rows of a snapshot.

use std::sync::Arc;

use rollcall_graph::{ActivityRow, EntityRow, ScopeRow};
use rollcall_model::{NodeId, Reference};
use rollcall_store::{ClaimedEntity, LastUse, ScopeView};
use serde_json::{Map, Value};

use crate::inventory::merge;
use crate::snapshot::Schema;

/// Attributes and tags that name an environment, the one that counts most first.
const ENVIRONMENT: [&str; 4] = ["environment", "env", "stage", "tier"];

/// The row of an entity from all claims about it; `None` for none.
pub(super) fn entity(
    claims: Vec<ClaimedEntity>,
    aliases: Vec<(NodeId, Reference)>,
    schema: &Schema,
) -> Option<EntityRow> {
    let is_live = claims.iter().any(|claim| claim.gone_at.is_none());
    let counting = || claims.iter().filter(|claim| !is_live || claim.gone_at.is_none());
    let scopes = counting().map(|claim| claim.scope_id.0).collect();
    let missing_in = counting().filter(|claim| claim.missing).map(|c| c.scope_id.0).collect();
    let entity = merge(claims)?;
    Some(EntityRow {
        id: entity.key.node_id(),
        document: schema.document(entity.key.kind.as_str(), &entity.attributes).map(Arc::from),
        env: environment(&entity.attributes),
        key: entity.key,
        entity_type: Some(entity.entity_type),
        class: entity.class,
        name: entity.name,
        aliases,
        disabled: entity.disabled,
        created_at: entity.created_at,
        expires_at: entity.expires_at,
        first_seen: entity.first_seen,
        last_seen: entity.last_seen,
        gone_at: entity.gone_at,
        missing: entity.missing,
        scopes,
        missing_in,
        collected: true,
    })
}

/// The environment that an attribute or a tag names, in lowercase.
fn environment(attributes: &Map<String, Value>) -> Option<String> {
    let tags = attributes.get("tags").and_then(Value::as_object);
    let named = |fields: &Map<String, Value>, wanted: &str| {
        fields
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .and_then(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
            .map(str::to_lowercase)
    };
    ENVIRONMENT.iter().find_map(|wanted| named(attributes, wanted).or_else(|| named(tags?, wanted)))
}

/// The row of a scope; `None` for one that is closed.
pub(super) fn scope(view: &ScopeView) -> Option<ScopeRow> {
    (!view.closed).then(|| ScopeRow {
        id: view.id.0,
        source: view.source.clone(),
        provider: view.connector.clone(),
        stream: view.key.stream.clone(),
        realm: view.key.realm.clone(),
        part: view.key.part.clone(),
        state: view.state,
        complete_at: view.complete_at,
        parent: view.parent,
        held: view.held,
        lost: view.lost,
        live_entities: view.live_entities,
    })
}

pub(super) fn last_use(last: &LastUse) -> ActivityRow {
    ActivityRow { id: last.node, at: last.at, grade: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_environment_is_found_in_attributes_and_tags() {
        let env = |value: Value| environment(value.as_object().unwrap());
        assert_eq!(env(json!({"environment": "Production"})).as_deref(), Some("production"));
        assert_eq!(env(json!({"tags": {"Env": "dev", "stage": "x"}})).as_deref(), Some("dev"));
        assert_eq!(env(json!({"environment": "", "tags": {"team": "a"}})), None);
        assert_eq!(env(json!({"environment": {"name": "x"}})), None);
    }
}
