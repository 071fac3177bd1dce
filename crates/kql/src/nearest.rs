//! The nearest of the names that there are to one that there is not.

/// The candidate that differs least from `name`, if the two are near enough to be the same word mistyped: case aside, at
/// most a third of the letters, and three at most, are wrong, missing, too many, or swapped with their neighbour.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let allowed = (wanted.len() / 3).clamp(1, 3);
    let letters = letters_of(name);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // A change brings in one letter and takes out another; thousands of names are ruled out by that alone.
        let differing = (letters ^ letters_of(candidate)).count_ones() as usize;
        if differing > 2 * allowed || candidate.len().abs_diff(name.len()) > 4 * allowed {
            continue;
        }
        let known: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        if known.len().abs_diff(wanted.len()) > allowed {
            continue;
        }
        let Some(distance) = distance(&wanted, &known, allowed) else {
            continue;
        };
        if distance < wanted.len() && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Which letters and digits a word has, case aside: a bit each; all other characters share one.
fn letters_of(word: &str) -> u64 {
    word.bytes().fold(0, |letters, byte| {
        let bit = match byte.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'0'..=b'9' => 26 + digit - b'0',
            b'_' => 36,
            _ => 37,
        };
        letters | 1 << bit
    })
}

/// How many letters must change, be added, removed or swapped with their neighbour to make one word of the other; `None`
/// where they are more than `most`.
fn distance(left: &[char], right: &[char], most: usize) -> Option<usize> {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = Vec::with_capacity(right.len() + 1);
        current.push(row + 1);
        for (column, other) in right.iter().enumerate() {
            let change = last[column] + usize::from(letter != other);
            let mut least = change.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && left[row - 1] == *other && *letter == right[column - 1] {
                least = least.min(before_last[column - 1] + 1);
            }
            current.push(least);
        }
        // A swap reaches back one row, so that both have to be past the bound.
        if current.iter().chain(&last).all(|distance| *distance > most) {
            return None;
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().filter(|distance| *distance <= most)
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
