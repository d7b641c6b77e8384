//! IAM's listings and look-ups.

use rollcall_model::Timestamp;

use super::details;
use super::paging::page;
use super::request::Call;
use super::xml::{Answer, element, list, nested, time};
use crate::plan::{Account, User};

fn missing(what: &str) -> Answer {
    Answer::error(404, "NoSuchEntity", &format!("{what} cannot be found."))
}

/// Answers what can be answered from one account alone; nothing for an action there is not.
pub(super) fn answer(account: &Account, call: &Call, now: Timestamp) -> Option<Answer> {
    let action = call.action.as_str();
    Some(match action {
        "GetAccountAuthorizationDetails" => details::answer(account, call, now),
        "ListUsers" => pages(&account.users, call, "Users", |u, out| user(account, u, out)),
        "ListRoles" => pages(&account.roles, call, "Roles", |r, out| {
            details::head(account, r, out);
            element("MaxSessionDuration", "3600", out);
        }),
        "ListGroups" => pages(&account.groups, call, "Groups", |g, out| {
            element("Path", "/", out);
            element("GroupName", &g.name, out);
            element("GroupId", &g.id, out);
            element("Arn", &account.arn(&format!("group/{}", g.name)), out);
            time("CreateDate", g.created, out);
        }),
        "ListPolicies" => pages(&account.policies, call, "Policies", |p, out| {
            element("PolicyName", &p.name, out);
            element("PolicyId", &p.id, out);
            element("Arn", &account.arn(&format!("policy/{}", p.name)), out);
            element("Path", "/", out);
            element("DefaultVersionId", "v1", out);
            time("CreateDate", p.created, out);
            time("UpdateDate", p.created, out);
        }),
        "GetRole" => match account.roles.iter().find(|r| r.name == call.param("RoleName")) {
            Some(role) => Answer::query(action, |out| {
                nested("Role", out, |out| {
                    details::head(account, role, out);
                    element("MaxSessionDuration", "3600", out);
                    details::extras(role, now, out);
                });
            }),
            None => missing(&format!("The role with name {}", call.param("RoleName"))),
        },
        "GetAccessKeyLastUsed" => key_use(account, call),
        "ListServerCertificates" => empty(call, "ServerCertificateMetadataList"),
        "ListInstanceProfiles" => empty(call, "InstanceProfiles"),
        "ListSAMLProviders" => Answer::query(action, |out| out.push_str("<SAMLProviderList/>")),
        "ListAccountAliases" => {
            pages(std::slice::from_ref(&account.name), call, "AccountAliases", |alias, out| {
                out.push_str(alias);
            })
        }
        "ListOpenIDConnectProviders" => Answer::query(action, |out| {
            list("OpenIDConnectProviderList", &account.issuers, out, |(issuer, _), out| {
                element("Arn", &account.arn(&format!("oidc-provider/{issuer}")), out);
            });
        }),
        "GetOpenIDConnectProvider" => issuer(account, call),
        "GetAccountSummary" => summary(account, call),
        "GetOutboundWebIdentityFederationInfo" => {
            Answer::error(404, "FeatureDisabled", "Outbound web identity federation is disabled.")
        }
        _ => return of_user(account, call),
    })
}

