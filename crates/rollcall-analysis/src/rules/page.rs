//! A rule's page, out of its file.

use super::Rule;

impl Rule {
    /// Its page under `docs/rules`, in Markdown.
    #[must_use]
    pub fn page(&self) -> String {
        let comment = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let text: Vec<&str> = comment.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        let list = |items: Vec<&str>| items.iter().map(|i| format!("- {i}\n")).collect::<String>();
        format!(
            "# {}\n\n{} · severity {}\n\n{}\n\n## What to do\n\n{}\n## In frameworks\n\n{}",
            self.id,
            self.title,
            self.severity.as_str(),
            text.join("\n"),
            list(self.fix.iter().map(|(_, text)| *text).collect()),
            list(self.mappings.to_vec())
        )
    }
}
