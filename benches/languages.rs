//! What a pack costs by its language: compiling it, once on each machine, and running it, in each project.
//!
//! `scaffold pack build examples/rust --output rust.wasm`, and so on; then `cargo bench --bench languages -- *.wasm`. For each
//! file the CPU seconds of compiling, and the wall time of loading the compiled code and of both phases, which is what a
//! run takes longer than without the pack.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use scaffold::host::{CompiledCode, Host, Options, Surroundings};
use scaffold::model::{Context, Digest, JsonObject, Project};
use scaffold::threads;
use serde_json::json;
use wait4::Wait4 as _;

const RUNS: usize = 25;

/// What this program is called with to compile and do nothing else, so that the system can tell what that took.
const COMPILE: &str = "--compile";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, home, files @ ..] = arguments.as_slice()
        && command == COMPILE
    {
        let host = host(Path::new(home));
        for file in files {
            load(&host, file);
        }
        return;
    }
    let files: Vec<&String> = arguments.iter().filter(|argument| argument.ends_with(".wasm")).collect();
    if files.is_empty() {
        println!("skipped: name the packs, `cargo bench --bench languages -- PACK.wasm...`");
        return;
    }
    println!("{:<24} {:>10} {:>12} {:>12} {:>12}", "pack", "bytes", "compile CPU", "load", "plan+render");
    files.into_iter().for_each(|file| measure(file));
}

fn host(home: &Path) -> Host {
    let options = Options {
        compiled: CompiledCode::at(home.to_owned()),
        timeout: Duration::from_secs(60),
        surroundings: Surroundings::default(),
        metered: false,
    };
    Host::new(options).expect("a host")
}

/// Compiles a pack where that was not done before.
fn load(host: &Host, file: &str) -> Digest {
    let bytes = std::fs::read(file).expect("a file");
    let digest = Digest::of(&bytes);
    host.load(file, &digest, || Ok(bytes.into())).expect("a pack");
    digest
}

/// CPU seconds of a process that starts a host and compiles these packs.
fn compile(home: &Path, files: &[&str]) -> f64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let used = command.arg(COMPILE).arg(home).args(files).spawn().unwrap().wait4().expect("the system tells").rusage;
    (used.utime + used.stime).as_secs_f64()
}

fn measure(file: &str) {
    let home = tempfile::tempdir().unwrap();
    let empty = compile(home.path(), &[]);
    let compiled = compile(home.path(), &[file]) - empty;
    let size = std::fs::metadata(file).unwrap().len();
    let host = host(home.path());
    let digest = load(&host, file);
    let context = context();
    let (mut load, mut run) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        let pack = host.load_compiled(file, &digest).expect("compiled code").expect("a pack");
        load.push(start.elapsed());
        let start = Instant::now();
        threads::run(|| {
            pack.plan(&context, &[]).expect("facts");
            pack.render(&context, &[]).expect("contributions");
        })
        .unwrap();
        run.push(start.elapsed());
    }
    println!("{file:<24} {size:>10} {:>10.3} s {:>9.2} ms {:>9.2} ms", compiled, median(load), median(run));
}

/// Answers to the questions of the examples.
fn context() -> Context {
    let answers = json!({ "owner": "core", "resources": ["order", "invoice"], "style": "plain" });
    let answers: JsonObject = answers.as_object().unwrap().clone();
    Context {
        project: Project { name: "shop".to_owned(), year: 2026 },
        instance: "service-docs".parse().unwrap(),
        at: None,
        answers,
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}
