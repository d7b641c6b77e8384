//! Answers in AWS's own forms, and one small account to answer about.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::fake::{Answer, Call, Fake};

pub(crate) const ACCOUNT: &str = "123456789012";
/// Planted wherever AWS could send a secret.
pub(crate) const CANARY: &str = "CANARY";

/// An answer of the query protocol.
pub(crate) fn ok(action: &str, result: &str) -> Answer {
    let body = format!(
        "<{action}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{action}Result>{result}\
         </{action}Result><ResponseMetadata><RequestId>7a62c49f</RequestId></ResponseMetadata></{action}Response>"
    );
    Answer::Body(200, "text/xml", body)
}

/// A page that is the last.
pub(crate) fn last(action: &str, result: &str) -> Answer {
    ok(action, &format!("<IsTruncated>false</IsTruncated>{result}"))
}

/// A page with another one after it.
pub(crate) fn more(action: &str, marker: &str, result: &str) -> Answer {
    ok(action, &format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>{result}"))
}

/// An error of the query protocol.
pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>7a62c49f</RequestId></ErrorResponse>"
    );
    Answer::Body(status, "text/xml", body)
}

pub(crate) fn json_answer(value: &Value) -> Answer {
    Answer::Body(200, "application/x-amz-json-1.1", value.to_string())
}

pub(crate) fn json_error(status: u16, code: &str) -> Answer {
    let body = json!({"__type": code, "Message": "no"}).to_string();
    Answer::Body(status, "application/x-amz-json-1.1", body)
}

/// What servers say that do not know an operation.
pub(crate) fn html_500() -> Answer {
    let page = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n";
    Answer::Body(500, "text/html; charset=utf-8", page.to_owned())
}

pub(crate) fn denied() -> Answer {
    error(
        403,
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/reader is not authorized to perform this",
    )
}

/// A document as AWS sends it.
pub(crate) fn encoded(document: &Value) -> String {
    utf8_percent_encode(&document.to_string(), NON_ALPHANUMERIC).to_string()
}

pub(crate) fn member(fields: &[(&str, &str)]) -> String {
    let body: String = fields.iter().map(|(n, v)| format!("<{n}>{v}</{n}>")).collect();
    format!("<member>{body}</member>")
}

pub(crate) fn github_trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
         "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")},
         "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/*:ref:refs/heads/main"}}},
        {"Effect": "Allow", "Principal": {"AWS": ["AROAGONEGONEGONEGONE", "111122223333"]}, "Action": "sts:AssumeRole"},
    ]})
}

/// The users ann (a person, by the look of it) and bot.
pub(crate) fn users() -> String {
    let users = [
        [
            ("Path", "/"),
            ("UserName", "ann"),
            ("UserId", "AIDAANN"),
            ("Arn", "arn:aws:iam::123456789012:user/ann"),
            ("CreateDate", "2021-01-01T00:00:00Z"),
        ],
        [
            ("Path", "/ci/"),
            ("UserName", "bot"),
            ("UserId", "AIDABOT"),
            ("Arn", "arn:aws:iam::123456789012:user/ci/bot"),
            ("CreateDate", "2022-02-02T00:00:00Z"),
        ],
    ];
    format!("<Users>{}</Users>", users.iter().map(|u| member(u)).collect::<String>())
}

