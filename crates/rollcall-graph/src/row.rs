//! One node as numbers and texts: the form between rows from outside and columns.

use rollcall_model::Reference;

use crate::column::{NEVER, code, time};
use crate::rows::{EntityRow, ScopeRow};
use crate::scopes::MISSES;
use crate::symbols::PENDING;
use crate::words::Derived;

/// A reference that names a node.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Alias {
    pub(crate) id: i64,
    pub(crate) domain: u32,
    pub(crate) value: Box<str>,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) codes: [u32; code::COUNT],
    pub(crate) times: [i64; time::COUNT],
    pub(crate) name: Box<str>,
    pub(crate) native: Box<str>,
    pub(crate) aliases: Vec<Alias>,
}

/// Which shared texts a text belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Words {
    Kind,
    Provider,
    Realm,
    Source,
    Env,
    Owner,
    Team,
    Rule,
    Domain,
}

/// What gives shared texts and sets their numbers.
pub(crate) trait Numbering {
    fn symbol(&mut self, words: Words, text: &str) -> u32;
    /// The number of a scope.
    fn scope(&mut self, id: i64) -> u32;
    /// Says which source a scope is of, as a symbol.
    fn name_scope(&mut self, id: i64, source: u32);
    fn scope_set(&mut self, members: Vec<u32>) -> u32;
    fn finding_set(&mut self, members: Vec<u32>) -> u32;
    /// The number of a document plus one.
    fn document(&mut self, text: &str) -> u32;
}

/// The columns that the analysis fills.
pub(crate) const DERIVED_CODES: [usize; 10] = [
    code::OWNER,
    code::OWNER_NAME,
    code::TEAM,
    code::SCORE,
    code::USAGE,
    code::USAGE_GRADE,
    code::FINDINGS,
    code::REACH,
    code::STANDING,
    code::PRESENCE,
];

/// Derived columns of one node: the codes in the order of [`DERIVED_CODES`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DerivedCodes {
    pub(crate) codes: [u32; 10],
    pub(crate) usage_at: i64,
}

impl Row {
    /// A node of which nothing is known but its id.
    pub(crate) fn stub(id: i64, pending: DerivedCodes, no_scopes: u32) -> Self {
        let mut row = Self {
            id,
            codes: [0; code::COUNT],
            times: [NEVER; time::COUNT],
            name: "".into(),
            native: "".into(),
            aliases: Vec::new(),
        };
        row.codes[code::SCOPES] = no_scopes;
        row.set_derived(pending);
        row
    }

    /// A node from an entity, with derived columns pending and no use.
    pub(crate) fn of(entity: &EntityRow, numbers: &mut impl Numbering) -> Self {
        let pending = derived_codes(None, numbers);
        let member = |id: &i64| {
            let misses = if entity.missing_in.contains(id) { MISSES } else { 0 };
            numbers.scope(*id) | misses
        };
        let members: Vec<u32> = entity.scopes.iter().map(member).collect();
        let scopes = numbers.scope_set(members);
        let mut row = Self::stub(entity.id.0, pending, scopes);
        let key = &entity.key;
        row.name = entity.name.as_str().into();
        row.native = key.id.as_str().into();
        let codes = &mut row.codes;
        codes[code::TYPE] = entity.entity_type.map_or(0, |t| t as u32 + 1);
        codes[code::CLASS] = entity.class.map_or(0, |c| c as u32 + 1);
        codes[code::KIND] = numbers.symbol(Words::Kind, key.kind.as_str());
        codes[code::PROVIDER] = numbers.symbol(Words::Provider, &key.provider);
        codes[code::REALM] = numbers.symbol(Words::Realm, &key.realm);
        codes[code::ENV] = numbers.symbol(Words::Env, entity.env.as_deref().unwrap_or_default());
        codes[code::DISABLED] = entity.disabled.map_or(0, |d| if d { 1 } else { 2 });
        codes[code::GONE] = entity.gone_at.is_some().into();
        codes[code::MISSING] = entity.missing.into();
        codes[code::COLLECTED] = entity.collected.into();
        codes[code::DOCUMENT] = entity.document.as_deref().map_or(0, |d| numbers.document(d));
        let micros = |t: Option<rollcall_model::Timestamp>| t.map_or(NEVER, |t| t.micros());
        row.times[time::CREATED] = micros(entity.created_at);
        row.times[time::EXPIRES] = micros(entity.expires_at);
        row.times[time::FIRST_SEEN] = micros(entity.first_seen);
        row.times[time::LAST_SEEN] = micros(entity.last_seen);
        row.times[time::GONE_AT] = micros(entity.gone_at);
        row.aliases = entity.aliases.iter().map(|(id, text)| alias(id.0, text, numbers)).collect();
        row.aliases.sort_unstable();
        row.aliases.dedup_by_key(|alias| alias.id);
        row
    }

