//! The README's examples are what the program says.

use crate::support::Machine;

/// What follows a command in the README, up to the next command or the end of the block.
fn shown(command: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, after) = readme.split_once(&format!("$ {command}\n")).expect("the README has the command");
    let lines = after.lines().take_while(|line| !line.starts_with("$ ") && !line.starts_with("```"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_examples_are_true() {
    let machine = Machine::new();
    for (code, command) in [
        (0, "scaffold new shop --pack fastapi-orders --pack terraform-eks --pack gh-actions --defaults"),
        (1, "scaffold new shop --pack fastapi-orders --set auth=basic --set prot=9000"),
    ] {
        let arguments: Vec<&str> = command.split(' ').skip(1).collect();
        let target = if code == 0 { "shop" } else { "other" };
        let arguments: Vec<&str> =
            arguments.into_iter().map(|word| if word == "shop" { target } else { word }).collect();
        let run = machine.run(&arguments);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert_eq!(run.stderr.replace(target, "shop"), shown(command));
    }
    let place = "app/core/config.py:32";
    let run = machine.run(&["-C", "shop", "explain", place]).succeeds();
    assert_eq!(run.stdout, shown(&format!("scaffold explain {place}")));
    let run = machine.run(&["-C", "shop", "add", "fastapi-users"]).succeeds();
    assert_eq!(run.stderr, shown("scaffold add fastapi-users"));
}

#[test]
fn the_lifecycles_example_can_be_typed() {
    let machine = Machine::new();
    machine.run(&["new", "shop", "--pack", "fastapi-orders", "--defaults"]).succeeds();
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lifecycle.md")).unwrap();
    let typed: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("$ scaffold ")).collect();
    assert!(typed.len() > 3, "{typed:?}");
    for line in typed {
        let words = line.split('#').next().unwrap_or_default().split_whitespace();
        machine.run(&["-C", "shop"].into_iter().chain(words).collect::<Vec<_>>()).succeeds();
    }
}
