//! The policies that AWS makes, as far as the company uses them.

use std::collections::BTreeSet;

use rollcall_model::Timestamp;

use super::account::{Account, ManagedPolicy, Use};
use super::draw::{DAY, unique_id};
use super::policy::{Statement, borrowed};

/// How far back AWS tells of use. Source: IAM API reference, RoleLastUsed.
pub(crate) const TRACKED_DAYS: i64 = 400;

/// A last use as AWS shows it: nothing, when it is too long ago.
pub(crate) fn shown(used: Option<&Use>, now: Timestamp) -> Option<&Use> {
    used.filter(|u| u.at >= now.plus_seconds(-TRACKED_DAYS * DAY))
}

/// The ARNs of AWS's policies that something in an account has.
pub(crate) fn attached_in(account: &Account) -> BTreeSet<String> {
    let users = account.users.iter().flat_map(|u| &u.attached);
    let roles = account.roles.iter().flat_map(|r| &r.attached);
    let groups = account.groups.iter().flat_map(|g| &g.attached);
    users
        .chain(roles)
        .chain(groups)
        .filter(|a| a.starts_with("arn:aws:iam::aws:"))
        .cloned()
        .collect()
}

/// One of AWS's policies by its ARN.
pub(crate) fn policy(arn: &str) -> ManagedPolicy {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let actions: &[&'static str] = match name {
        "AdministratorAccess" => &["*"],
        "ReadOnlyAccess" => &["ec2:Describe*", "s3:Get*", "s3:List*", "sqs:Get*"],
        "AmazonS3ReadOnlyAccess" => &["s3:Describe*", "s3:Get*", "s3:List*"],
        "CloudWatchLogsFullAccess" => &["cloudwatch:GenerateQuery", "logs:*"],
        "AmazonSQSFullAccess" => &["sqs:*"],
        "AmazonEC2ReadOnlyAccess" => &["ec2:Describe*", "ec2:Get*"],
        "AmazonDynamoDBReadOnlyAccess" => &["dynamodb:Get*", "dynamodb:Query", "dynamodb:Scan"],
        "AWSXRayDaemonWriteAccess" => &["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        _ => &["ssm:DescribeDocument", "ssmmessages:OpenDataChannel"],
    };
    let number = name.bytes().fold(0_u64, |n, b| n.wrapping_mul(31).wrapping_add(u64::from(b)));
    ManagedPolicy {
        id: unique_id("ANPA", 0, number),
        name: name.to_owned(),
        created: Timestamp::from_seconds(1_423_247_979),
        statements: vec![Statement::allow(actions, borrowed(&["*"]))],
    }
}
