//! Why the operating system refused something.

use std::io::{Error, ErrorKind};

use super::printable;

/// The end of a sentence such as ``can't write `x`: ``, in the same words on every platform where the kind of error is
/// a common one.
pub fn io_cause(error: &Error) -> String {
    let known = match error.kind() {
        ErrorKind::NotFound => "it does not exist",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::AlreadyExists => "it exists already",
        ErrorKind::NotADirectory => "a part of the path is not a folder",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "the disk quota is used up",
        ErrorKind::FileTooLarge => "the file is too large for this file system",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::InvalidFilename => "the name is too long or not allowed here",
        _ => return printable(&error.to_string()).into_owned(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_causes_have_words_of_their_own() {
        assert_eq!(io_cause(&ErrorKind::StorageFull.into()), "the disk is full");
        assert_eq!(io_cause(&Error::other("odd\u{1b}[2J")), "odd\u{fffd}[2J");
    }
}
