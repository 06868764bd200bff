//! The threads on which strangers' code runs.
//!
//! A pack, the host's functions beneath it and the template engine beneath those recurse on the native stack, and
//! running out of that would end the process. `host` and `template` bound how deep they get; the threads here have room
//! for all of them at once. Whoever runs strangers' code comes here first, and work that is here already stays where it
//! is: a pack that asks for an expression's value waits for no other thread.
//!
//! There are as many as there are processors, started when they are first needed, or ahead of that by [`start`].

use std::cell::Cell;
use std::hint::black_box;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use crate::model::{Diagnose, Report};

/// Bytes of stack that the template engine may need, by the bounds of `template`.
const TEMPLATE: usize = 64 << 20;
/// Bytes of stack for a pack and whoever called it. WebAssembly itself has wasmtime's default of 512 KiB.
const PACK: usize = 8 << 20;

/// The system starts no thread.
#[derive(Debug, thiserror::Error)]
#[error("no thread could be started: {0}")]
pub struct NoThread(&'static str);

impl Diagnose for NoThread {
    fn report(&self) -> Report {
        Report::new("no-thread", self.to_string()).hint("close other programs, or raise the limits of `ulimit -a`")
    }
}

thread_local! {
    /// Whether this is one of the threads here.
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
    /// Whether a panic on this thread ends no more than a piece of work.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Does the work on one of the threads here. What it does in parallel stays on them, too.
///
/// # Errors
/// The system starts no thread.
pub fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, NoThread> {
    if IS_OWN.get() {
        return Ok(work());
    }
    match started() {
        Ok(threads) => Ok(threads.install(work)),
        Err(reason) => Err(NoThread(reason)),
    }
}

/// Starts the threads, so that they are there when they are needed, and has one of them do some work meanwhile. Without
/// threads it is not done; whoever needs them is told why there are none.
pub fn start(work: impl FnOnce() + Send + 'static) {
    if let Ok(threads) = started() {
        threads.spawn(work);
    }
}

/// Does `here` on this thread, and `there` meanwhile on another one of these that has nothing to do; after it, where there
/// is none.
pub fn beside<A, B: Send>(here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    let mut result = None;
    let done = rayon::in_place_scope(|scope| {
        scope.spawn(|_| result = Some(there()));
        here()
    });
    let Some(result) = result else { unreachable!("a scope ends after all that was begun in it") };
    (done, result)
}

/// Does work that strangers decide about. None: it panicked, and nobody but the caller need be told.
pub fn guard<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = IS_GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(before);
    done.ok()
}

/// Whether a panic on this thread would be caught by [`guard`].
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
}

fn started() -> Result<&'static rayon::ThreadPool, &'static str> {
    static THREADS: OnceLock<Result<rayon::ThreadPool, String>> = OnceLock::new();
    let start = || {
        // As many as there are processors, whatever the environment says: a stack each is reserved.
        let number = std::thread::available_parallelism().map_or(1, NonZero::get).min(16);
        rayon::ThreadPoolBuilder::new()
            .num_threads(number)
            .thread_name(|number| format!("work-{number}"))
            .stack_size(TEMPLATE + PACK)
            .start_handler(|_| {
                IS_OWN.set(true);
                grow_heap();
            })
            .build()
            .map_err(|error| error.to_string())
    };
    THREADS.get_or_init(start).as_ref().map_err(String::as_str)
}

/// Gives the thread's heap room in advance, untouched. glibc extends the heap of any thread but the first by what each
/// allocation lacks, a page most of the time, with a call of the system for each: hundreds for a project.
fn grow_heap() {
    // The first is mapped by itself, and letting it go teaches the allocator to keep blocks of such sizes; the second
    // is cut from the heap and stays with it.
    for bytes in [3 << 20, 2 << 20] {
        drop(black_box(Vec::<u8>::with_capacity(bytes)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::thread::current;

    use super::*;

    #[test]
    fn work_that_is_here_stays_here() {
        let (outer, inner) = run(|| (current().id(), run(|| current().id()).unwrap())).unwrap();
        assert_eq!(outer, inner);
        assert_ne!(outer, current().id());
    }

    #[test]
    fn what_is_done_beside_is_done_once_both_are() {
        let both = || beside(|| current().id(), || 2);
        assert_eq!(both(), (current().id(), 2));
        let (outer, (here, there)) = run(|| (current().id(), both())).unwrap();
        assert_eq!((here, there), (outer, 2));
    }

    #[test]
    fn a_guarded_panic_ends_a_piece_of_work() {
        let inside = run(|| (guard(is_guarded), guard(|| std::panic::panic_any("told to nobody"))));
        assert_eq!(inside.unwrap(), (Some(true), None::<()>));
        assert!(!run(is_guarded).unwrap());
        assert_eq!(run(|| 1).unwrap(), 1);
    }
}
