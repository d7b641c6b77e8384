//! Tables for people: no lines, as wide as the terminal; elsewhere one line a row.

use comfy_table::{
    Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, presets,
};

use super::{Tone, text};

/// A table that is being filled.
pub(crate) struct Grid {
    header: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    right: Vec<usize>,
    whole: Vec<usize>,
    indent: usize,
}

/// A cell.
#[derive(Clone, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn new(text: impl ToString, tone: Tone) -> Self {
        Self { text: text.to_string(), tone }
    }

    /// A number; zero recedes.
    pub(crate) fn count(n: impl Into<i128>, tone: Tone) -> Self {
        let n: i128 = n.into();
        Self { text: n.to_string(), tone: if n == 0 { Tone::Quiet } else { tone } }
    }

    /// What is not known or does not apply.
    pub(crate) fn none() -> Self {
        Self::new("–", Tone::Quiet)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, tone: Tone::Plain }
    }
}

impl Grid {
    /// A table with these columns; none are titled when all titles are empty.
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self {
            header: header.to_vec(),
            rows: Vec::new(),
            right: Vec::new(),
            whole: Vec::new(),
            indent: 0,
        }
    }

    /// The same with columns of numbers.
    pub(crate) fn numbers(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        self.right.extend(columns);
        self
    }

    /// The same with columns that are not broken into lines while others can be.
    pub(crate) fn whole(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        self.whole.extend(columns);
        self
    }

    /// The same, moved to the right.
    pub(crate) fn indented(mut self) -> Self {
        self.indent = 2;
        self
    }

    pub(crate) fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The columns in which some row says something.
    fn filled(&self) -> Vec<usize> {
        let says = |index: &usize| {
            self.rows.iter().any(|row| row.get(*index).is_some_and(|cell| !cell.text.is_empty()))
        };
        (0..self.header.len()).filter(says).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text without a line end at its end.
    pub(crate) fn render(&self, width: Option<u16>, colour: bool) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).force_no_tty();
        if colour {
            table.enforce_styling();
        }
        let indent = u16::try_from(self.indent).unwrap_or_default();
        match width {
            Some(width) => {
                table.set_content_arrangement(ContentArrangement::Dynamic);
                table.set_width(width.saturating_sub(indent).max(20));
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        let filled = self.filled();
        if self.header.iter().any(|title| !title.is_empty()) {
            let title = |index: &usize| self.header.get(*index).copied().unwrap_or_default();
            table.set_header(filled.iter().map(title).map(|title| {
                comfy_table::Cell::new(title.to_uppercase()).add_attribute(Attribute::Dim)
            }));
        }
        for row in &self.rows {
            table.add_row(filled.iter().filter_map(|index| row.get(*index)).map(drawn));
        }
        for (column, index) in table.column_iter_mut().zip(&filled) {
            column.set_padding((0, 2));
            if self.right.contains(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if self.whole.contains(index) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        let margin = " ".repeat(self.indent);
        let lines: Vec<String> =
            table.lines().map(|line| format!("{margin}{}", line.trim_end())).collect();
        lines.join("\n")
    }
}

fn drawn(cell: &Cell) -> comfy_table::Cell {
    let drawn = comfy_table::Cell::new(text::clean(&cell.text));
    match cell.tone {
        Tone::Plain => drawn,
        Tone::Heading => drawn.add_attribute(Attribute::Bold),
        Tone::Good => drawn.fg(Color::Green),
        Tone::Warn => drawn.fg(Color::Yellow),
        Tone::Bad => drawn.fg(Color::Red),
        Tone::Quiet => drawn.add_attribute(Attribute::Dim),
    }
}

/// How wide the terminal is, in characters.
pub(crate) fn terminal_width() -> Option<u16> {
    Table::new().width().filter(|width| *width > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_as_wide_as_it_may_be_and_no_wider() {
        let mut grid = Grid::new(&["name", "count"]).numbers([1]);
        grid.row([Cell::from("a long name with several words in it"), Cell::count(7, Tone::Plain)]);
        let free = grid.render(None, false);
        assert_eq!(free.lines().count(), 2, "{free}");
        assert!(free.starts_with("NAME"), "{free}");
        let narrow = grid.render(Some(24), false);
        assert!(narrow.lines().count() > 2, "{narrow}");
        assert!(narrow.lines().all(|line| line.chars().count() <= 24), "{narrow}");
        assert!(!free.contains('\u{1b}') && grid.render(None, true).contains('\u{1b}'));
    }

    #[test]
    fn what_a_provider_wrote_cannot_steer_the_terminal() {
        let mut grid = Grid::new(&["name"]);
        grid.row(["evil\u{1b}[2J\u{202e}name"]);
        assert!(!grid.render(None, false).contains(['\u{1b}', '\u{202e}']));
    }
}
