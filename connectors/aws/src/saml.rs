//! SAML metadata of an identity provider: its entity id and its signing certificates.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde::{Deserialize, Serialize};

use crate::certificate::{self, Certificate};

/// What is kept of SAML metadata.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) entity_id: Option<String>,
    /// Certificates that sign, in the order of their expiry.
    pub(crate) signing: Vec<Certificate>,
    /// How many signing certificates could not be read.
    pub(crate) unreadable: usize,
}

/// Reads metadata. Entities of its own are not expanded.
///
/// # Errors
/// With the reason when it is no XML or no metadata of an identity provider.
pub(crate) fn parse(text: &str) -> Result<Metadata, String> {
    let mut reader = Reader::from_str(text);
    let mut found = Metadata::default();
    let (mut signing, mut body) = (false, None::<String>);
    let mut is_metadata = false;
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Start(tag) | Event::Empty(tag) if is(&tag, "EntityDescriptor") => {
                is_metadata = true;
                found.entity_id = found.entity_id.or(attribute(&tag, "entityID"));
            }
            Event::Start(tag) if is(&tag, "KeyDescriptor") => {
                // A key without a stated use is for signing too.
                signing = attribute(&tag, "use").is_none_or(|u| u == "signing");
            }
            Event::Start(tag) if signing && is(&tag, "X509Certificate") => {
                body = Some(String::new());
            }
            Event::Text(part) => {
                if let Some(body) = &mut body {
                    body.push_str(&part);
                }
            }
            Event::End(tag) if tag.local_name().as_ref() == "KeyDescriptor" => signing = false,
            Event::End(tag) if tag.local_name().as_ref() == "X509Certificate" => {
                if let Some(body) = body.take() {
                    match certificate::from_base64(&body) {
                        Ok(certificate) => found.signing.push(certificate),
                        Err(_) => found.unreadable += 1,
                    }
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !is_metadata {
        return Err("it holds no EntityDescriptor".to_owned());
    }
    found.signing.sort_by(|a, b| (a.expires_at, &a.subject).cmp(&(b.expires_at, &b.subject)));
    found.signing.dedup();
    Ok(found)
}

fn is(tag: &BytesStart<'_>, name: &str) -> bool {
    tag.local_name().as_ref() == name
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|v| v.into_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) const METADATA: &str = include_str!("../tests/data/saml-metadata.xml");

    #[test]
    fn entity_id_and_signing_certificates_are_read() {
        let found = parse(METADATA).unwrap();
        assert_eq!(found.entity_id.as_deref(), Some("https://idp.example.com/saml?a=1&b=2"));
        assert_eq!(found.signing.len(), 1);
        assert_eq!(found.signing[0].expires_at.to_string(), "2036-01-02T03:04:05Z");
        assert_eq!(found.unreadable, 0, "what encrypts is not counted");
    }

    #[test]
    fn an_unreadable_certificate_is_counted_and_the_rest_kept() {
        let text = METADATA.replace("use=\"encryption\"", "");
        let found = parse(&text).unwrap();
        assert_eq!((found.signing.len(), found.unreadable), (1, 1));
    }

    #[test]
    fn what_is_no_metadata_is_refused() {
        assert!(parse("").is_err());
        assert!(parse("<html><body>hello</body></html>").is_err());
        assert!(parse("<EntityDescriptor").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,300}", cut in 0..2000_usize) {
            let _ = parse(&text);
            let cut = (0..=cut.min(METADATA.len())).rev().find(|c| METADATA.is_char_boundary(*c));
            let _ = parse(&METADATA[..cut.unwrap_or_default()]);
        }
    }
}
