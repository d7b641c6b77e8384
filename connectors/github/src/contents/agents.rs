//! Coding agents by the accounts they act with, and by the marks they leave in commits.
//!
//! An account is proof; an address or a line in a message is what somebody wrote there.
//! Sources: GitHub's REST interface (`GET /users/{login}`), and the agents' own documentation of
//! their trailers, read in November 2026.

use serde::{Deserialize, Serialize};

/// Accounts: number, login, product. Logins can change, numbers cannot.
const ACCOUNTS: &[(u64, &str, &str)] = &[
    (198_982_749, "copilot", "GitHub Copilot"),
    (175_728_472, "copilot-pull-request-reviewer[bot]", "GitHub Copilot"),
    (242_468_646, "anthropic-code-agent[bot]", "Claude"),
    (242_516_109, "openai-code-agent[bot]", "Codex"),
    (209_825_114, "claude[bot]", "Claude"),
    (199_175_422, "chatgpt-codex-connector[bot]", "Codex"),
    (206_951_365, "cursor[bot]", "Cursor"),
    (158_243_242, "devin-ai-integration[bot]", "Devin"),
    (176_961_590, "gemini-code-assist[bot]", "Gemini Code Assist"),
    (161_369_871, "google-labs-jules[bot]", "Jules"),
    (208_079_219, "amazon-q-developer[bot]", "Amazon Q Developer"),
    (136_622_811, "coderabbitai[bot]", "CodeRabbit"),
    (138_933_559, "factory-droid[bot]", "Factory"),
];

/// Addresses in trailers and as authors, in lowercase: what they end with or are, and the product.
const ADDRESSES: &[(&str, &str)] = &[
    ("noreply@anthropic.com", "Claude Code"),
    ("cursoragent@cursor.com", "Cursor"),
    ("amp@ampcode.com", "Amp"),
    ("+copilot@users.noreply.github.com", "GitHub Copilot"),
    ("agent@replit.com", "Replit"),
    ("noreply@aider.chat", "Aider"),
    ("aider@aider.chat", "Aider"),
    ("noreply@opencode.ai", "opencode"),
    ("noreply@openai.com", "Codex"),
    ("codex@openai.com", "Codex"),
];

/// Lines of messages, in lowercase: what they begin with or hold, and the product.
const LINES: &[(&str, &str)] = &[
    ("generated with [claude code]", "Claude Code"),
    ("amp-thread-id: https://ampcode.com/threads/t-", "Amp"),
];

/// What an agent left in a commit's message. Whoever writes a message can write it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The product it names.
    pub(crate) product: String,
    /// Where: `co-author` or `message`.
    pub(crate) at: String,
}

/// The product that acts with an account, by its number.
pub(crate) fn by_id(id: u64) -> Option<&'static str> {
    ACCOUNTS.iter().find(|(known, ..)| *known == id).map(|(_, _, product)| *product)
}

/// The product that acts with an account, by its login. Weaker than [`by_id`].
pub(crate) fn by_login(login: &str) -> Option<&'static str> {
    let login = login.to_ascii_lowercase();
    let same = |known: &str| known == login || known.strip_suffix("[bot]") == Some(&login);
    ACCOUNTS.iter().find(|(_, known, _)| same(known)).map(|(_, _, product)| *product)
}

/// The product that an author's address names. Nothing proves an address.
pub(crate) fn by_email(email: &str) -> Option<&'static str> {
    let email = email.trim().to_ascii_lowercase();
    let fits = |known: &str| {
        if known.starts_with('+') { email.ends_with(known) } else { email == known }
    };
    if let Some((_, product)) = ADDRESSES.iter().find(|(known, _)| fits(known)) {
        return Some(product);
    }
    // `ID+login@users.noreply.github.com`
    let local = email.strip_suffix("@users.noreply.github.com")?;
    let (id, login) = local.split_once('+')?;
    id.parse().ok().and_then(by_id).or_else(|| by_login(login))
}

/// The marks of agents in a commit's message, sorted.
pub(crate) fn marks(message: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let mut mark = |product: &str, at: &str| {
        found.push(Mark { product: product.to_owned(), at: at.to_owned() });
    };
    for line in message.lines() {
        let line = line.trim().to_ascii_lowercase();
        if let Some((_, product)) = LINES.iter().find(|(words, _)| line.contains(words)) {
            mark(product, "message");
        }
        let trailer = line.strip_prefix("co-authored-by:");
        let address = trailer.and_then(|rest| rest.rsplit_once('<')?.1.split('>').next());
        if let Some(product) = address.and_then(by_email) {
            mark(product, "co-author");
        }
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accounts_are_known_by_number_and_login() {
        assert_eq!(by_id(198_982_749), Some("GitHub Copilot"));
        assert_eq!(by_id(49_699_333), None);
        assert_eq!(by_login("Claude[bot]"), Some("Claude"));
        assert_eq!(by_login("claude"), Some("Claude"));
        assert_eq!(by_login("ghost"), None);
    }

    #[test]
    fn marks_are_found_in_any_case_and_on_their_lines() {
        let message = "Fix it\n\nGenerated with [Claude Code](https://x)\n\
            Co-Authored-By: Claude <noreply@anthropic.com>\nco-authored-by: Ada <ada@acme.io>\n\
            Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>\n";
        let found: Vec<(String, String)> =
            marks(message).into_iter().map(|m| (m.product, m.at)).collect();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            found,
            [
                pair("Claude Code", "co-author"),
                pair("Claude Code", "message"),
                pair("GitHub Copilot", "co-author")
            ]
        );
        assert_eq!(marks("about noreply@anthropic.com and agents"), []);
        assert_eq!(by_email("209825114+claude[bot]@users.noreply.github.com"), Some("Claude"));
        assert_eq!(by_email("5+ada@users.noreply.github.com"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(co-authored-by:|<|>|@|\\+|[a-zA-Z0-9. ]|\n){0,40}") {
            let _ = marks(&text);
            let _ = by_email(&text);
        }
    }
}
