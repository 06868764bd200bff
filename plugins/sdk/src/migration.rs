//! Answers that were given to an older version of a pack.
//!
//! A pack whose questions changed says what becomes of the answers: it implements [`Migrate`] and exports that too,
//! `export!(Greeter with migration)`. The host asks when a project goes to another version of the pack.
//!
//! ```
//! use scaffold_pack::migration::{Migrate, Old};
//! use scaffold_pack::{Context, Diagnostic, Object, Output, Pack, Taken, test};
//!
//! # struct Greeter;
//! # impl Pack for Greeter {
//! #     fn manifest() -> scaffold_pack::Manifest {
//! #         scaffold_pack::Manifest::new("greeter", "0.2.0")
//! #     }
//! #     fn render(_: &Context, _: &[Taken]) -> Result<Output, Vec<Diagnostic>> {
//! #         Ok(Output::new())
//! #     }
//! # }
//! impl Migrate for Greeter {
//!     fn migrate(old: Old<'_>) -> Result<Object, Vec<Diagnostic>> {
//!         let mut answers = old.members()?;
//!         if old.is_before("0.2.0") {
//!             answers.rename("greeting", "words");
//!         }
//!         Ok(answers.object())
//!     }
//! }
//!
//! scaffold_pack::export!(Greeter with migration);
//!
//! // In a unit test:
//! let old = serde_json::json!({ "greeting": "hi" });
//! assert_eq!(test::migrate::<Greeter>("0.1.0", &old), Ok(serde_json::json!({ "words": "hi" })));
//! ```

use crate::prelude::*;
use crate::{Diagnostic, Object, Pack};

/// A pack that carries answers over from its older versions.
pub trait Migrate: Pack {
    /// The answers that mean now what these meant then. A question that they do not answer gets its default.
    ///
    /// # Errors
    /// What can't be carried over, for the user to read: the project stays as it is.
    fn migrate(old: Old<'_>) -> Result<Object, Vec<Diagnostic>>;
}

/// What the project has.
#[derive(Clone, Copy, Debug)]
pub struct Old<'a> {
    /// The version of the pack that asked.
    pub version: &'a str,
    /// The answers that it was given, as JSON: those that were defaults too.
    pub answers: &'a str,
}

impl Old<'_> {
    /// Whether the version came before this one. What was a pre-release of it, did.
    pub fn is_before(&self, version: &str) -> bool {
        precedence(self.version) < precedence(version)
    }

    /// The answers as a type of the pack's own: what the questions were then.
    ///
    /// # Errors
    /// One diagnostic that says where they disagree with it.
    #[cfg(feature = "serde")]
    pub fn answers<T: serde::de::DeserializeOwned>(&self) -> Result<T, Vec<Diagnostic>> {
        crate::context::parse(self.answers, "the old answers")
    }

    /// The answers one by one.
    ///
    /// # Errors
    /// One diagnostic where they are no JSON object.
    #[cfg(feature = "serde")]
    pub fn members(&self) -> Result<Members, Vec<Diagnostic>> {
        crate::context::parse(self.answers, "the old answers").map(Members)
    }
}

/// What versions are compared by, as far as packs need it: the three numbers, and whether it is a release. They are sound
/// versions, so each number is one.
fn precedence(version: &str) -> ([u64; 3], bool) {
    let (mut numbers, mut at) = ([0_u64; 3], 0);
    for byte in version.bytes() {
        match byte {
            b'.' => at += 1,
            b'-' => return (numbers, false),
            b'+' => break,
            digit => {
                if let Some(number) = numbers.get_mut(at) {
                    *number = number.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0')));
                }
            }
        }
    }
    (numbers, true)
}

/// Answers on their way to another version.
#[cfg(feature = "serde")]
#[derive(Clone, Debug)]
pub struct Members(serde_json::Map<String, serde_json::Value>);

#[cfg(feature = "serde")]
impl Members {
    /// A question has another name now.
    pub fn rename(&mut self, old: &str, new: &str) {
        if let Some(value) = self.0.remove(old) {
            self.0.insert(new.to_owned(), value);
        }
    }

    /// A question is no more: gives what was answered.
    pub fn remove(&mut self, key: &str) -> Option<serde_json::Value> {
        self.0.remove(key)
    }

    /// A question is answered by this.
    pub fn set(&mut self, key: &str, value: impl Into<serde_json::Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// What was answered.
    pub fn get(&self, key: &str) -> Option<&serde_json::Value> {
        self.0.get(key)
    }

    /// The answers as they are now.
    pub fn object(self) -> Object {
        Object::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let is_before = |old: &str, new: &str| Old { version: old, answers: "{}" }.is_before(new);
        for (old, new) in [("0.9.0", "0.10.0"), ("0.2.0-rc.1", "0.2.0"), ("1.2.3", "1.2.4"), ("1.0.0+a", "1.0.1")] {
            assert!(is_before(old, new) && !is_before(new, old), "{old} {new}");
        }
        assert!(!is_before("0.2.0", "0.2.0") && !is_before("0.2.0+b", "0.2.0"));
    }
}
