//! The nearest of the names that there are to one that there is not.

/// The candidate that differs least from `name`, if the two are near enough to be the same word mistyped: case aside, at
/// most a third of the letters, and three at most, are wrong, missing, too many, or swapped with their neighbour.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let allowed = (wanted.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let known: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        if known.len().abs_diff(wanted.len()) > allowed {
            continue;
        }
        let distance = distance(&wanted, &known);
        if distance <= allowed && distance < wanted.len() && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters must change, be added, removed or swapped with their neighbour to make one word of the other.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let change = last[column] + usize::from(letter != other);
            let mut least = change.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && left[row - 1] == *other && *letter == right[column - 1] {
                least = least.min(before_last[column - 1] + 1);
            }
            current.push(least);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_finds_its_own() {
        let words = ["where", "extend", "project", "project-away", "summarize"];
        assert_eq!(nearest("wher", words), Some("where"));
        assert_eq!(nearest("whree", words), Some("where"));
        assert_eq!(nearest("Extend", words), Some("extend"));
        assert_eq!(nearest("sumarise", words), Some("summarize"));
    }

    #[test]
    fn another_word_finds_none() {
        assert_eq!(nearest("foo", ["where", "take", "top"]), None);
        assert_eq!(nearest("a", ["b", "c"]), None);
        assert_eq!(nearest("", ["b"]), None);
    }
}
