//! `uses:`: whose code a job or step runs.

use crate::text::Position;

/// What a `uses` points at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// Code of a repository on the same host: `owner/repo[/path]@ref`.
    Repository {
        /// The repository's owner.
        owner: String,
        /// The repository's name.
        name: String,
        /// The path inside it; empty for its root.
        path: String,
        /// The branch, tag or commit; empty where it is missing, which GitHub refuses.
        reference: String,
    },
    /// Code of this repository: the path without `./`.
    Local(String),
    /// A container image.
    Image {
        /// The image without tag and digest.
        image: String,
        /// Its tag, if any.
        tag: Option<String>,
        /// Its digest, if any.
        digest: Option<String>,
    },
    /// Anything else.
    Unknown,
}

/// A `uses` and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Uses {
    /// What it points at.
    pub target: Target,
    /// Where.
    pub at: Position,
}

impl Uses {
    /// Reads the text of a `uses`.
    #[must_use]
    pub fn parse(text: &str, at: Position) -> Self {
        Self { target: target(text.trim()), at }
    }

    /// Whether what it points at cannot change: a full commit or an image digest, or code of this
    /// same commit.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        match &self.target {
            Target::Repository { reference, .. } => is_commit(reference),
            Target::Image { digest, .. } => digest.is_some(),
            Target::Local(_) => true,
            Target::Unknown => false,
        }
    }

    /// `owner/repo[/path]` of a repository's code.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        match &self.target {
            Target::Repository { owner, name, path, .. } if path.is_empty() => {
                Some(format!("{owner}/{name}"))
            }
            Target::Repository { owner, name, path, .. } => Some(format!("{owner}/{name}/{path}")),
            _ => None,
        }
    }

    /// Whether it points at an action of a repository; the case of names does not matter.
    #[must_use]
    pub fn is_action(&self, slug: &str) -> bool {
        let Target::Repository { owner, name, path, .. } = &self.target else { return false };
        let mut parts = slug.splitn(3, '/');
        let mut next_is = |part: &str| parts.next().unwrap_or_default().eq_ignore_ascii_case(part);
        next_is(owner) && next_is(name) && next_is(path)
    }
}

/// A full commit: 40 hexadecimal digits.
fn is_commit(reference: &str) -> bool {
    reference.len() == 40 && reference.bytes().all(|b| b.is_ascii_hexdigit())
}

fn target(text: &str) -> Target {
    if let Some(image) = text.strip_prefix("docker://") {
        return self::image(image);
    }
    // `$/x` is `x` of the repository and commit that hold this file.
    if let Some(path) = text.strip_prefix("$/").or_else(|| text.strip_prefix("./")) {
        return Target::Local(path.trim_end_matches('/').to_owned());
    }
    if text == "." {
        return Target::Local(String::new());
    }
    let (address, reference) = text.split_once('@').unwrap_or((text, ""));
    let mut parts = address.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(owner), Some(name), path)
            if !owner.is_empty() && !name.is_empty() && !text.contains("${{") =>
        {
            Target::Repository {
                owner: owner.to_owned(),
                name: name.to_owned(),
                path: path.unwrap_or_default().trim_end_matches('/').to_owned(),
                reference: reference.to_owned(),
            }
        }
        _ => Target::Unknown,
    }
}

/// Splits an image into name, tag and digest.
pub(crate) fn image(text: &str) -> Target {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest.to_owned())),
        None => (text, None),
    };
    let name_at = rest.rfind('/').map_or(0, |at| at + 1);
    let (image, tag) = match rest[name_at..].split_once(':') {
        Some((name, tag)) => (format!("{}{name}", &rest[..name_at]), Some(tag.to_owned())),
        None => (rest.to_owned(), None),
    };
    Target::Image { image, tag, digest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Uses {
        Uses::parse(text, Position::default())
    }

    #[test]
    fn pinned_is_a_full_commit_or_a_digest() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        assert!(parse(&format!("a/b@{sha}")).is_pinned());
        assert!(parse(&format!("a/b/c/d@{sha}")).is_pinned());
        assert!(parse("docker://alpine@sha256:00").is_pinned());
        for loose in
            ["a/b@v1", "a/b@main", "a/b@0123456", "a/b", "docker://alpine:3", "a/b@${{ x }}"]
        {
            assert!(!parse(loose).is_pinned(), "{loose}");
        }
    }

    #[test]
    fn addresses_have_no_reference() {
        assert_eq!(parse("Acme/deploy/sub@v1").address().as_deref(), Some("Acme/deploy/sub"));
        assert_eq!(
            parse("./.github/actions/x/").target,
            Target::Local(".github/actions/x".to_owned())
        );
        assert_eq!(
            parse("$/.github/workflows/x.yml").target,
            Target::Local(".github/workflows/x.yml".to_owned())
        );
        let Target::Image { image, tag, digest } =
            parse("docker://localhost:5000/a/b:1.2@sha256:ff").target
        else {
            panic!("an image was expected")
        };
        assert_eq!(
            (image.as_str(), tag.as_deref(), digest.as_deref()),
            ("localhost:5000/a/b", Some("1.2"), Some("sha256:ff"))
        );
    }
}
