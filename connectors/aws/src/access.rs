//! The exact access the connector needs, as documents: IAM policies, Terraform, CloudFormation.

use rollcall_connector::AccessDocument;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde_json::{Value, json};

use crate::config::Config;
use crate::definition::{SESSION_PERMISSIONS, STREAMS, permissions_of};

/// What is denied whatever else a role is given: everything that returns secret values.
const NEVER: [&str; 8] = [
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "ssm:GetParameter*",
    "kms:Decrypt",
    "bedrock-agentcore:GetResourceApiKey",
    "bedrock-agentcore:GetResourceOauth2Token",
    "bedrock-agentcore:GetWorkloadAccessToken*",
    "lambda:GetFunction",
];

/// The documents of a format.
///
/// # Errors
/// When the format is unknown.
pub(crate) fn documents(config: &Config, format: &str) -> Result<Vec<AccessDocument>, Problem> {
    match format {
        "policy" => Ok(vec![
            document(
                "rollcall-member-policy.json",
                "The permissions of the role that is assumed in every account. For a single account \
                 they are all the credential needs.",
                pretty(&member_policy(config)),
            ),
            document(
                "rollcall-reader-policy.json",
                "The further permissions of the credential itself: to find the organisation's \
                 accounts and to enter them. Give it to the credential in the management account or \
                 a delegated administrator account.",
                pretty(&reader_policy(config)),
            ),
        ]),
        "terraform" => Ok(vec![document(
            "rollcall-read.tf",
            "Apply in the management account. It makes the read role there and, by a \
             service-managed StackSet, in every other account of the organisation.",
            terraform(config),
        )]),
        "cloudformation" => Ok(vec![
            document(
                "rollcall-read-role.yaml",
                "The read role for one account. StackSets leave the management account out: create \
                 this stack there.",
                pretty(&role_template(config)),
            ),
            document(
                "rollcall-stackset.yaml",
                "A service-managed StackSet that makes the read role in every member account, and \
                 the role of the management account beside it. Create it in the management account.",
                pretty(&stackset_template(config)),
            ),
        ]),
        other => Err(Problem::new(
            ProblemClass::Config,
            "unknown_format",
            format!("{other:?} is none of policy, terraform, cloudformation"),
        )),
    }
}

fn document(name: &str, usage: &str, text: String) -> AccessDocument {
    AccessDocument { name: name.to_owned(), usage: usage.to_owned(), text }
}

/// JSON is YAML too, and says the same to every reader.
fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// What the streams that are read need inside an account.
fn member_actions(config: &Config) -> Vec<&'static str> {
    let streams = STREAMS.iter().filter(|s| s.name != "accounts" && config.reads(s.name));
    let mut actions = permissions_of(streams);
    actions.retain(|a| !SESSION_PERMISSIONS.contains(a));
    actions
}

fn member_policy(config: &Config) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "ReadIam", "Effect": "Allow", "Action": member_actions(config), "Resource": "*"},
            {"Sid": "NeverReadSecrets", "Effect": "Deny", "Action": NEVER, "Resource": "*"},
        ],
    })
}

fn reader_policy(config: &Config) -> Value {
    let accounts = STREAMS.iter().filter(|s| s.name == "accounts").flat_map(|s| s.permissions);
    let role = format!("arn:*:iam::*:role/{}", config.member_role_name);
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "WhoAmI", "Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"},
            {"Sid": "EnterAccounts", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role},
            {"Sid": "FindAccounts", "Effect": "Allow", "Action": accounts.collect::<Vec<_>>(), "Resource": "*"},
            {"Sid": "NeverReadSecrets", "Effect": "Deny", "Action": NEVER, "Resource": "*"},
        ],
    })
}

/// The role's name and path as CloudFormation takes them apart.
fn role_name(config: &Config) -> (String, String) {
    match config.member_role_name.rsplit_once('/') {
        Some((path, name)) => (format!("/{}/", path.trim_matches('/')), name.to_owned()),
        None => ("/".to_owned(), config.member_role_name.clone()),
    }
}

