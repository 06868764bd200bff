//! Manifests and what is in them, part by part.

use crate::prelude::*;
use crate::{Capability, Cardinality, Dependency, Manifest, Phase, Requirement};

/// A JSON Schema that accepts everything.
const ANYTHING: &str = "{}";

impl Manifest {
    /// A pack that asks nothing, needs nothing and offers nothing.
    pub fn new(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            summary: String::new(),
            description: String::new(),
            license: String::new(),
            keywords: Vec::new(),
            questions: ANYTHING.to_owned(),
            dependencies: Vec::new(),
            provides: Vec::new(),
            requires: Vec::new(),
            extra: ANYTHING.to_owned(),
        }
    }

    /// One line, shown in search results.
    #[must_use]
    pub fn summary(mut self, line: &str) -> Self {
        line.clone_into(&mut self.summary);
        self
    }

    /// Markdown.
    #[must_use]
    pub fn description(mut self, markdown: &str) -> Self {
        markdown.clone_into(&mut self.description);
        self
    }

    /// An SPDX expression.
    #[must_use]
    pub fn license(mut self, expression: &str) -> Self {
        expression.clone_into(&mut self.license);
        self
    }

    /// Words for search.
    #[must_use]
    pub fn keywords<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.keywords.extend(words.into_iter().map(str::to_owned));
        self
    }

    /// The questions: a JSON Schema object, best a file of its own that `include_str!` reads.
    #[must_use]
    pub fn questions(mut self, schema: &str) -> Self {
        schema.clone_into(&mut self.questions);
        self
    }

    /// The questions that were derived from a struct.
    #[cfg(feature = "derive")]
    #[must_use]
    pub fn asks<A: crate::Questions>(self) -> Self {
        self.questions(A::QUESTIONS)
    }

    /// A pack that must be composed into the same project, looked up in the registry that this one came from.
    #[must_use]
    pub fn depends_on(mut self, name: &str, requirement: &str) -> Self {
        self.dependencies.push(Dependency { name: name.to_owned(), version: requirement.to_owned(), source: None });
        self
    }

    /// A capability that the pack offers: its version is a semantic one, its facts are described by a JSON Schema.
    #[must_use]
    pub fn provides(mut self, name: &str, version: &str, facts: &str) -> Self {
        self.provides.push(Capability { name: name.to_owned(), version: version.to_owned(), facts: facts.to_owned() });
        self
    }

    /// A capability that the pack takes.
    #[must_use]
    pub fn requires(mut self, requirement: Requirement) -> Self {
        self.requires.push(requirement);
        self
    }
}

impl Requirement {
    fn new(name: &str, version: &str, cardinality: Cardinality) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            cardinality,
            facts: ANYTHING.to_owned(),
            needed_in: Phase::Render,
        }
    }

    /// One offer in the whole project: none and two are errors.
    pub fn exactly_one(name: &str, version: &str) -> Self {
        Self::new(name, version, Cardinality::ExactlyOne)
    }

    /// One offer or none.
    pub fn at_most_one(name: &str, version: &str) -> Self {
        Self::new(name, version, Cardinality::AtMostOne)
    }

    /// One offer or more.
    pub fn at_least_one(name: &str, version: &str) -> Self {
        Self::new(name, version, Cardinality::AtLeastOne)
    }

    /// All offers that there are.
    pub fn any_number(name: &str, version: &str) -> Self {
        Self::new(name, version, Cardinality::AnyNumber)
    }

    /// JSON Schema of the facts that are read: the host checks them against it.
    #[must_use]
    pub fn reading(mut self, facts: &str) -> Self {
        facts.clone_into(&mut self.facts);
        self
    }

    /// Needed in [`plan`](crate::Pack::plan) already, which orders the packs.
    #[must_use]
    pub fn in_plan(mut self) -> Self {
        self.needed_in = Phase::Plan;
        self
    }
}
