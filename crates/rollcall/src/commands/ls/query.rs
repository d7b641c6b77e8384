//! The query that the arguments of `ls` ask.

use anyhow::Result;
use rollcall_graph::{Query, parse};

use super::LsArgs;
use crate::failure::Failure;
use crate::snapshot;

/// The query of the arguments: live identities that were read, as far as they say nothing of it.
pub(super) fn of(args: &LsArgs) -> Result<Query> {
    let query =
        if args.query.is_empty() { from_options(args)? } else { snapshot::query(&args.query)? };
    if query.mentions("collected") {
        let message = "`ls` lists what a source has read; what others only name is shown by \
                       `rollcall show` and on paths. Leave out `collected`";
        return Err(Failure::new("bad_query", message).into());
    }
    Ok(query.within_usual_limits())
}

/// The options are words of the query language.
fn from_options(args: &LsArgs) -> Result<Query> {
    let mut terms = Vec::new();
    let mut one_of = |field: &str, values: Vec<String>| {
        if !values.is_empty() {
            terms.push(format!("{field}:({})", values.join(",")));
        }
    };
    one_of("type", args.types.iter().map(ToString::to_string).collect());
    one_of("class", args.class.iter().map(ToString::to_string).collect());
    one_of("kind", args.kind.iter().map(|kind| quoted(kind)).collect());
    one_of("source", args.source.iter().map(|source| quoted(source)).collect());
    one_of("provider", args.provider.iter().map(|provider| quoted(provider)).collect());
    if args.all {
        terms.push("type:any".to_owned());
    }
    if args.gone {
        terms.push("gone:(true,false)".to_owned());
    }
    terms.extend(args.name.iter().map(|name| format!("name:{}", quoted(name))));
    parsed(&terms.join(" "))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn parsed(text: &str) -> Result<Query> {
    parse(text).map_err(|error| Failure::new("bad_query", error.render(text)).into())
}
