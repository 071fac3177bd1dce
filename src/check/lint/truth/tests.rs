use super::super::tests::{clean, only};

/// A query over SecurityEvent with this condition, or these.
fn over(conditions: &str) -> String {
    format!("SecurityEvent | where {conditions}")
}

#[test]
fn two_values_of_one_column_are_never_both_there() {
    for (conditions, place) in [
        ("EventID == 4624 and EventID == 4625", "EventID == 4625"),
        ("EventID == 4624 | where EventID == 4625", "EventID == 4625"),
        (
            "EventID == 4624 | extend x = 1 | project EventID, x | where EventID in (4625, 4626)",
            "EventID in (4625, 4626)",
        ),
        ("4624 == EventID and Account has 'a' and (EventID == 4625)", "EventID == 4625"),
        ("EventID in (1, 2) and EventID in (3, 4)", "EventID in (3, 4)"),
        ("Account == 'a' and Account == 'A'", "Account == 'A'"),
        ("Account =~ 'a' and Account =~ 'b'", "Account =~ 'b'"),
        ("EventID == 4624 and EventID != 4624", "EventID != 4624"),
        ("EventID in (1, 2) and EventID !in (1, 2, 3)", "EventID !in (1, 2, 3)"),
        ("EventID == 1 and not(EventID in (1, 2))", "EventID in (1, 2)"),
        ("isempty(Account) and Account == 'a'", "Account == 'a'"),
        ("Account == 'cmd.exe' and Account startswith 'power'", "Account startswith 'power'"),
        ("Account == 'cmd.exe' and Account !endswith '.EXE'", "Account !endswith '.EXE'"),
    ] {
        only(&over(conditions), "never-true", place);
    }
}

#[test]
fn names_of_let_count_as_what_they_are_bound_to() {
    let lists = "let a = dynamic([1, 2]); let b = dynamic([3]); SecurityEvent | where EventID in (a) and EventID in (b)";
    only(lists, "never-true", "EventID in (b)");
    clean("let a = Heartbeat | project Computer; SecurityEvent | where Computer in (a) and Computer =~ 'x'");
}

#[test]
fn bounds_that_are_turned_around_let_nothing_pass() {
    for (conditions, place) in [
        ("EventID > 10 and EventID < 5", "EventID < 5"),
        ("EventID > 4 and EventID < 5", "EventID < 5"),
        ("EventID between (10 .. 5)", "EventID between (10 .. 5)"),
        ("TimeGenerated > ago(1h) and TimeGenerated < ago(1d)", "TimeGenerated < ago(1d)"),
        ("TimeGenerated between (ago(1h) .. ago(1d))", "TimeGenerated between (ago(1h) .. ago(1d))"),
        ("EventID == 3 and EventID >= 4", "EventID >= 4"),
        ("not(EventID > 3) and EventID > 4", "EventID > 4"),
    ] {
        only(&over(conditions), "never-true", place);
    }
}

#[test]
fn an_alternative_that_no_row_meets_is_found_among_others() {
    only(&over("(EventID == 1 and EventID == 2) or Account == 'a'"), "never-true", "EventID == 2");
    only(&over("EventID == 1 | where EventID == 2 or Account == 'a'"), "never-true", "EventID == 2");
    // One alternative before excludes one after it, and the other does not.
    clean(&over("EventID == 1 or EventID == 2 | where EventID == 2"));
    only(
        &over("(EventID == 1 or EventID == 2) and (EventID == 2 or EventID == 3)"),
        "never-true",
        "EventID == 3",
    );
}

#[test]
fn a_text_in_other_letters_than_its_function_returns_is_never_equal() {
    only(&over("tolower(Account) == 'Admin'"), "never-true", "tolower(Account) == 'Admin'");
    only(
        &over("toupper(Account) in ('Admin', 'root')"),
        "never-true",
        "toupper(Account) in ('Admin', 'root')",
    );
    clean(&over("tolower(Account) =~ 'Admin'"));
    clean(&over("tolower(Account) in ('admin', 'Root')"));
    clean(&over("toupper(Account) == 'ADMIN-1'"));
}

#[test]
fn what_may_be_true_is_right() {
    for conditions in [
        "EventID == 4624 or EventID == 4625",
        "EventID in (1, 2) and EventID in (2, 3)",
        "EventID == 4624 and LogonType == 4625",
        "Account =~ 'a' and Account == 'A'",
        "EventID == 4624 | summarize EventID = count() by Account | where EventID == 5",
        "EventID == 4624 | extend EventID = EventID + 1 | where EventID == 4625",
        "EventID >= 5 and EventID <= 5",
        "Account has 'a' and Account has 'b'",
        "Account == 'cmd.exe' and Account has 'exe'",
        "Account != 'a' and Account != 'b'",
        "EventID > 3 and not(EventID > 5)",
        "TimeGenerated > ago(50m) and TimeGenerated < ago(10m)",
        "Account == 'a' and Account == strcat(Computer, 'b')",
        "isnotempty(Account) and Account != 'a'",
    ] {
        clean(&over(conditions));
    }
    clean(
        "SecurityEvent | where EventID == 1 | join kind=inner (SecurityEvent | where EventID == 2) on Computer",
    );
}

#[test]
fn excluding_one_value_or_another_excludes_nothing() {
    for conditions in [
        "EventID != 4624 or EventID != 4625",
        "Account !in ('a', 'b') or Account !in ('c')",
        "isempty(Account) or isnotempty(Account)",
        "Account == 'a' or Account != 'a'",
    ] {
        only(&over(conditions), "always-true", conditions);
    }
    only(
        &over("LogonType == 3 and (EventID != 1 or EventID != 2)"),
        "always-true",
        "EventID != 1 or EventID != 2",
    );
    // An empty value is on neither side of a bound.
    clean(&over("EventID < 5 or EventID >= 5"));
    clean(&over("EventID != 1 or LogonType != 2"));
}

#[test]
fn a_condition_of_many_alternatives_is_given_up_and_ends() {
    let many: Vec<String> = (0..200).map(|at| format!("(EventID == {at} or LogonType == {at})")).collect();
    clean(&over(&many.join(" and ")));
}
