use proptest::prelude::*;

use super::*;

fn lines(text: &str, dialect: Dialect, path: &str) -> Vec<u32> {
    let (file, _) = parse(text.as_bytes(), dialect);
    file.owners_of(path).iter().map(|decision| decision.rule.line).collect()
}

fn matches(pattern: &str, path: &str) -> bool {
    lines(&format!("{pattern} @a"), Dialect::GitHub, path) == [1]
}

fn gitlab(pattern: &str, path: &str) -> bool {
    lines(&format!("{pattern} @a"), Dialect::GitLab, path) == [1]
}

#[test]
fn github_patterns_match_as_documented() {
    for (pattern, yes, no) in [
        ("*", vec!["a", "a/b/c.rs", ".github/x"], vec![]),
        ("*.js", vec!["a.js", "x/y/b.js"], vec!["a.jsx", "js"]),
        (
            "/build/logs/",
            vec!["build/logs/x", "build/logs/a/b"],
            vec!["build/logs", "x/build/logs/y"],
        ),
        ("docs/*", vec!["docs/a.md"], vec!["docs/b/c.md", "x/docs/a.md"]),
        ("apps/", vec!["apps/x", "y/apps/z/w"], vec!["apps"]),
        ("/docs/", vec!["docs/a/b"], vec!["x/docs/a"]),
        ("/scripts/", vec!["scripts/x"], vec!["a/scripts/x"]),
        ("**/logs", vec!["logs", "logs/x", "a/logs/x", "a/b/logs/c/d"], vec!["logsx/a", "a/xlogs"]),
        ("/apps/**", vec!["apps/a", "apps/a/b"], vec!["apps", "x/apps/a"]),
        ("/apps/github", vec!["apps/github", "apps/github/x"], vec!["apps/githubx"]),
        ("a/**/b", vec!["a/b", "a/x/b", "a/x/y/b/c"], vec!["x/a/b", "a/xb"]),
        ("docs", vec!["docs", "a/docs/b"], vec!["docsx"]),
        ("fo?.rs", vec!["foo.rs", "x/fob.rs"], vec!["fo.rs", "fo/.rs"]),
        ("*.JS", vec!["a.JS"], vec!["a.js"]),
    ] {
        for path in yes {
            assert!(matches(pattern, path), "{pattern} should match {path}");
        }
        for path in no {
            assert!(!matches(pattern, path), "{pattern} should not match {path}");
        }
    }
}

#[test]
fn the_last_line_decides_even_without_owners() {
    let text =
        "# c\n* @all\n/src/ @dev @acme/team # comment\n/src/gen/\nbad[1] @x\n*.md not-an-owner\n";
    let (file, issues) = parse(text.as_bytes(), Dialect::GitHub);
    assert_eq!(issues.iter().map(|i| i.at.line).collect::<Vec<_>>(), [5, 6]);
    let of = |path: &str| {
        let decisions = file.owners_of(path);
        let owners: Vec<String> =
            decisions.iter().flat_map(|d| d.owners).map(Owner::text).collect();
        (decisions[0].rule.line, owners.join(" "))
    };
    assert_eq!(of("x.md"), (2, "@all".to_owned()));
    assert_eq!(of("src/a.rs"), (3, "@dev @acme/team".to_owned()));
    assert_eq!(of("src/gen/a.rs"), (4, String::new()));
}

#[test]
fn gitlab_patterns_match_as_documented() {
    for (pattern, yes, no) in [
        ("README.md", vec!["README.md", "internal/README.md"], vec!["README.mdx"]),
        (
            "internal/README.md",
            vec!["internal/README.md", "docs/internal/README.md"],
            vec!["README.md"],
        ),
        ("/README.md", vec!["README.md"], vec!["lib/README.md"]),
        ("/docs/", vec!["docs/a", "docs/a/b"], vec!["docs", "x/docs/a"]),
        ("/docs/*", vec!["docs/a"], vec!["docs/a/b"]),
        ("/docs/*.md", vec!["docs/a.md"], vec!["docs/a/b.md"]),
        ("/docs/**/*.md", vec!["docs/a.md", "docs/a/b/c.md"], vec!["a.md"]),
        ("*", vec!["a", "a/b/c"], vec![]),
        ("/docs", vec!["docs"], vec!["docs/a"]),
        ("*.[ch]", vec!["a.c", "x/b.h"], vec!["a.o"]),
        ("\\#file", vec!["#file"], vec!["file"]),
        ("path\\ with\\ spaces/", vec!["path with spaces/a"], vec!["path/a"]),
    ] {
        for path in yes {
            assert!(gitlab(pattern, path), "{pattern} should match {path}");
        }
        for path in no {
            assert!(!gitlab(pattern, path), "{pattern} should not match {path}");
        }
    }
}

