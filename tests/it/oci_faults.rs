//! A registry of containers that is broken or hostile.
//!
//! As with one on a web server: each fault is one clear error that names the registry and the pack, nothing unverified
//! stays on this machine, and the next try succeeds once the server is well.

use serde_json::{Value, json};

use crate::support::{Body, Containers, Machine, Pack, Reply, Request};

struct Scene {
    machine: Machine,
    registry: Containers,
    wasm: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        let pack = Pack::new("plain").files(&[("a", "b")]);
        let scene = Self { machine: Machine::new(), registry: Containers::start(), wasm: pack.wasm() };
        scene.machine.pack("plain.wasm", &pack);
        scene.machine.run(&["publish", "plain.wasm", "--registry", &scene.registry.at("acme")]).succeeds();
        // As if somebody else had published it.
        std::fs::remove_dir_all(scene.machine.home().join("cache")).unwrap();
        scene
    }

    fn command(&self, below: &str) -> std::process::Command {
        std::fs::remove_dir_all(self.machine.path("shop")).ok();
        let mut command = self.machine.command(&["new", "shop", "--pack", &self.registry.at(&format!("acme/{below}"))]);
        command.env("SCAFFOLD_HTTP_TIMEOUT", "5").env("SCAFFOLD_HTTP_RETRIES", "1");
        command
    }

    /// Fails with this code, names registry and pack, leaves nothing behind, and is well afterwards.
    #[track_caller]
    fn fails(&self, below: &str, code: &str) -> String {
        let said = self.machine.finish(&mut self.command(below)).fails();
        assert!(said.starts_with(&format!("error[{code}]")), "{said}");
        assert!(said.contains(&self.registry.at("acme")) && said.contains("plain"), "{said}");
        assert!(said.contains("hint: "), "{said}");
        self.nothing_unverified();
        self.registry.heal();
        self.machine.finish(&mut self.command(below)).succeeds();
        assert_eq!(self.machine.read("shop/a"), "b");
        self.nothing_unverified();
        said
    }

    fn nothing_unverified(&self) {
        let entries = std::fs::read_dir(self.machine.home().join("cache/blobs/sha256")).into_iter().flatten();
        for entry in entries {
            assert_eq!(std::fs::read(entry.unwrap().path()).unwrap(), self.wasm);
        }
    }
}

/// The error of a reply to requests whose path has this part.
#[track_caller]
fn fault(part: &'static str, code: &str, twist: impl Fn(Reply) -> Reply + Send + 'static) -> String {
    let scene = Scene::new();
    scene.registry.twist(
        move |request: &Request, honest| {
            if request.path.contains(part) { twist(honest) } else { honest }
        },
    );
    scene.fails("plain", code)
}

fn edited(honest: &Reply, edit: impl Fn(&mut Value)) -> Reply {
    let mut value: Value = serde_json::from_slice(honest.bytes()).unwrap();
    edit(&mut value);
    Reply::ok(value.to_string())
}

const PARTS: [&str; 3] = ["/tags/", "/manifests/", "/blobs/"];

#[test]
fn bodies_that_end_early_or_never() {
    for part in PARTS {
        let said = fault(part, "registry-unreachable", |honest| {
            let bytes = honest.bytes().to_vec();
            let half = bytes.len() / 2;
            honest.with(Body::Cut(bytes, half))
        });
        assert!(said.contains("the answer broke off"), "{said}");
        fault(part, "registry-too-large", |honest| honest.with(Body::Endless(vec![b' '; 1 << 16])));
    }
}

#[test]
fn servers_that_say_no() {
    for part in PARTS {
        for (status, code) in [
            (401, "registry-denied"),
            (403, "registry-denied"),
            (429, "registry-busy"),
            (500, "registry-busy"),
            (418, "registry-answer"),
        ] {
            fault(part, code, move |_| Reply::status(status));
        }
    }
    fault("/tags/", "pack-unknown", |_| Reply::status(404));
    fault("/manifests/", "pack-unknown", |_| Reply::status(404));
    fault("/blobs/", "blob-missing", |_| Reply::status(404));
}

#[test]
fn answers_that_make_no_sense() {
    fault("/tags/", "registry-answer", |_| Reply::ok("<html>"));
    fault("/tags/", "registry-answer", |honest| honest.header("Link", "nowhere; rel=\"next\""));
    fault("/tags/", "registry-answer", |honest| honest.header("Link", "<http://a.example/>; rel=\"next\""));
    fault("/manifests/", "artifact-invalid", |_| Reply::ok("<html>"));
    fault("/manifests/", "artifact-invalid", |honest| {
        edited(&honest, |manifest| manifest["annotations"]["dev.scaffold.manifest"] = json!("{}"))
    });
}

#[test]
fn a_list_of_tags_ends() {
    let tags: Vec<String> = (0..3000).map(|number| format!("tag-{number}")).collect();
    let page = json!({ "tags": tags }).to_string();
    let said = fault("/tags/", "registry-too-large", move |_| {
        Reply::ok(page.clone()).header("Link", "</v2/acme/plain/tags/list?last=x>; rel=\"next\"")
    });
    assert!(said.contains("the versions of `plain`"), "{said}");
}

#[test]
fn redirects_into_the_open() {
    for part in PARTS {
        fault(part, "registry-redirect", |_| Reply::redirect("http://packs.example/"));
    }
}

