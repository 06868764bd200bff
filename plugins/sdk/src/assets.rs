//! Files that go into projects as they are.

use crate::File;
use crate::share::{bytes, literal};

/// A file that was embedded by [`files!`](crate::files).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its path below the folder that was named.
    pub path: &'static str,
    /// What is in it.
    pub contents: Contents,
}

/// What is in an [`Asset`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Text: UTF-8 without NUL.
    Text(&'static str),
    /// Anything else.
    Bytes(&'static [u8]),
}

impl From<Asset> for File {
    /// What begins with `#!` may be run.
    fn from(asset: Asset) -> Self {
        match asset.contents {
            Contents::Text(text) if text.starts_with("#!") => literal(text).executable(),
            Contents::Text(text) => text.into(),
            Contents::Bytes(contents) => bytes(contents),
        }
    }
}
