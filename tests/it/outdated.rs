//! `scaffold outdated`, and a project's own registries.

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

use crate::support::{Machine, Pack, Registry, Run, Server};

fn pack(name: &str, version: &str) -> Pack {
    Pack::new(name).manifest("version", json!(version)).files(&[(name, version)])
}

fn needing(pack: Pack, name: &str, requirement: &str) -> Pack {
    pack.manifest("dependencies", json!([{ "name": name, "version": requirement }]))
}

/// A project of `orders`, which needs `base`, and `other`.
struct Scene {
    machine: Machine,
    registry: Registry,
}

impl Scene {
    fn new() -> Self {
        let packs = [needing(pack("orders", "1.0.0"), "base", "^1"), pack("base", "1.0.0"), pack("other", "1.0.0")];
        let scene = Self { machine: Machine::new(), registry: Registry::new(&packs) };
        scene.run(&["new", "shop", "--pack", "orders", "--pack", "other@=1.0.0"]).succeeds();
        scene
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.machine.command(arguments);
        self.machine.finish(command.env("SCAFFOLD_REGISTRY", self.registry.path()))
    }

    fn outdated(&self) -> Run {
        self.run(&["-C", "shop", "outdated"])
    }
}

#[test]
fn nothing_is_newer() {
    let run = Scene::new().outdated().succeeds();
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", "Every pack has its newest version\n"));
}

#[test]
fn newer_versions_are_told_and_what_is_allowed() {
    let scene = Scene::new();
    scene.registry.publish(&pack("base", "1.2.0"));
    scene.registry.publish(&pack("base", "2.0.0"));
    scene.registry.publish(&pack("other", "1.1.0"));
    scene.registry.publish(&pack("other", "2.0.0-rc.1"));
    let run = scene.outdated();
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_data_eq!(
        run.stdout,
        str![[r#"
pack                         locked       allowed      newest
base                         1.0.0        1.2.0        2.0.0
other                        1.0.0        1.0.0        1.1.0

"#]]
    );
    assert_eq!(run.stderr, "`scaffold update` takes what is allowed\n");
    let run = scene.run(&["-C", "shop", "outdated", "--json"]);
    assert_eq!(run.code, 3);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["schema"], "scaffold.outdated/1");
    assert_eq!(
        told["packs"][0],
        json!({
            "name": "base", "instances": ["base"], "current": "1.0.0", "allowed": "1.2.0", "newest": "2.0.0",
            "yanked": false, "outdated": true,
        })
    );
    assert_eq!(told["packs"][1]["outdated"], false, "{told}");
}

#[test]
fn a_version_that_was_taken_back_is_outdated() {
    let scene = Scene::new();
    scene.registry.publish(&pack("base", "1.0.1"));
    let registry = scene.registry.path().to_str().unwrap().to_owned();
    scene.run(&["yank", "base@1.0.0", "--registry", &registry]).succeeds();
    let run = scene.outdated();
    assert_eq!(run.code, 3);
    assert!(run.stdout.contains("1.0.0        1.0.1        1.0.1        (yanked)\n"), "{}", run.stdout);
}

#[test]
fn what_has_no_project_has_nothing_outdated() {
    let scene = Scene::new();
    let said = scene.run(&["outdated"]).fails();
    assert!(said.starts_with("error[no-project]"), "{said}");
    scene.machine.write("shop/scaffold.toml", "[project]\n");
    assert!(scene.outdated().fails().starts_with("error[intent-syntax]"));
}

#[test]
fn each_index_is_asked_for_once_and_on_condition() {
    let scene = Scene::new();
    let server = Server::start(scene.registry.path());
    let run = |arguments: &[&str]| {
        let mut command = scene.machine.command(arguments);
        scene.machine.finish(command.env("SCAFFOLD_REGISTRY", server.url()))
    };
    run(&["new", "web", "--pack", "orders", "--pack", "other"]).succeeds();
    server.requests();
    run(&["-C", "web", "outdated"]).succeeds();
    let requests = server.requests();
    let mut paths: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
    paths.sort_unstable();
    let indexes = ["orders", "base", "other"].map(|name| scene.registry.urls(name).0);
    let mut expected: Vec<&str> = indexes.iter().map(String::as_str).chain(["/config.json"]).collect();
    expected.sort_unstable();
    assert_eq!(paths, expected);
    assert!(requests.iter().all(|request| request.headers.contains_key("if-none-match")), "{requests:?}");
}

#[test]
fn a_nickname_means_what_the_project_says() {
    let scene = Scene::new();
    let theirs = Registry::with_id("https://packs.acme.example/", &[pack("eks", "1.0.0")]);
    let mine = Registry::with_id("https://mine.example/", &[pack("eks", "9.0.0")]);
    scene.run(&["registry", "add", "acme", theirs.path().to_str().unwrap()]).succeeds();
    scene.run(&["new", "infra", "--pack", "acme/eks"]).succeeds();
    // Another machine, whose user calls another registry so.
    scene.run(&["registry", "remove", "acme"]).succeeds();
    scene.run(&["registry", "add", "acme", mine.path().to_str().unwrap()]).succeeds();
    scene.run(&["-C", "infra", "outdated"]).succeeds();
    scene.run(&["-C", "infra", "explain", "eks"]).succeeds();
    theirs.publish(&pack("eks", "1.1.0"));
    let run = scene.run(&["-C", "infra", "outdated"]);
    assert!(run.stdout.contains("eks                          1.0.0        1.1.0        1.1.0\n"), "{}", run.stdout);
    // And one whose user calls none so.
    scene.run(&["registry", "remove", "acme"]).succeeds();
    assert_eq!(scene.run(&["-C", "infra", "outdated"]).code, 3);
    // The address may be a folder's, seen from the project.
    let toml = scene.machine.read("infra/scaffold.toml");
    let url = format!("file://{}", theirs.path().display());
    let link = scene.machine.path("acme-packs");
    #[cfg(unix)]
    std::os::unix::fs::symlink(theirs.path(), link).unwrap();
    scene.machine.write("infra/scaffold.toml", toml.replace(&url, "../acme-packs"));
    assert_eq!(scene.run(&["-C", "infra", "outdated"]).code, 3);
}
