//! `GetAccountAuthorizationDetails`, page by page.

use super::paging::{Page, page};
use super::request::Call;
use super::xml::{Answer, element, list, nested, policy, time};
use crate::plan::{Account, Group, ManagedPolicy, Role, User, attached_in, aws_policy, shown};
use rollcall_model::Timestamp;

/// One entry of the four lists.
enum Entry<'a> {
    User(&'a User),
    Group(&'a Group),
    Role(&'a Role),
    Policy(String, ManagedPolicy),
}

/// A page of users, groups, roles and policies, in this order.
pub(super) fn answer(account: &Account, call: &Call, now: Timestamp) -> Answer {
    let filters = call.members("Filter");
    let wanted = |name: &str| filters.is_empty() || filters.contains(&name);
    let mut all: Vec<Entry<'_>> = Vec::new();
    if wanted("User") {
        all.extend(account.users.iter().map(Entry::User));
    }
    if wanted("Group") {
        all.extend(account.groups.iter().map(Entry::Group));
    }
    if wanted("Role") {
        all.extend(account.roles.iter().map(Entry::Role));
    }
    if wanted("LocalManagedPolicy") {
        all.extend(
            account
                .policies
                .iter()
                .map(|p| Entry::Policy(account.arn(&format!("policy/{}", p.name)), p.clone())),
        );
    }
    if wanted("AWSManagedPolicy") {
        all.extend(attached_in(account).into_iter().map(|arn| {
            let policy = aws_policy(&arn);
            Entry::Policy(arn, policy)
        }));
    }
    let Page { items, rest } = match page(&all, call) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    Answer::query(&call.action, |out| {
        let users =
            items.iter().filter_map(|e| if let Entry::User(u) = e { Some(*u) } else { None });
        list("UserDetailList", users, out, |u, out| user(account, u, out));
        let groups =
            items.iter().filter_map(|e| if let Entry::Group(g) = e { Some(*g) } else { None });
        list("GroupDetailList", groups, out, |g, out| group(account, g, out));
        let roles =
            items.iter().filter_map(|e| if let Entry::Role(r) = e { Some(*r) } else { None });
        list("RoleDetailList", roles, out, |r, out| role(account, r, now, out));
        let policies = items.iter().filter_map(|e| match e {
            Entry::Policy(arn, policy) => Some((arn, policy)),
            _ => None,
        });
        list("Policies", policies, out, |(arn, p), out| managed(arn, p, out));
        rest.write(out);
    })
}

fn user(account: &Account, user: &User, out: &mut String) {
    element("Path", &user.path, out);
    element("UserName", &user.name, out);
    element("UserId", &user.id, out);
    element("Arn", &account.arn(&user.resource()), out);
    time("CreateDate", user.created, out);
    list("GroupList", &user.groups, out, |name, out| out.push_str(name));
    attached(&user.attached, out);
    tags(user.tags.iter().map(|(k, v)| (k.as_ref(), v.as_str())), out);
}

fn group(account: &Account, group: &Group, out: &mut String) {
    element("Path", "/", out);
    element("GroupName", &group.name, out);
    element("GroupId", &group.id, out);
    element("Arn", &account.arn(&format!("group/{}", group.name)), out);
    time("CreateDate", group.created, out);
    out.push_str("<GroupPolicyList/>");
    attached(&group.attached, out);
}

fn role(account: &Account, role: &Role, now: Timestamp, out: &mut String) {
    head(account, role, out);
    out.push_str("<InstanceProfileList/>");
    list("RolePolicyList", &role.inline, out, |(name, statements), out| {
        element("PolicyName", name, out);
        policy("PolicyDocument", statements, out);
    });
    attached(&role.attached, out);
    extras(role, now, out);
}

/// What every listing of roles says.
pub(super) fn head(account: &Account, role: &Role, out: &mut String) {
    element("Path", &role.path, out);
    element("RoleName", &role.name, out);
    element("RoleId", &role.id, out);
    element("Arn", &account.arn(&role.resource()), out);
    time("CreateDate", role.created, out);
    policy("AssumeRolePolicyDocument", &role.trust, out);
}

/// What only the details and `GetRole` say.
pub(super) fn extras(role: &Role, now: Timestamp, out: &mut String) {
    if let Some(arn) = &role.boundary {
        nested("PermissionsBoundary", out, |out| {
            element("PermissionsBoundaryType", "Policy", out);
            element("PermissionsBoundaryArn", arn, out);
        });
    }
    tags(role.tags.iter().map(|(k, v)| (k.as_ref(), v.as_str())), out);
    nested("RoleLastUsed", out, |out| {
        if let Some(used) = shown(role.used.as_ref(), now) {
            time("LastUsedDate", used.at, out);
            element("Region", &used.region, out);
        }
    });
}

fn managed(arn: &str, policy_of: &ManagedPolicy, out: &mut String) {
    element("PolicyName", &policy_of.name, out);
    element("PolicyId", &policy_of.id, out);
    element("Arn", arn, out);
    element("Path", "/", out);
    element("DefaultVersionId", "v1", out);
    element("AttachmentCount", "1", out);
    element("PermissionsBoundaryUsageCount", "0", out);
    element("IsAttachable", "true", out);
    time("CreateDate", policy_of.created, out);
    time("UpdateDate", policy_of.created, out);
    list("PolicyVersionList", [()], out, |(), out| {
        policy("Document", &policy_of.statements, out);
        element("VersionId", "v1", out);
        element("IsDefaultVersion", "true", out);
        time("CreateDate", policy_of.created, out);
    });
}

fn attached(arns: &[String], out: &mut String) {
    list("AttachedManagedPolicies", arns, out, |arn, out| {
        element("PolicyName", arn.rsplit('/').next().unwrap_or_default(), out);
        element("PolicyArn", arn, out);
    });
}

fn tags<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>, out: &mut String) {
    list("Tags", tags, out, |(key, value), out| {
        element("Key", key, out);
        element("Value", value, out);
    });
}
