//! Where in the project instances stand.
//!
//! Natively the test kit answers: the root for every instance that [`test::stands_in`](crate::test::stands_in) was not
//! told of.

#[cfg(target_arch = "wasm32")]
use crate::bindings::scaffold::pack::layout as host;
use crate::prelude::*;
#[cfg(not(target_arch = "wasm32"))]
use crate::test::layout as host;

/// The folder of an instance, relative to the project's root: `services/orders`, or `.` for the root itself. None for
/// an instance that is neither the pack's own nor one whose offers it is given.
pub fn folder(instance: &str) -> Option<String> {
    host::folder(instance)
}

/// Whether an instance stands in the project's root.
pub fn is_root(instance: &str) -> bool {
    folder(instance).is_none_or(|folder| folder == ".")
}

/// A path of an instance, relative to the project's root: what is `Dockerfile` for the pack that it belongs to is
/// `services/orders/Dockerfile` for one in the root.
pub fn within(instance: &str, path: &str) -> String {
    match folder(instance) {
        Some(folder) if folder != "." && path == "." => folder,
        Some(folder) if folder != "." => [&folder, "/", path].concat(),
        _ => path.to_owned(),
    }
}
