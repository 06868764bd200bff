//! A change as it is written.

use std::borrow::Cow;

use super::ChangedFile;
use crate::apply::{After, Change, Edit};
use crate::model::Digest;

/// What is written, with what has to be there for it.
pub(in crate::pipeline) fn change_of(files: &[ChangedFile]) -> Change<'_> {
    let entries = files.iter().map(|file| {
        let before = file.before.as_deref().map(Digest::of);
        let after = |bytes| After { contents: Cow::Borrowed(bytes), executable: file.executable };
        (file.entry.clone(), Edit { before, after: file.after.as_deref().map(after) })
    });
    Change { entries: entries.collect() }
}
