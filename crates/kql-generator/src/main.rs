//! Writes random queries, and compares what another analyser says of them with what this library says.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use kql_generator::difference::{Class, Differences, Figures, differences};
use kql_generator::shrink::{Analyser, shrink};
use kql_generator::verdict::Verdict;
use kql_generator::{faulty_query, query, schema};

#[derive(Parser)]
#[command(about = "Random KQL queries, to compare the language library with another analyser")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Print the query of a seed
    Show {
        seed: u64,
        /// With a mistake in it
        #[arg(long)]
        faulty: bool,
    },
    /// Print what this library says of the query in a file
    Judge { file: PathBuf },
    /// Write queries into a folder, one a file, with schema.tsv beside it
    Write {
        /// The folder; the queries go into `queries` in it
        folder: PathBuf,
        /// How many
        #[arg(long, default_value_t = 1000)]
        count: u64,
        /// The seed of the first; each has the seed behind that of the one before
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// How many in a hundred have a mistake in them
        #[arg(long, default_value_t = 40)]
        faulty: u64,
    },
    /// Compare the verdicts of another analyser on the queries of a folder
    Compare {
        /// The folder that `write` wrote
        folder: PathBuf,
        /// The verdicts, a line of JSON a query; several where it was run in parts
        #[arg(required = true)]
        verdicts: Vec<PathBuf>,
        /// The program that gave them, with its first arguments: makes the examples smaller
        #[arg(long)]
        analyser: Option<String>,
        /// How often examples are made smaller
        #[arg(long, default_value_t = 12)]
        rounds: usize,
        /// Only classes whose text contains this
        #[arg(long)]
        only: Option<String>,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::parse().command {
        Task::Show { seed, faulty } => {
            let shown = if faulty { faulty_query(seed) } else { query(seed) };
            println!("{}", shown.text);
        }
        Task::Judge { file } => judge(&fs::read_to_string(file)?),
        Task::Write { folder, count, seed, faulty } => write(&folder, seed..seed + count, faulty)?,
        Task::Compare { folder, verdicts, analyser, rounds, only } => {
            compare(&folder, &verdicts, analyser.as_deref(), rounds, only.as_deref())?;
        }
    }
    Ok(())
}

fn judge(text: &str) {
    let verdict = Verdict::of(text);
    let units: Vec<u16> = text.encode_utf16().collect();
    for fault in verdict.syntax.iter().chain(&verdict.meaning) {
        let weight = if fault.is_error { "error" } else { "warning" };
        let range = fault.start as usize..(fault.start + fault.length) as usize;
        let place = units.get(range).map(String::from_utf16_lossy).unwrap_or_default();
        println!("{weight} {} {} @ {place:?}", fault.code, fault.message);
    }
    println!("{}", verdict.columns.map_or_else(|| "no table".to_owned(), |columns| columns.join(", ")));
}

fn write(folder: &Path, seeds: std::ops::Range<u64>, faulty: u64) -> Result<(), Box<dyn Error>> {
    let queries = folder.join("queries");
    fs::create_dir_all(&queries)?;
    fs::write(folder.join("schema.tsv"), schema::tsv())?;
    for seed in seeds {
        let written = if seed % 100 < faulty { faulty_query(seed) } else { query(seed) };
        let mistake = written.mistake.unwrap_or("valid");
        fs::write(queries.join(format!("{seed:08}-{mistake}.kql")), written.text)?;
    }
    Ok(())
}

fn compare(
    folder: &Path,
    files: &[PathBuf],
    analyser: Option<&str>,
    rounds: usize,
    only: Option<&str>,
) -> Result<(), Box<dyn Error>> {
    let mut figures = Figures::default();
    let mut found = Differences::new();
    let mut examples: BTreeMap<Class, String> = BTreeMap::new();
    let mut invalid = Vec::new();
    for file in files {
        for (name, theirs) in fs::read_to_string(file)?.lines().filter_map(Verdict::from_line) {
            let text = fs::read_to_string(folder.join("queries").join(&name))?;
            let ours = Verdict::of(&text);
            figures.add(&ours, &theirs);
            let classes = differences(&ours, &theirs);
            if name.contains("-valid") && !theirs.is_clean() && !ours.is_clean() {
                let fault = theirs.syntax.iter().chain(&theirs.meaning).find(|fault| fault.is_error);
                invalid.push(format!(
                    "{name}: {}",
                    fault.map(|fault| fault.message.as_str()).unwrap_or_default()
                ));
            }
            for class in classes {
                if only.is_some_and(|only| !class.to_string().contains(only)) {
                    continue;
                }
                let example = examples.entry(class.clone()).or_insert_with(|| text.clone());
                if text.len() < example.len() {
                    example.clone_from(&text);
                }
                found.entry(class).or_default().push(name.clone());
            }
        }
    }
    if let Some(analyser) = analyser {
        let command = analyser.split_whitespace().map(str::to_owned).collect();
        let analyser = Analyser { command, folder: folder.join("shrunk"), jobs: 2 };
        shrink(&mut examples, &analyser, rounds)?;
    }
    let mut ranked: Vec<_> = found.iter().collect();
    ranked.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    for (class, names) in ranked {
        let example = examples.get(class).map(String::as_str).unwrap_or_default();
        println!("{} x {class}\n    {}", names.len(), names.first().map(String::as_str).unwrap_or_default());
        println!("    {}\n", example.replace('\n', "\n    "));
    }
    for line in &invalid {
        println!("meant to be valid: {line}");
    }
    println!("{figures}\nmeant to be valid, and refused by both: {}", invalid.len());
    Ok(())
}
