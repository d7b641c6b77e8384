//! What AWS works on before it answers (credential report, services last used), and the settings
//! of an account.

use std::collections::BTreeMap;

use aws_sdk_iam::types::SummaryKeyType;
use rollcall_connector::transport::CallError;
use rollcall_model::ProblemClass;

use crate::client::{Account, Pinned};
use crate::shapes::{Outbound, Page, ServiceUse, ServiceUsePage, text, time};

impl Account {
    /// Starts the credential report, or asks how far it is. True when it is there.
    pub(crate) async fn generate_report(&self) -> Result<bool, CallError> {
        let send = || self.iam.generate_credential_report().send();
        self.call("aws:iam:GenerateCredentialReport", "", send, |o| {
            o.state.is_some_and(|s| s.as_str() == "COMPLETE")
        })
        .await
    }

    /// The credential report as it came, CSV. It holds no secret.
    pub(crate) async fn report(&self) -> Result<String, CallError> {
        let send = || self.iam.get_credential_report().send();
        let kept = self
            .call("aws:iam:GetCredentialReport", "", send, |o| {
                o.content.and_then(|c| String::from_utf8(c.into_inner()).ok())
            })
            .await?;
        kept.ok_or_else(|| {
            CallError::new(
                ProblemClass::Malformed,
                "bad_answer",
                "the credential report is no text",
            )
        })
    }

    /// Starts a job that finds out what an identity used last; its id.
    pub(crate) async fn start_service_use(
        &self,
        with: &Pinned,
        arn: &str,
    ) -> Result<String, CallError> {
        let send = || with.iam.generate_service_last_accessed_details().arn(arn).send();
        let id = self
            .call("aws:iam:GenerateServiceLastAccessedDetails", arn, send, |o| o.job_id)
            .await?;
        id.filter(|id| !id.is_empty()).ok_or_else(|| {
            CallError::new(ProblemClass::Malformed, "bad_answer", "AWS started a job without an id")
        })
    }

    /// How far such a job is, and a page of its result. Only services that were used are kept.
    pub(crate) async fn service_use(
        &self,
        with: &Pinned,
        arn: &str,
        job: &str,
        marker: Option<&str>,
    ) -> Result<ServiceUsePage, CallError> {
        let send = || {
            with.iam
                .get_service_last_accessed_details()
                .job_id(job)
                .set_marker(marker.map(str::to_owned))
                .send()
        };
        let params = format!("{arn} {}", marker.unwrap_or_default());
        self.call("aws:iam:GetServiceLastAccessedDetails", params.trim_end(), send, |o| {
            let used = o.services_last_accessed.into_iter().filter_map(|s| {
                let at = s.last_authenticated.and_then(time)?;
                let region = s.last_authenticated_region;
                Some(ServiceUse { service: s.service_namespace, at, region })
            });
            ServiceUsePage {
                status: o.job_status.as_str().to_owned(),
                error: o.error.map(|e| e.message),
                services: used.collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            }
        })
        .await
    }

    pub(crate) async fn aliases(&self) -> Result<Vec<String>, CallError> {
        self.list(
            "aws:iam:ListAccountAliases",
            "",
            |marker| self.iam.list_account_aliases().set_marker(marker).send(),
            |o| Page { items: o.account_aliases, truncated: o.is_truncated, marker: o.marker },
        )
        .await
    }

    /// The numbers about the account that do not change with every user, by AWS's names.
    pub(crate) async fn summary(&self) -> Result<BTreeMap<String, i32>, CallError> {
        let send = || self.iam.get_account_summary().send();
        self.call("aws:iam:GetAccountSummary", "", send, |o| {
            let all = o.summary_map.unwrap_or_default().into_iter();
            all.map(|(k, v): (SummaryKeyType, i32)| (k.as_str().to_owned(), v))
                .filter(|(k, _)| k.starts_with("Account"))
                .collect()
        })
        .await
    }

    /// Whether the account hands out web identity tokens, and under which issuer.
    pub(crate) async fn outbound(&self) -> Result<Outbound, CallError> {
        let send = || self.iam.get_outbound_web_identity_federation_info().send();
        self.call("aws:iam:GetOutboundWebIdentityFederationInfo", "", send, |o| Outbound {
            issuer: o.issuer_identifier.and_then(text),
            enabled: o.jwt_vending_enabled,
        })
        .await
    }
}
