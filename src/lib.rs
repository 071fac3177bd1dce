//! Bartizan: detection-as-code for Microsoft Sentinel.
//!
//! ```text
//! rule files ─▶ source ─▶ document ─▶ compile ─▶ resource ─▶ plan ─▶ apply
//!                             │          ▲                     ▲        │
//!                           check      feed                    │        ▼
//!                        (+ crates/kql) (indicators)         azure ◀──▶ workspace
//! ```
//!
//! | room | holds | may use |
//! |---|---|---|
//! | `diagnostic` | codes, severities, labels, the source map | |
//! | `resource` | the Sentinel resources as data: JSON shape, identity, canonical form; a snapshot of a workspace | |
//! | `source` | files to spanned trees; the only place that knows the YAML library; byte-exact spans into scalars | diagnostic |
//! | `feed` | a ThreatFox page to indicators; what the value of an indicator may be | diagnostic |
//! | `schema` | what a workspace has beside the built-in catalogue: declared tables, the lock that was pulled from it | diagnostic, source |
//! | `config` | bartizan.toml: workspaces, severities, settings of indicators, tables | diagnostic, resource, schema, source |
//! | `document` | what the author wrote, field by field, each with its span | diagnostic, source |
//! | `compile` | documents and indicators to resources, or diagnostics | config, diagnostic, document, feed, resource, source |
//! | `check` | diagnostics over documents and resources; one file a check | compile, config, diagnostic, document, feed, resource, schema, source |
//! | `plan` | resources and a snapshot to changes; pure functions, no clock, no network | resource |
//! | `azure` | the management client: cloud, credential, pipeline policies, throttle and retry, paging, errors | config, resource |
//! | `apply` | a plan and a client to outcomes; owns order, re-reads | azure, plan, resource |
//! | `fix` | the fixes of diagnostics, put into the texts of their files | diagnostic |
//! | `cli` | arguments to text and exit codes; `cli/view` is the only code that prints | all |
//!
//! Three parts know nothing of these rooms, and so are crates of their own: `kql` (the query language),
//! `sentinel-schema` (what a workspace offers a query), and `sentinel-emulator` (the management API in memory, which
//! shares no type with the rooms, so that a wrong field name here cannot agree with itself there).
//!
//! `tests/it/house.rs` reads this table and fails where an import runs another way.

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
pub mod plan;
pub mod resource;
pub mod schema;
pub mod source;
