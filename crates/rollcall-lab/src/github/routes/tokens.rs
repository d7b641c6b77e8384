//! Fine-grained tokens and requests for them. Only Apps may list them.

use serde_json::{Value, json};

use crate::github::access::Needs::AppOrganization;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::{repository, user};
use crate::github::router::Route;
use crate::plan::hub::{FineToken, TokenState};

const TOKENS: &str = "organization_personal_access_tokens";
const REQUESTS: &str = "organization_personal_access_token_requests";

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/personal-access-tokens", AppOrganization(TOKENS), granted),
    Route::get(
        "/orgs/{org}/personal-access-tokens/{pat_id}/repositories",
        AppOrganization(TOKENS),
        repositories,
    ),
    Route::get("/orgs/{org}/personal-access-token-requests", AppOrganization(REQUESTS), asked),
    Route::get(
        "/orgs/{org}/personal-access-token-requests/{pat_request_id}/repositories",
        AppOrganization(REQUESTS),
        repositories,
    ),
];

fn show(ask: &Ask<'_>, token: &FineToken) -> Value {
    let login = &ask.world.organization.login;
    let asked = token.state == TokenState::Asked;
    let part = if asked { "personal-access-token-requests" } else { "personal-access-tokens" };
    let mut value = json!({
        "id": token.id,
        "owner": user::numbered(ask, token.owner),
        "repository_selection": token.selection,
        "repositories_url": ask.url(&format!("/orgs/{login}/{part}/{}/repositories", token.id)),
        "permissions": {"organization": token.organization, "repository": token.repository},
        "token_id": token.token,
        "token_name": token.name,
        "token_expired": token.is_expired(ask.world.now()),
        "token_expires_at": token.expires.map(|at| at.to_string()),
        "token_last_used_at": token.used.map(|at| at.to_string()),
    });
    if asked {
        value["reason"] = "I need it for a report".into();
        value["created_at"] = token.at.to_string().into();
    } else {
        value["access_granted_at"] = token.at.to_string().into();
    }
    value
}

fn listed(ask: &Ask<'_>, tokens: &[FineToken]) -> Answer {
    let owners: Vec<&str> = ask
        .query
        .iter()
        .filter(|(k, _)| k == "owner[]" || k == "owner")
        .map(|(_, v)| v.as_str())
        .collect();
    let fits = |t: &&FineToken| {
        owners.is_empty() || owners.contains(&ask.world.user(t.owner).login.as_str())
    };
    let found: Vec<&FineToken> = tokens.iter().filter(fits).collect();
    Ok(ask.list(&found, |t| show(ask, t)))
}

fn granted(ask: &Ask<'_>) -> Answer {
    listed(ask, &ask.world.tokens)
}

fn asked(ask: &Ask<'_>) -> Answer {
    listed(ask, &ask.world.requests)
}

fn repositories(ask: &Ask<'_>) -> Answer {
    let id = ask.number(1)?;
    let all = ask.world.tokens.iter().chain(&ask.world.requests);
    let token = all.into_iter().find(|t| t.id == id).ok_or_else(Reply::not_found)?;
    let found: Vec<_> = match token.selection {
        "subset" => ask.world.numbered(&token.repositories).collect(),
        "all" => ask.world.present().collect(),
        _ => Vec::new(),
    };
    Ok(ask.list(&found, |r| repository::minimal(ask, r)))
}
