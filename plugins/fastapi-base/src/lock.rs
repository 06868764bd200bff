//! The lock of the Python packages, as `build.rs` packed it.

use scaffold_pack::prelude::*;

/// What the service runs on.
pub const RUNTIME: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/requirements.txt"));
/// What checks it.
pub const DEVELOPMENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/requirements-dev.txt"));

/// What stands before each digest.
const MARK: &[u8] = b" --hash=sha256:";
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The text again: a zero stands for the mark of a digest, whose 32 bytes follow. It is put together in pieces, as every
/// project waits for it.
pub fn unpack(packed: &[u8]) -> String {
    let mut text = Vec::with_capacity(packed.len() * 2);
    let mut rest = packed;
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let (before, after) = rest.split_at(end);
        let Some((digest, behind)) = after.get(1..).and_then(|after| after.split_first_chunk::<32>()) else { break };
        text.extend_from_slice(before);
        text.extend_from_slice(MARK);
        text.extend_from_slice(&hexadecimal(digest));
        rest = behind;
    }
    text.extend_from_slice(rest);
    String::from_utf8(text).unwrap_or_default()
}

fn hexadecimal(digest: &[u8; 32]) -> [u8; 64] {
    let mut digits = [0; 64];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(digest) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    digits
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
