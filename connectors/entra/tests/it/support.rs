//! A tenant in Microsoft Graph's own form.

use std::sync::Arc;

use rollcall_connector::testkit::{
    Collected, FaultyServer, Reply, assert_declared, assert_no_canary, collect,
};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{Connector, ConnectorContext};
use rollcall_model::{Endpoint, Relation, Timestamp};
use serde_json::{Value, json};

pub(crate) const CANARY: &str = "hunter2canary";
pub(crate) const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
pub(crate) const TOKEN: &str = "POST /72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/v2.0/token";
pub(crate) const NEXT: &str = "GET /v1.0/users?$skiptoken=RFNwdAIA";

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A page; an address of the next one that begins with a slash is on the same host.
fn page(entries: &Value, next: Option<&str>) -> Value {
    let mut page = json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": entries});
    if let Some(next) = next {
        page["@odata.nextLink"] = next.into();
    }
    page
}

pub(crate) fn first_page(next: Option<&str>) -> Value {
    let users = json!([
        {"id": "a1", "displayName": "Ada Lovelace", "mail": "Ada@acme.example", "userPrincipalName": "ada@acme.example",
         "proxyAddresses": ["SMTP:ada@acme.example", "smtp:a.l@acme.example", "SPO:SPO_1"], "otherMails": [],
         "accountEnabled": true, "userType": "Member", "employeeType": "Employee", "jobTitle": "CTO",
         "department": "Engineering", "employeeHireDate": "2019-03-01T00:00:00Z", "createdDateTime": "2019-02-14T20:29:13Z",
         "onPremisesSamAccountName": "ada", "passwordProfile": {"password": CANARY}, "manager": null},
        {"id": "b2", "displayName": "Bob", "mail": null, "userPrincipalName": "bob@acme.example", "accountEnabled": false,
         "userType": "Member", "manager": {"@odata.type": "#microsoft.graph.user", "id": "a1"}},
        {"id": "agent", "@odata.type": "#microsoft.graph.agentUser", "displayName": "Copilot", "accountEnabled": true},
    ]);
    page(&users, next)
}

pub(crate) fn routes() -> Vec<(&'static str, Reply)> {
    let second = json!([
        {"id": "c3", "displayName": "Cy", "mail": "cy@partner.example", "accountEnabled": true, "userType": "Guest",
         "userPrincipalName": "cy_partner.example#EXT#@acme.onmicrosoft.com", "externalUserState": "Accepted"},
        {"id": "d4", "displayName": "Dee", "userPrincipalName": "dee@acme.example", "accountEnabled": true,
         "employeeLeaveDateTime": "2026-10-31T23:59:59Z"},
        {"id": "e5", "displayName": "Eve", "userPrincipalName": "eve@acme.example", "accountEnabled": true,
         "userType": "Guest", "externalUserState": "PendingAcceptance"},
    ]);
    let deleted = json!([
        {"id": "0f-1e", "displayName": "Fay", "mail": "fay@acme.example", "userPrincipalName": "0f1efay@acme.example",
         "accountEnabled": true, "deletedDateTime": "2026-11-10T08:00:00Z"},
    ]);
    let groups = json!([
        {"id": "g1", "displayName": "Platform", "mail": "platform@acme.example", "groupTypes": ["Unified"],
         "securityEnabled": false, "proxyAddresses": ["SMTP:platform@acme.example"], "description": null},
        {"id": "g2", "displayName": "Admins", "mail": null, "groupTypes": [], "securityEnabled": true},
    ]);
    let members = json!([
        {"@odata.type": "#microsoft.graph.user", "id": "a1"},
        {"@odata.type": "#microsoft.graph.group", "id": "g2"},
        {"@odata.type": "#microsoft.graph.servicePrincipal", "id": "s1"},
        {"@odata.type": "#microsoft.graph.device", "id": "x1"},
    ]);
    let token = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": CANARY});
    vec![
        (TOKEN, Reply::json(200, &token)),
        (NEXT, Reply::json(200, &page(&second, None))),
        ("GET /v1.0/users", Reply::json(200, &first_page(Some("/v1.0/users?$skiptoken=RFNwdAIA")))),
        (
            "GET /v1.0/directory/deletedItems/microsoft.graph.user",
            Reply::json(200, &page(&deleted, None)),
        ),
        ("GET /v1.0/groups", Reply::json(200, &page(&groups, None))),
        ("GET /v1.0/groups/g1/members", Reply::json(200, &page(&members, None))),
        ("GET /v1.0/groups/g2/members", Reply::json(200, &page(&json!([]), None))),
    ]
}

pub(crate) fn connector(server: &FaultyServer, more: Value) -> Arc<dyn Connector> {
    let mut config = json!({
        "tenant_id": TENANT, "client_id": "c1", "graph_url": server.url(), "login_url": server.url(),
    });
    config.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    let context =
        ConnectorContext { transport: TransportOptions::hasty(), ..ConnectorContext::default() };
    rollcall_entra::build(&config, &context).unwrap()
}

pub(crate) fn with_secret(server: &FaultyServer) -> Arc<dyn Connector> {
    connector(server, json!({"client_secret": CANARY}))
}

pub(crate) async fn read(connector: &dyn Connector, stream: &str) -> Collected {
    let collected = collect(connector, stream, now()).await;
    assert_declared(connector.definition(), &collected);
    assert_no_canary(&collected, CANARY);
    collected
}

/// Where the relations of a sort from an entity lead to.
pub(crate) fn leads_to(collected: &Collected, from: &str, relation: Relation) -> Vec<String> {
    let from_id = |end: &Endpoint| matches!(end, Endpoint::Key(key) if key.id == from);
    let found = collected.relations().filter(|r| r.relation == relation && from_id(&r.from));
    found
        .map(|r| match &r.to {
            Endpoint::Key(key) => key.id.clone(),
            Endpoint::Reference(name) => name.to_string(),
        })
        .collect()
}
