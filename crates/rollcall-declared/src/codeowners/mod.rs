//! CODEOWNERS: who owns a path, by which line.
//!
//! GitHub: the last matching line decides; patterns are those of `.gitignore` without `!`, `[ ]` and
//! an escaped `#`; case counts. GitLab: sections with their own owners and number of approvals; in
//! each section the last matching line decides; a pattern without a leading slash matches anywhere.

mod owner;
mod pattern;

pub use owner::Owner;
pub use pattern::Pattern;

use crate::text::{Issue, Position, Source, saturate};

/// Whose rules are applied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dialect {
    /// GitHub's.
    GitHub,
    /// GitLab's.
    GitLab,
}

impl Dialect {
    /// Where the file is looked for, in order; the first that is there counts.
    #[must_use]
    pub const fn places(self) -> [&'static str; 3] {
        match self {
            Self::GitHub => [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Self::GitLab => ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
        }
    }
}

/// A section of GitLab's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// Nobody has to approve.
    pub optional: bool,
    /// How many have to approve.
    pub approvals: u32,
    /// Who owns what its lines name without an owner.
    pub owners: Vec<Owner>,
}

/// A line that names owners of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// The line, from 1.
    pub line: u32,
    /// What it matches.
    pub pattern: Pattern,
    /// Its owners; none means that nobody owns what it matches.
    pub owners: Vec<Owner>,
    /// It takes paths out of its section (GitLab's `!`).
    pub excludes: bool,
    /// Its section, by its place in [`CodeOwners::sections`].
    pub section: Option<usize>,
}

/// A CODEOWNERS file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeOwners {
    /// Whose rules are applied.
    pub dialect: Dialect,
    /// The lines in order.
    pub rules: Vec<Rule>,
    /// The sections in order; sections of one name are one.
    pub sections: Vec<Section>,
}

/// Who owns a path, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision<'a> {
    /// The line that decided.
    pub rule: &'a Rule,
    /// Its section.
    pub section: Option<&'a Section>,
    /// The owners: the line's own, or else the section's.
    pub owners: &'a [Owner],
}

/// Reads a CODEOWNERS file. A line that is not understood is skipped, as the hosts do, and said.
#[must_use]
pub fn parse(bytes: &[u8], dialect: Dialect) -> (CodeOwners, Vec<Issue>) {
    let (source, mut issues) = Source::decode(bytes);
    let mut file = CodeOwners { dialect, rules: Vec::new(), sections: Vec::new() };
    let mut section = None;
    for (number, line) in source.text().lines().enumerate() {
        let at = Position { line: saturate(number + 1), column: 1 };
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if dialect == Dialect::GitLab
            && let Some(parsed) = section_line(text)
        {
            section = Some(enter(&mut file.sections, parsed));
            continue;
        }
        match rule(text, dialect, at, section) {
            Ok(rule) => file.rules.push(rule),
            Err(message) => issues.push(Issue::note("codeowners_line", message, at)),
        }
    }
    (file, issues)
}

fn enter(sections: &mut Vec<Section>, parsed: Section) -> usize {
    match sections.iter().position(|s| s.name.eq_ignore_ascii_case(&parsed.name)) {
        Some(at) => at,
        None => {
            sections.push(parsed);
            sections.len() - 1
        }
    }
}

/// `[Name]`, `^[Name]`, `[Name][2]`, each with owners behind it.
fn section_line(text: &str) -> Option<Section> {
    let (optional, rest) = match text.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (name, rest) = rest.strip_prefix('[')?.split_once(']')?;
    if name.trim().is_empty() {
        return None;
    }
    let (approvals, rest) = match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        Some((number, rest)) => (number.trim().parse().unwrap_or(1), rest),
        None => (1, rest),
    };
    // `[a-z]*.rs @x` is a pattern: owners of a section are separated by white space.
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let owners = words(rest).iter().filter_map(|w| Owner::parse(w, Dialect::GitLab)).collect();
    Some(Section { name: name.trim().to_owned(), optional, approvals, owners })
}

fn rule(
    text: &str,
    dialect: Dialect,
    at: Position,
    section: Option<usize>,
) -> Result<Rule, String> {
    let mut words = words(text).into_iter();
    let first = words.next().unwrap_or_default();
    let (excludes, text) = match first.strip_prefix('!') {
        Some(rest) if dialect == Dialect::GitLab => (true, rest),
        _ => (false, first.as_str()),
    };
    let pattern = Pattern::parse(text, dialect)?;
    let mut owners = Vec::new();
    for word in words {
        if word.starts_with('#') {
            break;
        }
        match Owner::parse(&word, dialect) {
            Some(owner) => owners.push(owner),
            // GitHub drops the whole line for one bad owner; GitLab drops the word.
            None if dialect == Dialect::GitHub => {
                return Err("an owner is a user, a team or an e-mail address; the line is skipped"
                    .to_owned());
            }
            None => {}
        }
    }
    Ok(Rule { line: at.line, pattern, owners, excludes, section })
}

/// The words of a line; a backslash keeps a space inside one.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&' ') => {
                word.push(' ');
                chars.next();
            }
            c if c.is_whitespace() => {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)))
            }
            c => word.push(c),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

impl CodeOwners {
    /// Who owns a file, by the line that decides: at most one answer on GitHub, on GitLab one for
    /// each section that matches. `path` is relative to the repository, with `/`.
    #[must_use]
    pub fn owners_of(&self, path: &str) -> Vec<Decision<'_>> {
        let path = path.trim_start_matches('/');
        let mut decided: Vec<(Option<usize>, Option<&Rule>)> = Vec::new();
        for rule in self.rules.iter().rev() {
            let known = decided.iter().any(|(section, by)| {
                *section == rule.section && (by.is_some() && !rule.excludes || by.is_none())
            });
            if known || !rule.pattern.matches(path) {
                continue;
            }
            if rule.excludes {
                // An exclusion counts for the whole section, wherever it stands.
                decided.retain(|(section, _)| *section != rule.section);
                decided.push((rule.section, None));
            } else {
                decided.push((rule.section, Some(rule)));
            }
        }
        let mut decisions: Vec<Decision<'_>> = decided
            .into_iter()
            .filter_map(|(_, rule)| rule)
            .map(|rule| self.decision(rule))
            .collect();
        decisions.sort_by_key(|decision| decision.rule.line);
        decisions
    }

    fn decision<'a>(&'a self, rule: &'a Rule) -> Decision<'a> {
        let section = rule.section.and_then(|at| self.sections.get(at));
        let owners = match section {
            Some(section) if rule.owners.is_empty() => &section.owners,
            _ => &rule.owners,
        };
        Decision { rule, section, owners }
    }
}

#[cfg(test)]
mod tests;
