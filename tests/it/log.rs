//! What packs log.

use crate::support::{Machine, Pack};

fn chatty() -> Pack {
    let pack = Pack::new("chatty")
        .imports(r#"(import "scaffold:pack/log@0.1.0" "write" (func $write (param i32 i32 i32)))"#)
        .with(r#"(data (i32.const 512) "made \1b[2Jup")"#);
    let nothing = "(i32.const 1024)";
    pack.plan(&format!("(call $write (i32.const 2) (i32.const 512) (i32.const 11)) {nothing}"))
}

#[test]
fn a_packs_lines_are_shown_on_request_and_cleaned() {
    let machine = Machine::new();
    machine.pack("chatty.wasm", &chatty());
    let quiet = machine.run(&["new", "a", "--pack", "./chatty.wasm"]).succeeds();
    assert!(!quiet.stderr.contains("made"), "{}", quiet.stderr);
    let verbose = machine.run(&["new", "b", "--pack", "./chatty.wasm", "--verbose"]).succeeds();
    assert!(verbose.stderr.contains("warning: made \u{fffd}[2Jup"), "{}", verbose.stderr);
}