/// What is asked of one user.
fn of_user(account: &Account, call: &Call) -> Option<Answer> {
    const ACTIONS: [&str; 8] = [
        "GetUser",
        "ListAccessKeys",
        "GetLoginProfile",
        "ListMFADevices",
        "ListServiceSpecificCredentials",
        "ListSSHPublicKeys",
        "ListSigningCertificates",
        "ListGroupsForUser",
    ];
    let action = call.action.as_str();
    if !ACTIONS.contains(&action) {
        return None;
    }
    let name = call.param("UserName");
    let Some(user_of) = account.users.iter().find(|u| u.name == name) else {
        return Some(missing(&format!("The user with name {name}")));
    };
    Some(match action {
        "GetUser" => {
            Answer::query(action, |out| nested("User", out, |out| user(account, user_of, out)))
        }
        "ListAccessKeys" => pages(&user_of.keys, call, "AccessKeyMetadata", |key, out| {
            element("UserName", name, out);
            element("AccessKeyId", &key.id, out);
            element("Status", if key.active { "Active" } else { "Inactive" }, out);
            time("CreateDate", key.created, out);
        }),
        "GetLoginProfile" => match &user_of.password {
            Some(password) => Answer::query(action, |out| {
                nested("LoginProfile", out, |out| {
                    element("UserName", name, out);
                    time("CreateDate", password.created, out);
                    element("PasswordResetRequired", "false", out);
                });
            }),
            None => missing(&format!("Login Profile for User {name}")),
        },
        "ListMFADevices" => {
            let since: Vec<Timestamp> = user_of.mfa.into_iter().collect();
            pages(&since, call, "MFADevices", |at, out| {
                element("UserName", name, out);
                element("SerialNumber", &account.arn(&format!("mfa/{name}")), out);
                time("EnableDate", *at, out);
            })
        }
        "ListServiceSpecificCredentials" => {
            let keys: Vec<_> = user_of.service_key.iter().collect();
            pages(&keys, call, "ServiceSpecificCredentials", |(id, made), out| {
                element("UserName", name, out);
                element("Status", "Active", out);
                element("ServiceUserName", &format!("{name}-at-{}", account.id), out);
                time("CreateDate", *made, out);
                element("ServiceSpecificCredentialId", id, out);
                element("ServiceName", "bedrock.amazonaws.com", out);
            })
        }
        "ListSSHPublicKeys" => empty(call, "SSHPublicKeys"),
        "ListSigningCertificates" => empty(call, "Certificates"),
        _ => {
            let groups: Vec<_> =
                account.groups.iter().filter(|g| user_of.groups.contains(&g.name)).collect();
            pages(&groups, call, "Groups", |g, out| {
                element("Path", "/", out);
                element("GroupName", &g.name, out);
                element("GroupId", &g.id, out);
                element("Arn", &account.arn(&format!("group/{}", g.name)), out);
                time("CreateDate", g.created, out);
            })
        }
    })
}

/// A page of a list.
fn pages<T>(all: &[T], call: &Call, name: &str, fill: impl FnMut(&T, &mut String)) -> Answer {
    match page(all, call) {
        Ok(found) => Answer::query(&call.action, |out| {
            list(name, found.items, out, fill);
            found.rest.write(out);
        }),
        Err(answer) => answer,
    }
}

fn empty(call: &Call, name: &str) -> Answer {
    pages::<()>(&[], call, name, |(), _| {})
}

fn user(account: &Account, user: &User, out: &mut String) {
    element("Path", &user.path, out);
    element("UserName", &user.name, out);
    element("UserId", &user.id, out);
    element("Arn", &account.arn(&user.resource()), out);
    time("CreateDate", user.created, out);
    if let Some(at) = user.password.as_ref().and_then(|p| p.used) {
        time("PasswordLastUsed", at, out);
    }
}

fn key_use(account: &Account, call: &Call) -> Answer {
    let id = call.param("AccessKeyId");
    let all = account.users.iter().flat_map(|u| u.keys.iter().map(move |k| (u, k)));
    let Some((user, key)) = all.into_iter().find(|(_, k)| k.id == id) else {
        return missing(&format!("The Access Key with id {id}"));
    };
    Answer::query(&call.action, |out| {
        element("UserName", &user.name, out);
        nested("AccessKeyLastUsed", out, |out| match &key.used {
            Some(used) => {
                time("LastUsedDate", used.at, out);
                element("ServiceName", &used.service, out);
                element("Region", &used.region, out);
            }
            None => out.push_str("<ServiceName>N/A</ServiceName><Region>N/A</Region>"),
        });
    })
}

fn issuer(account: &Account, call: &Call) -> Answer {
    let arn = call.param("OpenIDConnectProviderArn");
    let of = |issuer: &str| account.arn(&format!("oidc-provider/{issuer}"));
    match account.issuers.iter().find(|(issuer, _)| of(issuer) == arn) {
        Some((issuer, made)) => Answer::query(&call.action, |out| {
            element("Url", issuer, out);
            list("ClientIDList", ["sts.amazonaws.com"], out, |id, out| out.push_str(id));
            out.push_str("<ThumbprintList/>");
            time("CreateDate", *made, out);
        }),
        None => missing(&format!("OpenIDConnect Provider {arn}")),
    }
}

fn summary(account: &Account, call: &Call) -> Answer {
    let numbers = [
        ("Users", account.users.len()),
        ("Roles", account.roles.len()),
        ("Groups", account.groups.len()),
        ("Policies", account.policies.len()),
        ("Providers", account.issuers.len()),
        ("AccountMFAEnabled", 1),
        ("AccountAccessKeysPresent", usize::from(account.root.key.is_some())),
        ("AccountSigningCertificatesPresent", 0),
    ];
    Answer::query(&call.action, |out| {
        nested("SummaryMap", out, |out| {
            for (name, number) in numbers {
                nested("entry", out, |out| {
                    element("key", name, out);
                    element("value", &number.to_string(), out);
                });
            }
        });
    })
}
