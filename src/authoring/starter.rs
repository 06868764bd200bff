//! The pack that makes new packs.
//!
//! It is a pack without code as any author could write it, `plugins/starter`, and its sources are a part of this program:
//! they are built when a pack is started, by the same steps.

use super::AuthoringError;
use super::folder::{self, FolderPack, Sources};

mod table {
    include!(concat!(env!("OUT_DIR"), "/starter.rs"));
}

/// Builds it.
///
/// # Errors
/// None to expect: a test builds it, too.
pub fn starter() -> Result<FolderPack, AuthoringError> {
    folder::build(Sources::Embedded(table::FILES))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn it_is_sound() {
        assert_eq!(starter().unwrap().manifest.name.as_str(), "starter");
    }
}
