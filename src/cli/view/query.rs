//! What is wrong with bare queries.

mod human;
mod json;

pub(in crate::cli) use human::{human, total};
pub(in crate::cli) use json::json;

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use sentinel_schema::BuiltIn;

    use super::super::{Printer, printed};
    use super::*;
    use crate::check::check_bare_query;
    use crate::diagnostic::SourceMap;

    /// One error of syntax and one of meaning.
    const QUERIES: [&str; 2] = ["print 1 +", "print name = 'é' | where nam == 'x'"];

    fn each(print: impl Fn(&mut Printer, &str)) -> String {
        printed(|printer| QUERIES.iter().for_each(|query| print(printer, query)))
    }

    #[test]
    fn people_read_the_findings_in_their_order_and_the_sum() {
        let text = each(|printer, query| {
            let parsed = kql::parse(query);
            let analysis = kql::analyze(&parsed, &BuiltIn);
            let mut map = SourceMap::new();
            let file = map.add("hunt.kql", query);
            human(printer, &map, file, &check_bare_query(file, &parsed, &analysis));
            total(printer, 1, 1, 0);
        });
        assert_snapshot!(text, @"
        error[kql-missing-expression]: expected an expression, found the end of the query
         --> hunt.kql:1:10
          |
        1 | print 1 +
          |          ^
          |
          = help: something is missing behind `+`

        1 error in 1 query, 0 warnings
        error[kql-unknown-name]: there is no column `nam` here
         --> hunt.kql:1:26
          |
        1 | print name = 'é' | where nam == 'x'
          |                          ^^^
          |
          = help: did you mean `name`?

        1 error in 1 query, 0 warnings
        ");
    }

    #[test]
    fn programs_read_a_query_a_line() {
        let text = each(|printer, query| {
            let parsed = kql::parse(query);
            let analysis = kql::analyze(&parsed, &BuiltIn);
            let file = SourceMap::new().add("hunt.kql", query);
            json(printer, "hunt.kql", query, &check_bare_query(file, &parsed, &analysis), &analysis);
        });
        assert_snapshot!(text, @r#"
        {"file":"hunt.kql","syntax_errors":[{"code":"kql-missing-expression","official_code":"KS006","message":"expected an expression, found the end of the query","start":9,"length":0,"line":1,"column":10}],"semantic_errors":[],"findings":[],"tables":[],"functions":[],"columns":["print_0:long"]}
        {"file":"hunt.kql","syntax_errors":[],"semantic_errors":[{"code":"kql-unknown-name","official_code":"KS142","message":"there is no column `nam` here","start":25,"length":3,"line":1,"column":26}],"findings":[],"tables":[],"functions":[],"columns":["name:string","nam:unknown"]}
        "#);
    }
}
