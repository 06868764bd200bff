//! The single checks of a part: a line each, with its seconds.
//!
//! A check that fails does not keep the next one from running, so that one run tells all.

use std::time::Instant;

use crate::failure::{Failure, Outcome};
use crate::parts::Verdict;

/// What a part's checks came to.
#[derive(Default)]
pub struct Checklist {
    failed: Vec<String>,
    skipped: Vec<String>,
}

impl Checklist {
    /// Runs a check, prints how it ended, and returns what it made; nothing if it made nothing.
    pub fn make<T>(&mut self, name: &str, check: impl FnOnce() -> Outcome<Made<T>>) -> Option<T> {
        let start = Instant::now();
        let made = check();
        let line = |end: &str| println!("  {end:<4} {:6.1} s  {name}", start.elapsed().as_secs_f64());
        match made {
            Ok(Made::Done(value)) => {
                line("ok");
                Some(value)
            }
            Ok(Made::Skipped(why)) => {
                line("skip");
                println!("                 because {why}");
                self.skipped.push(format!("{name}: {why}"));
                None
            }
            Err(failure) => {
                line("FAIL");
                println!("{failure}");
                self.failed.push(name.to_owned());
                None
            }
        }
    }

    /// Runs a check of which nothing remains, and tells whether it passed.
    pub fn check(&mut self, name: &str, check: impl FnOnce() -> Outcome<Verdict>) -> bool {
        let made = || {
            Ok(match check()? {
                Verdict::Passed => Made::Done(()),
                Verdict::Skipped(why) => Made::Skipped(why),
            })
        };
        self.make(name, made).is_some()
    }

    /// What all of them came to.
    pub fn verdict(self) -> Outcome<Verdict> {
        if !self.failed.is_empty() {
            return Err(Failure::new(self.failed.join("; ")));
        }
        Ok(if self.skipped.is_empty() { Verdict::Passed } else { Verdict::Skipped(self.skipped.join("; ")) })
    }
}

/// What a check came to that did not fail.
pub enum Made<T> {
    /// It ran, and this is what later checks need of it.
    Done(T),
    /// It could not run here, and why.
    Skipped(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_outweighs_what_was_skipped() {
        let mut list = Checklist::default();
        assert!(list.check("fine", || Ok(Verdict::Passed)));
        assert!(!list.check("absent", || Ok(Verdict::Skipped("no tool".to_owned()))));
        assert!(!list.check("broken", || Err(Failure::new("no"))));
        assert_eq!(list.verdict().map(drop).map_err(|failure| failure.to_string()), Err("broken".to_owned()));
    }

    #[test]
    fn what_was_skipped_is_told() {
        let mut list = Checklist::default();
        assert_eq!(list.make("number", || Ok(Made::Done(7))), Some(7));
        list.check("absent", || Ok(Verdict::Skipped("no tool".to_owned())));
        assert!(matches!(list.verdict(), Ok(Verdict::Skipped(why)) if why == "absent: no tool"));
    }
}
