//! A project's own files: what the user wants, what that resolved to, and the answers in between.
//!
//! `scaffold.toml` ([`Intent`]) is the user's, `scaffold.lock` ([`Lock`]) is the tool's. Questions come from packs as
//! JSON Schemas ([`Questions`]); what the user gave ([`Given`]) and what packs propose become the effective answers in
//! [`answer_all`].

mod answers;
mod error;
mod given;
mod intent;
mod intent_file;
mod locate;
mod lock;
mod questions;
mod source;
#[cfg(test)]
mod tests;
mod toml_values;

pub use answers::{Answer, Answered, Answers, AskError, Asker, KeptDefault, Mode, Origin, Standing, answer_all};
pub use error::{AnswersError, GivenError, ProjectError, QuestionsError, Trouble};
pub use given::Given;
pub use intent::{Intent, PackIntent, ProjectIntent, SHARED};
pub use intent_file::IntentFile;
pub use locate::{find, read_text};
pub use lock::{Lock, LockedAnswers, LockedFile, LockedPack, RENDER_EDITION};
pub use questions::{Kind, Question, Questions, plain};
pub use source::PackSource;
