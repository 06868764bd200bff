#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::model::Diagnose as _;
use crate::registry::fixture::{PUBLISHED, Pack, put as publish_pack, registry};
use crate::registry::verify;

/// Every file of a registry and its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn refusal(folder: &Path, pack: &Pack) -> PublishError {
    let before = files(folder);
    let error = publish(folder, &pack.wasm(), PUBLISHED, &|import| import.package() == "wasi:io").unwrap_err();
    assert_eq!(files(folder), before, "a refused pack leaves no trace");
    error
}

#[test]
fn what_was_published_is_sound_and_found() {
    let mut pack = Pack::new("orders", "1.0.0").needs("base", "^1");
    pack.imports = &["wasi:io/streams@0.2.0", "scaffold:pack/jinja@0.1.0"];
    let folder = registry(std::slice::from_ref(&pack));
    assert_eq!(verify(folder.path()), Ok(()));
    let source = Folder::open(folder.path()).unwrap();
    let lines = source.versions(&"orders".parse().unwrap()).unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].manifest, pack.manifest);
    assert_eq!(lines[0].digest, Digest::of(&pack.wasm()));
    assert_eq!(lines[0].imports, ["scaffold:pack/jinja@0.1.0", "wasi:io/streams@0.2.0"]);
    assert_eq!(lines[0].published, PUBLISHED);
    let catalog = source.catalog().unwrap();
    assert_eq!(catalog.providers(&"orders-facts".parse().unwrap()), [&pack.manifest.name]);
}