fn parameters() -> Value {
    json!({
        "ReaderPrincipal": {
            "Type": "String",
            "Description": "ARN of the role or user that rollcall runs as",
            "AllowedPattern": "^arn:[a-z-]+:iam::[0-9]{12}:.+$",
        },
        "ExternalId": {
            "Type": "String",
            "NoEcho": true,
            "MinLength": 2,
            "Description": "The external id of the source's configuration",
        },
    })
}

fn role_resource(config: &Config) -> Value {
    let (path, name) = role_name(config);
    json!({
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "Path": path,
            "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": {"AWS": {"Ref": "ReaderPrincipal"}},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
                }],
            },
            "Policies": [{"PolicyName": "rollcall-read", "PolicyDocument": member_policy(config)}],
        },
    })
}

fn role_template(config: &Config) -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Read role for rollcall in one account",
        "Parameters": parameters(),
        "Resources": {"ReadRole": role_resource(config)},
        "Outputs": {"RoleArn": {"Value": {"Fn::GetAtt": ["ReadRole", "Arn"]}}},
    })
}

fn stackset_template(config: &Config) -> Value {
    let mut parameters = parameters();
    parameters["OrganizationalUnits"] = json!({
        "Type": "CommaDelimitedList",
        "Description": "Ids of the root or of the organisational units to read, such as r-abcd",
    });
    let parameter = |name: &str| json!({"ParameterKey": name, "ParameterValue": {"Ref": name}});
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Read roles for rollcall in every account of an organisation",
        "Parameters": parameters,
        "Resources": {
            // StackSets do not reach the management account.
            "ManagementReadRole": role_resource(config),
            "MemberReadRoles": {
                "Type": "AWS::CloudFormation::StackSet",
                "Properties": {
                    "StackSetName": "rollcall-read",
                    "PermissionModel": "SERVICE_MANAGED",
                    "AutoDeployment": {"Enabled": true, "RetainStacksOnAccountRemoval": false},
                    "Capabilities": ["CAPABILITY_NAMED_IAM"],
                    "Parameters": [parameter("ReaderPrincipal"), parameter("ExternalId")],
                    "OperationPreferences": {"FailureTolerancePercentage": 100, "MaxConcurrentPercentage": 100},
                    "StackInstancesGroup": [{
                        "DeploymentTargets": {"OrganizationalUnitIds": {"Ref": "OrganizationalUnits"}},
                        // IAM is global; one region is enough.
                        "Regions": [{"Ref": "AWS::Region"}],
                    }],
                    "TemplateBody": role_template(config).to_string(),
                },
            },
        },
    })
}

fn terraform(config: &Config) -> String {
    let (path, name) = role_name(config);
    let policy = format!("{:#}", member_policy(config));
    let template = format!("{:#}", role_template(config));
    format!(
        r#"variable "reader_principal" {{
  type        = string
  description = "ARN of the role or user that rollcall runs as"
}}

variable "external_id" {{
  type        = string
  sensitive   = true
  description = "The external id of the source's configuration"
}}

variable "organizational_units" {{
  type        = list(string)
  description = "Ids of the root or of the organisational units to read, such as r-abcd"
}}

# StackSets do not reach the management account: its role is made here.
resource "aws_iam_role" "rollcall_read" {{
  name                 = "{name}"
  path                 = "{path}"
  max_session_duration = 3600
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ AWS = var.reader_principal }}
      Action    = "sts:AssumeRole"
      Condition = {{ StringEquals = {{ "sts:ExternalId" = var.external_id }} }}
    }}]
  }})
}}

resource "aws_iam_role_policy" "rollcall_read" {{
  name   = "rollcall-read"
  role   = aws_iam_role.rollcall_read.id
  policy = <<-POLICY
{policy}
POLICY
}}

resource "aws_cloudformation_stack_set" "rollcall_read" {{
  name             = "rollcall-read"
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  auto_deployment {{
    enabled                          = true
    retain_stacks_on_account_removal = false
  }}
  parameters = {{
    ReaderPrincipal = var.reader_principal
    ExternalId      = var.external_id
  }}
  template_body = <<-TEMPLATE
{template}
TEMPLATE
  lifecycle {{
    ignore_changes = [administration_role_arn]
  }}
}}

