//! What a pack is given, and the facts that it gives.

use crate::prelude::*;
use crate::{Context, Diagnostic, Object, Offer, Planned, Taken, layout};

impl Context {
    /// What templates are given in most packs: `project`, with `name` and `year`, and `answers`.
    pub fn values(&self) -> Object {
        let project = Object::new().text("name", &self.project.name).json("year", &self.project.year.to_string());
        Object::new().object("project", &project).json("answers", &self.answers)
    }

    /// The answers as a type of the pack's own. The host has checked them against the questions, so this fails only
    /// where type and schema disagree.
    ///
    /// # Errors
    /// One diagnostic that says where they do.
    #[cfg(feature = "serde")]
    pub fn answers<T: serde::de::DeserializeOwned>(&self) -> Result<T, Vec<Diagnostic>> {
        parse(&self.answers, "the answers")
    }
}

impl Taken {
    /// The facts as a type of the pack's own.
    ///
    /// # Errors
    /// One diagnostic that says why they do not fit it.
    #[cfg(feature = "serde")]
    pub fn facts<T: serde::de::DeserializeOwned>(&self) -> Result<T, Vec<Diagnostic>> {
        parse(&self.facts, &self.capability)
    }
}

#[cfg(feature = "serde")]
pub(crate) fn parse<T: serde::de::DeserializeOwned>(json: &str, what: &str) -> Result<T, Vec<Diagnostic>> {
    serde_json::from_str(json).map_err(|error| vec![Diagnostic::error(format!("{what} can't be read: {error}"))])
}

/// The offers of one capability, in the host's order.
pub fn offered<'a>(taken: &'a [Taken], capability: &str) -> impl Iterator<Item = &'a Taken> {
    taken.iter().filter(move |offer| offer.capability == capability)
}

/// The offers of these capabilities, for templates: under each one's name a list, in the host's order, of `pack`,
/// `instance`, `folder`, `version` and `facts`. A capability that nobody offers has an empty list.
pub fn by_capability(taken: &[Taken], capabilities: &[&str]) -> Object {
    let mut groups = Object::new();
    for capability in capabilities {
        let mut list = String::from("[");
        for offer in offered(taken, capability) {
            if list.len() > 1 {
                list.push(',');
            }
            let offer = Object::new()
                .text("pack", &offer.pack)
                .text("instance", &offer.instance)
                .text("folder", &layout::within(&offer.instance, "."))
                .text("version", &offer.version)
                .json("facts", &offer.facts);
            list.push_str(offer.as_str());
        }
        list.push(']');
        groups = groups.json(capability, &list);
    }
    groups
}

impl Planned {
    /// No facts, no messages.
    pub fn new() -> Self {
        Self { offers: Vec::new(), diagnostics: Vec::new() }
    }

    /// Offers facts under a capability that the manifest names.
    #[must_use]
    pub fn offer(mut self, capability: &str, version: &str, facts: &str) -> Self {
        self.offers.push(Offer {
            capability: capability.to_owned(),
            version: version.to_owned(),
            facts: facts.to_owned(),
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
