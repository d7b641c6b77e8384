//! `[analysis]`: what judgements go by.

use std::collections::BTreeMap;

use rollcall_engine::Settings;

use super::Source;
use super::document::{Document, Table};

const SECTION: &str = "[analysis]";

/// Reads the section; what it does not say stays as it usually is.
pub(super) fn read(document: &mut Document, root: &Table, sources: &[Source]) -> Settings {
    let mut settings = Settings { intervals: intervals(sources), ..Settings::default() };
    let Some(table) = document.table(root, "the file", "analysis") else { return settings };
    let weights: [(&str, &mut u16); 8] = [
        ("tag_weight", &mut settings.tag_weight),
        ("codeowners_weight", &mut settings.codeowners_weight),
        ("codeowners_fallback_weight", &mut settings.codeowners_fallback_weight),
        ("binding_weight", &mut settings.binding_weight),
        ("succession_weight", &mut settings.succession_weight),
        ("propagated", &mut settings.propagated),
        ("owner_score", &mut settings.owner_score),
        ("contested_within", &mut settings.contested_within),
    ];
    let days: [(&str, &mut i64); 3] = [
        ("unused_days", &mut settings.unused_days),
        ("young_days", &mut settings.young_days),
        ("grace_days", &mut settings.grace_days),
    ];
    let mut known: Vec<&str> = weights.iter().map(|(name, _)| *name).collect();
    known.extend(days.iter().map(|(name, _)| *name));
    let half_lives: [(&str, &mut u32); 2] = [
        ("tag_half_life_days", &mut settings.tag_half_life_days),
        ("succession_half_life_days", &mut settings.succession_half_life_days),
    ];
    known.extend(half_lives.iter().map(|(name, _)| *name));
    known.push("owner_tags");
    document.known(&table, SECTION, &known);
    for (name, value) in weights {
        let found = document.integer(&table, SECTION, name, 0..=1_000);
        *value = found.and_then(|n| u16::try_from(n).ok()).unwrap_or(*value);
    }
    for (name, value) in days {
        *value = document.integer(&table, SECTION, name, 0..=3_650).unwrap_or(*value);
    }
    for (name, value) in half_lives {
        let found = document.integer(&table, SECTION, name, 1..=36_500);
        *value = found.and_then(|n| u32::try_from(n).ok()).unwrap_or(*value);
    }
    for (name, _) in document.texts(&table, SECTION, "owner_tags") {
        settings.add_owner_tag(&name);
    }
    settings
}

/// How often sources are read whose schedule is given; others are read by hand, whenever that is.
fn intervals(sources: &[Source]) -> BTreeMap<String, i64> {
    let given = sources.iter().filter(|source| source.is_scheduled);
    given.filter_map(|s| Some((s.name.clone(), s.schedule.longest_interval()?))).collect()
}
