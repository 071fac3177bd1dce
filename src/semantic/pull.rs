//! What the management API answers, to a lock.

use std::collections::HashMap;
use std::sync::Arc;

use kql::{Catalog as _, Type};
use sentinel_schema::{BuiltIn, Environment, Layer, Origin, SavedFunction};
use serde_json::Value;

use super::functions::{self, Changed, Parsing};
use super::parallel;
use crate::schema::{Columns, Lock, LockedFunction, Schema};

/// A function that is saved in a workspace.
struct SavedQuery<'a> {
    alias: &'a str,
    parameters: &'a str,
    query: &'a str,
}

/// Tables that come and go with somebody's search or restored logs, and that no rule reads.
const PASSING: &[&str] = &["SearchResults", "RestoredLogs"];

/// The longest name of a table, column or function that is kept. The service's own limits are below: 63 characters for a
/// table, 45 for a column.
const LONGEST_NAME: usize = 200;

/// What a workspace has, from the resources that its lists of tables and saved searches answered. Functions that `is_ours`
/// knows are left out: files describe them.
///
/// Whatever lacks a name is left out, and of a column whose type is not known only the name is kept, so that what a newer
/// service says does not stand in the way.
pub fn pull(
    workspace: &str,
    tables: &[Value],
    saved_searches: &[Value],
    is_ours: &dyn Fn(&str) -> bool,
) -> Lock {
    let tables = tables.iter().filter_map(read_table).collect();
    let mut lock = Lock { workspace: workspace.to_owned(), tables, ..Lock::default() };
    let schema = Schema { lock: Some(lock.clone()), ..Schema::default() };
    let functions = saved_functions(saved_searches);
    let environment = analyzed(&functions, schema);
    for SavedQuery { alias, parameters, .. } in functions {
        if !is_ours(alias)
            && let Some(function) = environment.function(alias, None)
        {
            lock.functions
                .entry(alias.to_owned())
                .or_insert_with(|| LockedFunction::new(parameters, &function));
        }
    }
    lock
}

