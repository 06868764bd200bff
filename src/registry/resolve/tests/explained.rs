//! Why no versions fit.

use super::*;

#[test]
fn unknown_names_are_explained() {
    let bench =
        Bench::new(&[Pack::new("fastapi-orders", "1.0.0"), Pack::new("lonely", "1.0.0").needs("nothing", "^1")]);
    let report = bench.report(&["fastapi-order"]);
    assert_eq!((report.code, report.hint.as_deref()), ("pack-unknown", Some("did you mean `fastapi-orders`?")));
    assert!(report.message.contains("`fastapi-order`") && report.message.contains("file://"), "{}", report.message);
    let report = bench.report(&["lonely"]);
    assert_eq!((report.code, report.details), ("pack-unknown", vec!["`lonely` 1.0.0 depends on it".to_owned()]));
}

#[test]
fn a_requirement_that_nothing_fits_is_explained() {
    let bench = Bench::new(&versions("orders", &["1.0.0", "1.1.0"]));
    let report = bench.report(&["orders@^3"]);
    assert_eq!(report.code, "no-version");
    assert!(report.message.contains("fits `^3`, which the project asks for"), "{}", report.message);
    assert_eq!(report.details, ["there are: 1.1.0, 1.0.0"]);
    assert_eq!(report.hint.unwrap(), "ask for one that is there: `orders@=1.1.0`");
}

#[test]
fn a_file_of_the_wrong_version_is_a_conflict() {
    let bench = Bench::new(&[Pack::new("orders", "1.0.0").needs("base", "^1")]);
    let path = bench.file("base.wasm", &Pack::new("base", "2.0.0").wasm());
    let report = bench.report(&[&path, "orders"]);
    assert_eq!(report.code, "version-conflict");
    let is_file = format!("`base` is `{path}`, which is 2.0.0");
    assert_eq!(report.details, ["`orders` 1.0.0 asks for `base` `^1`", &is_file]);
    // Two files, and the first asks for another version of the second.
    let users = bench.file("users.wasm", &Pack::new("users", "1.0.0").needs("base", "^1").wasm());
    assert_eq!(bench.code(&[&path, &users]), "version-conflict");
}

#[test]
fn many_versions_that_lead_nowhere_are_no_search() {
    // Each of these has two versions that fit, and the last can't be had: 2^20 ways to fail, and one reason.
    let mut packs = Vec::new();
    for at in 0..20 {
        for version in ["1.0.0", "1.1.0"] {
            packs.push(Pack::new(&format!("p{at:02}"), version).needs(&format!("p{:02}", at + 1), "^1"));
        }
    }
    packs.push(Pack::new("p20", "2.0.0"));
    let bench = Bench::new(&packs);
    let report = bench.report(&["p00"]);
    assert_eq!(report.code, "no-version");
    assert!(report.message.ends_with("fits `^1`, which `p19` 1.1.0 asks for"), "{}", report.message);
}

#[test]
fn a_search_ends() {
    // Eleven packs, each in one of ten rooms, and a room holds one: nothing but trying shows that this can't be.
    let mut packs = Vec::new();
    for room in 0..10 {
        for guest in 0..11 {
            packs.push(Pack::new(&format!("room-{room}"), &format!("1.{guest}.0")));
            let guest = Pack::new(&format!("guest-{guest}"), &format!("1.{room}.0"));
            let number = guest.manifest.name.as_str().trim_start_matches("guest-").to_owned();
            packs.push(guest.needs(&format!("room-{room}"), &format!("=1.{number}.0")));
        }
    }
    let guests: Vec<String> = (0..11).map(|guest| format!("guest-{guest}")).collect();
    let bench = Bench::new(&packs);
    assert_eq!(bench.code(&guests.iter().map(String::as_str).collect::<Vec<_>>()), "resolution-limit");
}

#[test]
fn a_conflict_is_told_from_the_project_down() {
    let mut packs = vec![
        Pack::new("base", "1.0.0"),
        Pack::new("base", "2.0.0"),
        Pack::new("auth", "1.0.0").needs("base", "^2"),
        Pack::new("orders", "1.0.0").needs("base", "^1"),
        Pack::new("users", "1.4.0").needs("auth", "^1"),
        Pack::new("users", "2.0.0").needs("nothing", "*"),
    ];
    packs.extend((0..4).map(|minor| Pack::new("users", &format!("1.{minor}.0")).needs("base", "^2")));
    let bench = Bench::new(&packs);
    let report = bench.report(&["orders@^1", "users"]);
    assert_eq!(report.message, "no version of `base` fits all who ask for it");
    assert_eq!(
        report.details,
        [
            "the project asks for `orders` `^1`",
            "`orders` 1.0.0 asks for `base` `^1`",
            "`users` 2.0.0 asks for `nothing`, which there is not",
            "`users` 1.4.0 asks for `auth` `^1`",
            "`users` 1.0.0 to 1.3.0 ask for `base` `^2`",
            "`auth` 1.0.0 asks for `base` `^2`",
            "of `base` there are: 2.0.0, 1.0.0",
        ]
    );
}
