//! One page of the account authorization details, from the SDK's types to our shapes. What the SDK
//! parsed is moved, not copied: the pages are the largest answers there are.

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Output;
use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, GroupDetail, ManagedPolicyDetail, PolicyDetail,
    RoleDetail, UserDetail,
};

use crate::api::tags;
use crate::shapes::{Details, InlinePolicy, ManagedPolicy, Principal, time};

pub(crate) fn page(answer: Output) -> Details {
    let any_list = answer.user_detail_list.is_some()
        || answer.role_detail_list.is_some()
        || answer.group_detail_list.is_some()
        || answer.policies.is_some();
    Details {
        users: answer.user_detail_list.unwrap_or_default().into_iter().map(user).collect(),
        roles: answer.role_detail_list.unwrap_or_default().into_iter().map(role).collect(),
        groups: answer.group_detail_list.unwrap_or_default().into_iter().map(group).collect(),
        policies: answer.policies.unwrap_or_default().into_iter().map(policy).collect(),
        any_list,
        truncated: answer.is_truncated,
        marker: answer.marker,
    }
}

fn inline(list: Option<Vec<PolicyDetail>>) -> Vec<InlinePolicy> {
    let keep = |p: PolicyDetail| InlinePolicy {
        name: p.policy_name.unwrap_or_default(),
        document: p.policy_document,
    };
    list.unwrap_or_default().into_iter().map(keep).collect()
}

fn attached(list: Option<Vec<AttachedPolicy>>) -> Vec<String> {
    list.unwrap_or_default().into_iter().map(|p| p.policy_arn.unwrap_or_default()).collect()
}

fn boundary(boundary: Option<AttachedPermissionsBoundary>) -> Option<String> {
    boundary.and_then(|b| b.permissions_boundary_arn).filter(|arn| !arn.is_empty())
}

fn user(from: UserDetail) -> Principal {
    Principal {
        id: from.user_id.unwrap_or_default(),
        name: from.user_name.unwrap_or_default(),
        arn: from.arn.unwrap_or_default(),
        path: from.path.unwrap_or_default(),
        created_at: from.create_date.and_then(time),
        inline: inline(from.user_policy_list),
        attached: attached(from.attached_managed_policies),
        boundary: boundary(from.permissions_boundary),
        groups: from.group_list.unwrap_or_default(),
        tags: tags(from.tags),
        ..Principal::default()
    }
}

fn role(from: RoleDetail) -> Principal {
    let used = from.role_last_used;
    Principal {
        id: from.role_id.unwrap_or_default(),
        name: from.role_name.unwrap_or_default(),
        arn: from.arn.unwrap_or_default(),
        path: from.path.unwrap_or_default(),
        created_at: from.create_date.and_then(time),
        trust: from.assume_role_policy_document,
        inline: inline(from.role_policy_list),
        attached: attached(from.attached_managed_policies),
        boundary: boundary(from.permissions_boundary),
        tags: tags(from.tags),
        last_used: used.as_ref().and_then(|u| u.last_used_date).and_then(time),
        last_used_region: used.and_then(|u| u.region),
        ..Principal::default()
    }
}

fn group(from: GroupDetail) -> Principal {
    Principal {
        id: from.group_id.unwrap_or_default(),
        name: from.group_name.unwrap_or_default(),
        arn: from.arn.unwrap_or_default(),
        path: from.path.unwrap_or_default(),
        created_at: from.create_date.and_then(time),
        inline: inline(from.group_policy_list),
        attached: attached(from.attached_managed_policies),
        ..Principal::default()
    }
}

/// Of the versions only the one in force is kept.
fn policy(from: ManagedPolicyDetail) -> ManagedPolicy {
    let wanted = from.default_version_id;
    let in_force = from
        .policy_version_list
        .unwrap_or_default()
        .into_iter()
        .find(|v| v.is_default_version || (wanted.is_some() && v.version_id == wanted));
    ManagedPolicy {
        id: from.policy_id.unwrap_or_default(),
        name: from.policy_name.unwrap_or_default(),
        arn: from.arn.unwrap_or_default(),
        path: from.path.unwrap_or_default(),
        description: from.description,
        created_at: from.create_date.and_then(time),
        updated_at: from.update_date.and_then(time),
        default_version: wanted,
        document: in_force.and_then(|v| v.document),
    }
}
