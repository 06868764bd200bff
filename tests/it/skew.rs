//! Packs and hosts of different versions of the contract: what should load loads, what should not is refused with both
//! versions named.

use snapbox::{assert_data_eq, str};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

use crate::support::{Machine, Pack, Run};

fn with_version(version: &str) -> impl FnOnce(&str) -> String {
    move |contract| contract.replace("package scaffold:pack@0.1.0;", &format!("package scaffold:pack@{version};"))
}

fn changed(version: &str, from: &str, to: &str) -> impl FnOnce(&str) -> String {
    assert!(crate::support::CONTRACT.contains(from), "the contract has no `{from}` any more");
    move |contract| with_version(version)(contract).replace(from, to)
}

fn run(pack: &Pack) -> Run {
    let machine = Machine::new();
    machine.pack("pack.wasm", pack);
    machine.run(&["new", "shop", "--pack", "./pack.wasm"])
}

/// Makes the module import a function, so that the component does.
fn importing(pack: Pack, interface: &str, function: &str) -> Pack {
    pack.imports(&format!(r#"(import "scaffold:pack/{interface}" "{function}" (func))"#))
}

/// Packs that nobody will build again rely on every word of it. What is new goes into a version beside it.
#[test]
fn the_contract_is_frozen() {
    let without_comments = |line: &str| line.split("//").next().unwrap_or_default().trim_end().to_owned();
    let lines: Vec<String> =
        crate::support::CONTRACT.lines().map(without_comments).filter(|line| !line.is_empty()).collect();
    assert_data_eq!(
        scaffold::model::Digest::of(lines.join("\n").as_bytes()).to_string(),
        str!["sha256:590ee44abd6fa297f2f38c0886f533a0b100253cd5b1ba6bcc8cfcd9a94043b5"]
    );
}

#[test]
fn a_newer_patch_version_of_the_same_shape_loads() {
    run(&Pack::new("skew").contract(with_version("0.1.1"))).succeeds();
}

#[test]
fn a_newer_patch_version_with_functions_that_it_does_not_use_loads() {
    run(&Pack::new("skew").contract(changed("0.1.1", "interface log {", "interface log { flush: func();"))).succeeds();
}

#[test]
fn a_newer_patch_version_with_a_function_that_it_uses_is_refused() {
    let pack = Pack::new("skew").contract(changed("0.1.1", "interface log {", "interface log { flush: func();"));
    assert_data_eq!(
        run(&importing(pack, "log@0.1.1", "flush")).fails(),
        str![[r#"
error[contract-unsupported]: `skew` 0.1.0 from `[WORK]/pack.wasm` does not fit the contract: it was built for `scaffold:pack` 0.1.1, and this scaffold serves 0.1.0
  component imports instance `scaffold:pack/log@0.1.1`, but a matching implementation was not found in the linker: instance export `flush` has the wrong type: function implementation is missing

hint: use a newer scaffold, or an older version of the pack

"#]]
    );
}

#[test]
fn a_patch_version_that_broke_the_rule_is_refused() {
    let pack = Pack::new("skew").contract(changed("0.1.1", "year: u16,", "year: u16, month: u8,"));
    let parameters = "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)";
    assert_data_eq!(
        run(&pack.parameters(parameters)).fails(),
        str![[r#"
error[contract-unsupported]: `skew` 0.1.0 from `[WORK]/pack.wasm` does not fit the contract: it was built for `scaffold:pack` 0.1.1, and this scaffold serves 0.1.0
  failed to convert function to given type: type mismatch with parameters: type mismatch for field project: expected record of 2 fields, found 3 fields

hint: use a newer scaffold, or an older version of the pack

"#]]
    );
}

#[test]
fn the_next_minor_version_is_refused() {
    assert_data_eq!(
        run(&Pack::new("skew").contract(with_version("0.2.0"))).fails(),
        str![[r#"
error[contract-unsupported]: `skew` 0.1.0 from `[WORK]/pack.wasm` was built for `scaffold:pack` 0.2.0; this scaffold serves 0.1.0

hint: use a newer scaffold, or an older version of the pack

"#]]
    );
}

#[test]
fn the_minor_version_before_is_refused() {
    assert_data_eq!(
        run(&Pack::new("skew").contract(with_version("0.0.9"))).fails(),
        str![[r#"
error[contract-unsupported]: `skew` 0.1.0 from `[WORK]/pack.wasm` was built for `scaffold:pack` 0.0.9; this scaffold serves 0.1.0

hint: use a newer version of the pack, or ask its author to build it again

"#]]
    );
}

/// A host of a later patch version, whose imports have grown, still takes packs that were built for 0.1.0.
#[test]
fn a_newer_host_takes_packs_of_today() {
    let mut config = Config::new();
    config.wasm_component_model(true);
    let engine = Engine::new(&config).unwrap();
    let pack = Pack::new("skew").imports(r#"(import "scaffold:pack/log@0.1.0" "write" (func (param i32 i32 i32)))"#);
    let component = Component::new(&engine, pack.wasm()).unwrap();
    let mut linker = Linker::<()>::new(&engine);
    let mut log = linker.instance("scaffold:pack/log@0.1.1").unwrap();
    log.func_new("write", |_, _, _, _| Ok(())).unwrap();
    log.func_new("flush", |_, _, _, _| Ok(())).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    assert!(instance.get_export_index(&mut store, None, "scaffold:pack/generator@0.1.1").is_some());
}
