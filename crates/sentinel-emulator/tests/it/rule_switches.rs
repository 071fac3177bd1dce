//! What a switch changes about alert rules.

use insta::assert_json_snapshot;
use jiff::SignedDuration;
use sentinel_emulator::Tables;
use serde_json::{Value, json};

use crate::service::{PREVIEW, STABLE, Service, nrt, scheduled, with};

#[tokio::test]
async fn what_is_not_set_is_null_or_absent_by_a_switch() {
    let service = Service::with(|options| options.explicit_nulls = false);
    let saved = service.put("alertRules/r", scheduled()).await.expect(201);
    let properties = saved.body["properties"].as_object().unwrap();
    for name in ["description", "tactics", "techniques", "alertRuleTemplateName"] {
        assert!(!properties.contains_key(name), "{name}");
    }
    for (version, shown) in [(STABLE, false), (PREVIEW, true)] {
        let service = Service { version, ..Service::new() };
        let saved = service.put("alertRules/r", scheduled()).await.expect(201);
        let properties = saved.body["properties"].as_object().unwrap();
        assert_eq!(properties.get("tactics"), Some(&Value::Null));
        assert_eq!(properties.contains_key("subTechniques"), shown);
        for name in ["eventGroupingSettings", "customDetails", "entityMappings", "alertDetailsOverride"] {
            assert!(!properties.contains_key(name), "{name}");
        }
    }
}

#[tokio::test]
async fn durations_come_back_in_their_shortest_form_by_a_switch() {
    for (normalise, shown) in [(true, "P1D"), (false, "PT24H")] {
        let service = Service::with(|options| options.normalise_durations = normalise);
        let rule = with(scheduled(), json!({ "queryPeriod": "PT24H" }));
        let saved = service.put("alertRules/r", rule).await.expect(201);
        assert_eq!(saved.body["properties"]["queryPeriod"], shown);
    }
}

#[tokio::test]
async fn if_match_counts_by_a_switch() {
    for (evaluate, status) in [(false, 200), (true, 412)] {
        let service = Service::with(|options| options.evaluate_if_match = evaluate);
        service.put("alertRules/r", scheduled()).await.expect(201);
        let uri = format!(
            "https://management.azure.com{}/providers/Microsoft.SecurityInsights/alertRules/r?api-version={STABLE}",
            crate::service::WORKSPACE
        );
        let stale = [("if-match", "\"00000000-0000-0000-0000-000000000000\"")];
        service.raw("PUT", &uri, &stale, Some(scheduled())).await.expect(status);
        service.raw("PUT", &uri, &[("if-match", "*")], Some(scheduled())).await.expect(200);
        service.raw("DELETE", &uri, &stale, None).await.expect(status);
    }
}

#[tokio::test]
async fn stable_versions_lose_what_only_previews_know() {
    let rule = || {
        with(
            scheduled(),
            json!({ "subTechniques": ["T1071.001"], "sentinelEntitiesMappings": [{ "columnName": "Computer" }] }),
        )
    };
    let mut service = Service::new();
    let saved = service.put("alertRules/lost", rule()).await.expect(201);
    assert_eq!(saved.body["properties"].get("subTechniques"), None);
    service.version = PREVIEW;
    assert_eq!(service.get("alertRules/lost").await.body["properties"]["subTechniques"], Value::Null);
    service.put("alertRules/kept", rule()).await.expect(201);
    assert_eq!(service.get("alertRules/kept").await.body["properties"]["subTechniques"][0], "T1071.001");
    service.version = STABLE;
    let shown = service.get("alertRules/kept").await.expect(200);
    assert_eq!(shown.body["properties"].get("sentinelEntitiesMappings"), None);

    let service = Service::with(|options| options.stable_versions_drop_preview_properties = false);
    let saved = service.put("alertRules/r", rule()).await.expect(201);
    assert_eq!(saved.body["properties"]["subTechniques"][0], "T1071.001");
}