#[test]
fn the_order_of_publishing_does_not_show() {
    let packs = [Pack::new("orders", "1.10.0"), Pack::new("base", "1.0.0"), Pack::new("orders", "1.9.0")];
    let forward = registry(&packs);
    let backward = registry(&packs.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(files(forward.path()), files(backward.path()));
    assert_eq!(files(forward.path()).len(), 3 + 2 + 3);
}

#[test]
fn the_same_again_changes_nothing_and_mends_the_catalogue() {
    let pack = Pack::new("orders", "1.0.0");
    let folder = registry(std::slice::from_ref(&pack));
    let before = files(folder.path());
    let again = publish(folder.path(), &pack.wasm(), "2027-01-01T00:00:00Z", &|_| true).unwrap();
    assert_eq!(again.published, PUBLISHED);
    assert_eq!(files(folder.path()), before);

    // As a publisher leaves it that is killed before the catalogue.
    fs::write(folder.path().join(CATALOG), Catalog::default().write().unwrap()).unwrap();
    assert!(verify(folder.path()).is_err());
    publish_pack(folder.path(), &pack);
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_line_of_a_later_format_survives_publishing() {
    let folder = registry(&[Pack::new("orders", "1.0.0")]);
    let index = folder.path().join(layout::index_path(&"orders".parse().unwrap()));
    let text = fs::read_to_string(&index).unwrap() + "{\"v\":2,\"version\":\"9.0.0\"}\n";
    fs::write(&index, &text).unwrap();
    publish_pack(folder.path(), &Pack::new("orders", "1.1.0"));
    assert!(fs::read_to_string(&index).unwrap().starts_with(&text));
}

#[test]
fn what_no_reader_would_take_is_not_written() {
    let mut pack = Pack::new("orders", "1.0.0");
    pack.manifest.description = "x".repeat(1 << 20);
    let error = refusal(registry(&[]).path(), &pack);
    assert_eq!(error.report().code, "registry-index");
}

#[test]
fn a_version_never_changes() {
    let folder = registry(&[Pack::new("orders", "1.0.0")]);
    let error = refusal(folder.path(), &Pack::new("orders", "1.0.0").needs("base", "^1"));
    assert_eq!(error.report().code, "version-exists");
    assert_eq!(error.report().details.len(), 2);
}

#[test]
fn what_does_not_belong_in_a_registry_is_refused() {
    let mut first = Pack::new("orders", "1.0.0");
    first.contract = "0.2.0";
    let folder = registry(&[first]);

    let mut older = Pack::new("orders", "1.1.0");
    let error = refusal(folder.path(), &older);
    assert_eq!(error.report().code, "contract-downgrade");
    assert!(error.to_string().contains("0.1.0") && error.to_string().contains("0.2.0"), "{error}");
    // A correction of an older version is no downgrade.
    older.manifest.version = "0.9.1".parse().unwrap();
    publish_pack(folder.path(), &older);

    assert_eq!(refusal(folder.path(), &Pack::new("orders", "2.0.0+7")).report().code, "version-metadata");
    for device in ["con", "com1", "lpt9"] {
        assert_eq!(refusal(folder.path(), &Pack::new(device, "1.0.0")).report().code, "name-reserved");
    }
    for fine in ["com", "com10", "console"] {
        publish_pack(folder.path(), &Pack::new(fine, "1.0.0"));
    }
    let mut greedy = Pack::new("greedy", "1.0.0");
    greedy.imports = &["wasi:io/streams@0.2.0", "wasi:sockets/tcp@0.2.0"];
    let report = refusal(folder.path(), &greedy).report();
    assert_eq!((report.code, report.details), ("import-not-granted", vec!["imports `wasi:sockets/tcp@0.2.0`".into()]));
}

#[test]
fn files_that_are_no_finished_pack_are_refused() {
    let folder = registry(&[]);
    let code = |wasm: &[u8]| publish(folder.path(), wasm, PUBLISHED, &|_| true).unwrap_err().report().code;
    assert_eq!(code(b"text"), "not-a-component");
    assert_eq!(code(&wat::parse_str("(module)").unwrap()), "core-module");
    assert_eq!(code(&Pack::new("orders", "1.0.0").bare()), "manifest-missing");
}

#[test]
fn a_registry_bounds_its_blobs() {
    let folder = registry(&[]);
    let pack = Pack::new("orders", "1.0.0");
    let size = pack.wasm().len() as u64;
    let limit = |bytes| {
        let config = Config { max_blob: Some(bytes), ..Config::new("https://packs.test.example/") };
        fs::write(folder.path().join(CONFIG), config.write()).unwrap();
    };
    limit(size - 1);
    assert_eq!(refusal(folder.path(), &pack).report().code, "blob-too-large");
    limit(size);
    publish_pack(folder.path(), &pack);
}

#[test]
fn times_are_utc_to_the_second() {
    for good in [PUBLISHED, "2024-02-29T23:59:60Z"] {
        assert!(is_utc_time(good), "{good}");
    }
    for bad in [
        "",
        "2026-01-02",
        "2026-13-02T03:04:05Z",
        "2026-01-02T24:04:05Z",
        "2026-01-02T03:04:05+01:00",
        "2026-01-02t03:04:05z",
        "ä026-01-02T03:04:0Z",
    ] {
        assert!(!is_utc_time(bad), "{bad}");
    }
}

#[test]
fn a_registry_is_made_once_and_has_a_uri() {
    let folder = registry(&[]);
    let code = |id| init(folder.path(), id).unwrap_err().report().code;
    assert_eq!(code("https://packs.test.example/"), "registry-exists");
    assert_eq!(code("my registry"), "registry-config");
}

#[test]
fn publishers_take_turns() {
    let folder = registry(&[]);
    let versions: Vec<_> = (0..8).map(|minor| format!("1.{minor}.0")).collect();
    std::thread::scope(|scope| {
        for version in &versions {
            scope.spawn(|| publish_pack(folder.path(), &Pack::new("orders", version)));
        }
    });
    assert_eq!(verify(folder.path()), Ok(()));
    let source = Folder::open(folder.path()).unwrap();
    assert_eq!(source.versions(&"orders".parse().unwrap()).unwrap().len(), versions.len());
}

#[cfg(unix)]
#[test]
fn a_web_server_may_read_what_was_published() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = registry(&[Pack::new("orders", "1.0.0")]);
    // As readable as any other file that this process makes.
    let plain = folder.path().join("plain");
    fs::write(&plain, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    for file in files(folder.path()).keys() {
        assert_eq!(mode(&folder.path().join(file)), mode(&plain), "{}", file.display());
    }
}
