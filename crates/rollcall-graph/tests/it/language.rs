//! The query language.

use proptest::prelude::*;
use rollcall_graph::{
    Expression, FIELDS, Moment, Operator, Query, Scalar, Term, Unit, Value, complete, field, parse,
};
use rollcall_model::{AccessLevel, Timestamp};

fn moment() -> impl Strategy<Value = Moment> {
    let unit = prop_oneof![Just(Unit::Hour), Just(Unit::Day), Just(Unit::Week), Just(Unit::Year)];
    prop_oneof![
        (1970..2100_u16).prop_map(Moment::Year),
        (1970..2100_u16, 1..=12_u8).prop_map(|(y, m)| Moment::Month(y, m)),
        (1970..2100_u16, 1..=12_u8, 1..=28_u8).prop_map(|(y, m, d)| Moment::Day(y, m, d)),
        (0..4_000_000_000_000_000_i64).prop_map(|t| Moment::At(Timestamp::from_micros(t))),
        (any::<u32>(), unit).prop_map(|(n, unit)| Moment::Away(n, unit)),
        Just(Moment::Now),
    ]
}

fn operator() -> impl Strategy<Value = Operator> {
    prop_oneof![
        Just(Operator::Less),
        Just(Operator::AtMost),
        Just(Operator::More),
        Just(Operator::AtLeast)
    ]
}

fn ordered(scalar: impl Strategy<Value = Scalar> + Clone + 'static) -> BoxedStrategy<Value> {
    let ends = (proptest::option::of(scalar.clone()), proptest::option::of(scalar.clone()));
    prop_oneof![
        scalar.clone().prop_map(Value::Is),
        (operator(), scalar).prop_map(|(op, s)| Value::Compare(op, s)),
        ends.prop_filter("an end", |(a, b)| a.is_some() || b.is_some())
            .prop_map(|(a, b)| Value::Range(a, b)),
    ]
    .boxed()
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9._*/@:-]{1,8}", "[ -~äß\\\\\"]{0,8}", Just("none".to_owned())]
}

fn term() -> BoxedStrategy<Term> {
    let moments = ordered(std::rc::Rc::new(moment()).prop_map(Scalar::Moment).boxed());
    let numbers = ordered((0..2_000_u32).prop_map(Scalar::Number).boxed());
    let none = prop_oneof![Just(Value::None), Just(Value::Any)];
    let named = |name: &'static str, value: BoxedStrategy<Value>| {
        proptest::collection::vec(value, 1..4)
            .prop_map(move |values| Term::Field(field(name).unwrap(), values))
            .boxed()
    };
    let class = prop_oneof![Just("human"), Just("agent"), Just("service")];
    let level = prop_oneof![Just(AccessLevel::Read), Just(AccessLevel::Admin)];
    let exactly = word().prop_map(|w| Value::Compare(Operator::Exactly, Scalar::Text(w)));
    prop_oneof![
        word().prop_map(Term::Text),
        named("created", prop_oneof![moments.clone(), none.clone()].boxed()),
        named("expires", moments),
        named("score", numbers),
        named("kind", prop_oneof![word().prop_map(Value::Word), Just(Value::Unknown)].boxed()),
        named("owner", prop_oneof![word().prop_map(Value::Word), none].boxed()),
        named("class", class.prop_map(|w| Value::Word(w.to_owned())).boxed()),
        named(
            "reach",
            (operator(), level).prop_map(|(o, l)| Value::Compare(o, Scalar::Level(l))).boxed()
        ),
        named("name", prop_oneof![word().prop_map(Value::Word), exactly].boxed()),
        named("path_to", word().prop_map(Value::Word).boxed()),
    ]
    .boxed()
}

fn expression() -> impl Strategy<Value = Expression> {
    term().prop_map(Expression::Term).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Expression::and),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Expression::or),
            inner.prop_map(|part| Expression::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_to_the_same(expression in expression()) {
        let query = Query(expression);
        let text = query.to_string();
        prop_assert_eq!(parse(&text).map_err(|e| e.render(&text)), Ok(query));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}", cursor in 0..50_usize) {
        check(&text, cursor);
    }

    #[test]
    fn no_text_of_our_characters_panics(
        text in "(type:|created:|reach:|class|-|\\(|\\)|\"|\\.\\.|>|=|,|OR|AND|NOT| |2026|ä|9d|:|\\\\){0,20}",
        cursor in 0..50_usize,
    ) {
        check(&text, cursor);
    }
}

