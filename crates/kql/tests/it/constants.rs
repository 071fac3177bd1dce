//! Values that are known before a query runs, and where names are defined.

use kql::literal::{TICKS_PER_DAY, TICKS_PER_SECOND};
use kql::tree::{ExpressionId, ExpressionKind, Node, StatementKind};
use kql::{Analysis, Constant, Definition, Parsed, analyze, parse};

use super::binding::Workspace;

/// The expressions that are written so, in the order of the text.
fn written(parsed: &Parsed, text: &str) -> Vec<ExpressionId> {
    let tree = &parsed.tree;
    let mut found = Vec::new();
    let mut open: Vec<Node> = tree.root.iter().rev().map(|id| Node::Statement(*id)).collect();
    while let Some(node) = open.pop() {
        if let Node::Expression(id) = node
            && tree.span_of(id).text(&tree.source) == text
        {
            found.push(id);
        }
        open.extend(tree.children(node).into_iter().rev());
    }
    found
}

fn analysis(query: &str) -> (Parsed, Analysis) {
    let parsed = parse(query);
    let analysis = analyze(&parsed, &Workspace);
    (parsed, analysis)
}

/// The value of the only argument of the only call of `strlen`, which stands for any place.
fn value(query: &str) -> Option<Constant> {
    let (parsed, analysis) = analysis(query);
    analysis.constant(probe(&parsed))
}

/// The argument of the last call of `isnull`.
fn probe(parsed: &Parsed) -> ExpressionId {
    let tree = &parsed.tree;
    let mut open: Vec<Node> = tree.root.iter().map(|id| Node::Statement(*id)).collect();
    let mut found = None;
    while let Some(node) = open.pop() {
        if let Node::Expression(id) = node
            && let ExpressionKind::Call { name, arguments } = &tree.expression(id).kind
            && tree.name(*name) == "isnull"
        {
            found = arguments.first().copied();
        }
        open.extend(tree.children(node));
    }
    found.unwrap()
}

fn of(expression: &str) -> Option<Constant> {
    value(&format!("print isnull({expression})"))
}

fn text(text: &str) -> Option<Constant> {
    Some(Constant::String(text.into()))
}

fn ago(days: i64) -> Option<Constant> {
    between(days, days)
}

/// Between so many days ago and so many.
fn between(most: i64, least: i64) -> Option<Constant> {
    Some(Constant::FromNow { earliest: -most * TICKS_PER_DAY, latest: -least * TICKS_PER_DAY })
}

#[test]
fn literals_and_arithmetic_have_values() {
    for (expression, expected) in [
        ("'a' 'b'", text("ab")),
        ("2 + 3 * 4", Some(Constant::Integer(14))),
        ("-(7 / 2)", Some(Constant::Integer(-3))),
        ("7 % 4", Some(Constant::Integer(3))),
        ("1.5 + 1", Some(Constant::Real(2.5))),
        ("true and not(false)", Some(Constant::Bool(true))),
        ("2 > 3", Some(Constant::Bool(false))),
        ("2 * 1d + 12h", Some(Constant::TimeSpan(TICKS_PER_DAY * 5 / 2))),
        ("1d / 2", Some(Constant::TimeSpan(TICKS_PER_DAY / 2))),
        ("1d / 1h", Some(Constant::Real(24.0))),
        ("totimespan('1.00:00:00')", Some(Constant::TimeSpan(TICKS_PER_DAY))),
        ("datetime(0001-01-02) + 1d", Some(Constant::DateTime(2 * TICKS_PER_DAY))),
        ("datetime(2024-01-03) - datetime(2024-01-01)", Some(Constant::TimeSpan(2 * TICKS_PER_DAY))),
        ("strcat('a', 1, 'b')", text("a1b")),
        ("tolower('ABC')", text("abc")),
        ("dynamic(['a', 'b'])[1]", text("b")),
        ("1 / 0", None),
        ("9223372036854775807 + 1", None),
        ("'a' + 1", None),
        ("rand()", None),
    ] {
        assert_eq!(of(expression), expected, "{expression}");
    }
    let array = of("dynamic(['a', 1, 'b'])").unwrap();
    assert_eq!(array.texts(), Some(vec!["a", "b"]));
}

#[test]
fn times_are_known_relative_to_now() {
    for (expression, expected) in [
        ("ago(14d)", ago(14)),
        ("ago(2 * 7d)", ago(14)),
        ("now() - 7d", ago(7)),
        ("now(-1d) - 1d", ago(2)),
        ("ago(1d) + 2d", ago(-1)),
        ("datetime_add('day', -3, now())", ago(3)),
        ("datetime_add('Week', -2, now())", ago(14)),
        ("datetime_add('month', -1, now())", between(31, 28)),
        ("startofday(ago(1d))", between(2, 1)),
        ("startofday(now(), -3)", between(4, 3)),
        ("endofday(ago(1d))", between(1, 0)),
        ("bin(ago(1d), 1d)", between(2, 1)),
        ("todatetime(ago(1d))", ago(1)),
        ("now() - ago(1d)", Some(Constant::TimeSpan(TICKS_PER_DAY))),
        ("startofday(now()) - ago(1d)", None),
        ("1d - now()", None),
    ] {
        assert_eq!(of(expression), expected, "{expression}");
    }
    assert_eq!(of("ago(90s)"), {
        let ticks = -90 * TICKS_PER_SECOND;
        Some(Constant::FromNow { earliest: ticks, latest: ticks })
    });
}

