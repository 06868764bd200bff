//! The same packs and answers give the same bytes, whatever the folder, the time zone, the locale or the user.

use serde_json::json;

use crate::support::{Machine, Pack};

#[test]
fn the_tree_does_not_depend_on_the_surroundings() {
    let pack = Pack::new("plain")
        .questions(json!({ "b": { "type": "integer", "default": 1 }, "a": { "type": "string", "default": "x" } }))
        .template("out.json", "{{ values | tojson }}\n", json!({ "values": { "z": 1.5, "a": ["x"], "m": null } }));
    let surroundings: [&[(&str, &str)]; 3] = [
        &[("TZ", "UTC"), ("LANG", "C"), ("LC_ALL", "C")],
        &[("TZ", "Pacific/Kiritimati"), ("LANG", "de_DE.UTF-8"), ("LC_ALL", "de_DE.UTF-8"), ("USER", "somebody")],
        &[("TZ", "America/Adak"), ("LANG", "tr_TR.UTF-8"), ("RAYON_NUM_THREADS", "1"), ("COLUMNS", "20")],
    ];
    let trees = surroundings.map(|variables| {
        let machine = Machine::new();
        machine.pack("plain.wasm", &pack);
        let mut command = machine.command(&["new", "shop", "--pack", "./plain.wasm", "--defaults"]);
        machine.finish(command.envs(variables.iter().copied())).succeeds();
        machine.tree("shop")
    });
    assert_eq!(trees[0], trees[1]);
    assert_eq!(trees[0], trees[2]);
}

#[test]
fn the_year_is_the_build_times_in_utc() {
    let machine = Machine::new();
    machine.pack("plain.wasm", &Pack::new("plain"));
    let year = |name: &str, epoch: &str| {
        let mut command = machine.command(&["new", name, "--pack", "./plain.wasm"]);
        machine.finish(command.env("SOURCE_DATE_EPOCH", epoch).env("TZ", "Pacific/Kiritimati")).succeeds();
        machine.read(&format!("{name}/scaffold.toml")).lines().find(|line| line.starts_with("year")).unwrap().to_owned()
    };
    assert_eq!(year("before", "1767225599"), "year = 2025");
    assert_eq!(year("after", "1767225600"), "year = 2026");
    let mut command = machine.command(&["new", "never", "--pack", "./plain.wasm"]);
    let said = machine.finish(command.env("SOURCE_DATE_EPOCH", "yesterday")).fails();
    assert!(said.starts_with("error[source-date-epoch]"), "{said}");
}
