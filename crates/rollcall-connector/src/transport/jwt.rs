//! Tokens that a connector signs with its own RSA key to prove who it is (RFC 7519, RFC 7523):
//! an app's token, a service account's assertion, a client's assertion.

use std::hash::{BuildHasher, Hasher, RandomState};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use rustls::SignatureScheme;
use rustls::crypto::aws_lc_rs::sign::RsaSigningKey;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::SigningKey;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// How a token is signed (RFC 7518, section 3.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JwtAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

impl JwtAlgorithm {
    fn word(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    fn scheme(self) -> SignatureScheme {
        match self {
            Self::Rs256 => SignatureScheme::RSA_PKCS1_SHA256,
            Self::Ps256 => SignatureScheme::RSA_PSS_SHA256,
        }
    }
}

/// A token in compact form, signed with RS256. `pem` is an RSA private key in PKCS#1 or PKCS#8 PEM
/// form without a password; `header_kid` names the key, where the provider wants that.
///
/// # Errors
/// `config`, `bad_key`: the text is no such key. `bug`: the claims are no JSON object.
pub fn sign_rs256(
    pem: &SecretString,
    header_kid: Option<&str>,
    claims: &impl Serialize,
) -> Result<SecretString, Problem> {
    let header: Vec<_> = header_kid.map(|kid| ("kid", kid)).into_iter().collect();
    sign_jwt(pem, JwtAlgorithm::Rs256, &header, claims)
}

/// A token in compact form with further fields in its header, such as a certificate's thumbprint.
///
/// # Errors
/// As [`sign_rs256`].
pub fn sign_jwt(
    pem: &SecretString,
    algorithm: JwtAlgorithm,
    header: &[(&str, &str)],
    claims: &impl Serialize,
) -> Result<SecretString, Problem> {
    let mut fields = Map::new();
    fields.insert("alg".to_owned(), algorithm.word().into());
    fields.insert("typ".to_owned(), "JWT".into());
    fields.extend(header.iter().map(|&(name, value)| (name.to_owned(), value.into())));
    let claims = serde_json::to_value(claims).ok().filter(Value::is_object).ok_or_else(|| {
        Problem::new(ProblemClass::Bug, "bad_claims", "the claims of a token are no JSON object")
    })?;
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encoded(&Value::Object(fields)), encoded(&claims));
    let signer = key(pem)?.choose_scheme(&[algorithm.scheme()]);
    let signature = signer
        .and_then(|s| s.sign(signed.as_bytes()).ok())
        .ok_or_else(|| bad_key(format!("the private key cannot sign with {}", algorithm.word())))?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
}

/// The SHA-256 of the first certificate in a PEM text, as the header field `x5t#S256` carries it
/// (RFC 7515, section 4.1.8).
///
/// # Errors
/// `config`, `bad_certificate`: there is no certificate in it.
pub fn certificate_thumbprint(pem: &SecretString) -> Result<String, Problem> {
    let der = CertificateDer::from_pem_slice(pem.expose_secret().as_bytes()).map_err(|_| {
        let message = "there is no certificate in PEM form, -----BEGIN CERTIFICATE-----";
        Problem::new(ProblemClass::Config, "bad_certificate", message)
    })?;
    Ok(URL_SAFE_NO_PAD.encode(Sha256::digest(&der)))
}

/// An id for the claim `jti`, which must not come twice. It is no secret.
#[must_use]
pub fn fresh_id() -> String {
    // A new hasher has keys that no other one has.
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}

/// Never quotes the text: it may be another secret that was given by mistake.
fn key(pem: &SecretString) -> Result<RsaSigningKey, Problem> {
    let text = pem.expose_secret();
    if text.contains("ENCRYPTED") {
        let message = "the private key is protected by a password; give one without".to_owned();
        return Err(bad_key(message));
    }
    let der = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| {
        bad_key("the private key is no PEM text that begins with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----".to_owned())
    })?;
    RsaSigningKey::new(&der)
        .map_err(|_| bad_key("the private key is no RSA key of 2048 bits or more".to_owned()))
}

