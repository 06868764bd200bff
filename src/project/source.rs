//! Where a locked pack comes from, as the lock writes it: `registry+ID`, `oci+REFERENCE` or `path+FILE`.

use std::fmt;

/// The source of a locked pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackSource<'a> {
    /// The registry with this id.
    Registry(&'a str),
    /// An artifact in a registry of containers.
    Oci(&'a str),
    /// A file; relative to the project in its lock.
    Path(&'a str),
}

impl<'a> PackSource<'a> {
    /// Reads what a lock says; none where that is no source.
    pub fn parse(text: &'a str) -> Option<Self> {
        match text.split_once('+')? {
            ("registry", id) => Some(Self::Registry(id)),
            ("oci", reference) => Some(Self::Oci(reference)),
            ("path", path) => Some(Self::Path(path)),
            _ => None,
        }
    }

    /// Whether it is a file.
    pub fn is_path(self) -> bool {
        matches!(self, Self::Path(_))
    }
}

impl fmt::Display for PackSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(id) => write!(f, "registry+{id}"),
            Self::Oci(reference) => write!(f, "oci+{reference}"),
            Self::Path(path) => write!(f, "path+{path}"),
        }
    }
}
