//! The lock of the Python packages, as `build.rs` packed it.

use scaffold_pack::prelude::*;

/// What the service runs on.
pub const RUNTIME: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/requirements.txt"));
/// What checks it.
pub const DEVELOPMENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/requirements-dev.txt"));

/// The text again: a zero stands for the mark of a digest, whose 32 bytes follow.
pub fn unpack(packed: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::new();
    let mut bytes = packed.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != 0 {
            text.push(char::from(byte));
            continue;
        }
        text.push_str(" --hash=sha256:");
        for byte in bytes.by_ref().take(32) {
            text.push(DIGITS[usize::from(byte >> 4)]);
            text.push(DIGITS[usize::from(byte & 15)]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_lock_is_lost() {
        assert_eq!(unpack(RUNTIME), include_str!("../requirements.txt"));
        assert_eq!(unpack(DEVELOPMENT), include_str!("../requirements-dev.txt"));
    }
}
