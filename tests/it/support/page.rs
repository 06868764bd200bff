//! A page of the documentation that is followed as a reader would: its files are written, its commands are run, and what
//! they print is what it says.
//!
//! A block whose first line names a path is a file, or with the language `diff` changes of one, with `@@` between them: the
//! lines of each are found in the file once, and replaced. In a block of the console, what follows a command is what it
//! prints. Of programs other than `scaffold` it is shown only where that is said; they have to succeed.

use std::ffi::OsString;
use std::process::Command;

use super::Machine;

/// A block: the words after its opening marks, and its text.
type Block<'a> = (&'a str, &'a str);

/// The text of a page below `docs/`.
pub fn page(name: &str) -> String {
    std::fs::read_to_string(format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Who follows a page.
pub struct Reader<'a> {
    machine: &'a Machine,
    /// Where they are, below the machine's folder.
    folder: String,
    environment: Vec<(&'static str, OsString)>,
    /// Lines that would fetch something, and what is done instead.
    installs: Vec<(&'static str, &'a dyn Fn())>,
}

impl<'a> Reader<'a> {
    pub fn new(machine: &'a Machine) -> Self {
        Self { machine, folder: String::new(), environment: Vec::new(), installs: Vec::new() }
    }

    /// Sets a variable for all commands.
    pub fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Does this where the page says to fetch something by this line.
    pub fn installs(mut self, line: &'static str, instead: &'a dyn Fn()) -> Self {
        self.installs.push((line, instead));
        self
    }

    /// Follows a text to its end.
    pub fn follow(&mut self, text: &str) {
        for (kind, text) in blocks(text) {
            match kind.split_once(' ') {
                Some(("diff", path)) => self.change(path, text),
                Some((_, path)) => drop(self.machine.write(&self.at(path), text)),
                None if kind == "console" => self.type_all(text),
                None => panic!("a block of `{kind}` is neither a file nor a command"),
            }
        }
    }

    fn go(&mut self, folder: &str) {
        match folder.strip_prefix("..") {
            // Beside the folder, or above it.
            Some(beside) => {
                self.folder.truncate(self.folder.rfind('/').unwrap_or(0));
                self.folder = self.at(beside.trim_start_matches('/'));
            }
            None => self.folder = self.at(folder),
        }
    }

    fn at(&self, path: &str) -> String {
        if self.folder.is_empty() || path.is_empty() {
            format!("{}{path}", self.folder)
        } else {
            format!("{}/{path}", self.folder)
        }
    }

    fn change(&self, path: &str, diff: &str) {
        let path = self.at(path);
        let mut text = self.machine.read(&path);
        for hunk in diff.split("@@\n") {
            let side = |gone: char| -> String {
                let lines = hunk.lines().filter(|line| !line.starts_with(gone));
                // A line without anything is one that an editor took the space of.
                lines.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
            };
            let (old, new) = (side('+'), side('-'));
            assert_eq!(text.matches(&old).count(), 1, "`{path}` has this not once:\n{old}\nbut is:\n{text}");
            text = text.replacen(&old, &new, 1);
        }
        self.machine.write(&path, text);
    }

    fn type_all(&mut self, text: &str) {
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let line = line.strip_prefix("$ ").unwrap_or_else(|| panic!("`{line}` is no command"));
            let mut expected = String::new();
            while let Some(said) = lines.next_if(|line| !line.starts_with("$ ")) {
                expected.push_str(said);
                expected.push('\n');
            }
            self.type_one(line, &expected);
        }
    }

    fn type_one(&mut self, line: &str, expected: &str) {
        if let Some((_, instead)) = self.installs.iter().find(|(install, _)| *install == line) {
            instead();
            return;
        }
        let words: Vec<&str> = line.split(' ').collect();
        let said = match words.as_slice() {
            ["cd", folder] => return self.go(folder),
            ["cat", file] => self.machine.read(&self.at(file)),
            ["scaffold", arguments @ ..] => {
                let run = self.machine.finish(self.here(&mut self.machine.command(arguments)));
                run.stderr + &run.stdout
            }
            [program, arguments @ ..] => {
                let mut command = Command::new(program);
                let run = self.machine.finish(self.here(command.args(arguments))).succeeds();
                if expected.is_empty() { String::new() } else { run.stderr + &run.stdout }
            }
            [] => String::new(),
        };
        let said: String = said.lines().filter(|line| !varies(line)).map(|line| format!("{line}\n")).collect();
        assert_eq!(without_sizes(&said), without_sizes(expected), "{line}");
    }

    fn here<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.envs(self.environment.iter().cloned()).current_dir(self.machine.path(&self.folder))
    }
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (kind, after) = after.split_once('\n').unwrap();
        let end = after.find("```\n").expect("a block has an end");
        blocks.push((kind, &after[..end]));
        rest = &after[end + 3..];
    }
    blocks
}

/// Texts without the sizes of what a compiler made, which its version tells.
fn without_sizes(text: &str) -> String {
    let line = |line: &str| match line.split_once(" bytes") {
        Some((before, after)) => format!("{} bytes{after}\n", before.trim_end_matches(|c: char| c.is_ascii_digit())),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// What a machine's speed tells.
fn varies(line: &str) -> bool {
    line.trim_start().starts_with("Costs ")
}
