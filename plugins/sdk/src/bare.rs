//! What stands in for the standard library.

use lol_alloc::{LeakingAllocator, LockedAllocator};

/// Never frees: the host makes an instance for each call and throws it away.
#[global_allocator]
static ALLOCATOR: LockedAllocator<LeakingAllocator> = LockedAllocator::new(LeakingAllocator::new());

/// A trap is all that the host sees of a panic, with the standard library too.
#[panic_handler]
fn trap(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
