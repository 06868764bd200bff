//! `docs/errors.md` lists every code that a message can have, and every code is provoked by some test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

pub fn sources(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// Codes that no test can provoke where the tests run.
const NEED_A_MACHINE: [&str; 2] = ["engine", "home-not-found"];

fn documented() -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

/// The part of a source file that is not tests.
fn code(path: &str, text: &str) -> String {
    let is_tests = path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("fixture.rs");
    if is_tests { String::new() } else { text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned() }
}

#[test]
fn every_documented_code_is_in_the_source_and_provoked_by_a_test() {
    let (mut source, mut tests) = (String::new(), String::new());
    for (path, text) in sources("src") {
        let code = code(&path, &text);
        tests.push_str(&text[code.len()..]);
        source.push_str(&code);
    }
    tests.extend(sources("tests").into_iter().map(|(_, text)| text));
    let quoted = |code: &String| format!("\"{code}\"");
    let unknown: Vec<_> = documented().into_iter().filter(|code| !source.contains(&quoted(code))).collect();
    assert_eq!(unknown, [""; 0], "in docs/errors.md only");
    let provoked = |code: &String| tests.contains(&quoted(code)) || tests.contains(&format!("[{code}]"));
    let unprovoked: Vec<_> = documented().into_iter().filter(|code| !provoked(code)).collect();
    assert_eq!(unprovoked, [""; 0], "no test provokes these");
}

#[test]
fn every_code_in_the_source_is_documented() {
    let documented = documented();
    for (path, text) in sources("src") {
        let code = code(&path, &text);
        for call in code.split("Report::new(").skip(1) {
            let argument = call.trim_start();
            let Some(code) = argument.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
            let named = documented.contains(code) || NEED_A_MACHINE.contains(&code);
            assert!(named, "`{code}` of {path} is not in docs/errors.md");
        }
    }
}
