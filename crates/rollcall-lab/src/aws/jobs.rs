//! What AWS works on before it answers: the credential report, and the services that an identity
//! used last.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_model::Timestamp;

use super::paging::page;
use super::request::Call;
use super::xml::{Answer, element, list, time};
use crate::plan::{AccessKey, Account, Use, shown};

const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// The report of an account.
pub(super) fn report(account: &Account, call: &Call, now: Timestamp) -> Answer {
    let content = STANDARD.encode(csv(account));
    Answer::query(&call.action, |out| {
        element("Content", &content, out);
        element("ReportFormat", "text/csv", out);
        time("GeneratedTime", now, out);
    })
}

fn date(at: Timestamp) -> String {
    at.to_string().replace('Z', "+00:00")
}

/// The report as AWS writes it.
pub(crate) fn csv(account: &Account) -> String {
    let mut text = format!("{COLUMNS}\n");
    let root = &account.root;
    let key = match root.key {
        Some(made) => format!("true,{},N/A,N/A,N/A", date(made)),
        None => "false,N/A,N/A,N/A,N/A".to_owned(),
    };
    let used = root.used.map_or_else(|| "no_information".to_owned(), date);
    let _ = writeln!(
        text,
        "<root_account>,{},{},not_supported,{used},not_supported,not_supported,true,{key},\
         false,N/A,N/A,N/A,N/A,false,N/A,false,N/A",
        account.arn("root"),
        date(root.created),
    );
    for user in &account.users {
        let password = match &user.password {
            Some(password) => {
                let used = password.used.map_or_else(|| "no_information".to_owned(), date);
                format!("true,{used},{},N/A", date(password.created))
            }
            None => "false,N/A,N/A,N/A".to_owned(),
        };
        let _ = writeln!(
            text,
            "{},{},{},{password},{},{},{},false,N/A,false,N/A",
            user.name,
            account.arn(&user.resource()),
            date(user.created),
            user.mfa.is_some(),
            key_cells(user.keys.first()),
            key_cells(user.keys.get(1)),
        );
    }
    text
}

fn key_cells(key: Option<&AccessKey>) -> String {
    match key {
        Some(AccessKey { active, created, used, .. }) => {
            let used = match used {
                Some(Use { at, region, service }) => format!("{},{region},{service}", date(*at)),
                None => "N/A,N/A,N/A".to_owned(),
            };
            format!("{active},{},{used}", date(*created))
        }
        None => "false,N/A,N/A,N/A,N/A".to_owned(),
    }
}

/// The services that the user or role with an ARN used last; nothing where there is none.
pub(super) fn services(
    account: &Account,
    arn: &str,
    call: &Call,
    now: Timestamp,
) -> Option<Answer> {
    let role = account.roles.iter().find(|r| account.arn(&r.resource()) == arn);
    let used = match role {
        Some(role) => shown(role.used.as_ref(), now),
        None => {
            let user = account.users.iter().find(|u| account.arn(&u.resource()) == arn)?;
            user.last_service(now)
        }
    };
    // One service that was used, if any, and one that never was.
    let mut all: Vec<(&str, Option<&Use>)> =
        used.iter().map(|u| (u.service.as_ref(), Some(*u))).collect();
    all.push(("ec2", None));
    let found = match page(&all, call) {
        Ok(found) => found,
        Err(answer) => return Some(answer),
    };
    Some(Answer::query(&call.action, |out| {
        element("JobStatus", "COMPLETED", out);
        time("JobCreationDate", now, out);
        time("JobCompletionDate", now, out);
        list("ServicesLastAccessed", found.items, out, |(service, used), out| {
            element("ServiceName", &service.to_uppercase(), out);
            element("ServiceNamespace", service, out);
            if let Some(used) = used {
                time("LastAuthenticated", used.at, out);
                element("LastAuthenticatedEntity", arn, out);
                element("LastAuthenticatedRegion", &used.region, out);
                element("TotalAuthenticatedEntities", "1", out);
            } else {
                element("TotalAuthenticatedEntities", "0", out);
            }
        });
        found.rest.write(out);
    }))
}

/// A job that is not done.
pub(super) fn unfinished(call: &Call, now: Timestamp) -> Answer {
    Answer::query(&call.action, |out| {
        element("JobStatus", "IN_PROGRESS", out);
        time("JobCreationDate", now, out);
        out.push_str("<ServicesLastAccessed/>");
        element("IsTruncated", "false", out);
    })
}
