//! What `scaffold search` costs over a registry of 10,000 packs, as a ratio to `--version` made in one run, pair by pair.
//!
//! `cargo bench --bench search` fails where a search takes more than ten times the CPU time. The catalogue is in the store,
//! as it is from the first search on; time on the wire is not the program's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[allow(dead_code, unused_imports)]
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use scaffold::registry::{Catalog, CatalogEntry};
use support::{Machine, Registry, Server};
use wait4::Wait4 as _;

const PACKS: usize = 10_000;
const PAIRS: usize = 25;
/// What a search may cost at most.
const BOUND: f64 = 10.0;
const WORDS: [&str; 10] =
    ["orders", "users", "billing", "search", "queue", "cache", "metrics", "gateway", "worker", "site"];

fn main() -> ExitCode {
    let (machine, registry) = (Machine::new(), Registry::new(&[]));
    std::fs::write(registry.path().join("catalog.json"), catalog().write().unwrap()).unwrap();
    let server = Server::start(registry.path());
    let command = |arguments: &[&str]| {
        let mut command = machine.command(arguments);
        command.env("SCAFFOLD_REGISTRY", server.url()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    assert!(command(&["search", "nothing"]).status().unwrap().success());
    let searches: [(&str, &[&str]); 3] = [
        ("a word that none has", &["search", "elsewhere"]),
        ("a word that some have", &["search", "gateway7"]),
        ("no word: all are listed", &["search"]),
    ];
    let within = searches.map(|(what, arguments)| measure(what, || command(arguments), || command(&["--version"])));
    if within.iter().all(|within| *within) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn catalog() -> Catalog {
    let entry = |number: usize| {
        let (first, second) = (WORDS[number % WORDS.len()], WORDS[number / WORDS.len() % WORDS.len()]);
        let name = format!("{first}-{second}{number}");
        CatalogEntry {
            name: name.parse().unwrap(),
            version: "1.19.0".parse().unwrap(),
            summary: format!("The pack {name}, which is only there to be many"),
            keywords: vec!["large".to_owned(), first.to_owned()],
            provides: vec!["http-service".parse().unwrap()],
        }
    };
    let mut packs: Vec<CatalogEntry> = (0..PACKS).map(entry).collect();
    packs.sort_by(|one, other| one.name.cmp(&other.name));
    Catalog { packs }
}

/// Prints the ratios, and says whether the median of the CPU times' keeps to the bound.
fn measure(what: &str, search: impl Fn() -> Command, version: impl Fn() -> Command) -> bool {
    let pairs: Vec<_> = (0..PAIRS).map(|_| (timed(&mut search()), timed(&mut version()))).collect();
    println!("search over {PACKS} packs / --version, {what}");
    let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
    print("wall", pairs.iter().map(|(search, version)| ratio(search.0, version.0)).collect());
    print("CPU", pairs.iter().map(|(search, version)| ratio(search.1, version.1)).collect()) <= BOUND
}

/// Wall time, and CPU time of the process and its threads.
fn timed(command: &mut Command) -> (Duration, Duration) {
    let start = Instant::now();
    let used = command.spawn().unwrap().wait4().unwrap();
    let wall = start.elapsed();
    assert!(used.status.success());
    (wall, used.rusage.utime + used.rusage.stime)
}

/// Prints the median, and gives it.
fn print(what: &str, mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    println!("  {what:<5} {median:>6.2} x  (from {:.2} to {:.2})", ratios[0], ratios[ratios.len() - 1]);
    median
}
