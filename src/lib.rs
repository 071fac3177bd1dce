//! Bartizan: detection-as-code for Microsoft Sentinel.
//!
//! ```text
//! files ─▶ source ─▶ document ─▶ semantic ─▶ compile ─▶ resource ─▶ plan ─▶ apply
//!              indicator ◀─ feed      │                     ▲        │        │
//!                                   check                operation ◀─┴─▶ azure ◀──▶ workspace
//! project assembles the left half; cli sits on top
//! ```
//!
//! | room | holds | may use |
//! |---|---|---|
//! | `diagnostic` | codes, severities, labels, fixes with their applicability, the source map | |
//! | `resource` | the Sentinel resources as data: one file and one table row a kind; identity, canonical form and its hash, order, rows | |
//! | `operation` | a management operation as a value: method, path, body, what it expects, how its outcome is verified; workspace id and cloud | resource |
//! | `source` | text to spanned trees, tolerant of errors; in-place edits; the only room that knows the YAML library | diagnostic |
//! | `indicator` | one indicator: types, canonical values, what is refused | diagnostic |
//! | `feed` | bytes of a feed to indicators | diagnostic, indicator |
//! | `schema` | what a workspace has besides the built-in catalogue: settings, lock file; one layered environment | diagnostic, source |
//! | `config` | bartizan.toml: workspaces, severities, settings of indicators, tables | diagnostic, operation, resource, schema, source |
//! | `document` | what the author wrote, each field with its span | diagnostic, indicator, resource, source |
//! | `semantic` | one model of each query: tree, types, reads, places | diagnostic, document, schema, source |
//! | `compile` | documents and indicators to resources, or diagnostics | config, diagnostic, document, feed, indicator, resource, schema, semantic, source |
//! | `check` | diagnostics over documents, models and resources; one file a check | compile, config, diagnostic, document, feed, indicator, resource, schema, semantic, source |
//! | `project` | files on disk or as overlays, settings, documents, models, resources, diagnostics: open, update, ask | check, compile, config, diagnostic, document, feed, indicator, resource, schema, semantic, source |
//! | `plan` | wanted and live resources to verdicts with exact writes, as data that is saved and read; pure, no clock, no network | operation, resource |
//! | `azure` | the management client: credential, one way for every request, a throttle for each subscription, lists page by page, errors | operation, resource |
//! | `apply` | a plan and a client to outcomes; owns order and read-back | azure, operation, plan, resource |
//! | `fix` | the fixes of diagnostics, put into the texts of their files | diagnostic, source |
//! | `cli` | arguments to text and exit codes; `cli/view` is the only code that prints | all |
//!
//! A crate of others, or of the three below, is used where this says and nowhere else; a place is a room, or a module of one.
//!
//! | crate | used in |
//! |---|---|
//! | `annotate-snippets`, `indicatif` | cli/view |
//! | `anstream` | cli/view/printer |
//! | `anyhow`, `clap`, `sentinel-emulator`, `tempfile` | cli |
//! | `async-trait`, `axum`, `azure_core`, `azure_identity`, `regex`, `reqwest`, `rustls`, `tower` | azure |
//! | `camino` | all |
//! | `csv` | compile, resource |
//! | `futures` | apply, azure, cli |
//! | `idna`, `psl` | indicator |
//! | `granit-parser`, `ignore` | source |
//! | `ipnet` | compile, indicator |
//! | `jiff` | compile, indicator, operation, resource |
//! | `kql` | check, cli, compile, diagnostic, schema, semantic |
//! | `sentinel-schema` | check, cli, compile, schema, semantic |
//! | `percent-encoding` | operation |
//! | `serde` | azure, cli, diagnostic, operation, plan, resource, schema |
//! | `serde_json` | apply, azure, cli, compile, operation, plan, resource, semantic |
//! | `sha2` | resource |
//! | `similar` | cli/view/plan |
//! | `thiserror` | apply, operation, plan, resource |
//! | `tokio` | azure, cli |
//! | `toml` | schema, source |
//! | `tracing` | azure, cli/view/log |
//! | `tracing-subscriber` | cli/view/log |
//! | `url` | azure, indicator |
//! | `uuid` | cli, compile, operation, plan |
//!
//! Three parts know nothing of these rooms, and so are crates of their own: `kql` (the query language),
//! `sentinel-schema` (what a workspace offers a query), and `sentinel-emulator` (the management API in memory, which
//! shares no type with the rooms, so that a wrong field name here cannot agree with itself there).
//!
//! `tests/it/house.rs` reads both tables and fails where an import runs another way.

// The examples in the documentation of a diagnostic's code say in their info string which file they are
// (`yaml file=PATH`); rustdoc takes that for an attribute of its own.
#![allow(rustdoc::invalid_codeblock_attributes)]

pub mod apply;
pub mod azure;
pub mod check;
pub mod cli;
pub mod compile;
pub mod config;
pub mod diagnostic;
pub mod document;
pub mod feed;
pub mod fix;
pub mod indicator;
pub mod operation;
pub mod plan;
pub mod resource;
pub mod schema;
pub mod semantic;
pub mod source;