fn check(text: &str, cursor: usize) {
    match parse(text) {
        Ok(query) => assert_eq!(parse(&query.to_string()), Ok(query)),
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "{text:?} {:?}", error.span);
            assert!(!error.message.is_empty() && !error.render(text).is_empty());
        }
    }
    for completion in complete(text, cursor, None, 20) {
        assert!(text.get(completion.replaces).is_some());
    }
}

fn wrong(text: &str) -> (std::ops::Range<usize>, String) {
    let error = parse(text).unwrap_err();
    (error.span.clone(), error.to_string())
}

#[test]
fn errors_point_and_suggest() {
    let (span, message) = wrong("class:agent ownr:none");
    assert_eq!(span, 12..16);
    assert!(
        message.contains("no field `ownr`") && message.contains("did you mean owner"),
        "{message}"
    );
    let (span, message) = wrong("class:agnet");
    assert_eq!(span, 6..11);
    assert!(
        message.contains("`agnet` is no value of `class`") && message.contains("agent"),
        "{message}"
    );
    assert_eq!(wrong("created:>yesterday").0, 8..18);
    assert_eq!(wrong("(a OR b").0, 0..1);
    assert_eq!(wrong("a \"b").0, 2..4);
    assert_eq!(wrong("a OR").0, 4..4);
    assert_eq!(wrong("a )").0, 2..3);
    assert_eq!(wrong("kind:").0, 5..5);
    assert_eq!(wrong("- a").0, 0..1);
    assert_eq!(
        wrong("kind:>x").1,
        "`kind` cannot be compared with `>`; it takes a name; did you mean x?"
    );
    assert!(wrong("arn:aws:iam::1:role/x").1.contains("in quotes"));
    let rendered = parse("a ownr:none").unwrap_err().render("a ownr:none");
    assert!(rendered.starts_with("a ownr:none\n  ^^^^\n"), "{rendered}");
    assert!(parse(&"(".repeat(10_000)).is_err());
    assert!(parse(&"-".repeat(10_000)).is_err());
}

#[test]
fn forms_that_mean_the_same_print_the_same() {
    let printed = |text: &str| parse(text).unwrap().to_string();
    assert_eq!(printed("  CLASS:Agent   AND owner:NONE "), "class:agent owner:none");
    assert_eq!(printed("NOT a OR (b AND (c d))"), "-a OR b c d");
    assert_eq!(printed("kind:a,b"), "kind:(a,b)");
    assert_eq!(printed("(a OR b) OR c"), "a OR b OR c");
    assert_eq!(printed("disabled:yes"), "disabled:true");
    assert_eq!(printed("\"plain\" \"two words\" \"-x\""), "plain \"two words\" \"-x\"");
    assert_eq!(printed("created:2026-01-01T00:00:00+01:00.."), "created:2025-12-31T23:00:00Z..");
    assert_eq!(printed(""), "");
}

#[test]
fn a_query_knows_what_it_mentions() {
    let query = parse("a (b OR -gone:true)").unwrap();
    assert!(query.mentions("gone") && !query.mentions("type"));
    let narrowed = query.and(parse("type:identity").unwrap());
    assert!(narrowed.mentions("type"));
    assert_eq!(FIELDS.iter().filter(|f| narrowed.mentions(f.name)).count(), 2);
}

#[test]
fn the_usual_limits_are_added_where_a_query_says_nothing_of_them() {
    let limited = |text: &str| parse(text).unwrap().within_usual_limits().to_string();
    assert_eq!(limited(""), "collected:true type:identity gone:false");
    assert_eq!(limited("class:agent"), "class:agent collected:true type:identity gone:false");
    assert_eq!(limited("kind:aws.*"), "kind:aws.* collected:true gone:false");
    assert_eq!(limited("gone_at:<7d type:any"), "gone_at:<7d type:any collected:true");
    assert_eq!(limited("collected:false type:any gone:true"), "collected:false type:any gone:true");
}
