//! The generated part of a connector's page, out of its definition.

use rollcall_connector::{ConfigField, Definition, KindDef, StreamDef};
use rollcall_model::{Authenticates, KindFacts};

use super::show::rank;
use crate::config::expected;
use crate::secret::FORMS;

/// What stands before the generated part.
pub(super) const BEGIN: &str = "<!-- generated: begin -->";
/// What stands after it.
pub(super) const END: &str = "<!-- generated: end -->";

/// The generated part, without its marks.
pub(super) fn generated(definition: &Definition) -> String {
    let mut page = String::new();
    configuration(&mut page, &definition.config);
    page.push_str("## Streams\n\n");
    definition.streams.iter().for_each(|stream| one_stream(&mut page, stream));
    page.push_str("## Kinds\n\n");
    definition.kinds.iter().for_each(|kind| one_kind(&mut page, kind));
    page.push_str("## Operations\n\nEvery operation it may perform; anything else fails before it leaves.\n\n");
    for operation in &definition.operations {
        page.push_str(&format!("- `{operation}`\n"));
    }
    if !definition.access_formats.is_empty() {
        let forms: Vec<String> =
            definition.access_formats.iter().map(|form| format!("`{form}`")).collect();
        page.push_str(&format!(
            "\n## Access\n\n`rollcall check --emit FORM` prints the least access it needs. Forms: {}.\n",
            forms.join(", ")
        ));
    }
    page
}

/// A whole page for a connector that has none yet.
pub(super) fn new_page(definition: &Definition) -> String {
    format!(
        "# {}\n\n{}\n\n{BEGIN}\n{}{END}\n",
        definition.title,
        definition.summary,
        generated(definition)
    )
}

/// A page with its generated part replaced; it goes to the end of a page that has no place for it.
pub(super) fn replaced(page: &str, definition: &Definition) -> String {
    let parts =
        page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    match parts {
        Some((before, after)) => format!("{before}{BEGIN}\n{}{END}{after}", generated(definition)),
        None => format!("{}\n\n{BEGIN}\n{}{END}\n", page.trim_end(), generated(definition)),
    }
}

fn configuration(page: &mut String, fields: &[ConfigField]) {
    page.push_str("## Configuration\n\n");
    if fields.is_empty() {
        page.push_str("It takes none.\n\n");
        return;
    }
    page.push_str("| field | is | default | does |\n|---|---|---|---|\n");
    for field in fields {
        let default = match (&field.default, field.required) {
            (_, true) => "required".to_owned(),
            (Some(default), false) => format!("`{}`", cell(default)),
            (None, false) => "–".to_owned(),
        };
        page.push_str(&format!(
            "| `{}` | {} | {default} | {} |\n",
            field.name,
            expected(field.shape),
            cell(&field.title)
        ));
    }
    page.push_str(&format!("\nReferences to secrets are written {}.\n\n", references()));
}

fn references() -> String {
    let (forms, last) = FORMS.rsplit_once(" or ").unwrap_or((FORMS, ""));
    let forms: Vec<String> = forms.split(", ").map(|form| format!("`{form}`")).collect();
    format!("{} or `{last}`", forms.join(", "))
}

fn one_stream(page: &mut String, stream: &StreamDef) {
    page.push_str(&format!("### {}\n\n{}. ", stream.name, stream.title));
    page.push_str(&format!("Sees {}.\n\n", stream.sees.trim_end_matches('.')));
    let mut facts = vec![format!("Rank: {}", rank(stream.rank))];
    facts.push(match &stream.part {
        Some(part) => format!("Complete by: {part}"),
        None => "Complete by: realm".to_owned(),
    });
    if stream.shifting {
        facts.push(
            "Its pages can shift: an entity retires after two complete readings without it"
                .to_owned(),
        );
    }
    if !stream.permissions.is_empty() {
        let permissions: Vec<String> =
            stream.permissions.iter().map(|p| format!("`{p}`")).collect();
        facts.push(format!("Needs: {}", permissions.join(", ")));
    }
    facts.extend(stream.tier.as_ref().map(|tier| format!("Tier: {tier}")));
    facts.extend(stream.blind_spots.iter().map(|blind| format!("Cannot see: {blind}")));
    for fact in facts {
        page.push_str(&format!("- {fact}\n"));
    }
    page.push('\n');
}

fn one_kind(page: &mut String, kind: &KindDef) {
    page.push_str(&format!("### `{}`\n\n{} Type: {}.", kind.kind, kind.title, kind.entity_type));
    if kind.name_keyed {
        page.push_str(" It has no immutable id, only a name.");
    }
    page.push_str("\n\n");
    facts(page, &kind.facts);
    if kind.attributes.is_empty() {
        return;
    }
    page.push_str("| attribute | is | analysed | says |\n|---|---|---|---|\n");
    for attribute in &kind.attributes {
        let analysed = if attribute.analysed { "yes" } else { "" };
        page.push_str(&format!(
            "| `{}` | {} | {analysed} | {} |\n",
            attribute.name,
            cell(&attribute.shape),
            cell(&attribute.title)
        ));
    }
    page.push('\n');
}

/// How its use shows, and what a credential of the kind proves.
fn facts(page: &mut String, facts: &KindFacts) {
    for view in &facts.usage {
        let back = match (view.window_days, view.tracked_since) {
            (Some(days), _) => format!(", {days} days back"),
            (None, Some(since)) => format!(", since {since}"),
            (None, None) => String::new(),
        };
        page.push_str(&format!(
            "- Use: {}, grade {}, from `{}`, about {} h late{back}\n",
            view.precision,
            view.grade,
            view.streams.join("`, `"),
            view.lag_hours
        ));
        for blind in &view.blind_spots {
            page.push_str(&format!("- Use that is not seen: {blind}\n"));
        }
    }
    page.push_str(match facts.authenticates {
        Some(Authenticates::Person) => "- A person authenticates with it.\n",
        Some(Authenticates::Program) => "- Whatever holds it authenticates with it.\n",
        Some(Authenticates::Nobody) => "- It proves nothing by itself.\n",
        None => "",
    });
    if facts.directory {
        page.push_str("- It says who is here, for a day after it was read to its end.\n");
    }
    if !facts.usage.is_empty() || facts.authenticates.is_some() || facts.directory {
        page.push('\n');
    }
}

/// A text that can stand in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::CONNECTORS;

    #[test]
    fn only_the_generated_part_is_replaced() {
        let definition = (CONNECTORS[0].definition)();
        let page = format!("# Mine\n\nwritten by hand\n\n{BEGIN}\nold\n{END}\n\nmore by hand\n");
        let new = replaced(&page, &definition);
        assert!(new.starts_with("# Mine\n\nwritten by hand\n") && new.ends_with("more by hand\n"));
        assert!(!new.contains("\nold\n") && new.contains("## Streams"));
        assert_eq!(replaced(&new, &definition), new);
        let without = replaced("# Mine\n", &definition);
        assert!(without.starts_with("# Mine\n\n<!-- generated: begin -->\n"), "{without}");
        let fresh = new_page(&definition);
        assert_eq!(replaced(&fresh, &definition), fresh);
    }

    #[test]
    fn everything_declared_is_on_the_page() {
        for registration in &CONNECTORS {
            let definition = (registration.definition)();
            let page = generated(&definition);
            for operation in &definition.operations {
                assert!(page.contains(&format!("- `{operation}`\n")), "{operation}");
            }
            for blind in definition.streams.iter().flat_map(|stream| &stream.blind_spots) {
                assert!(page.contains(blind.as_str()), "{blind}");
            }
        }
    }
}
