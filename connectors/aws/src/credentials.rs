//! Credentials of an assumed role, obtained through the same transport as every other call.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_sdk_sts as sts;
use rollcall_connector::transport::{CallError, Transport};
use rollcall_model::ProblemClass;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{classify, settle};

const OPERATION: &str = "aws:sts:AssumeRole";

/// Assumes one role, again whenever its session runs out.
pub(crate) struct AssumedRole {
    pub(crate) sts: sts::Client,
    pub(crate) transport: Transport,
    pub(crate) role_arn: String,
    pub(crate) external_id: Option<SecretString>,
    pub(crate) session_name: String,
    /// What [`AssumedRole::open`] obtained, until it is asked for.
    first: Mutex<Option<Credentials>>,
}

impl AssumedRole {
    pub(crate) fn new(
        sts: sts::Client,
        transport: Transport,
        role_arn: String,
        external_id: Option<SecretString>,
        session_name: String,
    ) -> Self {
        Self { sts, transport, role_arn, external_id, session_name, first: Mutex::new(None) }
    }

    /// Assumes the role now, so that a refusal is known before anything is read.
    ///
    /// # Errors
    /// When the role cannot be assumed.
    pub(crate) async fn open(self) -> Result<Self, CallError> {
        let credentials = self.assume().await?;
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials);
        Ok(self)
    }

    /// The credentials never pass through the transport's value, which recordings hold.
    async fn assume(&self) -> Result<Credentials, CallError> {
        let obtained: Arc<Mutex<Option<Credentials>>> = Arc::default();
        let attempt = || {
            let call = self
                .sts
                .assume_role()
                .role_arn(&self.role_arn)
                .role_session_name(&self.session_name)
                .set_external_id(self.external_id.as_ref().map(|e| e.expose_secret().to_owned()));
            let slot = Arc::clone(&obtained);
            async move {
                let output = call.send().await.map_err(|e| classify(&e))?;
                let session = output.credentials.ok_or_else(|| {
                    CallError::new(ProblemClass::Malformed, "bad_answer", "STS gave no credentials")
                })?;
                let expiry = session.expiration.try_into().ok();
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(Credentials::new(
                    session.access_key_id,
                    session.secret_access_key,
                    Some(session.session_token),
                    expiry,
                    "assumed role",
                ));
                Ok(())
            }
        };
        self.transport
            .call::<(), _, _>(OPERATION, &self.role_arn, attempt)
            .await
            .map_err(|e| settle(OPERATION, e))?;
        let credentials = obtained.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A replay performs no attempt and signs nothing.
        Ok(credentials.unwrap_or_else(|| Credentials::new("replay", "", None, None, "replay")))
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
            match first {
                Some(credentials) => provider::Result::Ok(credentials),
                None => self.assume().await.map_err(CredentialsError::provider_error),
            }
        })
    }
}

impl fmt::Debug for AssumedRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumedRole").field("role_arn", &self.role_arn).finish_non_exhaustive()
    }
}
