//! Halves the lock before it is embedded.
//!
//! Three quarters of a lock are digests in hexadecimal, twice as long as what they say, and a pack's size is limited.
//! `src/lock.rs` undoes this.

use std::path::PathBuf;
use std::{env, fs, io};

/// What stands before each digest.
const MARK: &str = " --hash=sha256:";

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for name in ["requirements.txt", "requirements-dev.txt"] {
        println!("cargo::rerun-if-changed={name}");
        fs::write(folder.join(name), pack(&fs::read_to_string(name)?)?)?;
    }
    Ok(())
}

/// The text, with a zero and the digest's 32 bytes in place of each mark and its digest.
fn pack(text: &str) -> io::Result<Vec<u8>> {
    let mut pieces = text.split(MARK);
    let mut packed = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (digest, rest) = piece.split_at_checked(64).ok_or(io::ErrorKind::InvalidData)?;
        packed.push(0);
        for pair in digest.as_bytes().chunks(2) {
            let digits = str::from_utf8(pair).map_err(io::Error::other)?;
            packed.push(u8::from_str_radix(digits, 16).map_err(io::Error::other)?);
        }
        packed.extend(rest.as_bytes());
    }
    Ok(packed)
}
