//! Hashes of files.

/// The hashes of a file without content, which every machine has by the hundred.
const EMPTY_FILE: &[&str] = &[
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// A hash of so many digits in lower case.
///
/// # Errors
/// Why the text is not such a hash, without a full stop.
pub(super) fn canonical_hash(text: &str, digits: usize) -> Result<String, String> {
    if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("a hash holds only the digits 0 to 9 and a to f".into());
    }
    if text.len() != digits {
        let other = match text.len() {
            32 => ", as of an MD5",
            40 => ", as of a SHA-1",
            64 => ", as of a SHA-256",
            _ => "",
        };
        return Err(format!("it has {} digits{other}, not {digits}", text.len()));
    }
    let hash = text.to_ascii_lowercase();
    if EMPTY_FILE.contains(&hash.as_str()) {
        return Err("it is the hash of an empty file".into());
    }
    if hash.bytes().all(|b| b == hash.as_bytes()[0]) {
        return Err("it repeats one digit".into());
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_the_digits_of_its_type() {
        let upper = "D25263FC9F895ED6FBC5F07AD009B87B2FE03D691C44E220CE37CE7042FFA9D9";
        assert_eq!(canonical_hash(upper, 64), Ok(upper.to_lowercase()));
        for (text, digits, reason) in [
            ("deadbeef", 64, "it has 8 digits, not 64"),
            (&upper[..40], 64, "it has 40 digits, as of a SHA-1, not 64"),
            ("", 32, "it has 0 digits, not 32"),
            ("d41d8cd98f00b204e9800998ecf8427g", 32, "a hash holds only the digits 0 to 9 and a to f"),
            ("D41D8CD98F00B204E9800998ECF8427E", 32, "it is the hash of an empty file"),
            (&"0".repeat(64), 64, "it repeats one digit"),
        ] {
            assert_eq!(canonical_hash(text, digits), Err(reason.to_owned()), "{text}");
        }
    }
}
