//! ARNs and partitions.

/// The parts of an ARN that matter here: `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes an ARN apart; nothing when it is none.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let scheme = parts.next()?;
        let (partition, service) = (parts.next()?, parts.next()?);
        let (_region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let usual = scheme == "arn" && !partition.is_empty() && !service.is_empty();
        (usual && !resource.is_empty()).then_some(Self { partition, service, account, resource })
    }

    /// The last part of the resource: the name without type and path.
    pub(crate) fn name(&self) -> &'a str {
        self.resource.rsplit_once('/').map_or(self.resource, |(_, name)| name)
    }
}

/// The region whose endpoints serve the global services of a partition.
/// Source: AWS general reference, IAM and STS endpoints.
pub(crate) fn home_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// Whether a text is an account number: twelve digits.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_found() {
        let arn = Arn::parse("arn:aws-cn:iam::123456789012:role/a/b/name").unwrap();
        assert_eq!((arn.partition, arn.service, arn.account), ("aws-cn", "iam", "123456789012"));
        assert_eq!((arn.resource, arn.name()), ("role/a/b/name", "name"));
        let root = Arn::parse("arn:aws:iam::123456789012:root").unwrap();
        assert_eq!(root.name(), "root");
        for bad in ["", "arn", "arn:aws:iam::1:", "urn:aws:iam::1:x", "arn::iam::1:x", "aws:iam:1"]
        {
            assert_eq!(Arn::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn partitions_have_a_home() {
        assert_eq!(home_region("aws"), "us-east-1");
        assert_eq!(home_region("aws-cn"), "cn-north-1");
        assert_eq!(home_region("aws-us-gov"), "us-gov-west-1");
        assert!(is_account_id("123456789012"));
        assert!(!is_account_id("1234567890123") && !is_account_id("12345678901x"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,80}") {
            if let Some(arn) = Arn::parse(&text) {
                prop_assert!(!arn.name().contains('/'));
            }
        }
    }
}
