//! Which of the versions that fit is taken: the lock's, or the highest.

use super::*;

#[test]
fn yanked_versions_serve_only_where_they_are_locked() {
    let mut bench = Bench::new(&versions("orders", &["1.0.0", "1.1.0"]));
    bench.yank("orders", "1.1.0");
    assert_eq!(bench.picks(&["orders"]), ["orders=orders 1.0.0"]);
    let report = bench.report(&["orders@=1.1.0"]);
    assert_eq!(report.code, "no-version");
    assert_eq!(report.details, ["there are: 1.1.0 (yanked), 1.0.0"]);
    bench.lock("orders", "1.1.0");
    assert_eq!(bench.picks(&["orders"]), ["orders=orders 1.1.0"]);
}

#[test]
fn the_lock_is_preferred_while_it_serves() {
    let mut bench = Bench::new(&versions("orders", &["1.0.0", "1.1.0", "2.0.0"]));
    bench.lock("orders", "1.0.0");
    assert_eq!(bench.picks(&["orders"]), ["orders=orders 1.0.0"]);
    assert_eq!(bench.picks(&["orders@^2"]), ["orders=orders 2.0.0"]);
}

#[test]
fn what_was_freed_by_name_comes_before_the_lock() {
    let mut bench = Bench::new(&[
        Pack::new("base", "1.0.0"),
        Pack::new("base", "1.1.0"),
        Pack::new("base", "2.0.0"),
        Pack::new("orders", "1.0.0").needs("base", "^1"),
        Pack::new("orders", "1.1.0").needs("base", "^2"),
        Pack::new("other", "1.0.0"),
        Pack::new("other", "1.1.0"),
        Pack::new("zoo", "1.0.0").needs("base", "^1"),
        Pack::new("zoo", "1.1.0").needs("base", "^2"),
    ]);
    let all = ["orders", "other"];
    for (name, version) in [("base", "1.0.0"), ("orders", "1.0.0"), ("other", "1.0.0")] {
        bench.lock(name, version);
    }
    assert_eq!(bench.picks(&all), ["base=base 1.0.0", "orders=orders 1.0.0", "other=other 1.0.0"]);
    // What comes new makes do with what is locked, although its newest version would ask for more.
    assert_eq!(bench.picks(&["orders", "other", "zoo"])[3], "zoo=zoo 1.0.0");
    bench.preference = |preference| preference.free(["base".parse().unwrap()]);
    assert_eq!(bench.picks(&all), ["base=base 1.1.0", "orders=orders 1.0.0", "other=other 1.0.0"]);
    bench.preference = |preference| preference.free(["orders".parse().unwrap()]);
    assert_eq!(bench.picks(&all), ["base=base 2.0.0", "orders=orders 1.1.0", "other=other 1.0.0"]);
    // Others make way for it, locked as they are.
    bench.lock("zoo", "1.0.0");
    assert_eq!(
        bench.picks(&["orders", "other", "zoo"]),
        ["base=base 2.0.0", "orders=orders 1.1.0", "other=other 1.0.0", "zoo=zoo 1.1.0"]
    );
    bench.preference = |_| Preference::default();
    assert_eq!(bench.picks(&all), ["base=base 2.0.0", "orders=orders 1.1.0", "other=other 1.1.0"]);
}

#[test]
fn one_version_precisely() {
    let mut bench = Bench::new(&[
        Pack::new("base", "1.0.0"),
        Pack::new("base", "1.1.0"),
        Pack::new("base", "1.2.0"),
        Pack::new("base", "2.0.0"),
        Pack::new("orders", "1.0.0").needs("base", "^1"),
        Pack::new("other", "1.0.0"),
    ]);
    bench.lock("base", "1.0.0");
    bench.preference = |preference| preference.precisely("base".parse().unwrap(), Version::new(1, 1, 0));
    assert_eq!(bench.picks(&["orders"]), ["base=base 1.1.0", "orders=orders 1.0.0"]);
    assert_eq!(bench.code(&["other"]), "precise-unused");
    assert_eq!(
        bench.report(&["orders", "base@>1.1"]).details[..2],
        ["`--precise` asks for `base` `=1.1.0`", "the project asks for `base` `>1.1`"]
    );
    bench.preference = |preference| preference.precisely("base".parse().unwrap(), Version::new(2, 0, 0));
    let report = bench.report(&["orders"]);
    assert_eq!(report.code, "version-conflict");
    assert_eq!(report.details[..2], ["`--precise` asks for `base` `=2.0.0`", "`orders` 1.0.0 asks for `base` `^1`"]);
    bench.preference = |preference| preference.precisely("base".parse().unwrap(), Version::new(9, 0, 0));
    let report = bench.report(&["orders"]);
    assert_eq!(report.code, "no-version");
    assert!(report.message.ends_with("fits `=9.0.0`, which `--precise` asks for"), "{}", report.message);
    // A version that was taken back serves where it is the locked one.
    bench.yank("base", "1.0.0");
    bench.yank("base", "1.1.0");
    bench.preference = |preference| preference.precisely("base".parse().unwrap(), Version::new(1, 0, 0));
    assert_eq!(bench.picks(&["orders"]), ["base=base 1.0.0", "orders=orders 1.0.0"]);
    bench.preference = |preference| preference.precisely("base".parse().unwrap(), Version::new(1, 1, 0));
    assert_eq!(bench.code(&["orders"]), "no-version");
}

#[test]
fn a_lock_says_nothing_of_another_registry() {
    let mut bench = Bench::new(&versions("orders", &["1.0.0", "1.1.0"]));
    bench.lock("orders", "1.0.0");
    bench.locked.get_mut("orders").unwrap().registry = Some("https://elsewhere.example/".to_owned());
    assert_eq!(bench.picks(&["orders"]), ["orders=orders 1.1.0"]);
}

#[test]
fn an_index_that_went_back_on_the_lock_is_an_error() {
    let mut bench = Bench::new(&versions("orders", &["1.0.0"]));
    bench.lock("orders", "1.0.0");
    let orders: Name = "orders".parse().unwrap();
    bench.locked.get_mut(&orders).unwrap().digest = Digest::of(b"other");
    assert_eq!(bench.code(&["orders"]), "locked-digest-changed");
    bench.locked.get_mut(&orders).unwrap().version = "1.0.1".parse().unwrap();
    assert_eq!(bench.code(&["orders"]), "locked-version-gone");
}
