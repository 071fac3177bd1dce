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
//! | `source` | files to spanned trees; the only place that knows the YAML library | diagnostic |
//! | `feed` | a ThreatFox page to indicators; what an indicator's value may be | diagnostic |
//! | `config` | bartizan.toml | diagnostic, source |
//! | `document` | what the author wrote, field by field, each with its span | diagnostic, source |
//! | `compile` | documents and indicators to resources, or diagnostics | diagnostic, source, config, document, feed, resource |
//! | `check` | diagnostics over documents and resources; one file a check | diagnostic, source, config, document, feed, resource, compile |
//! | `plan` | resources and a snapshot to changes; pure functions, no clock, no network | resource |
//! | `azure` | the management client: cloud, credential, pipeline policies, paging, errors | config, resource |
//! | `apply` | a plan and a client to outcomes; owns order, readiness, re-reads | plan, azure, resource |
//! | `cli` | arguments to text and exit codes; `cli/view` is the only code that prints | all |
//!
//! `tests/it/house.rs` reads this table and fails where an import runs another way.

pub mod apply;
pub mod azure;
pub mod check;
pub mod cli;
pub mod compile;
pub mod config;
pub mod diagnostic;
pub mod document;
pub mod feed;
pub mod plan;
pub mod resource;
pub mod source;
