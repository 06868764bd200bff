//! The life of a project whose packs are in a registry of containers.

use crate::oci::{Scene, pack};
use crate::support::Run;

/// A project of `plain` 1.0.0, and later versions that came afterwards.
fn project() -> Scene {
    let scene = Scene::new(&[pack("plain", "1.0.0")]);
    scene.new_project("shop", "plain").succeeds();
    for version in ["1.1.0", "1.2.0", "2.0.0"] {
        scene.publish(&pack("plain", version)).succeeds();
    }
    scene
}

fn run(scene: &Scene, arguments: &[&str]) -> Run {
    scene.machine.run(&[&["-C", "shop"], arguments].concat())
}

fn entry(scene: &Scene) -> String {
    let intent = scene.read("shop/scaffold.toml");
    intent.lines().find(|line| line.starts_with("plain = ")).unwrap().to_owned()
}

#[test]
fn newer_versions_are_taken_within_what_was_asked_for() {
    let scene = project();
    run(&scene, &["check"]).succeeds();
    run(&scene, &["update", "plain", "--precise", "1.1.0"]).succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "1.1.0");
    run(&scene, &["update"]).succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "1.2.0");
    assert_eq!(entry(&scene), "plain = { oci = \"[HOST]/acme/plain\", version = \"^1.0.0\" }");
    let said = run(&scene, &["update", "plain", "--precise", "2.0.0"]).fails();
    assert!(said.starts_with("error[precise-excluded]: `scaffold.toml` allows `^1.0.0` of `plain`"), "{said}");
    assert!(said.contains(&format!("`scaffold add {}`", scene.spec("plain@=2.0.0"))), "{said}");
    run(&scene, &["undo"]).succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "1.1.0");
    run(&scene, &["check"]).succeeds();
}

#[test]
fn what_is_there_is_asked_for_in_another_version() {
    let scene = project();
    run(&scene, &["add", &scene.spec("plain")]).succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "1.0.0", "it is there");
    run(&scene, &["add", &scene.spec("plain@^2")]).succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "2.0.0");
    assert_eq!(entry(&scene), "plain = { oci = \"[HOST]/acme/plain\", version = \"^2\" }");
    scene.registry.put("acme/plain", "old", scene.registry.manifest("acme/plain", "1.1.0").to_string().as_bytes(), &[]);
    run(&scene, &["add", &scene.spec("plain:old")]).succeeds();
    assert_eq!(scene.machine.read("shop/plain"), "1.1.0");
    assert_eq!(entry(&scene), "plain = { oci = \"[HOST]/acme/plain:old\" }");
    let said = run(&scene, &["update", "plain", "--precise", "1.2.0"]).fails();
    assert!(said.contains("allows one artifact of `plain`"), "{said}");
    scene.publish(&pack("other", "1.0.0")).succeeds();
    run(&scene, &["add", &scene.spec("other")]).succeeds();
    run(&scene, &["remove", "plain"]).succeeds();
    assert!(!scene.machine.path("shop/plain").exists() && scene.machine.path("shop/other").exists());
}

#[test]
fn newer_versions_are_told_of() {
    let scene = project();
    let told = run(&scene, &["outdated"]);
    assert_eq!(told.code, 3, "{}", told.stderr);
    assert!(told.stdout.contains("plain                        1.0.0        1.2.0        2.0.0"), "{}", told.stdout);
}
