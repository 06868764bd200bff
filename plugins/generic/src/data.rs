//! Where the blueprint lies.
//!
//! `scaffold pack build` makes this module's memory larger by as many pages as the blueprint takes, puts it there, and
//! writes its address and length over [`BLUEPRINT`], whose own address it finds among the module's exports. Nothing of
//! the code changes, so that no pack without code is compiled by anyone but its users' hosts.

use core::sync::atomic::{AtomicU32, Ordering};

use scaffold_blueprint::{Blueprint, Code as _, Input};
use scaffold_pack::prelude::*;

/// Address and length of the blueprint's bytes. Atomic, so that the compiler does not take the zeros for the truth.
#[unsafe(no_mangle)]
#[allow(unsafe_code, reason = "an exported name is how the address is found")]
pub static BLUEPRINT: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];

/// The blueprint. It stays, as an instance answers one call. Where there is none, or what is there is no blueprint, it is
/// an empty one: a pack without a name, which no host takes.
pub fn blueprint() -> &'static Blueprint {
    let [address, length] = BLUEPRINT.each_ref().map(|word| word.load(Ordering::Relaxed) as usize);
    let bytes: &[u8] = match length {
        0 => &[],
        // SAFETY: whoever sets the two words has put that many bytes there, in pages that no allocator knows of.
        #[allow(unsafe_code, reason = "the memory was filled by whoever built the pack")]
        length => unsafe { core::slice::from_raw_parts(address as *const u8, length) },
    };
    let mut input = Input::new(bytes);
    let blueprint = read(&mut input);
    if input.was_whole() { blueprint } else { read(&mut Input::new(&[])) }
}

fn read(input: &mut Input<'_>) -> &'static Blueprint {
    Box::leak(Box::new(Blueprint::read(input)))
}
