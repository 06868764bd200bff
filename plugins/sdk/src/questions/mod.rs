//! Questions that are derived from a struct.
//!
//! The struct that reads the answers is what is asked: each field a question, in the order in which they stand, with the
//! doc comment's first paragraph as its title and the rest as its description.
//!
//! ```
//! use scaffold_pack::{Manifest, Questions};
//! use serde::Deserialize;
//!
//! #[derive(Questions, Deserialize)]
//! struct Answers {
//!     /// On which port does it listen?
//!     ///
//!     /// Those below 1024 are for root.
//!     #[question(default = 8000, minimum = 1024)]
//!     port: u16,
//!     /// What keeps its data?
//!     #[question(default = "postgres")]
//!     database: Database,
//!     /// How many connections at most?
//!     #[question(default = 10, when(database = "postgres"))]
//!     connections: Option<u32>,
//! }
//!
//! #[derive(Questions, Deserialize)]
//! #[serde(rename_all = "kebab-case")]
//! enum Database {
//!     /// A server of its own.
//!     Postgres,
//!     /// A file.
//!     Sqlite,
//! }
//!
//! assert_eq!(
//!     Answers::QUESTIONS,
//!     concat!(
//!         r#"{"type":"object","properties":{"#,
//!         r#""port":{"title":"On which port does it listen?","description":"Those below 1024 are for root.","#,
//!         r#""default":8000,"minimum":1024,"type":"integer","maximum":65535},"#,
//!         r#""database":{"title":"What keeps its data?","default":"postgres","#,
//!         r#""description":"postgres: A server of its own. sqlite: A file.","#,
//!         r#""type":"string","enum":["postgres","sqlite"]},"#,
//!         r#""connections":{"title":"How many connections at most?","default":10,"#,
//!         r#""x-when":{"properties":{"database":{"const":"postgres"}},"required":["database"]},"#,
//!         r#""type":"integer","minimum":0,"maximum":4294967295}},"#,
//!         r#""required":["port","database","connections"]}"#,
//!     ),
//! );
//! let manifest = Manifest::new("service", "0.1.0").asks::<Answers>();
//! assert_eq!(manifest.questions, Answers::QUESTIONS);
//! ```
//!
//! # Types
//!
//! `bool`, whole numbers with the bounds of their type, floating-point numbers, `String`, `Vec` and `Option` of what can
//! be asked, enums without data and other structs with the same derive. An `Option` may go unanswered. Serde's
//! `rename`, `rename_all`, `default` and `skip` count.
//!
//! # Attributes
//!
//! `#[question(...)]` on a field:
//!
//! | attribute | says |
//! |---|---|
//! | `default = 8000` | The default: a number, a text, `true`, `false`, or a list of such |
//! | `x_default = "{{ project.name \| kebab }}"` | A template that makes the default |
//! | `when(other = true)` | Asked only where a question before it has this answer; of several, all. The field is an `Option`, and has an answer where it is asked |
//! | `when = r#"{ ... }"#` | The same as a JSON Schema of the answers so far |
//! | `optional` | Needs no answer even then |
//! | `examples = ["acme/shop"]` | Answers that could be given |
//! | `minimum`, `maximum`, `exclusive_minimum`, `exclusive_maximum`, `multiple_of` | Of numbers |
//! | `min_length`, `max_length`, `pattern`, `format` | Of texts |
//! | `min_items`, `max_items`, `unique_items` | Of lists |
//! | `title`, `description` | In the place of the doc comment |
//! | `schema = r#"{ ... }"#` | Any other members of its JSON Schema; on the struct, of all answers together |
//!
//! What contradicts itself does not compile: a default that is no value of the field's type or breaks its bounds,
//! a bound of a length on a number, a condition on a question that comes later.
//!
//! ```compile_fail
//! # use scaffold_pack::Questions;
//! #[derive(Questions)]
//! struct Answers {
//!     #[question(default = 70_000)] // error: the default is no value of this field's type
//!     port: u16,
//! }
//! ```

mod answer;
mod json;

pub use answer::{About, Answer, Given, Kind, fits, is_about};
pub use json::{Json, Member, length, text, write};
pub use scaffold_pack_derive::Questions;

/// Questions as a JSON Schema, which is derived.
pub trait Questions {
    /// The schema: a text that the compiler made.
    const QUESTIONS: &'static str;
}
