//! What a pack without code says of itself.

use alloc::string::String;
use alloc::vec::Vec;

use crate::code::{choice, record};

record! {
    /// The manifest, JSON as text.
    pub struct Manifest {
        /// The pack's name.
        pub name: String,
        /// Its version.
        pub version: String,
        /// One line.
        pub summary: String,
        /// Markdown.
        pub description: String,
        /// An SPDX expression.
        pub license: String,
        /// Words for search.
        pub keywords: Vec<String>,
        /// The questions' schema.
        pub questions: String,
        /// Packs beside it.
        pub dependencies: Vec<Dependency>,
        /// Capabilities that it offers.
        pub provides: Vec<Capability>,
        /// Capabilities that it takes.
        pub requires: Vec<Requirement>,
    }
}

record! {
    /// A pack beside it.
    pub struct Dependency {
        /// Its name.
        pub name: String,
        /// Which versions serve.
        pub version: String,
        /// Where it is looked up, if not where the pack itself was.
        pub source: Option<String>,
    }
}

record! {
    /// A capability that is offered.
    pub struct Capability {
        /// Its name.
        pub name: String,
        /// Its version.
        pub version: String,
        /// The facts' schema.
        pub facts: String,
    }
}

record! {
    /// A capability that is taken.
    pub struct Requirement {
        /// Its name, or `*`.
        pub name: String,
        /// Which versions serve.
        pub version: String,
        /// How many offers there may be.
        pub cardinality: Cardinality,
        /// Schema of the facts that are read.
        pub facts: String,
        /// Whether the first phase reads them already.
        pub in_plan: bool,
    }
}

choice! {
    /// How many offers there may be.
    #[derive(Copy)]
    pub enum Cardinality {
        /// One.
        ExactlyOne,
        /// None or one.
        AtMostOne,
        /// One or more.
        AtLeastOne,
        /// Any.
        AnyNumber,
    }
}
