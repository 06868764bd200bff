//! Registries by name, and the packs on this machine.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack, Registry, Server};

fn pack(name: &str, version: &str) -> Pack {
    let summary = format!("Makes {name}");
    Pack::new(name).manifest("version", json!(version)).manifest("summary", json!(summary)).files(&[(name, version)])
}

fn needing(pack: Pack, name: &str) -> Pack {
    pack.manifest("dependencies", json!([{ "name": name, "version": "^1" }]))
}

/// A machine on which `acme` is a registry, and the embedded one is replaced.
struct Scene {
    machine: Machine,
    default: Registry,
    acme: Registry,
}

impl Scene {
    fn new(default: &[Pack], acme: &[Pack]) -> Self {
        let default = Registry::new(default);
        let acme = Registry::with_id("https://packs.acme.example/", acme);
        let scene = Self { machine: Machine::new(), default, acme };
        scene.run(&["registry", "add", "acme", scene.acme.path().to_str().unwrap()]).succeeds();
        scene
    }

    fn run(&self, arguments: &[&str]) -> crate::support::Run {
        let mut command = self.machine.command(arguments);
        self.machine.finish(command.env("SCAFFOLD_REGISTRY", self.default.path()))
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--json"]].concat()).succeeds();
        serde_json::from_str(&run.stdout).unwrap()
    }
}

#[test]
fn a_registry_is_named_listed_and_forgotten() {
    let scene = Scene::new(&[], &[]);
    let url = format!("file://{}", scene.acme.path().display());
    assert!(scene.run(&["registry", "list"]).succeeds().stdout.contains(&format!("acme                  {url}\n")));
    let listed = scene.json(&["registry", "list"]);
    assert_eq!(listed["registries"], json!([{ "name": "acme", "address": url }]));
    scene.run(&["registry", "add", "acme", scene.acme.path().to_str().unwrap()]).succeeds();
    let said = scene.run(&["registry", "add", "acme", scene.default.path().to_str().unwrap()]).fails();
    assert!(said.starts_with("error[registry-named]"), "{said}");
    let said = scene.run(&["registry", "add", "empty", scene.machine.path("").to_str().unwrap()]).fails();
    assert!(said.starts_with("error[registry-io]"), "{said}");
    let said = scene.run(&["registry", "remove", "acne"]).fails();
    assert!(said.starts_with("error[registry-unknown]") && said.contains("did you mean `acme`?"), "{said}");
    scene.run(&["registry", "remove", "acme"]).succeeds();
    assert_eq!(scene.json(&["registry", "list"])["registries"], json!([]));
}

#[test]
fn a_configuration_that_is_none() {
    let scene = Scene::new(&[pack("plain", "1.0.0")], &[]);
    std::fs::write(scene.machine.home().join("config/config.toml"), "registries = 1").unwrap();
    for arguments in [&["registry", "list"][..], &["new", "shop", "--pack", "plain"]] {
        let said = scene.run(arguments).fails();
        assert!(said.starts_with("error[config-invalid]"), "{said}");
    }
}

#[test]
fn a_registry_is_made() {
    let machine = Machine::new();
    machine.run(&["registry", "init", "packs", "--id", "https://packs.acme.example/"]).succeeds();
    assert!(machine.read("packs/config.json").contains("\"id\":\"https://packs.acme.example/\""));
    let said = machine.run(&["registry", "init", "packs"]).fails();
    assert!(said.starts_with("error[registry-exists]"), "{said}");
    let said = machine.run(&["registry", "init", "other", "--id", "no uri"]).fails();
    assert!(said.starts_with("error[registry-config]"), "{said}");
    machine.run(&["registry", "add", "acme", "packs"]).succeeds();
    assert_eq!(machine.run(&["search", "--quiet", "nothing"]).succeeds().stdout, "");
}

