//! Several packs, one project: the rules as a user meets them. `src/compose` has the tables of cases.

use serde_json::json;
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack};

fn two(first: &Pack, second: &Pack) -> Machine {
    let machine = Machine::new();
    machine.pack("a.wasm", first).pack("b.wasm", second);
    machine
}

const BOTH: [&str; 6] = ["new", "shop", "--pack", "./a.wasm", "--pack", "./b.wasm"];

#[test]
fn two_packs_that_want_one_file() {
    let machine = two(
        &Pack::new("one").files(&[("Makefile", "all:\n"), ("a", "1")]),
        &Pack::new("two").files(&[("Makefile", "test:\n"), ("a", "2")]),
    );
    assert_data_eq!(
        machine.run(&BOTH).fails(),
        str![[r#"
error[file-conflict]: `one` 0.1.0 and `two` 0.1.0 both make `Makefile`, and their contents differ
  `one` 0.1.0: line 1 is `all:`
  `two` 0.1.0: line 1 is `test:`

hint: say whose counts, `--settle 'Makefile=@two'`; or leave out one of the two, or move `two` with `--at two=DIR`

error[file-conflict]: `one` 0.1.0 and `two` 0.1.0 both make `a`, and their contents differ
  `one` 0.1.0: line 1 is `1`
  `two` 0.1.0: line 1 is `2`

hint: say whose counts, `--settle 'a=@two'`; or leave out one of the two, or move `two` with `--at two=DIR`

"#]]
    );
    assert!(!machine.path("shop").exists());
}

#[test]
fn identical_bytes_agree() {
    let machine = two(
        &Pack::new("one").files(&[("LICENSE", "free\n"), ("one", "")]),
        &Pack::new("two").files(&[("LICENSE", "free\n"), ("two", "")]),
    );
    machine.run(&BOTH).succeeds();
    assert_eq!(machine.read("shop/LICENSE"), "free\n");
    assert!(machine.read("shop/scaffold.lock").contains(r#"packs = ["one", "two"]"#));
}

#[test]
fn lines_are_united_in_canonical_order() {
    let lines = |name: &str, lines: &[&str]| {
        Pack::new(name).renders(|memory| {
            let share = memory.lines(".gitignore", lines);
            memory.output(&[], &[share])
        })
    };
    let machine = two(&lines("zebra", &["*.tmp", "z.log"]), &lines("ant", &["a.log", "*.tmp"]));
    machine.run(&BOTH).succeeds();
    assert_data_eq!(
        machine.read("shop/.gitignore"),
        str![[r#"
# ant
a.log
*.tmp

# zebra
z.log

"#]]
    );
}

#[test]
fn the_order_of_packs_on_the_command_line_does_not_matter() {
    let make = |order: [&str; 2]| {
        let machine = two(
            &Pack::new("one").files(&[("LICENSE", "free\n"), ("one", "")]),
            &Pack::new("two").files(&[("LICENSE", "free\n"), ("two", "")]),
        );
        machine.run(&["new", "shop", "--pack", order[0], "--pack", order[1]]).succeeds();
        machine.tree("shop")
    };
    assert_eq!(make(["./a.wasm", "./b.wasm"]), make(["./b.wasm", "./a.wasm"]));
}

#[test]
fn a_capability_that_nobody_provides() {
    let needy = Pack::new("needy").manifest(
        "requires",
        json!([{ "name": "database", "version": "^1", "cardinality": "exactly-one", "facts": {}, "needed-in": "render" }]),
    );
    let machine = Machine::new();
    machine.pack("needy.wasm", &needy);
    assert_data_eq!(
        machine.run(&["new", "shop", "--pack", "./needy.wasm"]).fails(),
        str![[r#"
error[capability-missing]: `needy` 0.1.0 needs `database@^1`, and no pack of the project offers it

hint: add a pack that provides it, or drop the one that needs it

"#]]
    );
}

#[test]
fn packs_that_wait_for_each_other() {
    let pack = |name: &str, offers: &str, needs: &str| {
        Pack::new(name).manifest("provides", json!([{ "name": offers, "version": "1.0.0", "facts": {} }])).manifest(
            "requires",
            json!([{ "name": needs, "version": "^1", "cardinality": "exactly-one", "facts": {}, "needed-in": "plan" }]),
        )
    };
    let machine = two(&pack("one", "egg", "hen"), &pack("two", "hen", "egg"));
    assert_data_eq!(
        machine.run(&BOTH).fails(),
        str![[r#"
error[capability-cycle]: `one` 0.1.0 and `two` 0.1.0 need each other's facts before they can plan
  `one` 0.1.0 needs `hen@1.0.0` of `two` 0.1.0
  `two` 0.1.0 needs `egg@1.0.0` of `one` 0.1.0

hint: leave one of them out, or ask its author to need the capability in `render` instead

"#]]
    );
}

#[test]
fn a_pack_without_its_dependency() {
    let pack = Pack::new("needy").manifest("dependencies", json!([{ "name": "fastapi-bse", "version": "^0.1" }]));
    let machine = Machine::new();
    machine.pack("needy.wasm", &pack);
    assert_data_eq!(
        machine.run(&["new", "shop", "--pack", "./needy.wasm"]).fails(),
        str![[r#"
error[pack-unknown]: there is no pack `fastapi-bse` in the registry `https://packs.scaffold.example/`
  `needy` 0.1.0 depends on it

hint: did you mean `fastapi-base`?

"#]]
    );
}
