//! Runs small queries by their plan alone, to hold that it says enough: nothing here looks at the tree or at a name.

use std::collections::HashMap;

use kql::Constant;
use kql::plan::{
    Block, Call, Callee, Origin, Plan, Scalar, ScalarKind, SortKey, Source, Stage, StageKind, Statement,
    Table, Value as Planned, plan,
};
use kql::tree::{BinaryOperator, UnaryOperator};
use kql::{Nothing, VariableId, analyze, parse};

#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Value {
    Null,
    Bool(bool),
    Long(i64),
    Real(f64),
    Text(String),
    Rows(Vec<Vec<Value>>),
}

impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => write!(formatter, "null"),
            Value::Bool(value) => write!(formatter, "{value}"),
            Value::Long(value) => write!(formatter, "{value}"),
            Value::Real(value) => write!(formatter, "{value:?}"),
            Value::Text(text) => write!(formatter, "{text}"),
            Value::Rows(rows) => {
                let rows: Vec<String> = rows
                    .iter()
                    .map(|row| row.iter().map(Value::to_string).collect::<Vec<_>>().join(" "))
                    .collect();
                write!(formatter, "{}", rows.join("; "))
            }
        }
    }
}

type Rows = Vec<Vec<Value>>;

/// The rows that the values of an aggregate are taken from, or the one row of any other expression.
#[derive(Clone, Copy)]
struct Group<'r>(&'r [Vec<Value>]);

struct Machine<'p> {
    plan: &'p Plan<'p>,
    variables: HashMap<VariableId, Value>,
}

