//! What `scaffold new` costs, as ratios made in one run: warm wall time against `cp -r` of its own output, pair by
//! pair, in memory and on the disk of temporary files; and the CPU seconds of a cold start, in which every pack is
//! compiled.
//!
//! `cargo bench --bench new`. Times go up and down with the machine; the ratios are what to quote.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wait4::Wait4 as _;

const PAIRS: usize = 25;
const COLD: usize = 5;
const COMPOSITIONS: [&[&str]; 2] =
    [&["fastapi-orders", "gh-actions"], &["fastapi-orders", "terraform-eks", "gh-actions"]];

fn main() {
    for packs in COMPOSITIONS {
        println!("scaffold new --pack {}", packs.join(" --pack "));
        // A disk's moods are not the program's; but that is where projects go.
        if let Ok(folder) = tempfile::Builder::new().tempdir_in(Path::new("/dev/shm")) {
            measure(packs, "memory", &folder);
        }
        measure(packs, "disk", &TempDir::new().expect("a folder to work in"));
    }
}

fn measure(packs: &[&str], place: &str, folder: &TempDir) {
    let home = folder.path().join("home");
    let new = |target: &Path, home: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scaffold"));
        command.arg("new").arg(target).args(["--defaults", "--name", "shop", "--quiet"]);
        command.args(packs.iter().flat_map(|pack| ["--pack", pack]));
        command.env("SCAFFOLD_HOME", home).stdin(Stdio::null());
        command
    };
    let original = folder.path().join("original");
    run(&mut new(&original, &home));

    let mut ratios = Vec::new();
    let (mut warm, mut copy) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let made = folder.path().join(format!("made-{pair}"));
        let copied = folder.path().join(format!("copied-{pair}"));
        let mut cp = Command::new("cp");
        cp.arg("-r").arg(&original).arg(&copied);
        let (new, cp) = (timed(&mut new(&made, &home)).0, timed(&mut cp).0);
        ratios.push(new.as_secs_f64() / cp.as_secs_f64());
        warm.push(new.as_secs_f64() * 1e3);
        copy.push(cp.as_secs_f64() * 1e3);
    }
    let cold: Vec<f64> = (0..COLD)
        .map(|run| {
            let target = folder.path().join(format!("cold-{run}"));
            timed(&mut new(&target, &folder.path().join(format!("home-{run}")))).1.as_secs_f64()
        })
        .collect();
    println!(" {place}");
    print("warm new / cp -r", ratios, "x");
    print("warm new, wall", warm, "ms");
    print("cp -r, wall", copy, "ms");
    print("cold new, CPU", cold, "s");
}

fn run(command: &mut Command) {
    assert!(command.status().expect("the program starts").success());
}

/// Wall time, and CPU time of the process and its threads.
fn timed(command: &mut Command) -> (Duration, Duration) {
    let start = Instant::now();
    let used = command.spawn().expect("the program starts").wait4().expect("the system tells");
    let wall = start.elapsed();
    assert!(used.status.success());
    (wall, used.rusage.utime + used.rusage.stime)
}

fn print(what: &str, mut values: Vec<f64>, unit: &str) {
    values.sort_by(f64::total_cmp);
    let median = values[values.len() / 2];
    println!("  {what:<18} {median:>8.2} {unit:<2}  (from {:.2} to {:.2})", values[0], values[values.len() - 1]);
}