#[test]
fn gitlab_sections_each_have_their_say() {
    let text = "* @root\n[Docs][2] @docs\n*.md\n/sec/ @@maintainer\n^[Optional] @opt\n/x/ @a/b/c\n[docs]\n!/skip/\n*.txt me@Example.com\n";
    let (file, issues) = parse(text.as_bytes(), Dialect::GitLab);
    assert_eq!(issues, []);
    assert_eq!(file.sections.len(), 2);
    assert_eq!((file.sections[0].approvals, file.sections[1].optional), (2, true));
    let of = |path: &str| {
        let decisions = file.owners_of(path);
        decisions
            .iter()
            .map(|d| (d.rule.line, d.owners.iter().map(Owner::text).collect()))
            .collect::<Vec<(u32, Vec<String>)>>()
    };
    assert_eq!(of("a.md"), [(1, vec!["@root".to_owned()]), (3, vec!["@docs".to_owned()])]);
    assert_eq!(
        of("x/a.txt"),
        [(1, vec!["@root".into()]), (6, vec!["@a/b/c".into()]), (9, vec!["me@example.com".into()])]
    );
    assert_eq!(of("skip/a.md"), [(1, vec!["@root".to_owned()])]);
    assert_eq!(of("sec/a.rs"), [(1, vec!["@root".into()]), (4, vec!["@@maintainer".into()])]);
}

/// GitHub's rules once more, as the documentation tells them: by trying every way to split a path.
fn naive(pattern: &str, path: &str) -> bool {
    fn name(p: &[char], n: &[char]) -> bool {
        match (p.first(), n.first()) {
            (None, None) => true,
            (Some('*'), _) => name(&p[1..], n) || (!n.is_empty() && name(p, &n[1..])),
            (Some('?'), Some(_)) => name(&p[1..], &n[1..]),
            (Some(a), Some(b)) => a == b && name(&p[1..], &n[1..]),
            _ => false,
        }
    }
    fn walk(parts: &[&str], names: &[&str]) -> bool {
        match (parts.split_first(), names.split_first()) {
            (None, None) => true,
            (Some((&"**", rest)), Some((_, below))) => walk(rest, names) || walk(parts, below),
            (Some((&"**", rest)), None) => walk(rest, names),
            (Some((part, rest)), Some((first, below))) => {
                let (p, n): (Vec<char>, Vec<char>) =
                    (part.chars().collect(), first.chars().collect());
                name(&p, &n) && walk(rest, below)
            }
            _ => false,
        }
    }
    let body = pattern.trim_matches('/');
    let anchored = pattern.starts_with('/') || body.contains('/');
    let mut parts: Vec<&str> = body.split('/').collect();
    if !anchored {
        parts.insert(0, "**");
    }
    let names: Vec<&str> = path.split('/').collect();
    // A folder's pattern matches what is below it; so does `x/**`.
    let below_only = pattern.ends_with('/') || (parts.len() > 1 && parts.last() == Some(&"**"));
    while parts.len() > 1 && parts.last() == Some(&"**") {
        parts.pop();
    }
    let only_here = body.ends_with("/*") && !pattern.ends_with('/');
    (1..=names.len()).any(|length| {
        let whole = length == names.len();
        let allowed = if below_only { !whole } else { whole || !only_here };
        allowed && walk(&parts, &names[..length])
    }) || (below_only && parts == ["**"])
}

proptest! {
    #[test]
    fn the_matcher_agrees_with_the_documentation(
        pattern in "/?(\\*\\*|[ab*?]{1,3})(/(\\*\\*|[ab*?]{1,3})){0,3}/?",
        path in "[ab]{1,3}(/[ab]{1,3}){0,4}",
    ) {
        prop_assume!(!pattern.contains("***"));
        // `a**b` inside a name is two stars; the plain matcher takes it as one.
        prop_assert_eq!(matches(&pattern, &path), naive(&pattern, &path), "{} {}", pattern, path);
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}|[\\[\\]^!*?/@# \\\\a-c\n]{0,200}", path in "\\PC{0,40}") {
        for dialect in [Dialect::GitHub, Dialect::GitLab] {
            let (file, issues) = parse(text.as_bytes(), dialect);
            let count = text.lines().count().max(1) as u32;
            prop_assert!(issues.iter().all(|i| i.at.line >= 1 && i.at.line <= count));
            prop_assert!(file.rules.iter().all(|r| r.line <= count));
            for decision in file.owners_of(&path) {
                prop_assert!(decision.rule.pattern.matches(path.trim_start_matches('/')));
            }
        }
    }
}
