//! `scaffold pack check`.

use serde_json::Value;

use crate::support::{Machine, Pack};

const HEAD: &str = "name = \"a\"\nversion = \"0.1.0\"\nsummary = \"x\"\nlicense = \"MIT\"\n";

fn pack(rest: &str) -> Machine {
    let machine = Machine::new();
    machine.write("a/pack.toml", format!("{HEAD}description = \"x\"\n{rest}\n"));
    machine
}

#[track_caller]
fn fails(machine: &Machine, code: &str, told: &str) {
    let said = machine.run(&["pack", "check", "a"]).fails();
    assert!(said.starts_with(&format!("error[{code}]")) && said.contains(told), "{said}");
}

#[test]
fn a_sound_pack_is_told_what_could_be_better() {
    let machine =
        pack("[questions.n]\ntype = \"integer\"\nexamples = [7]\nminimum = 5\n[questions.b]\ntype = \"boolean\"");
    machine.write("a/templates/{{ answers.n }}.txt", "x");
    let run = machine.run(&["pack", "check", "a"]).succeeds();
    assert!(run.stderr.contains("warning[pack-check]: the folder has no `README`"), "{}", run.stderr);
    assert!(run.stderr.contains("`a` 0.1.0: 2 combinations of answers"), "{}", run.stderr);
    machine.write("a/README.md", "x").write("a/LICENSE", "x");
    let run = machine.run(&["pack", "check", "a", "--json"]).succeeds();
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&document["warnings"], &document["combinations"]), (&Value::Array(Vec::new()), &2.into()));
}

#[test]
fn a_default_that_is_no_answer() {
    let machine = pack("[questions.n]\ntype = \"integer\"\ndefault = 1\nminimum = 5");
    fails(&machine, "pack-check-failed", "the default of `n` is no answer to it");
}

/// Nobody gave them: the author has to say what would serve.
#[test]
fn answers_that_the_check_makes_up() {
    let machine = pack("[questions.region]\ntype = \"string\"\npattern = \"^[a-z]+-[0-9]$\"");
    fails(&machine, "answers-invalid", "hint: give the questions `default` or `examples` that serve\n");
    let machine = pack("[questions.region]\ntype = \"string\"\npattern = \"^[a-z]+-[0-9]$\"\nexamples = [\"eu-1\"]");
    machine.run(&["pack", "check", "a"]).succeeds();
}

/// Whoever uses the pack is told to ask its author; this is the author.
#[test]
fn a_fault_of_the_pack_is_the_authors_to_mend() {
    let machine = pack("");
    machine.write("a/templates/f", "{{ answers.typo }}").write("a/tests/one/case.toml", "");
    fails(&machine, "template-undefined", "\nhint: mend the pack\n");
    let said = machine.run(&["pack", "test", "a"]).fails();
    assert!(said.contains("answers.typo") && !said.contains("the author of"), "{said}");
}

/// The files that are composed are nobody's business: the author knows folders.
#[test]
fn packs_are_told_by_their_folders() {
    let machine = pack("");
    let asks = "name = \"b\"\nversion = \"0.1.0\"\nsummary = \"x\"\n[dependencies]\na = \"2\"\n";
    machine.write("b/pack.toml", asks);
    let said = machine.run(&["pack", "check", "a", "--pack", "./b"]).fails();
    assert!(said.contains("\n  `a` is `./a`, which is 0.1.0\n"), "{said}");
    machine.write("a/tests/both/case.toml", "packs = [\"../b\"]\n");
    let said = machine.run(&["pack", "test", "a"]).fails();
    assert!(said.contains("\n  `a` is `./a`, which is 0.1.0\n"), "{said}");
    let said = machine.run(&["pack", "check", "b", "--pack", "./a"]).fails();
    assert!(said.contains("\n  `a` is `[WORK]/a`, which is 0.1.0\n"), "{said}");
}

#[test]
fn a_path_that_is_wrong_for_two_answers_together() {
    let choice = |key: &str| format!("[questions.{key}]\nenum = [\"x\", \"y\"]\ndefault = \"x\"\n");
    let path = "{{ '../out' if answers.a == 'y' and answers.b == 'y' else 'in' }}";
    let lines = format!("[[lines]]\npath = \"{path}\"\nlines = [\"x\"]\n");
    fails(&pack(&[choice("a"), choice("b"), lines].concat()), "path-refused", "with `a=y`, `b=y`");
}

