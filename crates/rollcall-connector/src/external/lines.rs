//! Lines of foreign output, capped.

use rollcall_record::Record;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

use crate::transport::redact;

/// One line of output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Line {
    /// Its bytes without the line end.
    Whole(Vec<u8>),
    /// It was longer than allowed; the rest of it was passed over.
    TooLong,
}

/// Reads lines of at most `cap` bytes. A line too long costs no more memory than the cap.
pub(super) struct Lines<R> {
    input: R,
    cap: usize,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(super) fn new(input: R, cap: usize) -> Self {
        Self { input, cap }
    }

    /// The next line, or `None` at the end of the output.
    pub(super) async fn next(&mut self) -> std::io::Result<Option<Line>> {
        let mut line = Vec::new();
        let (mut any, mut too_long) = (false, false);
        loop {
            let chunk = self.input.fill_buf().await?;
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = chunk.iter().position(|b| *b == b'\n');
            let part = &chunk[..end.unwrap_or(chunk.len())];
            too_long |= line.len() + part.len() > self.cap;
            if !too_long {
                line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(match (any, too_long) {
            (false, _) => None,
            (true, true) => Some(Line::TooLong),
            (true, false) => Some(Line::Whole(line)),
        })
    }
}

/// The record a line holds; `None` for a blank line.
///
/// The error says what is wrong without quoting the line.
pub(super) fn parse_record(line: &[u8]) -> Result<Option<Record>, String> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    serde_json::from_slice(line).map(Some).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            // A record of a known sort: say which field, not which value.
            let mut deserializer = serde_json::Deserializer::from_slice(line);
            let place = serde_path_to_error::deserialize::<_, Record>(&mut deserializer);
            let path = place.err().map_or_else(String::new, |e| redact(&e.path().to_string()));
            let sort = sort_of(line).unwrap_or_else(|| "no record".to_owned());
            let place =
                if path.is_empty() || path == "." { String::new() } else { format!(" at {path}") };
            format!("{sort}{place}: {}", crate::transport::json_error(&error))
        }
        _ => format!("not JSON: {}", crate::transport::json_error(&error)),
    })
}

fn sort_of(line: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Sort {
        record: String,
    }
    let sort: Sort = serde_json::from_slice(line).ok()?;
    Some(format!("a record of the sort {:?}", redact(&sort.record)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio::io::BufReader;

    fn all(bytes: &[u8], cap: usize, buffer: usize) -> Vec<Line> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut lines = Lines::new(BufReader::with_capacity(buffer, bytes), cap);
            let mut found = Vec::new();
            while let Some(line) = lines.next().await.unwrap() {
                found.push(line);
            }
            found
        })
    }

    #[test]
    fn long_lines_are_passed_over_and_the_last_needs_no_end() {
        let whole = |text: &str| Line::Whole(text.as_bytes().to_vec());
        assert_eq!(
            all(b"abc\nabcdef\n\nxy", 4, 3),
            [whole("abc"), Line::TooLong, whole(""), whole("xy")]
        );
        assert_eq!(all(b"", 4, 3), []);
        assert_eq!(all(b"\n", 4, 3), [whole("")]);
    }

    #[test]
    fn what_is_no_record_is_named_without_its_values() {
        assert_eq!(parse_record(b"  "), Ok(None));
        for (line, said) in [
            ("canary", "not JSON: expected value at line 1 column 1"),
            (r#"{"record":"entity","key":"canary"}"#, "a record of the sort \"entity\""),
            (
                r#"{"record":"scope_finished","scope":{"stream":"s","realm":"r"},"count":"canary"}"#,
                "invalid type: string, expected u64",
            ),
            (r#"{"type":"canary"}"#, "no record"),
            ("[]", "no record"),
        ] {
            let error = parse_record(line.as_bytes()).unwrap_err();
            assert!(error.contains(said) && !error.contains("canary"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_the_buffer(
            text in "[a-c\n]{0,60}", cap in 1_usize..10, buffer in 1_usize..16
        ) {
            let expected: Vec<_> = text
                .split_inclusive('\n')
                .map(|line| line.strip_suffix('\n').unwrap_or(line))
                .map(|l| if l.len() > cap { Line::TooLong } else { Line::Whole(l.into()) })
                .collect();
            prop_assert_eq!(all(text.as_bytes(), cap, buffer), expected);
        }

        #[test]
        fn no_line_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80),
            jsonish in "[{}\\[\\]\":,a-z0-9]{0,60}") {
            let _ = parse_record(&bytes);
            let _ = parse_record(jsonish.as_bytes());
            let tagged = format!("{{\"record\":\"entity\",{jsonish}}}");
            let _ = parse_record(tagged.as_bytes());
        }
    }
}