    pub(crate) fn set_derived(&mut self, derived: DerivedCodes) {
        for (column, code) in DERIVED_CODES.into_iter().zip(derived.codes) {
            self.codes[column] = code;
        }
        self.times[time::USAGE_AT] = derived.usage_at;
    }

    pub(crate) fn derived(&self) -> DerivedCodes {
        DerivedCodes {
            codes: DERIVED_CODES.map(|column| self.codes[column]),
            usage_at: self.times[time::USAGE_AT],
        }
    }

    /// Whether it answers to its aliases.
    pub(crate) fn claims(&self) -> bool {
        self.codes[code::GONE] == 0 && self.id > 0
    }
}

/// Makes the names of a scope known, so that a query can ask for a source that has no entities: most
/// of all for one that could not be read.
pub(crate) fn name_scope(scope: &ScopeRow, numbers: &mut impl Numbering) {
    close_scope(scope.id, &scope.source, numbers);
    numbers.symbol(Words::Provider, &scope.provider);
    numbers.symbol(Words::Realm, &scope.realm);
}

/// Makes known whose a scope is or was.
pub(crate) fn close_scope(id: i64, source: &str, numbers: &mut impl Numbering) {
    let source = numbers.symbol(Words::Source, source);
    numbers.name_scope(id, source);
}

/// A reference as an alias.
pub(crate) fn alias(id: i64, text: &Reference, numbers: &mut impl Numbering) -> Alias {
    let domain = format!("{}\0{}", text.namespace, text.authority);
    Alias { id, domain: numbers.symbol(Words::Domain, &domain), value: text.value.as_str().into() }
}

/// Derived columns as codes; pending for `None`.
pub(crate) fn derived_codes(
    derived: Option<&Derived>,
    numbers: &mut impl Numbering,
) -> DerivedCodes {
    let Some(derived) = derived else {
        let findings = vec![numbers.symbol(Words::Rule, PENDING)];
        let (team, findings) =
            (numbers.symbol(Words::Team, PENDING), numbers.finding_set(findings));
        return DerivedCodes { codes: [0, 0, team, 0, 0, 0, findings, 0, 0, 0], usage_at: NEVER };
    };
    let findings = match &derived.findings {
        Some(rules) => rules.iter().map(|rule| numbers.symbol(Words::Rule, rule)).collect(),
        None => vec![numbers.symbol(Words::Rule, PENDING)],
    };
    DerivedCodes {
        codes: [
            derived.owner_state as u32,
            numbers.symbol(Words::Owner, &derived.owner),
            numbers.symbol(Words::Team, &derived.team),
            derived.score.into(),
            derived.usage as u32,
            derived.usage_grade.into(),
            numbers.finding_set(findings),
            derived.reach.code(),
            derived.standing as u32,
            derived.presence as u32,
        ],
        usage_at: derived.usage_at.map_or(NEVER, |t| t.micros()),
    }
}
