//! The LDAP Data Interchange Format (RFC 2849): entries with attributes, folded lines, base64,
//! comments. Values that are addresses of other files (`:<`) are never followed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::table::Wrong;

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Entry {
    /// Where it begins, from 1.
    pub(crate) line: u64,
    /// Its distinguished name.
    pub(crate) dn: String,
    /// Its attributes in their order, names in lowercase and without options.
    pub(crate) attributes: Vec<(String, Vec<u8>)>,
}

impl Entry {
    /// The values of an attribute, named in lowercase.
    pub(crate) fn bytes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.attributes.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// The values of an attribute that are text.
    pub(crate) fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.bytes(name).filter_map(|value| std::str::from_utf8(value).ok())
    }
}

/// Reads entries; an entry with a line that is wrong is left out and the line named.
pub(crate) fn parse(bytes: &[u8]) -> (Vec<Entry>, Vec<Wrong>) {
    let (mut entries, mut wrong) = (Vec::new(), Vec::new());
    for block in blocks(bytes) {
        match entry(&block) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => {}
            Err(why) => wrong.push(why),
        }
    }
    (entries, wrong)
}

type Line = (u64, Vec<u8>);

/// Unfolded lines without comments, in the blocks that empty lines divide.
fn blocks(bytes: &[u8]) -> Vec<Vec<Line>> {
    let mut blocks = Vec::new();
    let mut block: Vec<Line> = Vec::new();
    let mut is_comment = false;
    for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line {
            [] => {
                is_comment = false;
                if !block.is_empty() {
                    blocks.push(std::mem::take(&mut block));
                }
            }
            [b' ', ..] if is_comment => {}
            [b' ', rest @ ..] => match block.last_mut() {
                Some((_, start)) => start.extend_from_slice(rest),
                None => block.push((number, line.to_vec())),
            },
            [b'#', ..] => is_comment = true,
            _ => {
                is_comment = false;
                block.push((number, line.to_vec()));
            }
        }
    }
    if !block.is_empty() {
        blocks.push(block);
    }
    blocks
}

fn entry(block: &[Line]) -> Result<Option<Entry>, Wrong> {
    let mut entry = Entry::default();
    for (number, line) in block {
        let (name, value) = attribute(*number, line)?;
        match (name.as_str(), entry.dn.is_empty()) {
            ("version", true) => {}
            ("dn", true) => {
                entry.line = *number;
                entry.dn = value.and_then(|v| String::from_utf8(v).ok()).ok_or_else(|| {
                    Wrong::line(
                        *number,
                        "bad_entry",
                        "a name that is no text",
                        "a distinguished name",
                    )
                })?;
                if entry.dn.is_empty() {
                    return Err(Wrong::line(
                        *number,
                        "bad_entry",
                        "an empty name",
                        "a distinguished name",
                    ));
                }
            }
            (_, true) => {
                let expected = "an entry that begins with dn:";
                return Err(Wrong::line(*number, "bad_entry", "an attribute", expected));
            }
            ("dn", false) => {
                return Err(Wrong::line(
                    *number,
                    "bad_entry",
                    "a second dn:",
                    "an empty line before it",
                ));
            }
            ("changetype", false) => {
                let expected = "entries; export what is there";
                return Err(Wrong::line(*number, "bad_entry", "a change", expected));
            }
            _ => entry.attributes.extend(value.map(|value| (name, value))),
        }
    }
    Ok((!entry.dn.is_empty()).then_some(entry))
}

