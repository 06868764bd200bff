//! Packs in a registry of containers.

use std::process::Command;

use scaffold::component::with_manifest;
use scaffold::model::{Digest, Manifest};
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::support::{Containers, Machine, Pack, Run};

pub fn pack(name: &str, version: &str) -> Pack {
    Pack::new(name).manifest("version", json!(version)).files(&[(name, version)])
}

fn needing(pack: Pack, name: &str) -> Pack {
    pack.manifest("dependencies", json!([{ "name": name, "version": "^1" }]))
}

/// A machine, and a registry of containers that has what was published to `acme`.
pub struct Scene {
    pub machine: Machine,
    pub registry: Containers,
}

impl Scene {
    pub fn new(packs: &[Pack]) -> Self {
        let scene = Self { machine: Machine::new(), registry: Containers::start() };
        for pack in packs {
            scene.publish(pack).succeeds();
        }
        // As if somebody else had published them.
        scene.forget();
        scene
    }

    pub fn publish(&self, pack: &Pack) -> Run {
        self.machine.pack("pack.wasm", pack);
        self.machine.run(&["publish", "pack.wasm", "--registry", &self.registry.at("acme")])
    }

    pub fn spec(&self, below: &str) -> String {
        self.registry.at(&format!("acme/{below}"))
    }

    pub fn new_project(&self, target: &str, below: &str) -> Run {
        std::fs::remove_dir_all(self.machine.path(target)).ok();
        self.machine.run(&["new", target, "--pack", &self.spec(below)])
    }

    #[track_caller]
    pub fn refuses(&self, below: &str, code: &str) -> String {
        let said = self.new_project("lost", below).fails();
        assert!(said.starts_with(&format!("error[{code}]")), "{said}");
        said
    }

    /// The project's file, without what differs from run to run.
    pub fn read(&self, file: &str) -> String {
        self.machine.read(file).replace(&self.registry.host(), "[HOST]")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let run = self.machine.run(&[arguments, &["--json"]].concat()).succeeds();
        serde_json::from_str(&run.stdout).unwrap()
    }

    /// Makes this machine forget everything that it fetched.
    fn forget(&self) {
        std::fs::remove_dir_all(self.machine.home().join("cache")).ok();
    }
}

