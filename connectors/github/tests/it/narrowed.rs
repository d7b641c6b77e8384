//! Whatever is refused, hidden or changed leaves exactly the affected scopes incomplete.

use rollcall_lab::{Change, GitHubFault, GitHubFaultKind};
use rollcall_model::ScopeState;

use crate::world::{Pasts, World, incomplete, remember};

const KEYS: &str = "/repos/{owner}/{repo}/keys";

/// The name of a repository with its scope in a stream.
fn some_repository(world: &World, stream: &str) -> (String, String) {
    let truth = world.lab.truth();
    let organization = truth["organization"]["id"].clone();
    let repositories = truth["repositories"].as_object().unwrap();
    let (id, repository) = repositories.iter().find(|(_, r)| r["archived"] == false).unwrap();
    let scope = format!("{stream} github.com/{organization} {id}");
    (repository["name"].as_str().unwrap().to_owned(), scope)
}

async fn struck(kind: GitHubFaultKind) -> (ScopeState, String) {
    let world = World::new(30, 8).await;
    let (name, scope) = some_repository(&world, "deploy-keys");
    world.lab.inject(GitHubFault::at(KEYS, kind).of_repository(&name));
    let read = [world.read(&world.connector(), "deploy-keys").await];
    let mut found = incomplete(&read);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(read[0].scopes.len(), world.repositories());
    let (at, state, code) = found.remove(0);
    assert_eq!(at, scope);
    (state, code)
}

#[tokio::test]
async fn each_refusal_of_one_repository_is_told_apart() {
    for (kind, state, codes) in [
        (
            GitHubFaultKind::Forbidden,
            ScopeState::Forbidden,
            &["missing_permission", "forbidden"][..],
        ),
        (GitHubFaultKind::SsoRequired, ScopeState::Forbidden, &["sso_required"]),
        (GitHubFaultKind::NotFound, ScopeState::Forbidden, &["hidden", "missing_permission"]),
        (GitHubFaultKind::Unavailable, ScopeState::Skipped, &["unavailable_for_legal_reasons"]),
        (GitHubFaultKind::Garbage, ScopeState::Failed, &["bad_json", "html_answer"]),
        (GitHubFaultKind::Truncate, ScopeState::Failed, &["truncated_body", "bad_json"]),
        (
            GitHubFaultKind::ServerError { status: 502 },
            ScopeState::Failed,
            &["server_error", "html_answer"],
        ),
    ] {
        let said = format!("{kind:?}");
        let (found, code) = struck(kind).await;
        assert!(codes.contains(&code.as_str()), "{said}: {code}");
        assert_eq!(found, state, "{said}");
    }
}

#[tokio::test]
async fn a_list_with_null_users_is_not_complete() {
    let world = World::new(30, 4).await;
    world.lab.inject(GitHubFault::at("/orgs/{org}/members", GitHubFaultKind::NullUsers));
    let read = world.read(&world.connector(), "members").await;
    assert_eq!(read.states(), [ScopeState::Partial]);
    assert!(read.codes().contains(&"broken_entries"));
}

#[tokio::test]
async fn a_next_page_elsewhere_is_not_followed() {
    let world = World::new(250, 4).await;
    world.lab.inject(GitHubFault::at("/orgs/{org}/members", GitHubFaultKind::ForeignLink));
    let read = world.read(&world.connector(), "members").await;
    assert!(read.codes().contains(&"foreign_host"), "{:?}", read.codes());
    assert_ne!(read.states(), [ScopeState::Complete]);
}

#[tokio::test]
async fn a_suspended_installation_forbids_everything_that_was_read_before() {
    let world = World::new(30, 5).await;
    let mut pasts = Pasts::new();
    let streams = ["members", "deploy-keys", "repositories"];
    let mut read = Vec::new();
    for stream in streams {
        read.push(world.read(&world.connector(), stream).await);
    }
    remember(&mut pasts, &read, world.now);
    world.lab.change(&Change::Suspend { suspended: true }).await.unwrap();
    let connector = world.connector();
    for (stream, scopes) in streams.into_iter().zip([1, world.repositories(), 1]) {
        let again = world.read_again(&connector, stream, &pasts, world.now).await;
        assert_eq!(again.states(), vec![ScopeState::Forbidden; scopes], "{stream}");
        assert!(again.codes().contains(&"installation_suspended"), "{stream}");
    }
}

#[tokio::test]
async fn a_narrowed_selection_forbids_what_it_no_longer_reaches() {
    let world = World::new(30, 6).await;
    let mut pasts = Pasts::new();
    let before = [
        world.read(&world.connector(), "repositories").await,
        world.read(&world.connector(), "deploy-keys").await,
    ];
    remember(&mut pasts, &before, world.now);
    let (name, kept) = some_repository(&world, "deploy-keys");
    let all = world.repositories();
    world.lab.change(&Change::SelectRepositories { repositories: vec![name] }).await.unwrap();
    let connector = world.connector();
    let repositories = world.read_again(&connector, "repositories", &pasts, world.now).await;
    let lost =
        before[0].scopes[0].started.visibility.lost_in(&repositories.scopes[0].started.visibility);
    assert_eq!(lost, ["repositories:all"]);
    let keys = world.read_again(&connector, "deploy-keys", &pasts, world.now).await;
    let reached = &repositories.scopes[0].started.visibility.0;
    let reached = reached.iter().filter(|what| what.starts_with("repository:")).count();
    assert!((1..all).contains(&reached), "{reached} of {all}");
    assert_eq!(keys.scopes.len(), all - reached);
    for scope in &keys.scopes {
        assert_eq!(scope.state, ScopeState::Forbidden);
        assert_ne!(scope.started.scope.to_string(), kept);
    }
}

#[tokio::test]
async fn what_changes_in_the_middle_touches_only_itself() {
    for (change, expected) in [
        ("rename", None),
        ("delete", Some((ScopeState::Skipped, "repository_gone"))),
        // The new owner's repositories are hidden from the App.
        ("transfer", Some((ScopeState::Skipped, "repository_gone"))),
    ] {
        let world = World::new(30, 6).await;
        let (name, scope) = some_repository(&world, "deploy-keys");
        let all = world.repositories();
        let connector = world.connector();
        world.read(&connector, "repositories").await.assert_complete();
        let repository = name.clone();
        let change = match change {
            "rename" => Change::RenameRepository { repository, name: format!("{name}-renamed") },
            "delete" => Change::DeleteRepository { repository },
            _ => Change::TransferRepository { repository, owner: "somebody-else".to_owned() },
        };
        world.lab.change(&change).await.unwrap();
        let read = [world.read(&connector, "deploy-keys").await];
        assert_eq!(read[0].scopes.len(), all);
        let expected: Vec<_> =
            expected.map(|(state, code)| (scope, state, code.to_owned())).into_iter().collect();
        assert_eq!(incomplete(&read), expected, "{change:?}");
    }
}

#[tokio::test]
async fn graphql_is_asked_for_less_when_it_gives_up() {
    let world = World::new(60, 3).await;
    world.lab.inject(GitHubFault::at("/graphql", GitHubFaultKind::GraphqlTimeout { above: 90 }));
    let read = world.read(&world.connector(), "external-identities").await;
    read.assert_complete();
}
