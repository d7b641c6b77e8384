//! What a query says, independent of how it was written.

use rollcall_model::AccessLevel;

use super::field::Field;
use super::moment::Moment;
use super::parse::parse;

/// A parsed query. `Display` prints its canonical text, which parses to the same query.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Query(pub Expression);

/// A condition on an entity.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Expression {
    /// Every entity.
    #[default]
    All,
    /// All of two or more.
    And(Vec<Expression>),
    /// Any of two or more.
    Or(Vec<Expression>),
    /// Not that.
    Not(Box<Expression>),
    /// One test.
    Term(Term),
}

/// One test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Term {
    /// The text is in a name, an alias or a native id, whatever the case.
    Text(String),
    /// A field has one of some values.
    Field(&'static Field, Vec<Value>),
}

/// What a field shall be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Known to have none.
    None,
    /// Known to have one.
    Any,
    /// Not known.
    Unknown,
    /// A word: one of the field's own, a name, a text.
    Word(String),
    /// A point in time or a number.
    Is(Scalar),
    /// More or less than something, or for texts exactly it.
    Compare(Operator, Scalar),
    /// From one to another, both included; open where there is none.
    Range(Option<Scalar>, Option<Scalar>),
}

/// How to compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=`, for texts
    Exactly,
}

impl Operator {
    /// As written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Exactly => "=",
        }
    }
}

/// What can be compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scalar {
    /// A point or a span of time.
    Moment(Moment),
    /// A number.
    Number(u32),
    /// A level of access.
    Level(AccessLevel),
    /// A text, for [`Operator::Exactly`].
    Text(String),
}

impl Expression {
    /// All of some; lists within lists become one.
    #[must_use]
    pub fn and(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                Self::All => {}
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::All,
            1 => flat.remove(0),
            _ => Self::And(flat),
        }
    }

    /// Any of some; lists within lists become one.
    #[must_use]
    pub fn or(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.remove(0) } else { Self::Or(flat) }
    }

    fn any_term(&self, test: &mut impl FnMut(&Term) -> bool) -> bool {
        match self {
            Self::All => false,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.any_term(test)),
            Self::Not(part) => part.any_term(test),
            Self::Term(term) => test(term),
        }
    }
}

impl Query {
    /// Whether any test is on a field: for defaults such as `type:identity`, which a caller adds
    /// only where the query itself says nothing.
    #[must_use]
    pub fn mentions(&self, field: &str) -> bool {
        self.0.any_term(&mut |term| matches!(term, Term::Field(f, _) if f.name == field))
    }

    /// The same within the usual limits, as far as it says nothing of them itself: what a source has
    /// read, what is not gone, and identities. Whoever asks for a kind means that kind, whatever its
    /// type.
    #[must_use]
    pub fn within_usual_limits(self) -> Self {
        let mut usual = Vec::new();
        if !self.mentions("collected") {
            usual.push("collected:true");
        }
        if !self.mentions("type") && !self.mentions("kind") {
            usual.push("type:identity");
        }
        if !self.mentions("gone") && !self.mentions("gone_at") {
            usual.push("gone:false");
        }
        match parse(&usual.join(" ")) {
            Ok(limits) => self.and(limits),
            // They are words of the language; a test holds it.
            Err(_) => self,
        }
    }

    /// Both this and another query.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(Expression::and(vec![self.0, other.0]))
    }
}