#[test]
fn questions_that_are_not_asked_are_not_answered() {
    let rest = "[questions.on]\ntype = \"boolean\"\ndefault = false\n\
                [questions.how]\nenum = [\"x\", \"y\"]\ndefault = \"x\"\n\
                x-when = { properties = { on = { const = true } }, required = [\"on\"] }";
    let machine = pack(rest);
    let run = machine.run(&["pack", "check", "a"]).succeeds();
    assert!(run.stderr.contains("`a` 0.1.0: 3 combinations of answers"), "{}", run.stderr);
}

#[test]
fn a_pack_that_refuses_everything() {
    let machine = pack("[[check]]\nholds = \"false\"\nmessage = \"no\"");
    fails(&machine, "pack-check-failed", "refuses every combination of answers\n  no\n");
}

/// An expression that fails for some answers is a mistake, whatever else is refused.
#[test]
fn what_is_refused_is_told_and_what_fails_is_no_refusal() {
    let choice = "[questions.a]\nenum = [\"x\", \"y\", \"z\"]\ndefault = \"x\"\n";
    let check = "[[check]]\nholds = \"answers.a != 'y'\"\nmessage = \"no {{ answers.a }}\"\nanswer = \"/a\"\n";
    let machine = pack(&[choice, check].concat());
    let run = machine.run(&["pack", "check", "a"]).succeeds();
    assert!(run.stderr.contains("Refused 1 of them: `a`: no y\n"), "{}", run.stderr);
    let typo = "[[lines]]\npath = \"x\"\nlines = [\"{{ answers.typo }}\"]\nwhen = \"answers.a == 'z'\"\n";
    let machine = pack(&[choice, check, typo].concat());
    fails(&machine, "pack-expression", "`answers.typo` is not defined\n  with `a=z`\n");
}

/// That another pack refuses what the check gave it says nothing about this one.
#[test]
fn another_pack_that_refuses_is_a_mistake_of_the_check() {
    let machine = pack("");
    machine.write(
        "b/pack.toml",
        "name = \"b\"\nversion = \"0.1.0\"\nsummary = \"x\"\n[[check]]\nholds = \"false\"\nmessage = \"never\"\n",
    );
    let said = machine.run(&["pack", "check", "a", "--pack", "./b"]).fails();
    assert!(said.starts_with("error[pack-refused]: `b` 0.1.0") && said.contains("never"), "{said}");
}

#[test]
fn costs_are_the_same_each_time() {
    let costs = || {
        let machine = pack("[questions.n]\ntype = \"integer\"\ndefault = 1");
        machine.write("a/templates/x", "{{ answers.n }}");
        let run = machine.run(&["pack", "check", "a", "--json"]).succeeds();
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        (document["instructions"].as_u64().unwrap(), document["memory"].as_u64().unwrap())
    };
    let (instructions, memory) = costs();
    assert!(instructions > 10_000 && memory >= 1 << 16, "{instructions} {memory}");
    assert_eq!(costs(), (instructions, memory));
}

#[test]
fn what_a_pack_requires_is_given_by_another() {
    let machine = pack("[[requires]]\nname = \"service\"\nversion = \"^1\"");
    machine.run(&["pack", "check", "a"]).fails();
    machine.write(
        "b/pack.toml",
        "name = \"b\"\nversion = \"0.1.0\"\nsummary = \"x\"\n[[provides]]\nname = \"service\"\nversion = \"1.0.0\"\n",
    );
    machine.run(&["pack", "check", "a", "--pack", "./b"]).succeeds();
}

/// A pack whose files are others once it is 2030.
#[test]
fn a_pack_that_looks_at_the_clock_is_found_out() {
    let clock = "package wasi:clocks@0.2.9 { interface wall-clock {
        record datetime { seconds: u64, nanoseconds: u32 } now: func() -> datetime; } }";
    let pack = Pack::new("dated")
        .contract(|contract| {
            contract.replace("world pack {", "world pack { import wasi:clocks/wall-clock@0.2.9;") + clock
        })
        .imports(r#"(import "wasi:clocks/wall-clock@0.2.9" "now" (func $now (param i32)))"#)
        .render(
            "(call $now (i32.const 16))
             (if (i64.gt_u (i64.load (i32.const 16)) (i64.const 1800000000)) (then unreachable))
             (i32.const 1024)",
        );
    let machine = Machine::new();
    machine.pack("dated.wasm", &pack);
    let said = machine.run(&["pack", "check", "dated.wasm"]).fails();
    assert!(said.starts_with("error[pack-check-failed]: the same answers make another project"), "{said}");
    machine.pack("plain.wasm", &Pack::new("plain"));
    machine.run(&["pack", "check", "plain.wasm"]).succeeds();
}
