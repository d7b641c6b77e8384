//! Any bytes are survived, by every parser, and every place that is named lies in the file.

use proptest::prelude::*;

use crate::files::{self, FileType, classify};
use crate::records::{self, Place, Repository};
use crate::secret::LiteralKey;

/// A path for each parser.
const PATHS: &[&str] = &[
    ".github/workflows/ci.yml",
    "action.yml",
    ".mcp.json",
    ".codex/config.toml",
    ".continue/config.yaml",
    ".claude/settings.json",
    ".claude/agents/a.md",
    ".github/CODEOWNERS",
    ".vscode/mcp.json",
    "opencode.json",
];

const SEEDS: &[&str] = &[
    "on: {push: {branches: [main]}, schedule: [{cron: '0 0 * * *'}]}\npermissions: {id-token: write}\njobs:\n  a: &a\n    runs-on: ${{ matrix.os }}\n    environment: x\n    steps:\n      - uses: a/b@v1\n        with: {role-to-assume: \"${{ env.R }}\"}\n      - run: |\n          echo ${{ secrets['A'] }}\n          vault x\n  b: *a\n",
    "runs:\n  using: composite\n  steps: [{uses: anthropics/claude-code-action@v1, with: {anthropic_api_key: '${{ secrets.X }}'}}]\n",
    "{\"inputs\": [{\"id\": \"x\", \"password\": true}], \"mcpServers\": {\"a\": {\"command\": \"npx\", \"args\": [\"-y\", \"p@1.0.0\", \"--api-key\", \"abc\"], \"env\": {\"TOKEN\": \"${input:x}\"}, \"url\": \"https://u:p@h/x?token=1\"}}, // c\n}",
    "[mcp_servers.a]\ncommand = \"x\"\nargs = [\"a\", \"b\"]\nenv_http_headers = { A = \"B\" }\n[[x]]\ny = 1\n",
    "---\nname: x\ntools: [a, b]\nmcpServers: {a: {url: 'https://x'}}\n---\ntext\n",
    "* @a\n[S][2] @b\n/docs/ x@y.z\n!skip\n",
];

fn survives(path: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let file = classify(path).ok_or_else(|| TestCaseError::fail("a declaring path"))?;
    let (facts, issues) = files::parse(file, bytes, LiteralKey(&[1; 32]));
    // The lines of the text as it was decoded.
    let (source, _) = crate::text::Source::decode(bytes);
    let lines: Vec<&str> = source.text().split('\n').collect();
    for issue in &issues {
        let line = lines.get(issue.at.line as usize - 1);
        let columns = line.map(|l| l.chars().count() + 2);
        prop_assert!(
            columns.is_some_and(|c| issue.at.column as usize <= c),
            "{:?} in {} lines",
            issue,
            lines.len()
        );
    }
    let repository = Repository {
        id: "h/o/n".into(),
        host: Some("github.com".into()),
        name: Some("o/n".into()),
        ..Repository::default()
    };
    let place = Place { repository: &repository, path, commit: None };
    if let Some(facts) = facts {
        let _ = records::file_attributes(&facts);
        let declared = records::declared(&facts, place, file);
        for (_, span) in &declared.spans {
            prop_assert!(
                span.first >= 1 && span.last as usize <= lines.len(),
                "{:?} of {}",
                span,
                lines.len()
            );
        }
        if let files::Facts::CodeOwners(both) = &facts {
            for (owners, _) in both.iter() {
                let _ = owners.owners_of("docs/a/b.md");
            }
        }
    }
    prop_assert!(!matches!(file, FileType::Workflow) || files::roots_of(path, file) == [""]);
    Ok(())
}

/// A seed with some bytes replaced, removed or doubled.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let changes =
        prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 0..12);
    (prop::sample::select(SEEDS), changes).prop_map(|(seed, changes)| {
        let mut bytes = seed.as_bytes().to_vec();
        for (index, how, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = index.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"{}[]:,&*|>-\n'\"#"[usize::from(byte) % 15]),
                _ => bytes.truncate(at),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes(path in prop::sample::select(PATHS), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(path, &bytes)?;
    }

    #[test]
    fn any_text(path in prop::sample::select(PATHS), text in "(\\PC|[\n:{}\\[\\],&*'\"#$-]){0,300}") {
        survives(path, text.as_bytes())?;
    }

    #[test]
    fn mutated_files(path in prop::sample::select(PATHS), bytes in mutated()) {
        survives(path, &bytes)?;
    }

    #[test]
    fn mutated_files_through_every_parser(bytes in mutated()) {
        for path in PATHS {
            survives(path, &bytes)?;
        }
    }

    #[test]
    fn no_expression_is_too_odd(text in "(\\$\\{\\{|\\}\\}|secrets|\\.|\\[|\\]|'|[a-z* ]){0,60}") {
        for found in crate::expression::uses(&text) {
            prop_assert!(text.is_char_boundary(found.at));
        }
        let _ = crate::expression::template(&text);
        let _ = crate::expression::uses_of_condition(&text);
    }

    #[test]
    fn no_value_is_too_odd(name in "\\PC{0,20}", value in "\\PC{0,80}|(\\$|\\{|\\}|:|/|@|%|-|[a-zA-Z0-9]){0,60}") {
        let _ = crate::secret::credentials(&name, &value, &[], LiteralKey(&[1; 32]));
        let _ = crate::workflow::tools(&value);
    }
}
