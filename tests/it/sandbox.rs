//! WASI as packs get it. `foreign.rs` has real runtimes; here are calls that no well-meant pack makes.

use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack, Run};

/// A pack whose world also imports `imports`, of the packages that follow the contract's.
fn pack(imports: &str, packages: &str) -> Pack {
    Pack::new("sandboxed").contract(|contract| {
        let world = contract.replace("world pack {", &format!("world pack {{ {imports}"));
        assert_ne!(world, contract);
        world + packages
    })
}

fn run(pack: &Pack) -> Run {
    let machine = Machine::new();
    machine.pack("pack.wasm", pack);
    machine.run(&["new", "shop", "--pack", "./pack.wasm"])
}

const NOTHING: &str = "(i32.const 1024)";

fn with_http() -> Pack {
    pack(
        "import wasi:http/outgoing-handler@0.2.10;",
        "package wasi:http@0.2.10 { interface outgoing-handler { handle: func(); } }",
    )
    .imports(r#"(import "wasi:http/outgoing-handler@0.2.10" "handle" (func $handle))"#)
}

#[test]
fn the_network_may_be_imported() {
    run(&with_http()).succeeds();
}

#[test]
fn the_network_may_not_be_called() {
    let pack = with_http().render(&format!("(call $handle) {NOTHING}"));
    assert_data_eq!(
        run(&pack).fails(),
        str![[r#"
error[pack-denied]: `sandboxed` 0.1.0 from `[WORK]/pack.wasm` called `wasi:http/outgoing-handler@0.2.10#handle`, which packs may not
  in its `render`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

#[test]
fn another_generation_of_wasi_is_refused() {
    let pack = pack(
        "import wasi:http/outgoing-handler@0.3.0;",
        "package wasi:http@0.3.0 { interface outgoing-handler { handle: func(); } }",
    )
    .imports(r#"(import "wasi:http/outgoing-handler@0.3.0" "handle" (func $handle))"#);
    assert_data_eq!(
        run(&pack).fails(),
        str![[r#"
error[import-refused]: `sandboxed` 0.1.0 from `[WORK]/pack.wasm` imports `wasi:http/outgoing-handler@0.3.0`, which scaffold does not grant

hint: a pack gets `scaffold:pack/jinja`, `scaffold:pack/layout`, `scaffold:pack/log` and WASI 0.2 without files and network; ask its author for a build without this import

"#]]
    );
}

#[test]
fn a_pack_that_stops_itself() {
    let pack = pack(
        "import wasi:cli/exit@0.2.9;",
        "package wasi:cli@0.2.9 { interface exit { exit: func(status: result); } }",
    )
    .imports(r#"(import "wasi:cli/exit@0.2.9" "exit" (func $exit (param i32)))"#)
    .render(&format!("(call $exit (i32.const 1)) {NOTHING}"));
    assert_data_eq!(
        run(&pack).fails(),
        str![[r#"
error[pack-exit]: `sandboxed` 0.1.0 from `[WORK]/pack.wasm` stopped itself with exit code 1
  in its `render`

hint: this is a fault of the pack: report it to its author

"#]]
    );
}

/// Were the clock the machine's, this pack would sleep for thirty years, and its deadline would not wake it.
#[test]
fn sleep_costs_no_time() {
    let pack = pack(
        "import wasi:clocks/monotonic-clock@0.2.9;",
        "package wasi:io@0.2.9 { interface poll { resource pollable { block: func(); } } }
         package wasi:clocks@0.2.9 { interface monotonic-clock {
             use wasi:io/poll@0.2.9.{pollable};
             now: func() -> u64;
             subscribe-duration: func(when: u64) -> pollable;
         } }",
    )
    .imports(
        r#"(import "wasi:clocks/monotonic-clock@0.2.9" "now" (func $now (result i64)))
           (import "wasi:clocks/monotonic-clock@0.2.9" "subscribe-duration" (func $sleep (param i64) (result i32)))
           (import "wasi:io/poll@0.2.9" "[method]pollable.block" (func $block (param i32)))"#,
    )
    .render(&format!(
        "(call $block (call $sleep (i64.const 1000000000000000000)))
         (if (i64.lt_u (call $now) (i64.const 1000000000000000000)) (then unreachable))
         {NOTHING}"
    ));
    run(&pack).succeeds();
}