resource "aws_cloudformation_stack_set_instance" "rollcall_read" {{
  stack_set_name = aws_cloudformation_stack_set.rollcall_read.name
  deployment_targets {{
    organizational_unit_ids = var.organizational_units
  }}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn allowed(policy: &Value) -> BTreeSet<String> {
        let mut actions = BTreeSet::new();
        for statement in policy["Statement"].as_array().unwrap() {
            let list = match &statement["Action"] {
                Value::String(one) => vec![one.clone()],
                many => serde_json::from_value(many.clone()).unwrap(),
            };
            if statement["Effect"] == "Allow" {
                actions.extend(list);
            } else {
                assert_eq!(statement["Sid"], "NeverReadSecrets");
                assert!(list.contains(&"secretsmanager:GetSecretValue".to_owned()));
            }
        }
        actions
    }

    fn text(format: &str, index: usize) -> String {
        documents(&Config::default(), format).unwrap()[index].text.clone()
    }

    #[test]
    fn the_policies_allow_exactly_the_declared_operations() {
        let parse = |index| serde_json::from_str::<Value>(&text("policy", index)).unwrap();
        let mut all = allowed(&parse(0));
        all.extend(allowed(&parse(1)));
        let declared: BTreeSet<String> = crate::definition()
            .operations
            .iter()
            .map(|o| o.strip_prefix("aws:").unwrap().to_owned())
            .collect();
        assert_eq!(all, declared);
    }

    #[test]
    fn a_stream_that_is_not_read_asks_for_nothing() {
        let config = Config { skip_streams: vec!["mfa-devices".to_owned()], ..Config::default() };
        let policy: Value =
            serde_json::from_str(&documents(&config, "policy").unwrap()[0].text).unwrap();
        assert!(!allowed(&policy).contains("iam:ListMFADevices"));
        assert!(allowed(&policy).contains("iam:ListUsers"));
    }

    #[test]
    fn the_templates_are_yaml_with_the_same_policy() {
        let role: Value = serde_saphyr::from_str(&text("cloudformation", 0)).unwrap();
        let set: Value = serde_saphyr::from_str(&text("cloudformation", 1)).unwrap();
        let inner =
            set["Resources"]["MemberReadRoles"]["Properties"]["TemplateBody"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(inner).unwrap(), role);
        let properties = &role["Resources"]["ReadRole"]["Properties"];
        assert_eq!(set["Resources"]["ManagementReadRole"]["Properties"], *properties);
        let policy = &properties["Policies"][0]["PolicyDocument"];
        assert_eq!(*policy, member_policy(&Config::default()));
        let trust = &properties["AssumeRolePolicyDocument"]["Statement"][0];
        assert_eq!(trust["Condition"]["StringEquals"]["sts:ExternalId"]["Ref"], "ExternalId");
    }

    #[test]
    fn terraform_holds_the_policy_and_the_template() {
        let text = text("terraform", 0);
        let between = |open: &str, close: &str| {
            let (_, rest) = text.split_once(open).unwrap();
            rest.split_once(close).unwrap().0.to_owned()
        };
        let policy: Value = serde_json::from_str(&between("<<-POLICY\n", "\nPOLICY\n")).unwrap();
        assert_eq!(policy, member_policy(&Config::default()));
        let template: Value =
            serde_json::from_str(&between("<<-TEMPLATE\n", "\nTEMPLATE\n")).unwrap();
        assert_eq!(template, role_template(&Config::default()));
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        // Terraform would read these as its own.
        assert!(!text.contains("${") && !text.contains("%{"));
    }

    #[test]
    fn a_role_with_a_path_keeps_it() {
        let config = Config { member_role_name: "audit/rollcall".to_owned(), ..Config::default() };
        assert_eq!(role_name(&config), ("/audit/".to_owned(), "rollcall".to_owned()));
        assert!(documents(&config, "sql").is_err());
    }
}