impl Machine<'_> {
    fn block(&mut self, block: &Block) -> Value {
        let mut last = Value::Null;
        for statement in &block.statements {
            match statement {
                Statement::Let { variable, value } => {
                    let value = self.value(value, Group(&[]));
                    self.variables.insert(*variable, value);
                }
                Statement::Query(value) => last = self.value(value, Group(&[])),
                Statement::Function { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        last
    }

    fn value(&mut self, value: &Planned, group: Group<'_>) -> Value {
        match value {
            Planned::Scalar(scalar) => self.scalar(scalar, group),
            Planned::Table(table) => Value::Rows(self.table(table)),
            Planned::Unresolved(_) => panic!("unresolved"),
        }
    }

    /// Runs the body that a call names, with its arguments, and before them those in `given`.
    fn call_body(&mut self, call: &Call, given: Vec<Value>, group: Group<'_>) -> Value {
        let Callee::Body(id) = call.callee else { panic!("{:?}", call.callee) };
        let block = self.plan.block(id);
        let mut values: Vec<Option<Value>> = given.into_iter().map(Some).collect();
        values.resize(block.parameters.len(), None);
        let given = values.iter().take_while(|value| value.is_some()).count();
        for (next, argument) in call.arguments.iter().enumerate() {
            let value = self.value(&argument.value, group);
            let place = match &argument.name {
                Some(name) => block
                    .parameters
                    .iter()
                    .position(|parameter| self.plan.variable_name(parameter.variable) == name)
                    .unwrap(),
                None => given + next,
            };
            values[place] = Some(value);
        }
        for (parameter, value) in block.parameters.iter().zip(values) {
            let value = match (value, &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.scalar(default, Group(&[])),
                (None, None) => panic!("an argument is missing"),
            };
            self.variables.insert(parameter.variable, value);
        }
        self.block(block)
    }

    fn table(&mut self, table: &Table) -> Rows {
        let mut rows = match &table.source {
            Source::DataTable(values) => {
                let width = table.source_rows.as_ref().unwrap().columns.len();
                let values: Vec<Value> = values.iter().map(|value| self.scalar(value, Group(&[]))).collect();
                values.chunks(width).map(<[Value]>::to_vec).collect()
            }
            Source::Variable(variable) => rows_of(self.variables[variable].clone()),
            Source::Call(call) => rows_of(self.call_body(call, Vec::new(), Group(&[]))),
            Source::Materialize(value) => rows_of(self.value(value, Group(&[]))),
            Source::Nothing => vec![Vec::new()],
            other => panic!("{other:?}"),
        };
        for stage in &table.stages {
            rows = self.stage(stage, rows);
        }
        rows
    }

    /// The columns of a row of a stage's result.
    fn shaped(&self, stage: &Stage, row: &[Value], items: &[Value]) -> Vec<Value> {
        let width = stage.rows.as_ref().unwrap().columns.len();
        let column = |at| match stage.origin(at) {
            Origin::Scope(place) => row[place].clone(),
            Origin::Item { item, part: 0 } => items[item].clone(),
            other => panic!("{other:?}"),
        };
        (0..width).map(column).collect()
    }

    fn stage(&mut self, stage: &Stage, mut rows: Rows) -> Rows {
        match &stage.kind {
            StageKind::Where { predicate } => {
                rows.retain(|row| self.scalar(predicate, one(row)) == Value::Bool(true));
                rows
            }
            StageKind::Extend { items } | StageKind::Project { items } | StageKind::Print { items } => {
                let mut made = Vec::new();
                for row in rows {
                    let values: Vec<Value> = items.iter().map(|item| self.scalar(item, one(&row))).collect();
                    made.push(self.shaped(stage, &row, &values));
                }
                made
            }
            StageKind::ProjectAway | StageKind::ProjectRename | StageKind::ProjectReorder => {
                rows.iter().map(|row| self.shaped(stage, row, &[])).collect()
            }
            StageKind::Summarize { by, aggregates, .. } => {
                let mut groups: Vec<(Vec<Value>, Rows)> = Vec::new();
                for row in rows {
                    let key: Vec<Value> = by.iter().map(|key| self.scalar(key, one(&row))).collect();
                    match groups.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, rows)) => rows.push(row),
                        None => groups.push((key, vec![row])),
                    }
                }
                let mut made = Vec::new();
                for (mut items, rows) in groups {
                    items.extend(aggregates.iter().map(|value| self.scalar(value, Group(&rows))));
                    made.push(self.shaped(stage, &[], &items));
                }
                made
            }
            StageKind::Sort { keys } => {
                rows.sort_by(|one, other| self.compare(keys, one, other));
                rows
            }
            StageKind::Take { count } => {
                let Value::Long(count) = self.scalar(count, Group(&[])) else { panic!("a count") };
                rows.truncate(count as usize);
                rows
            }
            StageKind::Count => vec![vec![Value::Long(rows.len() as i64)]],
            StageKind::Invoke { calls } => calls
                .iter()
                .fold(rows, |rows, call| rows_of(self.call_body(call, vec![Value::Rows(rows)], Group(&[])))),
            StageKind::Union { sources } => {
                let mut made = Vec::new();
                for source in sources {
                    let rows = match source.table.source {
                        Source::Input => rows.clone(),
                        _ => self.table(&source.table),
                    };
                    for row in rows {
                        let value =
                            |place: &Option<usize>| place.map_or(Value::Null, |place| row[place].clone());
                        made.push(source.columns.iter().map(value).collect());
                    }
                }
                made
            }
            other => panic!("{other:?}"),
        }
    }

    fn compare(&mut self, keys: &[SortKey], one_row: &[Value], other_row: &[Value]) -> std::cmp::Ordering {
        for key in keys {
            let left = self.scalar(&key.value, one(&one_row.to_vec()));
            let right = self.scalar(&key.value, one(&other_row.to_vec()));
            let order = match (&left, &right) {
                (Value::Null, Value::Null) => std::cmp::Ordering::Equal,
                (Value::Null, _) if key.nulls_first => std::cmp::Ordering::Less,
                (Value::Null, _) => std::cmp::Ordering::Greater,
                (_, Value::Null) if key.nulls_first => std::cmp::Ordering::Greater,
                (_, Value::Null) => std::cmp::Ordering::Less,
                _ if key.ascending => left.partial_cmp(&right).unwrap(),
                _ => right.partial_cmp(&left).unwrap(),
            };
            if order.is_ne() {
                return order;
            }
        }
        std::cmp::Ordering::Equal
    }

    fn scalar(&mut self, scalar: &Scalar, group: Group<'_>) -> Value {
        match &scalar.value {
            ScalarKind::Column(place) => group.0[0][*place].clone(),
            ScalarKind::Variable(variable) => self.variables[variable].clone(),
            ScalarKind::Constant(constant) => match constant {
                Constant::Null => Value::Null,
                Constant::Bool(value) => Value::Bool(*value),
                Constant::Integer(value) => Value::Long(*value),
                Constant::Real(value) => Value::Real(*value),
                Constant::String(text) => Value::Text(text.to_string()),
                other => panic!("{other:?}"),
            },
            ScalarKind::Chain { first, rest } => {
                let first = self.scalar(first, group);
                rest.iter().fold(first, |left, (operator, right)| {
                    let right = self.scalar(right, group);
                    operate(*operator, left, right)
                })
            }
            ScalarKind::Unary(UnaryOperator::Minus, operand) => {
                operate(BinaryOperator::Subtract, Value::Long(0), self.scalar(operand, group))
            }
            ScalarKind::First(value) => match self.value(value, Group(&[])) {
                Value::Rows(rows) => {
                    rows.into_iter().next().map_or(Value::Null, |mut row| row.swap_remove(0))
                }
                value => value,
            },
            ScalarKind::In { value, list, .. } => {
                let value = self.scalar(value, group);
                let found = list.iter().any(|item| match self.value(item, group) {
                    Value::Rows(rows) => rows.iter().any(|row| row[0] == value),
                    item => item == value,
                });
                Value::Bool(found)
            }
            ScalarKind::Call(call) => self.call(call, group),
            other => panic!("{other:?}"),
        }
    }

    fn call(&mut self, call: &Call, group: Group<'_>) -> Value {
        match &call.callee {
            Callee::Body(_) => self.call_body(call, Vec::new(), group),
            Callee::Aggregate(id) if id.name() == "count" => Value::Long(group.0.len() as i64),
            Callee::Aggregate(id) if id.name() == "sum" => {
                let mut sum = Value::Long(0);
                for row in group.0 {
                    let value = self.value(&call.arguments[0].value, one(row));
                    sum = operate(BinaryOperator::Add, sum, value);
                }
                sum
            }
            Callee::Builtin(id) if id.name() == "strlen" => match self.value(&call.arguments[0].value, group)
            {
                Value::Text(text) => Value::Long(text.chars().count() as i64),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }
}

fn one(row: &Vec<Value>) -> Group<'_> {
    Group(std::slice::from_ref(row))
}

