//! Where instances stand in tests.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::thread_local;

use crate::prelude::*;

thread_local! {
    // Each test has a thread of its own.
    static FOLDERS: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// As the contract has it, but that every instance is known.
pub(crate) fn folder(instance: &str) -> Option<String> {
    Some(FOLDERS.with_borrow(|folders| folders.get(instance).cloned()).unwrap_or_else(|| ".".to_owned()))
}

/// Sets the folder of an instance.
pub(super) fn place(instance: &str, folder: &str) {
    FOLDERS.with_borrow_mut(|folders| folders.insert(instance.to_owned(), folder.to_owned()));
}

#[cfg(test)]
mod tests {
    use crate::layout::folder;
    use crate::test::stands_in;

    #[test]
    fn an_instance_stands_where_the_test_says() {
        stands_in("orders", "services/orders");
        assert_eq!(folder("orders").as_deref(), Some("services/orders"));
        assert_eq!(folder("users").as_deref(), Some("."));
    }
}
