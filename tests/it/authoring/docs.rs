//! `docs/authoring.md`: its files are written, its commands are run, and what they say is what it says.
//!
//! A block whose first line names a path is a file. In a block of the console, what follows a command is what it prints.

use crate::support::Machine;

/// A block of a chapter: the words after its opening marks, and its text.
type Block<'a> = (&'a str, &'a str);

#[test]
fn the_page_is_true() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/authoring.md")).unwrap();
    for chapter in page.split("\n## ").skip(1) {
        let machine = Machine::new();
        for (kind, text) in blocks(chapter) {
            match kind.split_once(' ') {
                Some((_, path)) => drop(machine.write(path, text)),
                None if kind == "console" => run(&machine, text),
                None => panic!("a block of `{kind}` is neither a file nor a command"),
            }
        }
    }
}

fn blocks(chapter: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = chapter;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (kind, after) = after.split_once('\n').unwrap();
        let end = after.find("```\n").expect("a block has an end");
        blocks.push((kind, &after[..end]));
        rest = &after[end + 3..];
    }
    blocks
}

fn run(machine: &Machine, text: &str) {
    for command in text.split("$ ").skip(1).filter(|command| !command.is_empty()) {
        let (line, expected) = command.split_once('\n').unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let said = match words.as_slice() {
            ["scaffold", arguments @ ..] => {
                let run = machine.run(arguments);
                run.stderr + &run.stdout
            }
            ["cat", file] => machine.read(file),
            _ => panic!("`{line}` is no command of this page"),
        };
        let said: String = said.lines().filter(|line| !varies(line)).map(|line| format!("{line}\n")).collect();
        assert_eq!(said, expected, "{line}");
    }
}

/// What a machine's speed tells.
fn varies(line: &str) -> bool {
    line.trim_start().starts_with("Costs ")
}
