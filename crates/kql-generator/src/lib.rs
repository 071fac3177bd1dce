//! Random queries of the Kusto query language, valid and slightly wrong, to find out where the library `kql` judges
//! otherwise than another analyser does.
//!
//! ```text
//! seed ─▶ query ─▶ written to a folder ─▶ the other analyser ─▶ its verdicts ─▶ differences by class
//! ```
//!
//! [`query`] writes one query of a seed, over the tables of [`schema`]; [`verdict`] holds what the two analysers say,
//! [`difference`] compares it, [`shrink`] makes an example small. The other analyser is a program that people have on
//! their machine, and no part of the project.

pub mod difference;
mod generator;
pub mod kind;
mod layout;
pub mod schema;
mod scope;
pub mod shrink;
mod signature;
mod slip;
pub mod verdict;

use generator::Generator;
use slip::Slip;

/// A generated query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Its text.
    pub text: String,
    /// The mistake that was made in it, by name; `None` where it is meant to be valid.
    pub mistake: Option<&'static str>,
}

/// A valid query, always the same for a seed.
pub fn query(seed: u64) -> Query {
    Query { text: written(seed, None).0, mistake: None }
}

/// A query with one mistake in it, always the same for a seed.
pub fn faulty_query(seed: u64) -> Query {
    let mut rng = fastrand::Rng::with_seed(seed ^ 0x5eed);
    if rng.u32(0..100) < 45 {
        let slip = Slip::ALL[rng.usize(0..Slip::ALL.len())];
        let (text, slipped) = written(seed, Some(slip));
        if slipped {
            return Query { text, mistake: Some(slip.as_str()) };
        }
    }
    let text = written(seed, None).0;
    loop {
        if let Some((class, text)) = slip::mistype(&mut rng, &text) {
            return Query { text, mistake: Some(class) };
        }
    }
}

/// The text of a query, and whether the slip was made in it.
fn written(seed: u64, slip: Option<Slip>) -> (String, bool) {
    // Each operator has its turn.
    let about = usize::try_from(seed % generator::operator_count() as u64).unwrap_or_default();
    let mut generator = Generator::new(seed, about, slip);
    let text = generator.query();
    let slipped = slip.is_some() && generator.slipped();
    let mut rng = fastrand::Rng::with_seed(!seed);
    let text = if rng.u32(0..100) < 12 { layout::relayout(&mut rng, &text) } else { text };
    (text, slipped)
}
