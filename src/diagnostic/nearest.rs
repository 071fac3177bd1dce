//! "Did you mean".

/// The candidate that a typing error of `word` most likely meant, if one is near enough.
///
/// Case is ignored. Near enough means a similarity (Damerau-Levenshtein, normalised) of at least 0.6.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let score = strsim::normalized_damerau_levenshtein(&word, &candidate.to_lowercase());
        if score >= 0.6 && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_word_and_nonsense_finds_none() {
        let severities = ["High", "Medium", "Low", "Informational"];
        assert_eq!(nearest("Hihg", severities), Some("High"));
        assert_eq!(nearest("MEDUIM", severities), Some("Medium"));
        assert_eq!(nearest("xyzzy", severities), None);
    }
}
