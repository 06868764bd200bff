//! The memory of a pack.
//!
//! The host makes an instance for each call and throws it away, so nothing is ever freed. That takes about a fifth of its
//! code from a pack: an allocator that keeps books, and all that walks through values to free them.
//!
//! The static stands in the pack's own crate, where [`allocator!`](crate::allocator) puts it: only there the compiler sees
//! that freeing comes to nothing.

use core::alloc::{GlobalAlloc, Layout};

use lol_alloc::{AssumeSingleThreaded, LeakingAllocator};

/// What allocates and never frees.
#[allow(missing_debug_implementations, reason = "nobody looks at it")]
pub struct Heap(AssumeSingleThreaded<LeakingAllocator>);

#[allow(unsafe_code, reason = "modules of the contract have no threads")]
impl Heap {
    /// A heap of which nothing is used.
    pub const fn new() -> Self {
        // SAFETY: there is one thread, as the host makes no others.
        Self(unsafe { AssumeSingleThreaded::new(LeakingAllocator::new()) })
    }
}

impl Default for Heap {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: all is handed on.
#[allow(unsafe_code, reason = "the trait is unsafe")]
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { self.0.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