/// The first page of the details: users and groups.
pub(crate) fn details_1() -> String {
    let allow = encoded(&json!({"Version": "2012-10-17", "Statement": {
        "Sid": "S", "Effect": "Allow", "Action": ["s3:Put*", "s3:Get*"], "Resource": "arn:aws:s3:::a+b/*"}}));
    format!(
        "<UserDetailList>
          <member><Path>/</Path><UserName>ann</UserName><UserId>AIDAANN</UserId>
            <Arn>arn:aws:iam::123456789012:user/ann</Arn><CreateDate>2021-01-01T00:00:00Z</CreateDate>
            <GroupList><member>Admins</member></GroupList><AttachedManagedPolicies/>
            <Tags><member><Key>owner</Key><Value>ann@example.com</Value></member></Tags></member>
          <member><Path>/ci/</Path><UserName>bot</UserName><UserId>AIDABOT</UserId>
            <Arn>arn:aws:iam::123456789012:user/ci/bot</Arn><CreateDate>2022-02-02T00:00:00Z</CreateDate>
            <GroupList/><UserPolicyList><member><PolicyName>upload</PolicyName><PolicyDocument>{allow}</PolicyDocument></member></UserPolicyList>
            <AttachedManagedPolicies><member><PolicyName>local</PolicyName><PolicyArn>arn:aws:iam::123456789012:policy/local</PolicyArn></member></AttachedManagedPolicies>
            <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/bounds/limit</PermissionsBoundaryArn></PermissionsBoundary></member>
        </UserDetailList>
        <GroupDetailList>
          <member><Path>/</Path><GroupName>admins</GroupName><GroupId>AGPAADMINS</GroupId>
            <Arn>arn:aws:iam::123456789012:group/admins</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate><GroupPolicyList/>
            <AttachedManagedPolicies><member><PolicyName>AdministratorAccess</PolicyName><PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess</PolicyArn></member></AttachedManagedPolicies></member>
        </GroupDetailList><RoleDetailList/><Policies/>"
    )
}

/// The second page: roles and policies.
pub(crate) fn details_2() -> String {
    let trust = encoded(&github_trust());
    let service = encoded(
        &json!({"Statement": [{"Effect": "Allow", "Principal": {"Service": "autoscaling.amazonaws.com"}, "Action": "sts:AssumeRole"}]}),
    );
    let all = encoded(&json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}));
    let old =
        encoded(&json!({"Statement": [{"Effect": "Allow", "Action": "old:*", "Resource": "*"}]}));
    format!(
        "<UserDetailList/><GroupDetailList/><RoleDetailList>
          <member><Path>/</Path><RoleName>deploy</RoleName><RoleId>AROADEPLOY</RoleId>
            <Arn>arn:aws:iam::123456789012:role/deploy</Arn><CreateDate>2023-03-03T00:00:00Z</CreateDate>
            <AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument><InstanceProfileList/><RolePolicyList/><AttachedManagedPolicies/>
            <RoleLastUsed><LastUsedDate>2026-11-20T10:11:12Z</LastUsedDate><Region>eu-central-1</Region></RoleLastUsed></member>
          <member><Path>/aws-service-role/autoscaling.amazonaws.com/</Path><RoleName>AWSServiceRoleForAutoScaling</RoleName><RoleId>AROASLR</RoleId>
            <Arn>arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling</Arn><CreateDate>2019-01-01T00:00:00Z</CreateDate>
            <AssumeRolePolicyDocument>{service}</AssumeRolePolicyDocument><RoleLastUsed/></member>
          <member><Path>/aws-reserved/sso.amazonaws.com/eu-west-1/</Path><RoleName>AWSReservedSSO_Admin_0123456789abcdef</RoleName><RoleId>AROASSO</RoleId>
            <Arn>arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate>
            <AssumeRolePolicyDocument>{service}</AssumeRolePolicyDocument></member>
        </RoleDetailList>
        <Policies>
          <member><PolicyName>local</PolicyName><PolicyId>ANPALOCAL</PolicyId><Arn>arn:aws:iam::123456789012:policy/local</Arn><Path>/</Path>
            <DefaultVersionId>v2</DefaultVersionId><AttachmentCount>1</AttachmentCount><IsAttachable>true</IsAttachable>
            <CreateDate>2022-01-01T00:00:00Z</CreateDate><UpdateDate>2022-06-01T00:00:00Z</UpdateDate><PolicyVersionList>
              <member><Document>{all}</Document><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion><CreateDate>2022-06-01T00:00:00Z</CreateDate></member>
              <member><Document>{old}</Document><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion><CreateDate>2022-01-01T00:00:00Z</CreateDate></member>
            </PolicyVersionList></member>
          <member><PolicyName>AdministratorAccess</PolicyName><PolicyId>ANPAIWMBCKSKIEE64ZLYK</PolicyId><Arn>arn:aws:iam::aws:policy/AdministratorAccess</Arn><Path>/</Path>
            <DefaultVersionId>v1</DefaultVersionId><CreateDate>2015-02-06T18:39:46Z</CreateDate><UpdateDate>2015-02-06T18:39:46Z</UpdateDate><PolicyVersionList>
              <member><Document>{all}</Document><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion></member>
            </PolicyVersionList></member>
        </Policies>"
    )
}