/// The functions with the columns or values that their queries return.
fn analyzed(functions: &[SavedQuery<'_>], schema: Schema) -> Environment {
    let below = Arc::new(schema.environment());
    let mut environment = Environment::over(below, Layer::new(Origin::Workspace));
    let saved: Vec<SavedFunction> =
        functions.iter().map(|function| SavedFunction::new(function.parameters)).collect();
    let parsed = parallel::map(&functions.iter().zip(&saved).collect::<Vec<_>>(), |(function, saved)| {
        Arc::new(kql::parse(format!("{}{}", saved.declaration(), function.query)))
    });
    let parsing: Vec<Parsing<'_>> = functions
        .iter()
        .zip(&saved)
        .zip(parsed)
        .map(|((function, saved), parsed)| Parsing {
            alias: Some(function.alias),
            saved,
            parsed,
            before: None,
        })
        .collect();
    functions::analyze(&parsing, &mut environment, &HashMap::new(), &mut Changed::default());
    environment
}

/// The name of a table, and the columns that the catalogue does not have.
fn read_table(table: &Value) -> Option<(String, Columns)> {
    let schema = table.pointer("/properties/schema").unwrap_or(table);
    let name = text(schema, "name").or_else(|| text(table, "name")).filter(|name| is_name(name))?;
    if text(schema, "tableType").is_some_and(|kind| PASSING.contains(&kind)) {
        return None;
    }
    let common = sentinel_schema::open_table();
    let known = BuiltIn.table(name).unwrap_or(common).columns;
    let lists = ["standardColumns", "columns"].map(|list| schema.get(list).and_then(Value::as_array));
    let columns = lists.into_iter().flatten().flatten().filter_map(|column| {
        let name = text(column, "name").filter(|name| is_name(name))?;
        if known.iter().any(|(known, _)| **known == *name) {
            return None;
        }
        let kind = text(column, "type").and_then(sentinel_schema::column_type);
        Some((name.to_owned(), kind.unwrap_or(Type::Unknown)))
    });
    Some((name.to_owned(), columns.collect()))
}

/// The saved searches that are functions, in the order of alias and resource name, so that of
/// two with one alias always the same counts.
fn saved_functions(saved_searches: &[Value]) -> Vec<SavedQuery<'_>> {
    let mut found: Vec<(&str, &str, &str, &str)> = saved_searches
        .iter()
        .filter_map(|search| {
            let properties = search.get("properties")?;
            let alias = text(properties, "functionAlias").filter(|alias| is_name(alias))?;
            let part = |key| text(properties, key).unwrap_or_default();
            let id = text(search, "name").unwrap_or_default();
            Some((alias, id, part("functionParameters").trim(), part("query")))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(alias, _, parameters, query)| SavedQuery { alias, parameters, query }).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST_NAME && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::Returns;

    fn table(name: &str, kind: &str, columns: &[(&str, &str)]) -> Value {
        let columns: Vec<Value> =
            columns.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
        let standard = [
            json!({ "name": "TimeGenerated", "type": "dateTime" }),
            json!({ "name": "TenantId", "type": "guid" }),
        ];
        json!({ "name": name, "properties": { "schema": {
            "name": name, "tableType": kind, "columns": columns, "standardColumns": standard,
        } } })
    }

    fn function(alias: &str, parameters: &str, query: &str) -> Value {
        json!({ "name": alias.to_lowercase(), "properties": {
            "functionAlias": alias, "functionParameters": parameters, "query": query,
        } })
    }

    fn columns(columns: &[(&str, Type)]) -> Columns {
        columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
    }

    #[test]
    fn of_a_table_only_what_the_catalogue_does_not_have_is_kept() {
        let tables = [
            table("SecurityEvent", "Microsoft", &[("Computer", "string"), ("Site_CF", "boolean")]),
            table("Mine_CL", "CustomLog", &[("user_s", "string"), ("new_x", "vector")]),
            table("Big_SRCH", "SearchResults", &[("a", "string")]),
            table("Old_RST", "RestoredLogs", &[]),
            json!({ "properties": {} }),
            json!("nonsense"),
        ];
        let lock = pull("law", &tables, &[], &|_| false);
        let found: Vec<(&str, &Columns)> = lock.tables.iter().map(|(name, c)| (name.as_str(), c)).collect();
        let mine = columns(&[("user_s", Type::String), ("new_x", Type::Unknown)]);
        assert_eq!(found, [("Mine_CL", &mine), ("SecurityEvent", &columns(&[("Site_CF", Type::Bool)]))]);
    }

    #[test]
    fn a_function_is_kept_as_calls_see_it_without_its_query() {
        let tables = [table("Mine_CL", "CustomLog", &[("user_s", "string")])];
        let searches = [
            function(
                "Users",
                "since:timespan=1d",
                "Mine_CL | where TimeGenerated > ago(since) | project user_s, 'secret'",
            ),
            function("AllUsers", "", "Users(30d) | project-away Column1"),
            function("Most", "", "toscalar(Users | count)"),
            function("Hidden", "", "SecretTable | project Computer"),
            function("Ours", "", "Mine_CL"),
            function("Broken", "", "Mine_CL | | where"),
            json!({ "name": "a search", "properties": { "query": "Heartbeat" } }),
            json!(1),
        ];
        let lock = pull("law", &tables, &searches, &|alias| alias == "Ours");
        let names: Vec<&str> = lock.functions.keys().map(String::as_str).collect();
        assert_eq!(names, ["AllUsers", "Broken", "Hidden", "Most", "Users"]);
        let user = columns(&[("user_s", Type::String)]);
        assert_eq!(lock.functions["AllUsers"].returns, Returns::Table { columns: user, open: false });
        assert_eq!(lock.functions["Most"].returns, Returns::Scalar(Type::Long));
        assert_eq!(lock.functions["Users"].parameters, "since:timespan=1d");
        assert!(matches!(lock.functions["Broken"].returns, Returns::Table { open: true, .. }));
        assert!(!lock.to_text().unwrap().contains("secret"));
    }

    #[test]
    fn the_order_of_the_answers_says_nothing() {
        let mut tables =
            vec![table("B_CL", "CustomLog", &[("b", "int"), ("a", "long")]), table("A_CL", "CustomLog", &[])];
        let mut searches = vec![function("F", "", "A_CL"), function("F", "x:long", "B_CL")];
        searches[1]["name"] = json!("another");
        let text = |tables: &[Value], searches: &[Value]| {
            pull("law", tables, searches, &|_| false).to_text().unwrap()
        };
        let first = text(&tables, &searches);
        tables.reverse();
        searches.reverse();
        assert_eq!(text(&tables, &searches), first);
    }
}
