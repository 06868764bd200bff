#![allow(clippy::unwrap_used)]

mod explained;
mod preferred;

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use super::*;
use crate::model::Diagnose as _;
use crate::registry::fixture::{Pack, registry};
use crate::registry::{Catalog, Folder, IndexLine, blob_path};

/// Resolves specs in a registry of these packs.
struct Bench {
    folder: TempDir,
    source: Folder,
    locked: BTreeMap<Name, Locked>,
    preference: fn(Preference) -> Preference,
}

impl Bench {
    fn new(packs: &[Pack]) -> Self {
        let folder = registry(packs);
        let source = Folder::open(folder.path()).unwrap();
        Self { folder, source, locked: BTreeMap::new(), preference: |preference| preference }
    }

    fn resolve(&self, specs: &[&str]) -> Result<Vec<Resolved>, ResolveError> {
        let wanted: Vec<Spec> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
        let preference = (self.preference)(Preference::new(self.locked.clone()));
        resolve(&wanted, &Registries::only(&self.source), &preference, &mut |path, _| {
            Err(Report::new("no-host", format!("nobody describes `{}`", path.display())))
        })
    }

    /// `instance=name version` of each.
    fn picks(&self, specs: &[&str]) -> Vec<String> {
        let picked = self.resolve(specs).unwrap();
        picked.iter().map(|r| format!("{}={} {}", r.instance, r.manifest.name, r.manifest.version)).collect()
    }

    fn report(&self, specs: &[&str]) -> Report {
        self.resolve(specs).unwrap_err().report()
    }

    fn code(&self, specs: &[&str]) -> &'static str {
        self.report(specs).code
    }

    fn lock(&mut self, name: &str, version: &str) {
        let name: Name = name.parse().unwrap();
        let lines = self.source.versions(&name).unwrap();
        let line = lines.iter().find(|line| line.version.to_string() == version).unwrap();
        let registry = Some(self.source.id().to_owned());
        self.locked.insert(name, Locked { version: line.version.clone(), digest: line.digest, registry });
    }

    fn yank(&self, name: &str, version: &str) {
        let name: Name = name.parse().unwrap();
        let mut lines = self.source.versions(&name).unwrap();
        lines.iter_mut().find(|line| line.version.to_string() == version).unwrap().yanked = true;
        let path = self.folder.path().join(crate::registry::index_path(&name));
        fs::write(path, crate::registry::write_index(&lines).unwrap()).unwrap();
    }

    /// Writes a pack to a file, and gives its path.
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn versions(name: &str, versions: &[&str]) -> Vec<Pack> {
    versions.iter().map(|version| Pack::new(name, version)).collect()
}

#[test]
fn the_highest_that_fits_is_taken() {
    let bench = Bench::new(&versions("orders", &["1.0.0", "1.9.0", "1.10.0", "2.0.0", "3.0.0-rc.1"]));
    assert_eq!(bench.picks(&["orders"]), ["orders=orders 2.0.0"]);
    assert_eq!(bench.picks(&["orders@1.2"]), ["orders=orders 1.10.0"]);
    assert_eq!(bench.picks(&["orders@=1.9.0"]), ["orders=orders 1.9.0"]);
    assert_eq!(bench.picks(&["orders@^3.0.0-rc.1"]), ["orders=orders 3.0.0-rc.1"]);
}