#[tokio::test]
async fn stable_versions_refuse_nrt_by_a_switch() {
    Service::new().put("alertRules/r", nrt()).await.expect(201);
    let mut service = Service::with(|options| options.stable_versions_refuse_preview_kinds = true);
    service.put("alertRules/r", nrt()).await.expect(400);
    service.version = PREVIEW;
    service.put("alertRules/r", nrt()).await.expect(201);
}

#[tokio::test]
async fn display_names_are_unique_by_a_switch() {
    for (unique, status) in [(false, 201), (true, 409)] {
        let service = Service::with(|options| options.unique_display_names = unique);
        service.put("alertRules/1", scheduled()).await.expect(201);
        service.put("alertRules/1", scheduled()).await.expect(200);
        service.put("alertRules/2", scheduled()).await.expect(status);
    }
}

#[tokio::test]
async fn a_query_over_a_table_that_is_missing_is_refused() {
    let service =
        Service::with(|options| options.tables = Tables::Only(vec!["Heartbeat".into(), "Mine_CL".into()]));
    let query = |query: &str| with(scheduled(), json!({ "query": query }));
    for good in [
        "Heartbeat | where Computer == 'Syslog'",
        "Heartbeat | join Mine_CL on Computer",
        "let Syslog = Heartbeat; Syslog",
        "union isfuzzy=true Heartbeat, Syslog",
        "_Im_Dns | take 1",
    ] {
        let saved = service.put("alertRules/r", query(good)).await;
        assert!(saved.status.is_success(), "{good} {}", saved.body);
    }
    for bad in [
        "Syslog",
        "Heartbeat | join kind=inner (Other_CL | take 1) on Computer",
        "union Heartbeat, Syslog",
        "heartbeat_CL",
    ] {
        let refused = service.put("alertRules/r", query(bad)).await.expect(400);
        insta::allow_duplicates! {
            assert_json_snapshot!(refused.body, @r#"
            {
              "error": {
                "code": "BadRequest",
                "message": "Failed to run the analytics rule query. One of the tables does not exist."
              }
            }
            "#);
        }
    }
}

#[tokio::test]
async fn with_every_table_a_custom_one_is_missing_all_the_same() {
    let service = Service::new();
    let query = |query: &str| with(scheduled(), json!({ "query": query }));
    service
        .put("alertRules/r", query("Syslog | join SigninLogs on $left.Computer == $right.UserPrincipalName"))
        .await
        .expect(201);
    service.put("alertRules/r", query("Mine_CL")).await.expect(400);
    let mut names: Vec<String> = Tables::catalogue().map(str::to_owned).collect();
    names.push("Mine_CL".into());
    let service = Service::with(|options| options.tables = Tables::Only(names));
    service.put("alertRules/r", query("Mine_CL | join Syslog on Computer")).await.expect(201);
}

#[tokio::test]
async fn the_query_of_a_disabled_rule_is_validated_by_a_switch() {
    for (validate, status) in [(true, 400), (false, 201)] {
        let service = Service::with(|options| options.validate_disabled_queries = validate);
        let rule = with(scheduled(), json!({ "enabled": false, "query": "Mine_CL" }));
        service.put("alertRules/r", rule).await.expect(status);
        service.put("alertRules/r", with(scheduled(), json!({ "query": "Mine_CL" }))).await.expect(400);
    }
}

#[tokio::test]
async fn fuzzy_unions_forgive_by_a_switch() {
    let service = Service::with(|options| options.fuzzy_unions_forgive_missing_tables = false);
    let rule = with(scheduled(), json!({ "query": "union isfuzzy=true Heartbeat, Mine_CL" }));
    service.put("alertRules/r", rule).await.expect(400);
}

#[tokio::test]
async fn a_new_rule_is_found_late_by_a_switch() {
    let service = Service::with(|options| options.read_lag = Some(SignedDuration::from_secs(30)));
    service.put("alertRules/r", scheduled()).await.expect(201);
    service.get("alertRules/r").await.expect(404);
    service.put("alertRules/r", scheduled()).await.expect(200);
    service.clock.advance(SignedDuration::from_secs(30));
    service.get("alertRules/r").await.expect(200);
}
