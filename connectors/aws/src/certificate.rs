//! X.509 certificates: subject, issuer and expiry. They are public; nothing else of them is kept.

use rollcall_model::Timestamp;
use serde::{Deserialize, Serialize};

/// What is kept of a certificate.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Certificate {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) expires_at: Timestamp,
}

/// Reads a certificate in PEM form.
///
/// # Errors
/// With the reason when it is none.
pub(crate) fn from_pem(pem: &str) -> Result<Certificate, String> {
    let (_, block) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).map_err(|e| e.to_string())?;
    from_der(&block.contents)
}

/// Reads a certificate from the base64 text of SAML metadata, with any white space.
///
/// # Errors
/// With the reason when it is none.
pub(crate) fn from_base64(text: &str) -> Result<Certificate, String> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    from_der(&aws_smithy_types::base64::decode(bare).map_err(|e| e.to_string())?)
}

fn from_der(der: &[u8]) -> Result<Certificate, String> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).map_err(|e| e.to_string())?;
    Ok(Certificate {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        expires_at: Timestamp::from_seconds(certificate.validity().not_after.timestamp()),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A self-signed certificate for `CN=example`, valid until 2036.
    pub(crate) const PEM: &str = include_str!("../tests/data/certificate.pem");

    #[test]
    fn subject_and_expiry_are_read() {
        let certificate = from_pem(PEM).unwrap();
        assert_eq!(certificate.subject, "CN=example, O=Example Ltd");
        assert_eq!(certificate.expires_at.to_string(), "2036-01-02T03:04:05Z");
        let body: String =
            PEM.lines().filter(|l| !l.starts_with("---")).collect::<Vec<_>>().join("\n ");
        assert_eq!(from_base64(&body).unwrap(), certificate);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}", cut in 0..1000_usize) {
            let _ = from_pem(&text);
            let _ = from_base64(&text);
            let _ = from_pem(&PEM[..cut.min(PEM.len())]);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = from_der(&bytes);
        }
    }
}