#[test]
fn dependencies_come_along_and_back_again_when_they_do_not_fit() {
    let bench = Bench::new(&[
        Pack::new("base", "1.0.0"),
        Pack::new("base", "2.0.0"),
        Pack::new("orders", "1.0.0").needs("base", "^1"),
        Pack::new("users", "1.0.0").needs("base", "*"),
        Pack::new("users", "1.1.0").needs("base", "^2"),
    ]);
    assert_eq!(bench.picks(&["users"]), ["base=base 2.0.0", "users=users 1.1.0"]);
    // `orders` holds `base` at 1, so the newest `users` does not fit.
    assert_eq!(bench.picks(&["users", "orders"]), ["base=base 1.0.0", "orders=orders 1.0.0", "users=users 1.0.0"]);
    let resolved = bench.resolve(&["users"]).unwrap();
    assert_eq!(resolved.iter().map(|r| r.requested).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn the_order_of_the_command_line_does_not_matter() {
    let bench = Bench::new(&[Pack::new("base", "1.0.0"), Pack::new("orders", "1.0.0").needs("base", "^1")]);
    assert_eq!(bench.picks(&["base", "orders", "x=base"]), bench.picks(&["x=base", "orders", "base"]));
}

#[test]
fn packs_may_depend_on_each_other() {
    let bench = Bench::new(&[Pack::new("a", "1.0.0").needs("b", "^1"), Pack::new("b", "1.0.0").needs("a", "^1")]);
    assert_eq!(bench.picks(&["a"]), ["a=a 1.0.0", "b=b 1.0.0"]);
}

#[test]
fn a_pack_that_is_used_twice_is_one_version() {
    let bench = Bench::new(&[
        Pack::new("users", "1.0.0"),
        Pack::new("users", "1.1.0"),
        Pack::new("orders", "1.0.0").needs("users", "^1"),
    ]);
    assert_eq!(bench.picks(&["a=users@=1.0.0", "b=users"]), ["a=users 1.0.0", "b=users 1.0.0"]);
    // A use under another name is the pack that `orders` needs.
    assert_eq!(bench.picks(&["people=users", "orders"]), ["orders=orders 1.0.0", "people=users 1.1.0"]);
    assert_eq!(bench.code(&["users", "users@^1"]), "instance-twice");
    assert_eq!(bench.code(&["users=orders"]), "instance-twice");
}

#[test]
fn a_pack_that_asks_for_itself() {
    let bench = Bench::new(&[Pack::new("a", "1.0.0").needs("a", "^1"), Pack::new("a", "1.1.0").needs("a", "^2")]);
    assert_eq!(bench.picks(&["a"]), ["a=a 1.0.0"]);
    assert_eq!(bench.code(&["a@=1.1.0"]), "no-version");
}

#[test]
fn a_conflict_names_both_sides() {
    let bench = Bench::new(&[
        Pack::new("base", "1.0.0"),
        Pack::new("base", "2.0.0"),
        Pack::new("orders", "1.0.0").needs("base", "^1"),
        Pack::new("users", "1.1.0").needs("base", "^2"),
    ]);
    for specs in [["orders", "users"], ["users", "orders"]] {
        let report = bench.report(&specs);
        assert_eq!(report.code, "version-conflict");
        assert_eq!(
            report.details,
            [
                "`orders` 1.0.0 asks for `base` `^1`",
                "`users` 1.1.0 asks for `base` `^2`",
                "of `base` there are: 2.0.0, 1.0.0"
            ]
        );
    }
    let report = bench.report(&["base@^2", "orders"]);
    assert_eq!(report.details[..2], ["the project asks for `base` `^2`", "`orders` 1.0.0 asks for `base` `^1`"]);
}

#[test]
fn sources_that_nobody_named_are_named() {
    let bench = Bench::new(&versions("orders", &["1.0.0"]));
    for spec in ["acme/orders@^1", "x=acme/orders"] {
        let report = bench.report(&[spec]);
        assert_eq!(report.code, "registry-unknown");
        assert!(report.message.contains("`acme`"), "{}", report.message);
    }
    let mut elsewhere = Pack::new("users", "1.0.0").needs("orders", "^1");
    elsewhere.manifest.dependencies[0].source = Some("https://other.example/".into());
    let report = Bench::new(&[elsewhere.clone()]).report(&["users"]);
    assert_eq!(report.code, "registry-unsupported");
    assert!(report.message.contains("https://other.example/") && report.message.contains("`users` 1.0.0"));
    elsewhere.manifest.dependencies[0].source = Some("https://packs.test.example/".into());
    assert_eq!(Bench::new(&[elsewhere, Pack::new("orders", "1.0.0")]).picks(&["users"]).len(), 2);
}

#[test]
fn a_file_is_the_pack_of_its_name() {
    let bench = Bench::new(&[
        Pack::new("base", "1.0.0"),
        Pack::new("orders", "1.0.0").needs("base", "^1"),
        Pack::new("tools", "1.0.0"),
    ]);
    let base = Pack::new("base", "1.5.0").needs("tools", "^1");
    let path = bench.file("base.wasm", &base.wasm());
    assert_eq!(bench.picks(&[&path, "orders"]), ["base=base 1.5.0", "orders=orders 1.0.0", "tools=tools 1.0.0"]);
    let resolved = bench.resolve(&[&format!("x={path}")]).unwrap().pop().unwrap();
    assert_eq!(resolved.origin, Origin::Path(path.clone().into()));
    assert_eq!(resolved.contract.to_string(), "0.1.0");
    fs::write(&path, "changed since").unwrap();
    assert_eq!(*resolved.fetch(&Registries::only(&bench.source)).unwrap(), *base.wasm());
}

#[test]
fn one_name_has_one_source() {
    let bench = Bench::new(&versions("orders", &["1.0.0"]));
    let one = bench.file("one.wasm", &Pack::new("orders", "1.0.0").wasm());
    let two = bench.file("two.wasm", &Pack::new("orders", "1.1.0").wasm());
    assert_eq!(bench.code(&["orders", &format!("x={one}")]), "two-sources");
    assert_eq!(bench.code(&[&one, &format!("x={two}")]), "two-sources");
    assert_eq!(bench.picks(&[&one, &format!("x={one}")]).len(), 2);
}

#[test]
fn files_that_are_no_packs_are_named() {
    let bench = Bench::new(&[]);
    let text = bench.file("text.wasm", b"text");
    let report = bench.report(&[&text]);
    assert_eq!(report.code, "not-a-component");
    assert!(report.message.contains(&text), "{}", report.message);
    assert_eq!(bench.code(&["./nowhere.wasm"]), "pack-unreadable");
    assert_eq!(bench.code(&[bench.folder.path().to_str().unwrap()]), "pack-is-folder");
}

#[test]
fn a_component_without_a_manifest_is_described_by_the_host() {
    let bench = Bench::new(&[]);
    let pack = Pack::new("bare", "1.0.0");
    let path = bench.file("bare.wasm", &pack.bare());
    let report = bench.report(&[&path]);
    assert_eq!((report.code, report.details), ("no-host", vec![format!("in `{path}`")]));
    let mut asked = 0;
    let resolved =
        resolve(&[path.parse().unwrap()], &Registries::only(&bench.source), &Preference::default(), &mut |_, bytes| {
            asked += 1;
            assert_eq!(bytes, pack.bare());
            Ok(pack.manifest.clone())
        });
    assert_eq!(resolved.unwrap()[0].pack().to_string(), "`bare` 1.0.0");
    assert_eq!(asked, 1);
}

#[test]
fn what_is_fetched_is_what_the_index_described() {
    let bench = Bench::new(&[Pack::new("orders", "1.0.0"), Pack::new("base", "1.0.0")]);
    let mut resolved = bench.resolve(&["orders", "base"]).unwrap();
    let (orders, mut base) = (resolved.pop().unwrap(), resolved.pop().unwrap());
    let registries = Registries::only(&bench.source);
    assert_eq!(*orders.fetch(&registries).unwrap(), *Pack::new("orders", "1.0.0").wasm());
    // An index that shows one pack and serves another, with a digest that is right.
    (base.digest, base.size) = (orders.digest, orders.size);
    assert_eq!(base.fetch(&registries).unwrap_err().report().code, "blob-manifest");
    fs::remove_file(bench.folder.path().join(blob_path(&orders.digest))).unwrap();
    assert_eq!(orders.fetch(&registries).unwrap_err().report().code, "blob-missing");
}

/// Counts what is read.
struct Counter<'a> {
    inner: &'a Folder,
    indexes: AtomicUsize,
    others: AtomicUsize,
}

impl Source for Counter<'_> {
    fn id(&self) -> &str {
        self.inner.id()
    }
    fn url(&self) -> &str {
        self.inner.url()
    }
    fn catalog(&self) -> Result<Catalog, RegistryError> {
        self.others.fetch_add(1, Ordering::Relaxed);
        self.inner.catalog()
    }
    fn versions(&self, name: &Name) -> Result<Vec<IndexLine>, RegistryError> {
        self.indexes.fetch_add(1, Ordering::Relaxed);
        self.inner.versions(name)
    }
    fn blob(&self, blob: &BlobId) -> Result<Cow<'_, [u8]>, RegistryError> {
        self.others.fetch_add(1, Ordering::Relaxed);
        self.inner.blob(blob)
    }
}

#[test]
fn only_the_index_files_of_packs_in_play_are_read() {
    let mut packs = versions("other", &["1.0.0"]);
    packs.push(Pack::new("base", "1.0.0"));
    for minor in 0..5 {
        packs.push(Pack::new("orders", &format!("1.{minor}.0")).needs("base", if minor == 0 { "^1" } else { "^2" }));
    }
    let bench = Bench::new(&packs);
    let counter = Counter { inner: &bench.source, indexes: AtomicUsize::new(0), others: AtomicUsize::new(0) };
    let wanted = ["orders".parse().unwrap(), "base".parse().unwrap()];
    let resolved =
        resolve(&wanted, &Registries::only(&counter), &Preference::default(), &mut |_, _| unreachable!()).unwrap();
    assert_eq!(resolved[1].pack().to_string(), "`orders` 1.0.0");
    assert_eq!(counter.indexes.load(Ordering::Relaxed), 2);
    assert_eq!(counter.others.load(Ordering::Relaxed), 0);
}
