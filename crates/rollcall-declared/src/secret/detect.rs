//! Known shapes of tokens. The prefixes are those the issuers document.

/// A prefix, how long a token with it is at least, and what it is called.
struct Shape {
    prefix: &'static str,
    length: usize,
    detector: &'static str,
}

const fn shape(prefix: &'static str, length: usize, detector: &'static str) -> Shape {
    Shape { prefix, length, detector }
}

/// Longer prefixes of one issuer stand before shorter ones.
const SHAPES: &[Shape] = &[
    shape("ghp_", 36, "github-token"),
    shape("gho_", 36, "github-oauth-token"),
    shape("ghu_", 36, "github-user-token"),
    shape("ghs_", 36, "github-app-token"),
    shape("ghr_", 36, "github-refresh-token"),
    shape("github_pat_", 40, "github-fine-grained-token"),
    shape("glpat-", 20, "gitlab-token"),
    shape("gldt-", 20, "gitlab-deploy-token"),
    shape("glrt-", 20, "gitlab-runner-token"),
    shape("glptt-", 20, "gitlab-trigger-token"),
    shape("glsoat-", 20, "gitlab-service-token"),
    shape("sk-ant-", 20, "anthropic-key"),
    shape("sk-or-", 20, "openrouter-key"),
    shape("sk-proj-", 20, "openai-key"),
    shape("sk-svcacct-", 20, "openai-key"),
    shape("sk-admin-", 20, "openai-admin-key"),
    shape("sk-", 23, "openai-key"),
    shape("sk_live_", 20, "stripe-key"),
    shape("sk_test_", 20, "stripe-test-key"),
    shape("rk_live_", 20, "stripe-key"),
    shape("whsec_", 20, "webhook-secret"),
    shape("AKIA", 20, "aws-access-key-id"),
    shape("ASIA", 20, "aws-access-key-id"),
    shape("AIza", 35, "google-api-key"),
    shape("GOCSPX-", 20, "google-client-secret"),
    shape("ya29.", 20, "google-access-token"),
    shape("xoxb-", 20, "slack-token"),
    shape("xoxp-", 20, "slack-token"),
    shape("xoxa-", 20, "slack-token"),
    shape("xoxe-", 20, "slack-token"),
    shape("xoxe.", 20, "slack-token"),
    shape("xoxr-", 20, "slack-token"),
    shape("xapp-", 20, "slack-app-token"),
    shape("npm_", 36, "npm-token"),
    shape("pypi-", 50, "pypi-token"),
    shape("hf_", 30, "huggingface-token"),
    shape("dapi", 36, "databricks-token"),
    shape("dop_v1_", 40, "digitalocean-token"),
    shape("lin_api_", 30, "linear-key"),
    shape("ntn_", 40, "notion-token"),
    shape("figd_", 30, "figma-token"),
    shape("SG.", 50, "sendgrid-key"),
    shape("ATATT3", 60, "atlassian-token"),
    shape("dckr_pat_", 20, "docker-token"),
    shape("dckr_oat_", 20, "docker-token"),
    shape("glsa_", 30, "grafana-token"),
    shape("glc_", 30, "grafana-cloud-token"),
    shape("hvs.", 24, "vault-token"),
    shape("hvb.", 24, "vault-token"),
    shape("tskey-", 20, "tailscale-key"),
    shape("sbp_", 40, "supabase-token"),
    shape("shpat_", 30, "shopify-token"),
    shape("PMAK-", 40, "postman-key"),
    shape("NRAK-", 25, "newrelic-key"),
    shape("pplx-", 40, "perplexity-key"),
    shape("gsk_", 40, "groq-key"),
    shape("xai-", 40, "xai-key"),
    shape("r8_", 30, "replicate-token"),
    shape("tvly-", 20, "tavily-key"),
    shape("ctx7sk-", 20, "context7-key"),
    shape("rnd_", 30, "render-key"),
    shape("sntrys_", 40, "sentry-token"),
    shape("sntryu_", 40, "sentry-token"),
    shape("AGE-SECRET-KEY-", 40, "age-key"),
];

fn is_token_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'+' | b'=')
}

/// The shortest token that any shape takes.
const SHORTEST: usize = 20;

/// Which two bytes a token may begin with: for each first byte, a bit for each second. Most words
/// fall out here, and this looks at every text of every record.
const FIRST_TWO: [u128; 128] = {
    let mut first = [0_u128; 128];
    let mut i = 0;
    while i < SHAPES.len() {
        let prefix = SHAPES[i].prefix.as_bytes();
        first[prefix[0] as usize] |= 1 << prefix[1];
        i += 1;
    }
    // A JWT and a private key.
    first[b'e' as usize] |= 1 << b'y';
    first[b'-' as usize] |= 1 << b'-';
    first
};

/// Whether a token may begin with these bytes.
fn may_begin(first: u8, second: u8) -> bool {
    first < 128 && second < 128 && FIRST_TWO[usize::from(first)] >> second & 1 == 1
}

/// Every token of a known shape in a text, with what it is called.
#[must_use]
pub fn all(text: &str) -> Vec<(&'static str, &str)> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    if bytes.len() < SHORTEST {
        return found;
    }
    let mut i = 0;
    // A token may begin only where the shortest still fits.
    while i + SHORTEST <= bytes.len() {
        let begins = may_begin(bytes[i], bytes[i + 1])
            && (i == 0 || !(bytes[i - 1].is_ascii_alphanumeric() || bytes[i - 1] == b'_'));
        if begins {
            let rest = &bytes[i..];
            if let Some(length) = pem(rest) {
                found.extend(text.get(i..i + length).map(|secret| ("private-key", secret)));
                i += length;
                continue;
            }
            if let Some((detector, length)) = token(rest) {
                found.extend(text.get(i..i + length).map(|secret| (detector, secret)));
                i += length;
                continue;
            }
        }
        i += 1;
    }
    found
}