fn rows_of(value: Value) -> Rows {
    match value {
        Value::Rows(rows) => rows,
        other => panic!("no table: {other:?}"),
    }
}

fn operate(operator: BinaryOperator, left: Value, right: Value) -> Value {
    use BinaryOperator as O;
    match (operator, left, right) {
        (O::And, Value::Bool(left), Value::Bool(right)) => Value::Bool(left && right),
        (O::Or, Value::Bool(left), Value::Bool(right)) => Value::Bool(left || right),
        (O::Equal, left, right) => Value::Bool(left == right),
        (O::NotEqual, left, right) => Value::Bool(left != right),
        (O::Greater, left, right) => Value::Bool(left > right),
        (O::Less, left, right) => Value::Bool(left < right),
        (O::Add, Value::Long(left), Value::Long(right)) => Value::Long(left + right),
        (O::Subtract, Value::Long(left), Value::Long(right)) => Value::Long(left - right),
        (O::Multiply, Value::Long(left), Value::Long(right)) => Value::Long(left * right),
        (O::Multiply, Value::Long(left), Value::Real(right)) => Value::Real(left as f64 * right),
        other => panic!("{other:?}"),
    }
}

/// The names of the result's columns, and its rows.
fn run(query: &str) -> (String, String) {
    let parsed = parse(query);
    assert_eq!(parsed.diagnostics, [], "{query}");
    let analysis = analyze(&parsed, &Nothing);
    assert_eq!(analysis.diagnostics, [], "{query}");
    let plan = plan(&parsed, &analysis);
    let last = plan.root().statements.iter().rev().find_map(|statement| match statement {
        Statement::Query(Planned::Table(table)) => table.rows(),
        _ => None,
    });
    let columns: Vec<&str> = plan.columns(last.unwrap()).into_iter().map(|(name, _)| name).collect();
    let mut machine = Machine { plan: &plan, variables: HashMap::new() };
    let value = machine.block(plan.root());
    (columns.join(" "), value.to_string())
}

const SALES: &str = "let Sales = datatable(Who:string, What:string, N:long)['ann', 'pen', 3, 'bob', 'ink', 5, 'ann', 'ink', 4, 'cy', 'pen', 1]; ";

#[test]
fn a_plan_says_all_that_it_takes_to_run_a_query() {
    let cases = [
        ("Sales | where N > 2 and Who == 'ann' or N < 2 | project What, N", "What N", "pen 3; ink 4; pen 1"),
        ("Sales | extend N = N * 2, M = N + 1 | project-away What | take 2", "Who N M", "ann 6 4; bob 10 6"),
        (
            "Sales | summarize Total = sum(N), count() by Who | sort by Total | take 2",
            "Who Total count_",
            "ann 7 2; bob 5 1",
        ),
        (
            "Sales | sort by What asc, N | project-reorder N, What",
            "N What Who",
            "5 ink bob; 4 ink ann; 3 pen ann; 1 pen cy",
        ),
        (
            "let f = (T:(What:string, N:long), least:long = 2) { T | where N > least | extend L = strlen(What) | project-rename Size = L }; \
             let Other = datatable(N:long, What:string)[9, 'cap', 1, 'hat']; union f(Sales, 4), f(Other)",
            "Who What N Size",
            "bob ink 5 3; null cap 9 3",
        ),
        (
            "let add = (a:long, b:long = 10) { let c = a + b; c * 2 }; Sales | take 2 | project add(N), X = add(b = 1, a = N)",
            "Column1 X",
            "26 8; 30 12",
        ),
        (
            "let Most = toscalar(Sales | summarize sum(N)); Sales | where N * 3 > Most - 2 | count",
            "Count",
            "2",
        ),
        (
            "let Names = materialize(Sales | where N > 3 | project Who); Sales | where Who in (Names) and What != 'pen' | project Who, N",
            "Who N",
            "bob 5; ann 4",
        ),
        (
            "let inner = (T:(N:long)) { T | extend D = N - 1 }; let outer = (T:(N:long)) { inner(T) | where D > 2 }; Sales | invoke outer() | project Who, D",
            "Who D",
            "bob 4; ann 3",
        ),
        ("print x = 2 - 3 - 4, y = (2 - (3 - 4)), -(1), 2 * 1.5", "x y print_2 print_3", "-5 3 -1 3.0"),
    ];
    for (query, columns, rows) in cases {
        let query = if query.starts_with("print") { query.to_owned() } else { format!("{SALES}{query}") };
        assert_eq!(run(&query), (columns.to_owned(), rows.to_owned()), "{query}");
    }
}
