//! Connections: pages of lists with cursors.

use std::rc::Rc;

use serde_json::{Value, json};

use super::shape::{Arguments, Got, Shape, leaf};
use crate::github::paging::{cursor, place_of};

/// The type of a connection and of its edges.
pub(super) type Kinds = (&'static str, &'static str);

/// What makes the object of an item.
type Show<'a, T> = Rc<dyn Fn(&T) -> Result<Shape<'a>, String> + 'a>;
/// What an edge says besides its object.
type Beside<T> = fn(&T, &str) -> Value;

/// A page of a list.
pub(super) fn of<'a, T: Clone + 'a>(
    kinds: Kinds,
    items: &[T],
    arguments: &Arguments<'_>,
    show: impl Fn(&T) -> Result<Shape<'a>, String> + 'a,
    beside: Beside<T>,
) -> Got<'a> {
    let total = items.len();
    let place = |name: &str| arguments.text(name).and_then(place_of);
    let mut from = place("after").map_or(0, |n| n + 1).min(total);
    let mut to = place("before").unwrap_or(total).clamp(from, total);
    if let Some(first) = arguments.number("first") {
        to = to.min(from + first);
    } else if let Some(last) = arguments.number("last") {
        from = from.max(to.saturating_sub(last));
    }
    let page: Rc<[T]> = items[from..to].into();
    let show: Show<'a, T> = Rc::new(show);
    let info = json!({
        "hasNextPage": to < total,
        "hasPreviousPage": from > 0,
        "startCursor": (from < to).then(|| cursor(from)),
        "endCursor": (from < to).then(|| cursor(to - 1)),
    });
    Got::One(Some(Shape::new(kinds.0, move |field, _| match field {
        "totalCount" => leaf(total),
        "totalDiskUsage" => leaf(total * 12),
        "pageInfo" => Got::One(Some(Shape::plain("PageInfo", info.clone()))),
        "nodes" => Got::Many(page.iter().map(|item| show(item)).collect()),
        _ => Got::Many(
            page.iter()
                .enumerate()
                .map(|(n, item)| {
                    Ok(edge(kinds.1, from + n, item.clone(), Rc::clone(&show), beside))
                })
                .collect(),
        ),
    })))
}

fn edge<'a, T: Clone + 'a>(
    kind: &'static str,
    place: usize,
    item: T,
    show: Show<'a, T>,
    beside: Beside<T>,
) -> Shape<'a> {
    Shape::new(kind, move |field, _| match field {
        "cursor" => leaf(cursor(place)),
        "node" => match show(&item) {
            Ok(shape) => Got::One(Some(shape)),
            Err(message) => Got::Failed(message),
        },
        other => leaf(beside(&item, other)),
    })
}

/// For edges that say nothing besides.
pub(super) fn nothing<T>(_: &T, _: &str) -> Value {
    Value::Null
}