fn bad_key(message: String) -> Problem {
    Problem::new(ProblemClass::Config, "bad_key", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{
        RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
    };
    use base64::engine::general_purpose::STANDARD;
    use rcgen::{KeyPair, PKCS_RSA_SHA256, PublicKeyData, RsaKeySize};
    use serde_json::json;

    /// The public key, and the same private key in both forms.
    fn pair() -> (Vec<u8>, [SecretString; 2]) {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let der = pair.serialize_der();
        // PKCS#8 wraps the PKCS#1 key in 26 bytes: a version, the algorithm and three lengths.
        let pkcs1 = STANDARD.encode(&der[26..]);
        let lines: Vec<_> =
            pkcs1.as_bytes().chunks(64).map(|c| std::str::from_utf8(c).unwrap()).collect();
        let pkcs1 = format!(
            "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n",
            lines.join("\n")
        );
        (pair.der_bytes().to_vec(), [pair.serialize_pem().into(), pkcs1.into()])
    }

    fn part(token: &SecretString, index: usize) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(token.expose_secret().split('.').nth(index).unwrap()).unwrap()
    }

    fn signed(token: &SecretString) -> &[u8] {
        token.expose_secret().rsplit_once('.').unwrap().0.as_bytes()
    }

    #[test]
    fn what_is_signed_verifies_from_either_form_of_the_key() {
        let (public, forms) = pair();
        for pem in forms {
            let token =
                sign_rs256(&pem, Some("k1"), &json!({"iss": "1", "exp": 1_700_000_000})).unwrap();
            let header: Value = serde_json::from_slice(&part(&token, 0)).unwrap();
            assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
            let claims: Value = serde_json::from_slice(&part(&token, 1)).unwrap();
            assert_eq!(claims, json!({"iss": "1", "exp": 1_700_000_000}));
            let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public);
            key.verify(signed(&token), &part(&token, 2)).unwrap();
            let token = sign_jwt(&pem, JwtAlgorithm::Ps256, &[("x5t#S256", "t")], &json!({}));
            let token = token.unwrap();
            let header: Value = serde_json::from_slice(&part(&token, 0)).unwrap();
            assert_eq!(header["x5t#S256"], "t");
            let key = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, &public);
            key.verify(signed(&token), &part(&token, 2)).unwrap();
        }
    }

    #[test]
    fn what_is_no_key_is_named_and_not_quoted() {
        let elliptic = KeyPair::generate().unwrap().serialize_pem();
        for (text, expected) in [
            ("hunter2", "no PEM text"),
            ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n", "private key"),
            (elliptic.as_str(), "no RSA key"),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nhunter2\n", "password"),
        ] {
            let problem = sign_rs256(&text.into(), None, &json!({})).unwrap_err();
            assert_eq!((problem.class, problem.code.as_str()), (ProblemClass::Config, "bad_key"));
            assert!(problem.message.contains(expected), "{problem}");
            assert!(!problem.message.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn a_certificate_has_one_thumbprint_wherever_it_stands() {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let expected = URL_SAFE_NO_PAD.encode(Sha256::digest(certificate.der()));
        let both = format!("{}{}", key.serialize_pem(), certificate.pem());
        for pem in [certificate.pem(), both] {
            assert_eq!(certificate_thumbprint(&pem.into()).unwrap(), expected);
        }
        let problem = certificate_thumbprint(&key.serialize_pem().into()).unwrap_err();
        assert_eq!(problem.code, "bad_certificate");
        assert_ne!(fresh_id(), fresh_id());
    }

    #[test]
    fn claims_are_an_object() {
        let (_, [pem, _]) = pair();
        assert_eq!(sign_rs256(&pem, None, &[1]).unwrap_err().code, "bad_claims");
    }
}