#[test]
fn a_name_has_the_value_of_its_scope() {
    assert_eq!(value("let a = 'x'; let b = strcat(a, 'y'); print isnull(b)"), text("xy"));
    assert_eq!(value("let d = 1d; let f = () { let d = 30d; Events | where isnull(ago(d)) }; f()"), ago(30));
    assert_eq!(
        value(
            "let f = () { let d = 30d; Events | where Time > ago(d) }; let d = 2d; f() | where isnull(ago(d))"
        ),
        ago(2)
    );
    assert_eq!(
        value(
            "let f = () { let d = 1d; print d }; let g = () { let d = 3d; print isnull(d) }; union f(), g()"
        ),
        { Some(Constant::TimeSpan(3 * TICKS_PER_DAY)) }
    );
    assert_eq!(value("let d = () { 14d }; print isnull(ago(d()))"), ago(14));
    // A column goes before the name that a `let` binds.
    assert_eq!(value("let User = 'x'; Events | where isnull(User)"), None);
}

#[test]
fn a_parameter_has_the_value_that_every_call_gives() {
    let f = "let f = (d: timespan) { Events | where isnull(ago(d)) };";
    assert_eq!(value(&format!("{f} f(30d)")), ago(30));
    assert_eq!(value(&format!("{f} union f(30d), f(2 * 15d)")), ago(30));
    assert_eq!(value(&format!("{f} union f(30d), f(1d)")), None);
    assert_eq!(value(&format!("{f} Events")), None);
    assert_eq!(value("let f = (d: timespan = 7d) { Events | where isnull(ago(d)) }; f()"), ago(7));
    assert_eq!(value("declare query_parameters(d:timespan = 7d); print isnull(ago(d))"), None);
}

#[test]
fn each_call_of_a_function_gives_a_value_with_its_argument() {
    let query = "let f = (d: timespan) { Events | where isnull(ago(d)) }; let x = 1d; union f(30d), f(x), f(totimespan(Count))";
    let (parsed, analysis) = analysis(query);
    let values = analysis.values(probe(&parsed));
    let shown: Vec<_> =
        values.iter().map(|known| (Some(known.value.clone()), known.given.unwrap().text(query))).collect();
    assert_eq!(shown, [(ago(30), "30d"), (ago(1), "x")]);
}

#[test]
fn a_name_stands_for_what_it_is_bound_to_in_its_scope() {
    let query = "let t = materialize(Events | take 1); let u = (t); let f = () { let t = Users; t | count }; u | join f() on User";
    let (parsed, analysis) = analysis(query);
    let show = |id| parsed.tree.span_of(id).text(&parsed.tree.source);
    let shown: Vec<&str> = ["u", "t"]
        .iter()
        .flat_map(|text| written(&parsed, text))
        .map(|id| show(analysis.resolved(id)))
        .collect();
    assert_eq!(shown, ["Events | take 1", "Events | take 1", "Users"]);
}

#[test]
fn a_name_is_defined_by_a_let_a_parameter_a_stage_or_a_column() {
    let query = "let d = 1d; let f = (p: timespan) { Events | extend Late = tolower(User) | where p > d | as Kept | union Kept | where Late == User }; f(d)";
    let (parsed, analysis) = analysis(query);
    let tree = &parsed.tree;
    let definition = |text: &str| analysis.definition(*written(&parsed, text).last().unwrap());
    let place = |text: &str| {
        analysis
            .definition_place(*written(&parsed, text).last().unwrap())
            .map(|place| (place.start as usize, place.text(query)))
    };
    assert!(
        matches!(definition("d"), Some(Definition::Let(id)) if matches!(tree.statement(id).kind, StatementKind::Let { .. }))
    );
    assert!(matches!(definition("p"), Some(Definition::Parameter { position: 0, .. })));
    assert!(matches!(definition("f(d)"), Some(Definition::Function(_))));
    assert!(matches!(definition("Kept"), Some(Definition::Operator(_))));
    assert!(matches!(definition("Late"), Some(Definition::Column(_))));
    assert!(matches!(definition("Events"), Some(Definition::Catalog)));
    assert!(matches!(definition("tolower(User)"), Some(Definition::Language)));
    assert_eq!(definition("1d"), None);
    assert_eq!(place("d"), Some((4, "d")));
    assert_eq!(place("p"), query.find("p:").map(|at| (at, "p")));
    assert_eq!(place("Late"), query.find("Late").map(|at| (at, "Late")));
    assert_eq!(place("Kept"), query.find("Kept").map(|at| (at, "Kept")));
    assert_eq!(place("User"), None);
}
