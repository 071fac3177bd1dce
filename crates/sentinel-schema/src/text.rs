//! Lines sorted by their first word, searched without being read as a whole.

/// Lines of a name and, after a blank, what belongs to it.
#[derive(Debug)]
pub(crate) struct Lines(&'static str);

impl Lines {
    /// The text must be sorted by the bytes of the names.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// What stands behind a name.
    pub(crate) fn find(&self, name: &str) -> Option<&'static str> {
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start = self.0[..middle].rfind('\n').map_or(0, |at| at + 1).max(low);
            let end = self.0[start..].find('\n').map_or(self.0.len(), |at| start + at);
            let line = &self.0[start..end];
            let (found, rest) = line.split_once(' ').unwrap_or((line, ""));
            match found.as_bytes().cmp(name.as_bytes()) {
                std::cmp::Ordering::Equal => return Some(rest),
                std::cmp::Ordering::Less => low = end + 1,
                std::cmp::Ordering::Greater => high = start,
            }
        }
        None
    }

    /// The names, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.lines().map(|line| line.split(' ').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        let lines = Lines::new("A 1\nAB 2 3\nB \nlong name\n");
        for name in lines.names() {
            assert!(lines.find(name).is_some(), "{name}");
        }
        assert_eq!(lines.find("AB"), Some("2 3"));
        for name in ["", "AA", "C", "a", "1", "long name"] {
            assert_eq!(lines.find(name), None, "{name}");
        }
    }
}
