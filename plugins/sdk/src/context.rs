//! What a pack is given, typed, and the facts that it gives.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{Context, Diagnostic, Offer, Planned, Taken};

impl Context {
    /// The answers as a type of the pack's own. The host has checked them against the questions, so this fails only
    /// where type and schema disagree.
    ///
    /// # Errors
    /// One diagnostic that says where they do.
    pub fn answers<T: DeserializeOwned>(&self) -> Result<T, Vec<Diagnostic>> {
        parse(&self.answers, "the answers")
    }
}

impl Taken {
    /// The facts as a type of the pack's own.
    ///
    /// # Errors
    /// One diagnostic that says why they do not fit it.
    pub fn facts<T: DeserializeOwned>(&self) -> Result<T, Vec<Diagnostic>> {
        parse(&self.facts, &self.capability)
    }
}

fn parse<T: DeserializeOwned>(json: &str, what: &str) -> Result<T, Vec<Diagnostic>> {
    serde_json::from_str(json).map_err(|error| vec![Diagnostic::error(format!("{what} can't be read: {error}"))])
}

/// The offers of one capability, in the host's order.
pub fn offered<'a>(taken: &'a [Taken], capability: &str) -> impl Iterator<Item = &'a Taken> {
    taken.iter().filter(move |offer| offer.capability == capability)
}

/// All offers as a value for templates: a list of `pack`, `instance`, `version` and `facts` under each capability's name.
///
/// # Errors
/// One diagnostic where facts are no JSON.
pub fn by_capability(taken: &[Taken]) -> Result<Value, Vec<Diagnostic>> {
    let mut groups = Map::new();
    for offer in taken {
        let group = groups.entry(offer.capability.clone()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(offers) = group {
            offers.push(json!({
                "pack": offer.pack,
                "instance": offer.instance,
                "version": offer.version,
                "facts": offer.facts::<Value>()?,
            }));
        }
    }
    Ok(Value::Object(groups))
}

impl Planned {
    /// No facts, no messages.
    pub fn new() -> Self {
        Self { offers: Vec::new(), diagnostics: Vec::new() }
    }

    /// Offers facts under a capability that the manifest names.
    #[must_use]
    pub fn offer(mut self, capability: &str, version: &str, facts: &impl Serialize) -> Self {
        self.offers.push(Offer {
            capability: capability.to_owned(),
            version: version.to_owned(),
            facts: to_json(facts),
        });
        self
    }

    /// Adds a warning or a note.
    #[must_use]
    pub fn say(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic);
        self
    }
}

impl Default for Planned {
    fn default() -> Self {
        Self::new()
    }
}

/// A value as JSON; one that JSON can't hold (a map whose keys are no strings) becomes an empty text, which whoever
/// reads it refuses. That is a mistake of the pack's author, and not worth an error path in every pack.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
