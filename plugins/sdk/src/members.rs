//! Answers on their way to another version of a pack.

use serde_json::{Map, Value};

use crate::prelude::*;
use crate::{Diagnostic, Object, Past};

/// The answers of a [`Past`], one by one.
#[derive(Clone, Debug, PartialEq)]
pub struct Members(Map<String, Value>);

impl Past {
    /// The answers, to be changed one by one.
    ///
    /// # Errors
    /// One diagnostic where they are no JSON object.
    pub fn members(&self) -> Result<Members, Vec<Diagnostic>> {
        self.answers().map(Members)
    }
}

impl Members {
    /// A question has another name now.
    pub fn rename(&mut self, old: &str, new: &str) {
        if let Some(value) = self.0.remove(old) {
            self.0.insert(new.to_owned(), value);
        }
    }

    /// A question is no more: gives what was answered.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.0.remove(key)
    }

    /// A question is answered by this.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// What was answered.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The answers as they are now.
    pub fn object(self) -> Object {
        Object::of_members(self.0)
    }
}
