//! Everything the lab's GitHub holds is found, and nothing else.

use std::collections::BTreeSet;

use rollcall_connector::Connector as _;
use rollcall_connector::testkit::{
    Collected, assert_declared, assert_idempotent, assert_no_canary, assert_prompt_cancel,
};
use rollcall_model::{Endpoint, Relation};

use crate::world::{Pasts, World, incomplete};

fn ids(read: &[Collected], kind: &str) -> BTreeSet<String> {
    let entities = read.iter().flat_map(Collected::entities);
    entities
        .filter(|entity| entity.key.kind.as_str() == kind)
        // What has only a name carries when it was made behind an @.
        .map(|entity| match entity.key.id.rsplit_once('@') {
            Some((name, _)) => name.to_owned(),
            None => entity.key.id.clone(),
        })
        .collect()
}

#[tokio::test]
async fn every_stream_is_complete_and_every_kind_is_found() {
    let world = World::new(40, 25).await;
    let connector = world.connector();
    let read = world.read_all(&connector, &Pasts::new(), world.now).await;
    for collected in &read {
        assert_eq!(collected.codes(), Vec::<&str>::new(), "{}", collected.stream);
        assert_declared(connector.definition(), collected);
        assert_no_canary(collected, &world.lab.canary());
    }
    assert_eq!(incomplete(&read), []);
    for (kind, truth) in [
        ("github.organization", "organization"),
        ("github.invitation", "invitation"),
        ("github.team", "team"),
        ("github.organization-role", "organization_role"),
        ("github.repository", "repository"),
        ("github.app-installation", "app_installation"),
        ("github.personal-access-token", "personal_access_token"),
        ("github.personal-access-token-request", "personal_access_token_request"),
        ("github.credential-authorization", "credential_authorization"),
        ("github.deploy-key", "deploy_key"),
        ("github.environment", "environment"),
        ("github.actions-secret", "actions_secret"),
        ("github.dependabot-secret", "dependabot_secret"),
        ("github.agents-secret", "agents_secret"),
        ("github.webhook", "webhook"),
        ("github.runner", "runner"),
        ("github.runner-group", "runner_group"),
        ("github.copilot-seat", "copilot_seat"),
        ("github.secret-scanning-alert", "secret_scanning_alert"),
    ] {
        assert_eq!(ids(&read, kind), world.truth(truth), "{kind}");
    }
    let of = |name: &str| read.iter().find(|c| c.stream == name).unwrap();
    let members = std::slice::from_ref(of("members"));
    assert_eq!(ids(members, "github.user"), world.truth("member"));
    let outside = std::slice::from_ref(of("outside-collaborators"));
    assert_eq!(ids(outside, "github.user"), world.truth("outside_collaborator"));
    let linked: BTreeSet<String> = of("external-identities")
        .relations()
        .filter(|relation| relation.relation == Relation::SameAs)
        .filter_map(|relation| match &relation.from {
            Endpoint::Key(key) => Some(key.id.clone()),
            Endpoint::Reference(_) => None,
        })
        .collect();
    assert_eq!(linked, world.truth("external_identity"));
    let without: BTreeSet<String> = of("members")
        .entities()
        .filter(|entity| entity.attributes.get("two_factor") == Some(&false.into()))
        .map(|entity| entity.key.id.clone())
        .collect();
    assert_eq!(without, world.truth("member_without_two_factor"));
}

#[tokio::test]
async fn a_token_of_an_owner_finds_the_same_repositories_and_keys() {
    let world = World::new(30, 12).await;
    let token = &world.lab.keys().owner_token;
    let connector = world.connector_with(&serde_json::json!({ "token": token }));
    let read =
        [world.read(&connector, "repositories").await, world.read(&connector, "deploy-keys").await];
    assert_eq!(ids(&read, "github.repository"), world.truth("repository"));
    assert_eq!(ids(&read, "github.deploy-key"), world.truth("deploy_key"));
}

#[tokio::test]
async fn reading_twice_says_the_same_and_stopping_is_prompt() {
    let world = World::new(30, 12).await;
    for stream in ["members", "deploy-keys", "repository-secrets"] {
        assert_idempotent(|| world.connector(), stream, world.now).await.assert_complete();
        world.lab.set_latency(std::time::Duration::from_millis(200));
        let within = std::time::Duration::from_secs(1);
        assert_prompt_cancel(&world.connector(), stream, world.now, within).await;
        world.lab.set_latency(std::time::Duration::ZERO);
    }
}
