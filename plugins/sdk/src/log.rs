//! Messages for the pack's author, shown with `--verbose`. Natively they go to standard error.

#[cfg(target_arch = "wasm32")]
use crate::bindings::scaffold::pack::log::{Level, write};

/// What only the author wants to see.
pub fn debug(message: &str) {
    #[cfg(target_arch = "wasm32")]
    write(Level::Debug, message);
    #[cfg(not(target_arch = "wasm32"))]
    std::eprintln!("debug: {message}");
}

/// What the pack did.
pub fn info(message: &str) {
    #[cfg(target_arch = "wasm32")]
    write(Level::Info, message);
    #[cfg(not(target_arch = "wasm32"))]
    std::eprintln!("info: {message}");
}
