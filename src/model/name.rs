//! Names of packs, instances, registries and capabilities.

use std::fmt;
use std::str::FromStr;

/// Lower-case ASCII words joined by single hyphens, at most 64 characters: `fastapi-orders`.
///
/// Names become parts of paths and of addresses, so nothing that a file system or a URL could read another way is a
/// name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A text that is not a name.
#[derive(Debug, thiserror::Error)]
#[error("`{}` is not a name: a name is lower-case words of letters and digits joined by hyphens, at most 64 characters, the first a letter", super::printable(.0))]
pub struct NameError(String);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let sound = text.len() <= 64
            && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
            && text.split('-').all(word);
        if sound { Ok(Self(text.to_owned())) } else { Err(NameError(text.chars().take(80).collect())) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_are_names() {
        for good in ["a", "fastapi-orders", "x9-2"] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        let long = "a".repeat(65);
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "a/b", "../x", "1a", "ä", "а", "a b", &long] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }
}
