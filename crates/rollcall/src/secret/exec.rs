//! `exec:`: what a program prints. No shell is involved.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;

use super::resolve::without_line_end;

/// A password manager may ask its user to touch something.
const LIMIT: Duration = Duration::from_secs(60);

/// Splits a command line into words: at white space, with single and double quotes and backslashes
/// as in a shell, and nothing else of a shell.
pub(super) fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => {
                let next = characters.next().ok_or("exec: ends with a backslash")?;
                word.get_or_insert_default().push(next);
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err("exec: has a quote that does not end".to_owned());
    }
    words.extend(word);
    if words.first().is_none_or(String::is_empty) {
        return Err("exec: names no program".to_owned());
    }
    Ok(words)
}

/// Runs a program and takes what it prints.
pub(super) async fn run(words: &[String], folder: &Path) -> Result<SecretString, String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("exec: names no program".to_owned());
    };
    let running = tokio::process::Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(LIMIT, running)
        .await
        .map_err(|_| format!("{program} did not end within {} s", LIMIT.as_secs()))?
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("{program} failed ({}); run it by hand to see why", output.status));
    }
    let text =
        String::from_utf8(output.stdout).map_err(|_| format!("{program} printed no text"))?;
    Ok(without_line_end(text))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn quotes_and_backslashes_keep_words_together() {
        let split = |line: &str| words(line).unwrap_or_default();
        assert_eq!(split("a  'b c' d\\ e \"f \\\" g\" ''"), ["a", "b c", "d e", "f \" g", ""]);
        assert_eq!(split("a $HOME `x` ; b"), ["a", "$HOME", "`x`", ";", "b"]);
        assert!(words("a 'b").is_err() && words("").is_err() && words("a \\").is_err());
    }
}
