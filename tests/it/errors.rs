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

fn documented() -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

#[test]
fn every_documented_code_is_in_the_source_and_provoked_by_a_test() {
    let code = sources("src");
    let tests: String = sources("tests").into_iter().map(|(_, text)| text).collect();
    let unit_tests: String = code.iter().filter_map(|(_, text)| text.split("#[cfg(test)]").nth(1)).collect();
    let test_files: String =
        code.iter().filter(|(path, _)| path.contains("test")).map(|(_, text)| text.as_str()).collect();
    for documented in documented() {
        let quoted = format!("\"{documented}\"");
        assert!(code.iter().any(|(_, text)| text.contains(&quoted)), "`{documented}` is in docs/errors.md only");
        let provoked = tests.contains(&format!("[{documented}]"))
            || [&tests, &unit_tests, &test_files].iter().any(|text| text.contains(&quoted));
        assert!(provoked, "no test provokes `{documented}`");
    }
}

#[test]
fn every_code_in_the_source_is_documented() {
    let documented = documented();
    for (path, text) in sources("src") {
        for call in text.split("Report::new(").skip(1) {
            let argument = call.trim_start();
            let Some(code) = argument.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
            assert!(documented.contains(code), "`{code}` of {path} is not in docs/errors.md");
        }
    }
}