pub(crate) const REPORT: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated
<root_account>,arn:aws:iam::123456789012:root,2019-01-01T00:00:00+00:00,not_supported,2026-10-01T08:00:00+00:00,not_supported,not_supported,true,true,2019-01-01T00:00:00+00:00,2020-01-01T00:00:00+00:00,us-east-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
ann,arn:aws:iam::123456789012:user/ann,2021-01-01T00:00:00+00:00,true,2026-11-01T07:00:00+00:00,2021-01-02T00:00:00+00:00,N/A,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
bot,arn:aws:iam::123456789012:user/ci/bot,2022-02-02T00:00:00+00:00,false,N/A,N/A,N/A,false,true,2022-02-02T00:00:00+00:00,no_information,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
gone,arn:aws:iam::123456789012:user/gone,2018-01-01T00:00:00+00:00,true,no_information,N/A,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A
";

/// The account number that a signing key belongs to: the base key, or one a role was assumed with.
pub(crate) fn account_of(call: &Call) -> String {
    call.signer.strip_prefix("ASIA").unwrap_or(ACCOUNT).to_owned()
}

fn only(call: &Call, user: &str, action: &str, list: &str, entry: &str) -> Answer {
    let entry = if call.param("UserName") == user { entry } else { "" };
    last(action, &format!("<{list}>{entry}</{list}>"))
}