/// Name and value; no value where it is in another file.
fn attribute(number: u64, line: &[u8]) -> Result<(String, Option<Vec<u8>>), Wrong> {
    let bad = |found: &str, expected: &str| Wrong::line(number, "bad_entry", found, expected);
    let colon = line.iter().position(|b| *b == b':');
    let (name, rest) = match colon {
        Some(at) if at > 0 => (&line[..at], &line[at + 1..]),
        _ => return Err(bad("a line without a name and a colon", "name: value")),
    };
    let name = name.split(|b| *b == b';').next().unwrap_or_default();
    let well = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    if name.is_empty() || !name.iter().all(well) {
        return Err(bad(
            "a name with other characters than letters, digits and hyphens",
            "name: value",
        ));
    }
    let name = String::from_utf8_lossy(name).to_lowercase();
    let value = match rest {
        [b'<', ..] => None,
        [b':', coded @ ..] => {
            let coded: Vec<u8> = coded.iter().copied().filter(|b| *b != b' ').collect();
            let value = STANDARD.decode(coded);
            Some(value.map_err(|_| bad("a value that is no base64", "base64 after ::"))?)
        }
        plain => {
            let start = plain.iter().position(|b| *b != b' ').unwrap_or(plain.len());
            Some(plain[start..].to_vec())
        }
    };
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folded_commented_and_coded_lines_are_read() {
        let text = b"version: 1\n# a comment\n  that goes on\ndn: cn=Ada,\n dc=acme\nobjectClass: person\ncn;lang-en: Ada\ndescription:: w6k=\nmail: a@b\nmail:c@d\njpegPhoto:< file:///etc/passwd\n\n\ndn:: Y249Qm9i\r\ncn: Bob\r\n";
        let (entries, wrong) = parse(text);
        assert_eq!(wrong, []);
        assert_eq!((entries[0].dn.as_str(), entries[0].line), ("cn=Ada,dc=acme", 4));
        assert_eq!(entries[0].texts("mail").collect::<Vec<_>>(), ["a@b", "c@d"]);
        assert_eq!(entries[0].texts("description").collect::<Vec<_>>(), ["é"]);
        assert_eq!(entries[0].texts("cn").collect::<Vec<_>>(), ["Ada"]);
        assert_eq!(entries[0].texts("jpegphoto").count(), 0);
        assert_eq!((entries[1].dn.as_str(), entries[1].line), ("cn=Bob", 14));
    }

    #[test]
    fn a_wrong_line_is_named_and_takes_only_its_entry() {
        let text = b"dn: cn=a\nmail:: ***\n\ndn: cn=b\n\ncn: c\n\ndn: cn=d\nchangetype: delete\n\ndn: cn=e\nno colon\n";
        let (entries, wrong) = parse(text);
        assert_eq!(entries.iter().map(|e| e.dn.as_str()).collect::<Vec<_>>(), ["cn=b"]);
        assert_eq!(wrong.iter().map(|w| w.line).collect::<Vec<_>>(), [2, 6, 9, 12]);
    }

    fn written(entries: &[Entry], fold: usize) -> Vec<u8> {
        let mut out = b"version: 1\n".to_vec();
        for entry in entries {
            out.push(b'\n');
            let lines = std::iter::once(("dn".to_owned(), entry.dn.clone().into_bytes()));
            for (name, value) in lines.chain(entry.attributes.iter().cloned()) {
                let line = format!("{name}:: {}", STANDARD.encode(value));
                for (n, part) in line.as_bytes().chunks(fold).enumerate() {
                    out.extend(if n == 0 { &b""[..] } else { b" " });
                    out.extend(part);
                    out.push(b'\n');
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[dn: \\n#a;<=\\r]{0,80}") {
            let _ = parse(&bytes);
            let _ = parse(text.as_bytes());
        }

        #[test]
        fn what_is_written_is_read_back(
            given in proptest::collection::vec(
                ("\\PC{1,20}", proptest::collection::vec(("[a-z][a-z0-9-]{0,8}", proptest::collection::vec(any::<u8>(), 0..40)), 0..5)),
                0..4,
            ),
            fold in 2_usize..80,
        ) {
            let reserved = ["dn", "changetype", "version"];
            let entries: Vec<Entry> = given.into_iter().map(|(dn, attributes)| Entry {
                line: 0,
                dn,
                attributes: attributes.into_iter().filter(|(n, _)| !reserved.contains(&n.as_str())).collect(),
            }).collect();
            let (mut read, wrong) = parse(&written(&entries, fold));
            read.iter_mut().for_each(|entry| entry.line = 0);
            prop_assert_eq!(wrong, vec![]);
            prop_assert_eq!(read, entries);
        }
    }
}
