//! In which form the jobs of a repository present themselves.

use rollcall_declared::records::{Customization, Prefix, SubjectSetting, effective};
use rollcall_record::Problem;

use crate::client::Organization;
use crate::run::Run;
use crate::shapes::{Repo, SubjectTemplate};

/// The form of an organisation's subjects.
pub(crate) const ORGANIZATION: &str = "GET /orgs/{org}/actions/oidc/customization/sub";
/// The permission that the organisation's form takes.
const OF_ORGANIZATION: &str = "organization_administration";

/// The form of an organisation's subjects, asked for once a run.
async fn of_organization(
    run: &Run<'_>,
    organization: &Organization,
) -> Result<SubjectTemplate, Problem> {
    let cell = run.reading.contents.organization_form(organization.id);
    let ask = || async {
        if let Some(problem) = organization.lacks(OF_ORGANIZATION) {
            return Err(problem);
        }
        let values = [("org", organization.login.as_str())];
        let answer = organization.get::<SubjectTemplate>(ORGANIZATION, &values, &[]).await;
        answer.map(|answer| answer.value)
    };
    cell.get_or_init(ask).await.clone()
}

/// The form of the subjects of a repository's jobs, found out once a run; `None` where it may not be
/// known.
pub(crate) async fn of(
    run: &Run<'_>,
    organization: &Organization,
    repository: &Repo,
) -> Option<SubjectSetting> {
    let contents = &run.reading.contents;
    if let Some(known) = contents.setting(repository.id) {
        return known;
    }
    let setting = find(run, organization, repository).await;
    contents.remember_setting(repository.id, setting.clone());
    setting
}

async fn find(
    run: &Run<'_>,
    organization: &Organization,
    repository: &Repo,
) -> Option<SubjectSetting> {
    if organization.lacks("actions").is_some() {
        return None;
    }
    let own = custom(&run.reading.subject(organization, repository).await.ok()?);
    // Only a repository that takes its organisation's form depends on it.
    let asks = own.use_default == Some(false) && own.include_claim_keys.is_empty()
        || own.sub_claim_prefix.is_none();
    let theirs = match asks {
        true => of_organization(run, organization).await.ok().map(|form| custom(&form)),
        false => None,
    };
    let mut setting = effective(&own, theirs.as_ref(), repository.created_at)?;
    // Source: GitHub changelog, 23 April 2026: servers of one's own know no ids in subjects.
    if !run.reading.host.is_service && setting.prefix == Prefix::Unknown {
        setting.prefix = Prefix::Names;
    }
    Some(setting)
}

fn custom(form: &SubjectTemplate) -> Customization {
    Customization {
        use_default: form.use_default,
        include_claim_keys: form.include_claim_keys.clone().unwrap_or_default(),
        use_immutable_subject: form.use_immutable_subject,
        sub_claim_prefix: form.sub_claim_prefix.clone(),
    }
}