#[test]
fn a_pack_of_a_named_registry_brings_what_it_needs_from_there() {
    let default = [pack("base", "1.9.0"), pack("orders", "1.0.0")];
    let scene = Scene::new(&default, &[needing(pack("eks", "1.2.0"), "base"), pack("base", "1.0.0")]);
    scene.run(&["new", "shop", "--pack", "acme/eks@^1", "--pack", "orders"]).succeeds();
    assert_eq!(scene.machine.read("shop/base"), "1.0.0", "the registry of the pack that needs it");
    let url = format!("file://{}", scene.acme.path().display());
    let intent = scene.machine.read("shop/scaffold.toml").replace(&url, "[URL]");
    assert_data_eq!(
        intent,
        str![[r#"
[project]
name = "shop"
year = 2026

[registries]
acme = "[URL]"

[packs]
eks = { version = "^1", registry = "acme" }
orders = "^1.0.0"

"#]]
    );
    let lock = scene.machine.read("shop/scaffold.lock").replace(&url, "[URL]");
    assert_eq!(
        lock.matches("source = \"registry+https://packs.acme.example/\"\nurl = \"[URL]\"\n").count(),
        2,
        "{lock}"
    );
    assert_eq!(lock.matches("url = ").count(), 2, "{lock}");
}

#[test]
fn a_name_belongs_to_one_registry() {
    let scene = Scene::new(&[pack("base", "1.0.0")], &[needing(pack("eks", "1.0.0"), "base"), pack("base", "1.0.0")]);
    let said = scene.run(&["new", "shop", "--pack", "acme/eks", "--pack", "base"]).fails();
    assert!(said.starts_with("error[two-sources]: `base`"), "{said}");
    let said = scene.run(&["new", "shop", "--pack", "acme/base", "--pack", "x=base"]).fails();
    assert!(said.starts_with("error[two-sources]: `base`"), "{said}");
    // What is not there is not looked for elsewhere.
    let said = scene.run(&["new", "shop", "--pack", "eks"]).fails();
    assert!(said.starts_with("error[pack-unknown]"), "{said}");
    let said = scene.run(&["new", "shop", "--pack", "acme/bases"]).fails();
    assert!(said.starts_with("error[pack-unknown]") && said.contains("did you mean `base`?"), "{said}");
    let said = scene.run(&["new", "shop", "--pack", "nobody/base"]).fails();
    assert!(said.starts_with("error[registry-unknown]"), "{said}");
    // A mirror is the registry that it mirrors.
    let mirror = scene.default.path().to_str().unwrap();
    scene.run(&["registry", "add", "mirror", mirror]).succeeds();
    scene.run(&["new", "shop", "--pack", "mirror/base", "--pack", "x=base"]).succeeds();
}

#[test]
fn a_registry_is_opened_when_it_is_needed() {
    let scene = Scene::new(&[pack("base", "1.0.0")], &[]);
    std::fs::remove_file(scene.acme.path().join("config.json")).unwrap();
    scene.run(&["new", "shop", "--pack", "base"]).succeeds();
    let run = scene.run(&["search", "base"]).succeeds();
    assert!(run.stdout.starts_with("base ") && run.stderr.contains("warning[registry-io]"), "{}", run.stderr);
}

#[test]
fn search_looks_everywhere() {
    let scene = Scene::new(
        &[pack("base", "1.0.0"), pack("base", "2.0.0")],
        &[pack("base-eks", "1.0.0"), pack("other", "1.0.0")],
    );
    assert_data_eq!(
        scene.run(&["search", "base"]).succeeds().stdout,
        str![[r#"
base                         2.0.0        Makes base
acme/base-eks                1.0.0        Makes base-eks

"#]]
    );
    assert_eq!(scene.json(&["search"])["packs"].as_array().unwrap().len(), 3);
    assert_eq!(scene.json(&["search", "other"])["packs"][0]["registry"], "acme");
}

#[test]
fn info_tells_all_before_anything_is_run() {
    let questions = json!({ "port": { "type": "integer", "title": "Port", "default": 8000 } });
    let orders = needing(pack("orders", "1.1.0"), "base").questions(questions).manifest("license", json!("MIT"));
    let scene = Scene::new(&[pack("orders", "1.0.0"), orders], &[pack("eks", "1.0.0")]);
    let text = scene.run(&["info", "orders"]).succeeds().stdout;
    for line in [
        "orders 1.1.0: Makes orders\n",
        "licence      MIT\n",
        "versions     1.1.0, 1.0.0\n",
        "digest       sha256:",
        "imports      scaffold:pack/types@0.1.0\n",
        "needs        base@^1\n",
        "  port                 Port (integer) [8000]\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!(scene.json(&["info", "orders@=1.0.0"])["manifest"]["version"], "1.0.0");
    assert_eq!(scene.json(&["info", "acme/eks"])["place"]["registry"], "acme");
    scene.machine.pack("file.wasm", &pack("file", "3.0.0"));
    assert!(scene.run(&["info", "./file.wasm"]).succeeds().stdout.starts_with("file 3.0.0: "));
    assert!(scene.run(&["info", "order"]).fails().contains("did you mean `orders`?"));
    assert!(scene.run(&["info", "orders@2"]).fails().starts_with("error[no-version]"));
}

#[test]
fn what_is_installed_is_listed_and_can_be_removed() {
    let scene = Scene::new(&[pack("base", "1.0.0")], &[needing(pack("eks", "1.0.0"), "base"), pack("base", "1.0.0")]);
    assert_eq!(scene.run(&["list"]).succeeds().stdout, "");
    let installed = scene.json(&["install", "acme/eks"]);
    assert_eq!(installed["packs"].as_array().unwrap().len(), 2);
    assert_data_eq!(
        scene.run(&["list"]).succeeds().stdout,
        str![[r#"
base                         1.0.0        Makes base
eks                          1.0.0        Makes eks

"#]]
    );
    let said = scene.run(&["uninstall", "eks@2"]).fails();
    assert!(said.starts_with("error[not-installed]"), "{said}");
    scene.run(&["uninstall", "eks", "base"]).succeeds();
    assert_eq!(scene.json(&["list"])["packs"], json!([]));
    let left = scene.machine.tree("../home").into_iter().filter(|(path, _)| path.contains("wasm")).count();
    assert_eq!(left, 0, "neither components nor compiled code");
}

#[test]
fn an_installed_pack_needs_no_network() {
    let scene = Scene::new(&[], &[]);
    let web = Registry::new(&[needing(pack("orders", "1.0.0"), "base"), pack("base", "1.0.0")]);
    let server = Server::start(web.path());
    scene.run(&["registry", "add", "web", &server.url()]).succeeds();
    scene.run(&["install", "web/orders"]).succeeds();
    drop(server);
    scene.run(&["new", "offline", "--pack", "web/orders", "--offline"]).succeeds();
    let mut cut_off = std::process::Command::new("unshare");
    cut_off.args(["--net", "--map-root-user", env!("CARGO_BIN_EXE_scaffold")]);
    cut_off.args(["new", "cut-off", "--pack", "web/orders", "--offline", "--name", "offline"]);
    cut_off.env("SCAFFOLD_HOME", scene.machine.home()).env("SOURCE_DATE_EPOCH", "1767225600");
    let may_unshare = std::process::Command::new("unshare").args(["--net", "--map-root-user", "true"]).status();
    if may_unshare.is_ok_and(|status| status.success()) {
        scene.machine.finish(cut_off.current_dir(scene.machine.path(""))).succeeds();
        assert_eq!(scene.machine.tree("cut-off"), scene.machine.tree("offline"));
    }
    let said = scene.run(&["registry", "add", "other", "http://packs.example/", "--offline"]).fails();
    assert!(said.starts_with("error[registry-plain-http]"), "{said}");
    scene.run(&["registry", "add", "other", "https://packs.example", "--offline"]).succeeds();
    assert!(scene.run(&["registry", "list"]).stdout.contains("https://packs.example/\n"));
}

#[test]
fn credentials_of_a_name_go_to_the_users_own_registry_of_that_name() {
    let scene = Scene::new(&[], &[]);
    let web = Registry::new(&[pack("orders", "1.0.0")]);
    let server = Server::start(web.path());
    scene.run(&["registry", "add", "the-web", &server.url()]).succeeds();
    server.requests();
    let mut command = scene.machine.command(&["new", "shop", "--pack", "the-web/orders"]);
    scene.machine.finish(command.env("SCAFFOLD_REGISTRY_THE_WEB_TOKEN", "s3cret")).succeeds();
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.headers["authorization"] == "Bearer s3cret"), "{requests:?}");
}
