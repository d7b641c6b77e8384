//! The query language: the words of the search box, the command line, the interface, saved views,
//! reports and custom rules.

mod ast;
mod complete;
mod eval;
mod field;
mod moment;
mod parse;
mod plan;
mod print;
mod value;

pub use ast::{Expression, Operator, Query, Scalar, Term, Value};
pub use complete::{Completion, complete};
pub use field::{FIELDS, Field, field, fields_page};
pub use moment::{Moment, Unit};
pub use parse::{QueryError, parse};
pub use plan::UnknownValue;

pub(crate) use eval::Mode;
pub(crate) use plan::{Leaf, Plan, plan};
