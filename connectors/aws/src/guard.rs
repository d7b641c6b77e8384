//! The second lock: the SDK itself refuses what is not on the list of operations, before anything
//! is signed or sent, and answers larger than the cap before they are read.

use std::collections::HashSet;
use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use rollcall_connector::Definition;
use rollcall_connector::transport::CallError;
use rollcall_model::ProblemClass;

/// An operation that was stopped inside the SDK.
#[derive(Debug, thiserror::Error)]
#[error("aws:{service}:{operation} is not among the operations this connector declares")]
pub(crate) struct Refused {
    service: String,
    operation: String,
}

/// Refuses operations that are not declared and answers that are too large.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    allowed: Arc<HashSet<(String, String)>>,
    max_body_bytes: u64,
}

impl Guard {
    pub(crate) fn new(definition: &Definition, max_body_bytes: usize) -> Self {
        let pair = |operation: &String| {
            let (service, name) = operation.strip_prefix("aws:")?.split_once(':')?;
            Some((service.to_owned(), name.to_owned()))
        };
        let allowed = definition.operations.iter().filter_map(pair).collect();
        Self { allowed: Arc::new(allowed), max_body_bytes: max_body_bytes as u64 }
    }

    fn check(&self, metadata: Option<&Metadata>) -> Result<(), Refused> {
        let (service, operation) = metadata.map_or_else(Default::default, |m| {
            (m.service().to_ascii_lowercase(), m.name().to_owned())
        });
        let pair = (service, operation);
        if self.allowed.contains(&pair) {
            return Ok(());
        }
        Err(Refused { service: pair.0, operation: pair.1 })
    }
}

impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "OnlyDeclaredOperations"
    }

    fn read_before_serialization(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        Ok(self.check(settings.load::<Metadata>())?)
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let length =
            context.response().headers().get("content-length").and_then(|l| l.parse::<u64>().ok());
        match length {
            Some(length) if length > self.max_body_bytes => Err(CallError::new(
                ProblemClass::Malformed,
                "body_too_large",
                format!(
                    "the answer has {length} bytes, more than the {} allowed",
                    self.max_body_bytes
                ),
            )
            .into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_operations_pass() {
        let guard = Guard::new(&crate::definition(), 10);
        assert!(guard.check(Some(&Metadata::new("ListUsers", "IAM"))).is_ok());
        assert!(guard.check(Some(&Metadata::new("AssumeRole", "STS"))).is_ok());
        for (name, service) in [("CreateUser", "IAM"), ("ListUsers", "STS"), ("DeleteRole", "IAM")]
        {
            let refused = guard.check(Some(&Metadata::new(name, service))).unwrap_err();
            assert!(refused.to_string().contains(name));
        }
        assert!(guard.check(None).is_err());
    }
}