#[test]
fn components_that_are_others() {
    let other = Pack::new("plain").files(&[("a", "other")]).wasm();
    let same_size = |honest: &Reply| {
        let mut bytes = honest.bytes().to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        bytes
    };
    let said = fault("/blobs/", "blob-digest", move |honest| Reply::ok(same_size(&honest)));
    assert!(said.contains("expected sha256:") && said.contains("found    sha256:"), "{said}");
    fault("/blobs/", "blob-size", |honest| Reply::ok(&honest.bytes()[1..]));
    // Another manifest than the component carries, another name, another version than the tag.
    let manifest = |from: &'static str, to: &'static str| {
        move |honest: Reply| {
            edited(&honest, |value| {
                let annotation = &mut value["annotations"]["dev.scaffold.manifest"];
                *annotation = json!(annotation.as_str().unwrap().replace(from, to));
            })
        }
    };
    fault("/manifests/", "blob-manifest", manifest("for a test", "for another"));
    fault("/manifests/", "artifact-invalid", manifest("\"name\":\"plain\"", "\"name\":\"other\""));
    fault("/manifests/", "artifact-invalid", manifest("0.1.0", "0.2.0"));
    // Without annotations the component itself is asked, and it is no more believed.
    let scene = Scene::new();
    scene.registry.twist(move |request, honest| match request.path.as_str() {
        path if path.contains("/manifests/") => edited(&honest, |manifest| manifest["annotations"] = json!({})),
        path if path.contains("/blobs/") => Reply::ok(other.clone()),
        _ => honest,
    });
    scene.fails("plain", "artifact-digest");
}

#[test]
fn an_artifact_that_is_not_what_its_digest_says() {
    let scene = Scene::new();
    let digest = scaffold::model::Digest::of(scene.registry.manifest("acme/plain", "0.1.0").to_string().as_bytes());
    scene.registry.twist(|request, honest| {
        if request.path.contains("/manifests/") { edited(&honest, |manifest| manifest["x"] = json!(1)) } else { honest }
    });
    let said = scene.fails(&format!("plain@{digest}"), "artifact-digest");
    assert!(said.contains(&format!("expected {digest}")), "{said}");
}

#[test]
fn a_tag_that_moves_moves_nothing_here() {
    let scene = Scene::new();
    let new = |below: &str, options: &[&str]| {
        let mut command = scene.command(below);
        scene.machine.finish(command.args(options))
    };
    new("plain:0.1.0", &[]).succeeds();
    new("plain", &[]).succeeds();
    let lock = scene.machine.read("shop/scaffold.lock");
    scene.registry.put_component("acme/plain", "0.1.0", &Pack::new("plain").files(&[("a", "moved")]).wasm());
    // What was seen is known, and nothing here is older than what is believed without asking.
    new("plain", &[]).succeeds();
    assert_eq!(scene.machine.read("shop/scaffold.lock"), lock);
    scene.machine.age();
    new("plain", &[]).succeeds();
    assert_eq!(scene.machine.read("shop/scaffold.lock"), lock);
    scene.machine.age();
    let said = new("plain:0.1.0", &[]).fails();
    assert!(said.starts_with("error[version-changed]") && said.contains("plain"), "{said}");
    // Publishing the next one makes nothing forgotten.
    let next = Pack::new("plain").manifest("version", serde_json::json!("0.2.0")).files(&[("a", "next")]);
    scene.machine.pack("plain.wasm", &next);
    scene.machine.run(&["publish", "plain.wasm", "--registry", &scene.registry.at("acme")]).succeeds();
    scene.machine.age();
    let said = new("plain:0.1.0", &[]).fails();
    assert!(said.starts_with("error[version-changed]"), "{said}");
    scene.registry.remove("acme/plain", "0.1.0");
    scene.machine.age();
    let said = new("plain", &[]).fails();
    assert!(said.starts_with("error[version-gone]") && said.contains("plain"), "{said}");
}

#[test]
fn uploads_that_come_to_nothing() {
    let scene = Scene::new();
    scene.machine.pack("plain.wasm", &Pack::new("plain").manifest("version", json!("0.2.0")));
    let publish = || {
        let registry = scene.registry.at("acme");
        scene.machine.run(&["publish", "plain.wasm", "--registry", &registry, "--http-retries", "0"])
    };
    // A place for the upload that nobody should send a pack to.
    scene.registry.twist(|request, honest| match request.method.as_str() {
        "POST" => Reply::status(202).header("Location", "http://packs.example/upload"),
        _ => honest,
    });
    let said = publish().fails();
    assert!(said.starts_with("error[registry-answer]") && said.contains("no place for an upload"), "{said}");
    for (method, part) in [("POST", "/uploads/"), ("PUT", "/uploads/"), ("PUT", "/manifests/")] {
        scene.registry.twist(move |request, honest| {
            if request.method == method && request.path.contains(part) { Reply::status(400) } else { honest }
        });
        let said = publish().fails();
        assert!(said.starts_with("error[registry-answer]: `plain` 0.2.0 can't be pushed"), "{said}");
    }
    // A server that says yes and keeps nothing.
    scene.registry.twist(|request, honest| {
        match (request.method.as_str(), request.path.contains("/manifests/0.2.0")) {
            ("GET", true) => Reply::status(404),
            _ => honest,
        }
    });
    let said = publish().fails();
    assert!(said.starts_with("error[registry-answer]"), "{said}");
    scene.registry.heal();
    publish().succeeds();
}
