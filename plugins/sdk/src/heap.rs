//! The memory of a pack, which is never freed: the host makes an instance for each call and throws it away.
//!
//! That takes about a fifth of its code from a pack: an allocator that keeps books, and, as the compiler sees that freeing
//! comes to nothing, all that walks through values to free them.

use lol_alloc::{AssumeSingleThreaded, LeakingAllocator};

#[global_allocator]
// SAFETY: there is one thread, as the host makes no others.
#[allow(unsafe_code, reason = "only who writes for one host can know that there are no threads")]
static HEAP: AssumeSingleThreaded<LeakingAllocator> = unsafe { AssumeSingleThreaded::new(LeakingAllocator::new()) };