/// An account with something of everything.
pub(crate) fn account() -> Fake {
    let fake = Fake::default();
    fake.on("GetCallerIdentity", |call| {
        let account = account_of(call);
        ok("GetCallerIdentity", &format!("<Arn>arn:aws:sts::{account}:assumed-role/reader/rollcall</Arn><UserId>AROAX:rollcall</UserId><Account>{account}</Account>"))
    });
    fake.on("AssumeRole", |call| {
        let account = call.param("RoleArn").split(':').nth(4).unwrap_or_default().to_owned();
        ok("AssumeRole", &format!("<Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>CANARY-session-secret</SecretAccessKey><SessionToken>CANARY-session-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"))
    });
    fake.on("GetAccountAuthorizationDetails", |call| match call.param("Marker") {
        "" => more("GetAccountAuthorizationDetails", "page2", &details_1()),
        _ => last("GetAccountAuthorizationDetails", &details_2()),
    });
    fake.say("ListUsers", last("ListUsers", &users()));
    fake.on("ListAccessKeys", |call| {
        let key = member(&[
            ("UserName", "bot"),
            ("AccessKeyId", "AKIABOTKEY"),
            ("Status", "Active"),
            ("SecretAccessKey", "CANARY-secret-key"),
            ("CreateDate", "2022-02-02T00:00:00Z"),
        ]);
        let old = member(&[
            ("UserName", "bot"),
            ("AccessKeyId", "AKIAOLDKEY"),
            ("Status", "Expired"),
            ("CreateDate", "2020-02-02T00:00:00Z"),
        ]);
        only(call, "bot", "ListAccessKeys", "AccessKeyMetadata", &format!("{key}{old}"))
    });
    fake.on("GetAccessKeyLastUsed", |call| {
        let used = if call.param("AccessKeyId") == "AKIABOTKEY" {
            "<LastUsedDate>2026-11-21T10:00:00Z</LastUsedDate><ServiceName>s3</ServiceName><Region>eu-west-1</Region>"
        } else {
            "<ServiceName>N/A</ServiceName><Region>N/A</Region>"
        };
        ok("GetAccessKeyLastUsed", &format!("<UserName>bot</UserName><AccessKeyLastUsed>{used}</AccessKeyLastUsed>"))
    });
    fake.on("GetLoginProfile", |call| match call.param("UserName") {
        "ann" => ok("GetLoginProfile", "<LoginProfile><UserName>ann</UserName><CreateDate>2021-01-02T00:00:00Z</CreateDate><Password>CANARY-password</Password><PasswordResetRequired>true</PasswordResetRequired></LoginProfile>"),
        user => error(404, "NoSuchEntity", &format!("Login Profile for User {user} cannot be found.")),
    });
    fake.on("ListMFADevices", |call| {
        let device = |serial, at| {
            member(&[("UserName", "ann"), ("SerialNumber", serial), ("EnableDate", at)])
        };
        let devices = device("arn:aws:iam::123456789012:mfa/phone", "2021-01-03T00:00:00Z")
            + &device("arn:aws:iam::123456789012:u2f/user/ann/key-ABC", "2021-01-04T00:00:00Z")
            + &device("GAHT12345678", "2021-01-05T00:00:00Z");
        only(call, "ann", "ListMFADevices", "MFADevices", &devices)
    });
    fake.on("ListServiceSpecificCredentials", |call| {
        let api_key = member(&[
            ("UserName", "bot"),
            ("Status", "Active"),
            ("ServiceUserName", "bot-at-123456789012"),
            ("ServiceCredentialAlias", "BedrockAPIKey-x"),
            ("ServicePassword", "CANARY-service-password"),
            ("ServiceCredentialSecret", "CANARY-service-secret"),
            ("CreateDate", "2026-01-01T00:00:00Z"),
            ("ExpirationDate", "2027-01-01T00:00:00Z"),
            ("ServiceSpecificCredentialId", "ACCABEDROCK"),
            ("ServiceName", "bedrock.amazonaws.com"),
        ]);
        only(call, "bot", "ListServiceSpecificCredentials", "ServiceSpecificCredentials", &api_key)
    });
    fake.on("ListSSHPublicKeys", |call| {
        let key = member(&[
            ("UserName", "ann"),
            ("SSHPublicKeyId", "APKAANN"),
            ("Status", "Inactive"),
            ("UploadDate", "2021-05-05T00:00:00Z"),
        ]);
        only(call, "ann", "ListSSHPublicKeys", "SSHPublicKeys", &key)
    });
    fake.on("ListSigningCertificates", |call| {
        let pem = include_str!("../data/certificate.pem");
        let certificate = member(&[
            ("UserName", "bot"),
            ("CertificateId", "CERT1"),
            ("CertificateBody", pem),
            ("Status", "Active"),
            ("UploadDate", "2026-05-05T00:00:00Z"),
        ]);
        only(call, "bot", "ListSigningCertificates", "Certificates", &certificate)
    });
    fake.say(
        "ListServerCertificates",
        last(
            "ListServerCertificates",
            &format!(
                "<ServerCertificateMetadataList>{}</ServerCertificateMetadataList>",
                member(&[
                    ("Path", "/cloudfront/"),
                    ("ServerCertificateName", "site"),
                    ("ServerCertificateId", "ASCASITE"),
                    ("Arn", "arn:aws:iam::123456789012:server-certificate/cloudfront/site"),
                    ("UploadDate", "2025-01-01T00:00:00Z"),
                    ("Expiration", "2026-12-01T00:00:00Z")
                ])
            ),
        ),
    );
    fake.say("ListOpenIDConnectProviders", ok("ListOpenIDConnectProviders", "<OpenIDConnectProviderList><member><Arn>arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com</Arn></member></OpenIDConnectProviderList>"));
    fake.say("GetOpenIDConnectProvider", ok("GetOpenIDConnectProvider", "<Url>token.actions.githubusercontent.com</Url><ClientIDList><member>sts.amazonaws.com</member><member>a</member></ClientIDList><ThumbprintList><member>ABCD</member></ThumbprintList><CreateDate>2022-01-01T00:00:00Z</CreateDate>"));
    fake.say("ListSAMLProviders", ok("ListSAMLProviders", "<SAMLProviderList><member><Arn>arn:aws:iam::123456789012:saml-provider/idp</Arn><ValidUntil>2036-01-01T00:00:00Z</ValidUntil></member></SAMLProviderList>"));
    let metadata = include_str!("../data/saml-metadata.xml")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    fake.say("GetSAMLProvider", ok("GetSAMLProvider", &format!("<SAMLProviderUUID>uuid-1</SAMLProviderUUID><SAMLMetadataDocument>{metadata}</SAMLMetadataDocument><CreateDate>2022-01-01T00:00:00Z</CreateDate><ValidUntil>2036-01-01T00:00:00Z</ValidUntil><AssertionEncryptionMode>Allowed</AssertionEncryptionMode><PrivateKeyList><member><KeyId>PK1</KeyId></member></PrivateKeyList>")));
    fake.say("ListInstanceProfiles", last("ListInstanceProfiles", "<InstanceProfiles><member><Path>/</Path><InstanceProfileName>web</InstanceProfileName><InstanceProfileId>AIPAWEB</InstanceProfileId><Arn>arn:aws:iam::123456789012:instance-profile/web</Arn><CreateDate>2022-01-01T00:00:00Z</CreateDate><Roles><member><Path>/</Path><RoleName>deploy</RoleName><RoleId>AROADEPLOY</RoleId><Arn>arn:aws:iam::123456789012:role/deploy</Arn><CreateDate>2023-03-03T00:00:00Z</CreateDate></member></Roles></member></InstanceProfiles>"));
    fake.say(
        "ListAccountAliases",
        last("ListAccountAliases", "<AccountAliases><member>acme-prod</member></AccountAliases>"),
    );
    fake.say("GetAccountSummary", ok("GetAccountSummary", "<SummaryMap><entry><key>Users</key><value>2</value></entry><entry><key>AccountMFAEnabled</key><value>1</value></entry><entry><key>AccountAccessKeysPresent</key><value>0</value></entry></SummaryMap>"));
    fake.say("GetOutboundWebIdentityFederationInfo", error(404, "FeatureDisabled", "off"));
    fake.on("GenerateCredentialReport", |call| {
        let state = if call.before == 0 { "STARTED" } else { "COMPLETE" };
        ok("GenerateCredentialReport", &format!("<State>{state}</State>"))
    });
    fake.say("GetCredentialReport", ok("GetCredentialReport", &format!("<Content>{}</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>2026-11-22T10:00:00Z</GeneratedTime>", aws_smithy_types::base64::encode(REPORT))));
    fake.say("ListRoles", last("ListRoles", "<Roles><member><Path>/</Path><RoleName>deploy</RoleName><RoleId>AROADEPLOY</RoleId><Arn>arn:aws:iam::123456789012:role/deploy</Arn><CreateDate>2023-03-03T00:00:00Z</CreateDate></member></Roles>"));
    fake.on("GenerateServiceLastAccessedDetails", |call| {
        ok(
            "GenerateServiceLastAccessedDetails",
            &format!("<JobId>job {}</JobId>", call.param("Arn")),
        )
    });
    fake.on("GetServiceLastAccessedDetails", |call| {
        let job = "<JobCreationDate>2026-11-22T10:00:00Z</JobCreationDate><JobCompletionDate>2026-11-22T10:00:01Z</JobCompletionDate>";
        if call.before == 0 {
            return last("GetServiceLastAccessedDetails", &format!("<JobStatus>IN_PROGRESS</JobStatus>{job}<ServicesLastAccessed/>"));
        }
        let services = if call.param("JobId").ends_with("role/deploy") {
            "<member><ServiceName>S3</ServiceName><LastAuthenticated>2026-11-19T00:00:00Z</LastAuthenticated><ServiceNamespace>s3</ServiceNamespace><LastAuthenticatedRegion>eu-west-1</LastAuthenticatedRegion><TotalAuthenticatedEntities>1</TotalAuthenticatedEntities></member><member><ServiceName>EC2</ServiceName><ServiceNamespace>ec2</ServiceNamespace></member>"
        } else {
            ""
        };
        last("GetServiceLastAccessedDetails", &format!("<JobStatus>COMPLETED</JobStatus>{job}<ServicesLastAccessed>{services}</ServicesLastAccessed>"))
    });
    fake
}