fn token(rest: &[u8]) -> Option<(&'static str, usize)> {
    let first = *rest.first()?;
    if !first.is_ascii_alphabetic() {
        return None;
    }
    if let Some(length) = jwt(rest) {
        return Some(("jwt", length));
    }
    let shape = SHAPES
        .iter()
        .find(|s| s.prefix.as_bytes()[0] == first && rest.starts_with(s.prefix.as_bytes()))?;
    let mut length = rest.iter().take_while(|b| is_token_byte(**b)).count();
    // A sentence's full stop and the like are no part of it.
    while length > 0 && matches!(rest[length - 1], b'.' | b'/' | b'-') {
        length -= 1;
    }
    let body = &rest[shape.prefix.len().min(length)..length];
    if shape.detector == "aws-access-key-id" {
        let id = body.iter().take(16).all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let ends = rest.get(20).is_none_or(|b| !b.is_ascii_alphanumeric());
        return (body.len() >= 16 && id && ends).then_some((shape.detector, 20));
    }
    // A word with dashes, such as `sk-learn-contrib-examples`, has no digit.
    let mixed = body.iter().any(u8::is_ascii_digit) && body.iter().any(u8::is_ascii_alphabetic);
    (length >= shape.length && mixed).then_some((shape.detector, length))
}

/// Three base64url parts, the first two of which are JSON objects.
fn jwt(rest: &[u8]) -> Option<usize> {
    if !rest.starts_with(b"eyJ") {
        return None;
    }
    let part = |from: usize| {
        rest[from..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            .count()
    };
    let header = part(0);
    if header < 10 || rest.get(header) != Some(&b'.') || !rest[header + 1..].starts_with(b"eyJ") {
        return None;
    }
    let payload = part(header + 1);
    let second = header + 1 + payload;
    if rest.get(second) != Some(&b'.') {
        return None;
    }
    Some(second + 1 + part(second + 1))
}

/// The length of a private key in PEM form, to its end line or the end of the text.
fn pem(rest: &[u8]) -> Option<usize> {
    if !rest.starts_with(b"-----BEGIN ") {
        return None;
    }
    let head = &rest[..rest.len().min(64)];
    let find = |haystack: &[u8], needle: &[u8]| {
        haystack.windows(needle.len()).position(|window| window == needle)
    };
    find(head, b"PRIVATE KEY-----")?;
    let end = find(&rest[11..], b"-----END ").map_or(rest.len(), |at| {
        let from = 11 + at + 9;
        find(&rest[from..], b"-----").map_or(rest.len(), |dashes| from + dashes + 5)
    });
    Some(end)
}

/// Whether a text looks like chance: long, of mixed characters, without the regularity of words.
#[must_use]
pub fn is_random(text: &str) -> bool {
    if text.len() < 20 || text.len() > 512 || !text.bytes().all(is_token_byte) {
        return false;
    }
    let count = |test: fn(&u8) -> bool| text.bytes().filter(test).count();
    let digits = count(u8::is_ascii_digit);
    let (upper, lower) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let hexadecimal = text.bytes().all(|b| b.is_ascii_hexdigit());
    let mixed = if hexadecimal {
        digits > 0 && text.len() >= 32
    } else {
        upper > 1 && lower > 1 && digits > 1
    };
    let threshold = if hexadecimal { 3.0 } else { 3.6 };
    mixed && !text.contains('/') && entropy(text) >= threshold
}

/// Bits of Shannon entropy per byte.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for b in text.bytes() {
        counts[usize::from(b)] += 1;
    }
    let total = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let p = f64::from(*count) / total;
            -p * p.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detectors(text: &str) -> Vec<&'static str> {
        all(text).into_iter().map(|(detector, _)| detector).collect()
    }

    #[test]
    fn shapes_are_found_inside_a_text() {
        let body = "Ab3Cd4Ef5Gh6Ij7Kl8Mn9Op0Qr1St2Uv3Wx4Yz5";
        assert_eq!(detectors(&format!("--token=ghp_{body}.")), ["github-token"]);
        assert_eq!(
            detectors(&format!("a sk-ant-api03-{body} b sk-{body}")),
            ["anthropic-key", "openai-key"]
        );
        assert_eq!(detectors("AKIAIOSFODNN7EXAMPLE"), ["aws-access-key-id"]);
        assert_eq!(detectors("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"), ["jwt"]);
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----";
        assert_eq!(all(&format!("x {pem} y")), [("private-key", pem)]);
    }

    #[test]
    fn words_are_no_tokens() {
        for text in [
            "sk-learn-contrib-examples-and-more",
            "AKIA",
            "task-sk-",
            "ghp_",
            "npm_config_cache_directory_setting",
            "hf_transfer",
            "-----BEGIN CERTIFICATE-----",
            "eyJ",
            "xai-grok",
            "a.b.c",
        ] {
            assert_eq!(detectors(text), Vec::<&str>::new(), "{text}");
        }
        for text in
            ["@modelcontextprotocol/server-github", "claude-sonnet-4-20250514-v1:0", "production"]
        {
            assert!(!is_random(text), "{text}");
        }
    }
}