#[test]
fn what_is_published_is_found_with_what_it_needs() {
    let scene = Scene::new(&[pack("base", "1.0.0"), needing(pack("orders", "1.2.0"), "base")]);
    scene.registry.asked();
    scene.new_project("shop", "orders").succeeds();
    assert_eq!((scene.machine.read("shop/orders"), scene.machine.read("shop/base")), ("1.2.0".into(), "1.0.0".into()));
    assert_data_eq!(
        scene.read("shop/scaffold.toml"),
        str![[r#"
[project]
name = "shop"
year = 2026

[packs]
orders = { oci = "[HOST]/acme/orders", version = "^1.2.0" }

"#]]
    );
    let lock = scene.read("shop/scaffold.lock");
    let artifact = Digest::of(scene.registry.manifest("acme/orders", "1.2.0").to_string().as_bytes());
    let component = Digest::of(&needing(pack("orders", "1.2.0"), "base").wasm());
    assert!(lock.contains(&format!("source = \"oci+[HOST]/acme/orders@{artifact}\"\nchecksum = \"{component}\"\n")));
    assert!(!lock.contains("url = "), "{lock}");
    // A list of tags, an artifact and a component for each pack, and no layer before it was chosen.
    let mut asked = scene.registry.asked();
    assert!(asked[4..].iter().all(|request| request.contains("/blobs/")), "{asked:?}");
    asked.truncate(4);
    asked.sort();
    assert_eq!(
        asked,
        [
            "GET /v2/acme/base/manifests/1.0.0",
            "GET /v2/acme/base/tags/list?n=1000",
            "GET /v2/acme/orders/manifests/1.2.0",
            "GET /v2/acme/orders/tags/list?n=1000"
        ]
    );
    scene.new_project("warm", "orders").succeeds();
    assert_eq!(scene.registry.asked(), [""; 0], "everything was here");
}

#[test]
fn a_version_is_named_in_each_way() {
    let scene = Scene::new(&[pack("plain", "1.0.0"), pack("plain", "1.1.0"), pack("plain", "2.0.0-rc.1")]);
    let old = scene.registry.manifest("acme/plain", "1.0.0").to_string();
    scene.registry.put("acme/plain", "stable", old.as_bytes(), &[]);
    let digest = Digest::of(old.as_bytes());
    for (below, version, entry) in [
        ("plain".to_owned(), "1.1.0", "{ oci = \"[HOST]/acme/plain\", version = \"^1.1.0\" }".to_owned()),
        ("plain@~1.0".to_owned(), "1.0.0", "{ oci = \"[HOST]/acme/plain\", version = \"~1.0\" }".to_owned()),
        ("plain:1.0.0".to_owned(), "1.0.0", "{ oci = \"[HOST]/acme/plain\", version = \"=1.0.0\" }".to_owned()),
        ("plain:2.0.0-rc.1".to_owned(), "2.0.0-rc.1", "version = \"=2.0.0-rc.1\" }".to_owned()),
        ("plain:stable".to_owned(), "1.0.0", "{ oci = \"[HOST]/acme/plain:stable\" }".to_owned()),
        (format!("plain@{digest}"), "1.0.0", format!("{{ oci = \"[HOST]/acme/plain@{digest}\" }}")),
    ] {
        scene.new_project("shop", &below).succeeds();
        assert_eq!(scene.machine.read("shop/plain"), version, "{below}");
        let intent = scene.read("shop/scaffold.toml");
        assert!(intent.contains(&entry), "{below}: {intent}");
        scene.machine.run(&["-C", "shop", "check"]).succeeds();
    }
    let said = scene.refuses("plain:3.0.0", "artifact-missing");
    assert!(said.contains("has no `plain:3.0.0`") && said.contains(&scene.registry.at("acme/plain")), "{said}");
    scene.refuses("plain@^3", "no-version");
    scene.refuses("nothing", "pack-unknown");
    scene.refuses(&format!("plain@{}", Digest::of(b"other")), "artifact-missing");
}

#[test]
fn one_artifact_takes_one_request_and_the_layer() {
    let scene = Scene::new(&[pack("plain", "1.0.0"), pack("plain", "1.1.0")]);
    scene.registry.asked();
    scene.new_project("shop", "plain:1.0.0").succeeds();
    let asked = scene.registry.asked();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert_eq!(asked[0], "GET /v2/acme/plain/manifests/1.0.0");
    let twice =
        ["new", "twice", "--pack", &scene.spec("plain:1.0.0"), "--pack", &format!("b={}", scene.spec("plain:1.1.0"))];
    let said = scene.machine.run(&twice).fails();
    assert!(said.starts_with("error[version-conflict]"), "{said}");
}

#[test]
fn after_an_install_no_network_is_needed() {
    let scene = Scene::new(&[pack("base", "1.0.0"), needing(pack("orders", "1.2.0"), "base"), pack("orders", "1.3.0")]);
    scene.machine.run(&["install", &scene.spec("orders:1.2.0")]).succeeds();
    scene.machine.run(&["install", &scene.spec("base")]).succeeds();
    let listed = scene.machine.run(&["list"]).succeeds().stdout;
    assert!(listed.contains("base") && listed.contains("orders"), "{listed}");
    let Scene { machine, registry } = scene;
    let spec = |below: &str| registry.at(&format!("acme/{below}"));
    let (tag, any) = (spec("orders:1.2.0"), spec("orders"));
    let digest = Digest::of(registry.manifest("acme/orders", "1.2.0").to_string().as_bytes());
    let base = spec("base:1.0.0");
    drop(registry);
    machine.run(&["new", "base", "--pack", &base, "--offline"]).succeeds();
    for spec in [&tag, &any, &tag.replace(":1.2.0", &format!("@{digest}"))] {
        std::fs::remove_dir_all(machine.path("shop")).ok();
        machine.run(&["new", "shop", "--pack", spec, "--offline"]).succeeds();
        assert_eq!(machine.read("shop/orders"), "1.2.0", "of those that are here the newest");
    }
    let said = machine.run(&["info", &any.replace("orders", "plain"), "--offline"]).fails();
    assert!(said.starts_with("error[offline]: a version of `plain`"), "{said}");
    machine.run(&["uninstall", &tag]).succeeds();
    let said = machine.run(&["new", "lost", "--pack", &tag, "--offline"]).fails();
    assert!(said.starts_with("error[offline]: the component of `orders` 1.2.0"), "{said}");
}

#[test]
fn a_lock_needs_neither_tags_nor_a_store() {
    let scene = Scene::new(&[pack("plain", "1.0.0")]);
    scene.new_project("shop", "plain").succeeds();
    // The tag is gone, and so is everything that this machine had.
    scene.registry.remove("acme/plain", "1.0.0");
    scene.forget();
    let explain = |options: &[&str]| scene.machine.run(&[&["-C", "shop", "explain", "plain:1"], options].concat());
    let said = explain(&["--offline"]).fails();
    assert!(said.starts_with("error[offline]: `plain@sha256:"), "{said}");
    scene.registry.asked();
    assert!(explain(&[]).succeeds().stdout.contains("`plain` 1.0.0"));
    assert!(scene.registry.asked()[0].starts_with("GET /v2/acme/plain/manifests/sha256:"));
    assert!(explain(&["--offline"]).succeeds().stdout.contains("`plain` 1.0.0"));
    let lock = scene.machine.read("shop/scaffold.lock");
    scene.machine.write("shop/scaffold.lock", lock.replace("@sha256:", "@sha256-"));
    let said = explain(&[]).fails();
    assert!(said.starts_with("error[lock-syntax]"), "{said}");
}

#[test]
fn a_registry_has_a_name_like_any_other() {
    let scene = Scene::new(&[pack("base", "1.0.0"), needing(pack("orders", "1.2.0"), "base")]);
    scene.machine.run(&["registry", "add", "acme", &format!("{}/", scene.registry.at("acme"))]).succeeds();
    let listed = scene.machine.run(&["registry", "list"]).succeeds().stdout;
    assert!(listed.contains(&format!("acme                  {}\n", scene.registry.at("acme"))), "{listed}");
    scene.machine.run(&["new", "shop", "--pack", "acme/orders@^1"]).succeeds();
    let intent = scene.read("shop/scaffold.toml");
    assert!(intent.contains("acme = \"oci://[HOST]/acme\""), "{intent}");
    assert!(intent.contains("orders = { version = \"^1\", registry = \"acme\" }"), "{intent}");
    assert!(scene.read("shop/scaffold.lock").contains("source = \"oci+[HOST]/acme/base@sha256:"));
    // The same registry, whether by its name or its address.
    scene
        .machine
        .run(&["new", "both", "--pack", "acme/orders", "--pack", &format!("b={}", scene.spec("orders"))])
        .succeeds();
    scene.publish(&pack("orders", "1.3.0")).succeeds();
    scene.machine.run(&["publish", "pack.wasm", "--registry", "acme"]).succeeds();
    let info = scene.json(&["info", "acme/orders"]);
    assert_eq!(info["place"]["versions"].as_array().unwrap().len(), 2);
    assert!(info["place"]["artifact"].as_str().unwrap().starts_with(&scene.spec("orders@sha256:")));
    let said = scene.machine.run(&["registry", "add", "wrong", "oci://HO ST/x"]).fails();
    assert!(said.starts_with("error[registry-address]"), "{said}");
    let closed = scene.registry.at("acme");
    drop(scene.registry);
    let said = scene.machine.run(&["registry", "add", "closed", &closed, "--http-retries", "0"]).fails();
    assert!(said.starts_with("error[registry-unreachable]"), "{said}");
    scene.machine.run(&["registry", "add", "closed", &closed, "--offline"]).succeeds();
}

#[test]
fn what_registries_of_containers_can_not_do_is_said() {
    let scene = Scene::new(&[pack("plain", "1.0.0")]);
    scene.machine.run(&["registry", "add", "acme", &scene.registry.at("acme")]).succeeds();
    let run = scene.machine.run(&["search", "nothing-of-the-kind"]).succeeds();
    assert!(run.stderr.contains("warning[registry-no-catalog]"), "{}", run.stderr);
    let mut search = scene.machine.command(&["search"]);
    scene.machine.run(&["registry", "remove", "acme"]).succeeds();
    let said = scene.machine.finish(search.env("SCAFFOLD_REGISTRY", scene.registry.at("acme"))).fails();
    assert!(said.starts_with("error[registry-no-catalog]"), "{said}");
    let yank = ["yank", "plain@1.0.0", "--registry", &scene.registry.at("acme")];
    let said = scene.machine.run(&yank).fails();
    assert!(said.starts_with("error[registry-no-yank]") && said.contains(&scene.registry.at("acme")), "{said}");
    let mut new: Command = scene.machine.command(&["new", "shop", "--pack", "plain"]);
    scene.machine.finish(new.env("SCAFFOLD_REGISTRY", scene.registry.at("acme"))).succeeds();
}

#[test]
fn other_tools_artifacts_are_looked_into() {
    let scene = Scene::new(&[pack("plain", "1.0.0")]);
    scene.registry.put_component("acme/plain", "1.1.0", &pack("plain", "1.1.0").wasm());
    scene.registry.put("acme/plain", "latest", b"{\"schemaVersion\":2,\"manifests\":[]}", &[]);
    scene.registry.put("acme/plain", "9.0.0", b"{\"schemaVersion\":2,\"manifests\":[]}", &[]);
    scene.registry.put("acme/plain", "v9.1.0", b"not even JSON", &[]);
    scene.new_project("shop", "plain").succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "1.1.0", "images and names are no versions");
    let said = scene.refuses("plain:latest", "artifact-invalid");
    assert!(said.contains("`plain:latest`") && said.contains("application/wasm"), "{said}");
}

/// A pack of the project's own, which answers `describe`.
fn describing() -> (Manifest, Vec<u8>) {
    let line = scaffold::registry::Embedded::open();
    let line = scaffold::registry::Source::versions(&line, &"fastapi-base".parse().unwrap()).unwrap().pop().unwrap();
    let file = format!("registry/{}", scaffold::registry::blob_path(&line.digest));
    let wasm = std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    (line.manifest, wasm)
}

#[test]
fn a_component_without_a_manifest_is_asked_for_it() {
    let (manifest, wasm) = describing();
    // The section is the last thing in the component: what is before it, finished again, is the whole.
    let is_bare = |end: &usize| with_manifest(&wasm[..*end], &manifest).is_ok_and(|finished| finished == wasm);
    let end = (0..wasm.len()).rev().filter(|end| wasm[*end] == 0).find(is_bare).unwrap();
    let scene = Scene::new(&[]);
    let tag = manifest.version.to_string();
    scene.registry.put_component("acme/fastapi-base", &tag, &wasm[..end]);
    scene.registry.put_component("acme/fastapi-base", "latest", &wasm[..end]);
    for below in ["fastapi-base", "fastapi-base:latest"] {
        let info = scene.json(&["info", &scene.spec(below)]);
        assert_eq!(info["manifest"], serde_json::to_value(&manifest).unwrap());
        std::fs::remove_dir_all(scene.machine.path("shop")).ok();
        scene.machine.run(&["new", "shop", "--defaults", "--pack", &scene.spec(below)]).succeeds();
    }
    scene.forget();
    scene.machine.run(&["-C", "shop", "explain", "Makefile:1"]).succeeds();
    scene.machine.write("pack.wasm", &wasm);
    let said = scene.machine.run(&["publish", "pack.wasm", "--registry", &scene.registry.at("acme")]).fails();
    assert!(said.starts_with("error[version-exists]"), "{said}");
    scene.forget();
    let said = scene.publish(&pack("fastapi-base", "99.0.0")).fails();
    assert!(said.starts_with("error[manifest-missing]") && said.contains(&format!("fastapi-base:{tag}")), "{said}");
}

#[test]
fn many_tags_come_in_pages_and_each_is_read_once() {
    let packs: Vec<Pack> = (0..7).map(|minor| pack("plain", &format!("1.{minor}.0"))).collect();
    let scene = Scene::new(&packs);
    scene.registry.page(3);
    scene.new_project("shop", "plain").succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "1.6.0");
    scene.publish(&pack("plain", "1.7.0")).succeeds();
    // Whoever publishes knows what there is.
    scene.registry.asked();
    scene.new_project("shop", "plain").succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "1.7.0");
    assert!(!scene.registry.asked().iter().any(|request| request.contains("/manifests/")));
    let other = scene.registry.manifest("acme/plain", "1.7.0").to_string().replace("1.7.0", "1.8.0");
    scene.registry.put("acme/plain", "1.8.0", other.as_bytes(), &[]);
    scene.registry.asked();
    let info = scene.json(&["info", &scene.spec("plain@^1.8")]);
    assert_eq!(info["manifest"]["version"], "1.8.0");
    let manifests = scene.registry.asked().into_iter().filter(|request| request.contains("/manifests/")).count();
    assert_eq!(manifests, 1, "those that were seen are known");
}

/// What `wkg oci push` wrote; `tests/wkg/README.md` says how.
#[test]
fn what_wkg_pushed_is_a_pack() {
    let file = |name: &str| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wkg");
        std::fs::read(folder.join(name)).unwrap()
    };
    let scene = Scene::new(&[]);
    let (config, layer) = (file("config.json"), file("plain.wasm"));
    scene.registry.put("acme/plain", "1.2.0", &file("manifest.json"), &[&config, &layer]);
    scene.new_project("shop", "plain").succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "pushed by wkg\n");
    let lock = scene.read("shop/scaffold.lock");
    let artifact = Digest::of(&file("manifest.json"));
    assert!(lock.contains(&format!("oci+[HOST]/acme/plain@{artifact}")), "{lock}");
    assert!(lock.contains(&format!("checksum = \"{}\"", Digest::of(&layer))), "{lock}");
}
