//! A folder of rules in a temporary place, and the command run in it.

use std::process::Output;

use assert_cmd::Command;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;

/// A rule that is right; examples lay their keys over it.
pub(crate) const RULE: &str = "\
id: 5f0d5a5c-2f0e-4d2c-9a43-0d5c5c2f6a01
name: Process creation
description: A process was created.
severity: Medium
kind: Scheduled
version: 1.0.0
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics:
  - Execution
relevantTechniques:
  - T1059
query: |
  SecurityEvent
  | where EventID == 4688
  | project TimeGenerated, Computer, Account
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: HostName
        columnName: Computer
";

/// A watchlist that is right.
pub(crate) const WATCHLIST: &str = "\
alias: allowed-hosts
displayName: Allowed hosts
provider: Bartizan
itemsSearchKey: host
items:
  - {host: a, owner: b}
";

pub(crate) struct Folder {
    dir: TempDir,
}

/// What a run printed and how it ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.stdout, self.stderr))
    }

    /// The codes of `check --format json`.
    pub(crate) fn codes(&self) -> Vec<String> {
        let json = self.json();
        let diagnostics = json["diagnostics"].as_array().expect("diagnostics");
        diagnostics.iter().map(|d| d["code"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.dir.path()).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> Utf8PathBuf {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.path().join(path)).unwrap();
    }

    /// The command in this folder, with nothing of the caller's environment that could lead it to Azure.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::cargo_bin("bartizan").unwrap();
        command.current_dir(self.path()).env_clear().env("NO_COLOR", "1");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let Output { status, stdout, stderr } = self.command().args(arguments).output().unwrap();
        Run {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}
