//! Publishing to a registry of containers.

use scaffold::model::Digest;
use serde_json::json;

use crate::oci::{Scene, pack};
use crate::support::{Reply, Run};

#[test]
fn a_tag_comes_after_everything_that_it_names() {
    let scene = Scene::new(&[]);
    scene.publish(&pack("plain", "1.0.0")).succeeds();
    let asked = scene.registry.asked();
    let writes: Vec<_> = asked.iter().filter(|request| request.starts_with("PUT")).collect();
    assert_eq!(writes.len(), 3, "{asked:?}");
    assert_eq!(writes[2], "PUT /v2/acme/plain/manifests/1.0.0");
    let manifest = scene.registry.manifest("acme/plain", "1.0.0");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(manifest["annotations"]["org.opencontainers.image.created"], "2026-01-01T00:00:00Z");
}

#[test]
fn a_published_version_never_changes() {
    let scene = Scene::new(&[pack("plain", "1.1.0")]);
    let before = scene.registry.manifest("acme/plain", "1.1.0");
    scene.publish(&pack("plain", "1.1.0")).succeeds();
    let says = |run: Run, code: &str| {
        let said = run.fails();
        assert!(said.starts_with(&format!("error[{code}]")) && said.contains("plain"), "{said}");
    };
    says(scene.publish(&pack("plain", "1.1.0").files(&[("a", "other")])), "version-exists");
    scene.registry.put("acme/plain", "1.5.0", b"{\"schemaVersion\":2,\"layers\":[]}", &[]);
    says(scene.publish(&pack("plain", "1.5.0")), "version-exists");
    let newer = before.to_string().replace("1.1.0", "1.1.5").replace("contract\":\"0.1.0", "contract\":\"0.9.0");
    scene.registry.put("acme/plain", "1.1.5", newer.as_bytes(), &[]);
    says(scene.publish(&pack("plain", "1.2.0")), "contract-downgrade");
    says(scene.publish(&pack("plain", "1.2.0+7")), "version-metadata");
    says(scene.publish(&pack("plain", "1.2.0").questions(json!({ "port": { "type": "no type" } }))), "question-schema");
    let offline = ["publish", "pack.wasm", "--offline", "--registry", &scene.registry.at("acme")];
    scene.machine.pack("pack.wasm", &pack("plain", "1.2.0"));
    says(scene.machine.run(&offline), "offline");
    assert_eq!(scene.registry.manifest("acme/plain", "1.1.0"), before);
}

#[test]
fn of_two_who_publish_one_version_one_is_told() {
    let scene = Scene::new(&[pack("plain", "1.0.0")]);
    let other = scene.registry.manifest("acme/plain", "1.0.0").to_string().replace("1.0.0", "1.1.0");
    // Whoever asks for the tag again finds what the other publisher put there meanwhile.
    let pushed = std::sync::atomic::AtomicBool::new(false);
    scene.registry.twist(move |request, honest| {
        use std::sync::atomic::Ordering::Relaxed;
        if request.path.ends_with("/manifests/1.1.0") && request.method == "PUT" {
            pushed.store(true, Relaxed);
        } else if request.path.ends_with("/manifests/1.1.0") && pushed.load(Relaxed) {
            return Reply::ok(other.clone());
        }
        honest
    });
    let said = scene.publish(&pack("plain", "1.1.0")).fails();
    assert!(said.starts_with("error[version-exists]"), "{said}");
}

#[test]
fn signatures_travel_with_the_artifact() {
    let scene = Scene::new(&[]);
    scene.machine.run(&["key", "new"]).succeeds();
    scene.publish(&pack("plain", "1.0.0")).succeeds();
    scene.new_project("shop", "plain:1.0.0").succeeds();
    assert!(scene.machine.read("shop/scaffold.lock").contains("signer = \"RW"));
    let annotation = |name: &str| scene.registry.manifest("acme/plain", "1.0.0")["annotations"][name].clone();
    assert!(annotation("dev.scaffold.signature").as_str().unwrap().contains("untrusted comment"));
    // The same key goes on; another one, or none, does not.
    scene.publish(&pack("plain", "1.1.0")).succeeds();
    scene.new_project("shop", "plain:1.1.0").succeeds();
    scene.machine.run(&["key", "new", "other"]).succeeds();
    scene.machine.pack("pack.wasm", &pack("plain", "1.2.0"));
    let publish = ["publish", "pack.wasm", "--key", "other", "--registry", &scene.registry.at("acme")];
    scene.machine.run(&publish).succeeds();
    scene.refuses("plain:1.2.0", "signer-changed");
    scene.registry.put_component("acme/plain", "1.3.0", &pack("plain", "1.3.0").wasm());
    scene.refuses("plain:1.3.0", "signature-gone");
    // Another component under the signature of this one.
    let mut stolen = scene.registry.manifest("acme/plain", "1.1.0");
    let other = pack("plain", "1.1.0").files(&[("a", "other")]).wasm();
    stolen["layers"][0]["digest"] = json!(Digest::of(&other));
    stolen["layers"][0]["size"] = json!(other.len());
    let digest = scene.registry.put("acme/plain", "stolen", stolen.to_string().as_bytes(), &[&other]);
    scene.refuses(&format!("plain@{digest}"), "signature-invalid");
}
