//! How `scaffold new` grows with a project: instructions of the whole program, counted by callgrind, for more files and
//! for more packs.
//!
//! `cargo bench --bench scale` prints the curve and fails where ten times the work costs more than twelve times the
//! instructions. Instructions do not depend on what else the machine is doing; what a run of one empty pack takes is
//! subtracted, so that the start of the program does not flatter the ratio.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code, unused_imports)]
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::process::{Command, ExitCode};

use serde_json::json;
use support::{Machine, Pack};

/// What ten times the work may cost at most.
const BOUND: f64 = 12.0;
/// Files of each pack where packs are counted.
const FILES_OF_A_PACK: usize = 40;

fn main() -> ExitCode {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: valgrind is not installed");
        return ExitCode::SUCCESS;
    }
    let empty = count(&[Pack::new("empty")]);
    let files = curve("files", [1_000, 3_000, 10_000], empty, |number| vec![Shape::alone(number).pack("files")]);
    let packs = curve("packs", [5, 15, 50], empty, |number| {
        let shape = |at| Shape { files: FILES_OF_A_PACK, shares: true, opens: at == 0 };
        (0..number).map(|at| shape(at).pack(&format!("pack-{at:02}"))).collect()
    });
    if files && packs { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a curve, and says whether its ends keep to the bound.
fn curve(what: &str, sizes: [usize; 3], empty: u64, packs: impl Fn(usize) -> Vec<Pack>) -> bool {
    let counts = sizes.map(|size| count(&packs(size)) - empty);
    for (size, count) in sizes.iter().zip(counts) {
        println!(
            "{size:>6} {what:<6} {:>8.1} million instructions, {:.2} x",
            count as f64 / 1e6,
            ratio(count, counts[0])
        );
    }
    let grown = ratio(counts[2], counts[0]);
    let within = grown <= BOUND;
    let verdict = if within { "within" } else { "MORE THAN" };
    println!("{what}: ten times as many take {grown:.2} times the instructions, {verdict} {BOUND}\n");
    within
}

fn ratio(count: u64, first: u64) -> f64 {
    count as f64 / first as f64
}

/// What a pack brings.
struct Shape {
    /// Files of its own, every other one of a template.
    files: usize,
    /// Whether it has shares in files that all packs share.
    shares: bool,
    /// Whether it makes the file whose slot they fill.
    opens: bool,
}

impl Shape {
    fn alone(files: usize) -> Self {
        Self { files, shares: false, opens: false }
    }

    fn pack(&self, name: &str) -> Pack {
        Pack::new(name).renders(|memory| {
            let template = "{% for field in fields %}\n{{ name }}.{{ field }} = {{ loop.index }}\n{% endfor %}\n";
            let templates = [memory.template("file.j2", template)];
            let mut all = Vec::new();
            for at in 0..self.files {
                let path = format!("src/{name}/{:03}/file_{at}.txt", at / 100);
                let text = if at % 2 == 0 {
                    let values = json!({ "name": format!("file_{at}"), "fields": ["a", "b", "c"] });
                    memory.rendering("file.j2", &values.to_string())
                } else {
                    memory.literal(&format!("the text of file {at}\nin two lines\n"))
                };
                all.push(memory.file(&path, text, false));
            }
            if self.shares {
                all.push(memory.lines(".gitignore", &[&format!("{name}.log"), "*.tmp"]));
                let merge = memory.literal(&format!("[{name}]\nfiles = {}\n", self.files));
                all.push(memory.merge("settings.toml", "toml", merge, false, &[]));
                let fill = memory.literal(&format!("of {name}"));
                all.push(memory.fill("shared.txt", "slot", fill, 0));
            }
            if self.opens {
                let text = memory.bytes(b"first\n# slot\nlast\n");
                let slot = memory.opening("slot", "# slot", [false; 3]);
                all.push(memory.file_with("shared.txt", text, [false; 2], &[slot]));
            }
            memory.output(&templates, &all)
        })
    }
}

/// The instructions of a warm `scaffold new` of these packs.
fn count(packs: &[Pack]) -> u64 {
    let machine = Machine::new();
    let mut arguments = vec!["new".to_owned(), "project".to_owned(), "--quiet".to_owned()];
    for (at, pack) in packs.iter().enumerate() {
        machine.pack(&format!("{at}.wasm"), pack);
        arguments.extend(["--pack".to_owned(), format!("./{at}.wasm")]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    machine.run(&arguments).succeeds();
    std::fs::remove_dir_all(machine.path("project")).unwrap();
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", env!("CARGO_BIN_EXE_scaffold")]);
    valgrind.args(&arguments).current_dir(machine.path("")).env("SCAFFOLD_HOME", machine.home());
    // One thread does the work of all, so that waiting for each other is not counted.
    valgrind.env("RAYON_NUM_THREADS", "1").env("SOURCE_DATE_EPOCH", "1767225600");
    let run = machine.finish(&mut valgrind).succeeds();
    let total = run.stderr.lines().find_map(|line| line.split_once("Collected : "));
    total.and_then(|(_, number)| number.trim().parse().ok()).expect("callgrind tells a total")
}
