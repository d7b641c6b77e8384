//! Copilot: seats, and the coding agent with its MCP configuration.

use serde_json::json;

use crate::github::access::Level::Read;
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::auth::Caller;
use crate::github::paging::{SEATS, USUAL};
use crate::github::render::{organization, repository, team, user};
use crate::github::router::Route;
use crate::github::world::Repo;

const SEAT: &str = "organization_copilot_seat_management";
const AGENT: &str = "organization_copilot_agent_settings";

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/copilot/billing", Organization(SEAT, Read), billing),
    Route::get("/orgs/{org}/copilot/billing/seats", Organization(SEAT, Read), seats),
    Route::get(
        "/orgs/{org}/copilot/coding-agent/permissions",
        Organization(AGENT, Read),
        permissions,
    ),
    Route::get(
        "/orgs/{org}/copilot/coding-agent/permissions/repositories",
        Organization(AGENT, Read),
        repositories,
    ),
    Route::get(
        "/repos/{owner}/{repo}/copilot/cloud-agent/configuration",
        Repository("copilot_agent_settings", Read),
        configuration,
    ),
    Route::get("/agents/repos/{owner}/{repo}/tasks", Repository("metadata", Read), tasks),
];

fn billing(ask: &Ask<'_>) -> Answer {
    let total = ask.world.seats.len();
    let active = ask.world.seats.iter().filter(|s| s.used.is_some()).count();
    Ok(Reply::ok(json!({
        "seat_breakdown": {
            "total": total,
            "added_this_cycle": 0,
            "pending_invitation": 0,
            "pending_cancellation": ask.world.seats.iter().filter(|s| s.ends.is_some()).count(),
            "active_this_cycle": active,
            "inactive_this_cycle": total - active,
        },
        "seat_management_setting": "assign_selected",
        "ide_chat": "enabled",
        "platform_chat": "enabled",
        "cli": "enabled",
        "public_code_suggestions": "block",
        "plan_type": "enterprise",
    })))
}

fn seats(ask: &Ask<'_>) -> Answer {
    Ok(ask.wrapped("seats", &ask.world.seats, SEATS, |seat| {
        let through = seat.team.and_then(|n| ask.world.teams.get(n as usize));
        json!({
            "created_at": seat.created.to_string(),
            "updated_at": seat.created.to_string(),
            "pending_cancellation_date": seat.ends.map(|at| at.to_string()[..10].to_owned()),
            "last_activity_at": seat.used.map(|at| at.to_string()),
            "last_activity_editor": seat.used.map(|_| "vscode/1.105.0/copilot/1.380.0"),
            "last_authenticated_at": seat.used.map(|at| at.to_string()),
            "plan_type": "enterprise",
            "assignee": user::numbered(ask, seat.user),
            "assigning_team": through.map(|t| team::listed(ask, t)),
            "organization": organization::simple(ask),
        })
    }))
}

fn permissions(ask: &Ask<'_>) -> Answer {
    let login = &ask.world.organization.login;
    let path = format!("/orgs/{login}/copilot/coding-agent/permissions/repositories");
    Ok(Reply::ok(json!({
        "enabled_repositories": "selected",
        "selected_repositories_url": ask.url(&path),
    })))
}

fn repositories(ask: &Ask<'_>) -> Answer {
    let found: Vec<&Repo> = ask.world.present().filter(|r| r.hub.settings.agent.enabled).collect();
    Ok(ask.wrapped("repositories", &found, USUAL, |r| repository::minimal(ask, r)))
}

fn configuration(ask: &Ask<'_>) -> Answer {
    let agent = &ask.repo()?.hub.settings.agent;
    Ok(Reply::ok(json!({
        "mcp_configuration": agent.configuration,
        "enabled_tools": {
            "codeql": true,
            "copilot_code_review": true,
            "secret_scanning": true,
            "dependency_vulnerability_checks": true,
        },
        "require_actions_workflow_approval": true,
        "is_firewall_enabled": agent.firewall,
        "is_firewall_recommended_allowlist_enabled": true,
        "custom_allowlist": ["packages.example"],
        "is_automations_enabled": false,
        "require_write_access_for_automation_triggers": true,
    })))
}

fn tasks(ask: &Ask<'_>) -> Answer {
    // Only for people.
    match ask.caller {
        Caller::Person { .. } => Ok(super::actions::nothing(ask, "tasks")),
        caller => Err(crate::github::access::refused(caller)),
    }
}
