//! What projects answered to older versions of a pack.

use crate::prelude::*;

/// The answers of a project that an older version of the pack made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    version: String,
    answers: String,
}

impl Past {
    /// Answers, a JSON object, that were given to this version.
    pub fn new(version: impl Into<String>, answers: impl Into<String>) -> Self {
        Self { version: version.into(), answers: answers.into() }
    }

    /// The version that they were given to: `0.1.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether that version is lower than this one, as semantic versions are compared; what comes after a `+` does not
    /// count, and of what comes after a `-` only that it is there.
    pub fn is_before(&self, version: &str) -> bool {
        precedence(&self.version) < precedence(version)
    }

    /// The answers: a JSON object.
    pub fn json(&self) -> &str {
        &self.answers
    }

    /// The answers as a type of the pack's own, which is that of the old questions.
    ///
    /// # Errors
    /// One diagnostic that says why they do not fit it.
    #[cfg(feature = "serde")]
    pub fn answers<T: serde::de::DeserializeOwned>(&self) -> Result<T, Vec<crate::Diagnostic>> {
        crate::context::parse(&self.answers, "the answers to an older version")
    }
}

/// The three numbers, and whether it is a release: a pre-release comes before it.
fn precedence(version: &str) -> ([u64; 3], bool) {
    let version = version.split('+').next().unwrap_or(version);
    let (core, is_release) = version.split_once('-').map_or((version, true), |(core, _)| (core, false));
    let mut numbers = core.split('.').map(|number| number.parse().unwrap_or_default());
    ([(); 3].map(|()| numbers.next().unwrap_or_default()), is_release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let is_before = |old: &str, new: &str| Past::new(old, "{}").is_before(new);
        for (old, new) in [("0.9.0", "0.10.0"), ("1.0.0-rc.1", "1.0.0"), ("1.9.9", "2.0.0")] {
            assert!(is_before(old, new) && !is_before(new, old), "{old} {new}");
        }
        assert!(!is_before("1.0.0+b", "1.0.0+a"));
    }
}
