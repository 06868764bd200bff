//! A registry of containers that wants to know who asks.

use std::process::Command;

use serde_json::json;

use crate::support::{Containers, Guard, Machine, Pack, Reply, Run};

/// A registry with one pack, and a user.
struct Scene {
    machine: Machine,
    registry: Containers,
}

impl Scene {
    fn new(guard: Guard) -> Self {
        let scene = Self { machine: Machine::new(), registry: Containers::start() };
        scene.machine.pack("plain.wasm", &Pack::new("plain").files(&[("a", "b")]));
        scene.finish(scene.publish()).succeeds();
        scene.registry.guard(guard);
        scene.registry.asked();
        scene
    }

    fn publish(&self) -> Command {
        let mut command =
            self.machine.command(&["publish", "plain.wasm", "--registry", &self.registry.at("acme/packs")]);
        command.env("HOME", self.machine.path("nobody"));
        command
    }

    fn new_project(&self) -> Command {
        std::fs::remove_dir_all(self.machine.path("shop")).ok();
        std::fs::remove_dir_all(self.machine.home().join("cache")).ok();
        self.machine.command(&["new", "shop", "--pack", &self.registry.at("acme/packs/plain")])
    }

    /// Nothing that was printed holds a secret.
    fn finish(&self, mut command: Command) -> Run {
        let run = self.machine.finish(&mut command);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(["s3cret", "r3fresh", "Y2k6", "token-for"].iter().all(|secret| !said.contains(secret)), "{said}");
        run
    }

    #[track_caller]
    fn lets_in(&self, command: Command) {
        self.finish(command).succeeds();
        assert_eq!(self.machine.read("shop/a"), "b");
    }

    #[track_caller]
    fn denies(&self, command: Command) -> String {
        let said = self.finish(command).fails();
        assert!(said.starts_with("error[registry-denied]"), "{said}");
        assert!(said.contains("plain") && said.contains(&self.registry.at("acme/packs")), "{said}");
        said
    }

    fn credentials(&self, address: &str, lines: &str) {
        let folder = self.machine.home().join("config");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("credentials.toml");
        std::fs::write(&file, format!("[\"{address}\"]\n{lines}\n")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    fn docker(&self, config: &serde_json::Value) -> Command {
        self.machine.write("docker/config.json", config.to_string());
        let mut command = self.new_project();
        command.env("DOCKER_CONFIG", self.machine.path("docker"));
        command
    }
}

const PASSWORD: &str = "username = \"ci\"\npassword = \"s3cret\"";

#[test]
fn the_users_own_file_is_asked_first() {
    for guard in [Guard::Basic, Guard::Token] {
        let scene = Scene::new(guard);
        scene.denies(scene.new_project());
        // The host, a part of the prefix, and the whole of it.
        for address in ["", "/acme", "/acme/packs"] {
            scene.credentials(&format!("oci://{}{address}", scene.registry.host()), PASSWORD);
            scene.lets_in(scene.new_project());
        }
        scene.credentials(&format!("oci://{}/acme/other", scene.registry.host()), PASSWORD);
        scene.denies(scene.new_project());
        scene.credentials(&format!("oci://{}", scene.registry.host()), "username = \"ci\"\npassword = \"s3cret2\"");
        scene.denies(scene.new_project());
    }
}

#[test]
fn a_token_is_fetched_once_for_a_repository() {
    let scene = Scene::new(Guard::Token);
    scene.credentials(&format!("oci://{}", scene.registry.host()), PASSWORD);
    scene.lets_in(scene.new_project());
    let asked = scene.registry.asked();
    assert_eq!(asked.iter().filter(|request| request.contains("/token?")).count(), 1, "{asked:?}");
    // To push takes another one.
    scene.machine.pack("plain.wasm", &Pack::new("plain").manifest("version", json!("0.2.0")));
    scene.finish(scene.publish()).succeeds();
    let asked = scene.registry.asked();
    let tokens: Vec<_> = asked.iter().filter(|request| request.contains("/token?")).collect();
    assert!(tokens.iter().any(|request| request.contains("pull%2Cpush")), "{asked:?}");
    assert_eq!(tokens.len(), 2, "{asked:?}");
}

#[test]
fn publishing_needs_a_credential_too() {
    for guard in [Guard::Basic, Guard::Token] {
        let scene = Scene::new(guard);
        scene.machine.pack("plain.wasm", &Pack::new("plain").manifest("version", json!("0.2.0")));
        let said = scene.denies(scene.publish());
        assert!(said.contains("`plain` 0.2.0 can't be pushed"), "{said}");
        let mut command = scene.publish();
        scene.machine.run(&["registry", "add", "acme", &scene.registry.at("acme/packs")]).succeeds();
        command.env("SCAFFOLD_REGISTRY_ACME_USERNAME", "ci").env("SCAFFOLD_REGISTRY_ACME_PASSWORD", "s3cret");
        scene.finish(command).succeeds();
    }
}

#[test]
fn a_token_of_the_users_own_is_sent_as_it_is() {
    let scene = Scene::new(Guard::Token);
    let address = format!("oci://{}", scene.registry.host());
    scene.credentials(&address, "token = \"token-for-repository:acme/packs/plain:pull\"");
    scene.lets_in(scene.new_project());
    assert!(!scene.registry.asked().iter().any(|request| request.contains("/token")));
}

#[test]
fn what_docker_login_left_serves() {
    for guard in [Guard::Basic, Guard::Token] {
        let scene = Scene::new(guard);
        let host = scene.registry.host();
        scene.lets_in(scene.docker(&json!({ "auths": { &host: { "auth": "Y2k6czNjcmV0" } } })));
        scene.denies(scene.docker(&json!({ "auths": { "other.example": { "auth": "Y2k6czNjcmV0" } } })));
        scene.denies(scene.docker(&json!({})));
        // The user's own file goes before.
        scene.credentials(&format!("oci://{host}"), "username = \"ci\"\npassword = \"s3cret2\"");
        scene.denies(scene.docker(&json!({ "auths": { &host: { "auth": "Y2k6czNjcmV0" } } })));
    }
}

#[test]
fn a_token_that_docker_keeps_gets_others() {
    let scene = Scene::new(Guard::Token);
    let host = scene.registry.host();
    scene.lets_in(scene.docker(&json!({ "auths": { &host: { "auth": "", "identitytoken": "r3fresh" } } })));
    assert!(scene.registry.asked().contains(&"POST /token".to_owned()));
    scene.denies(scene.docker(&json!({ "auths": { &host: { "identitytoken": "r3fresh2" } } })));
}

#[cfg(unix)]
#[test]
fn dockers_helpers_are_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new(Guard::Token);
    let helper = |text: &str| {
        scene.machine.write("bin/docker-credential-test", format!("#!/bin/sh\nread host || true\n{text}\n"));
        let file = scene.machine.path("bin/docker-credential-test");
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = scene.docker(&json!({ "credHelpers": { scene.registry.host(): "test" } }));
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", scene.machine.path("bin").display()));
        command
    };
    let known = format!("[ \"$host\" = {} ] || exit 1", scene.registry.host());
    scene.lets_in(helper(&format!("{known}\necho '{{\"Username\":\"ci\",\"Secret\":\"s3cret\"}}'")));
    scene.lets_in(helper("echo '{\"Username\":\"<token>\",\"Secret\":\"r3fresh\"}'"));
    scene.denies(helper("echo 'credentials not found in native keychain'; exit 1"));
    for (text, says) in [
        ("echo s3cret; echo s3cret >&2; exit 1", "`docker-credential-test`, which it names, failed"),
        ("echo s3cret", "gave no credential"),
    ] {
        let said = scene.finish(helper(text)).fails();
        assert!(said.starts_with("error[credentials]") && said.contains(says), "{said}");
        assert!(said.contains("[WORK]/docker/config.json"), "{said}");
    }
    let said = scene.finish(scene.docker(&json!({ "credsStore": "is-not-there" }))).fails();
    assert!(said.starts_with("error[credentials]") && said.contains("can't be run"), "{said}");
}

#[test]
fn a_public_registry_is_asked_without_anything() {
    let scene = Scene::new(Guard::None);
    scene.credentials(&format!("oci://{}", scene.registry.host()), PASSWORD);
    // Not even looked at.
    let mut command = scene.docker(&json!({ "credsStore": "is-not-there" }));
    scene.registry.twist(
        |request, honest| {
            if request.headers.contains_key("authorization") { Reply::status(418) } else { honest }
        },
    );
    command.env("PATH", "");
    scene.lets_in(command);
}

#[test]
fn passwords_go_where_it_is_safe() {
    let scene = Scene::new(Guard::Token);
    scene.credentials(&format!("oci://{}", scene.registry.host()), PASSWORD);
    for challenge in ["Bearer realm=\"http://auth.example/token\"", "Bearer realm=\"ftp://127.0.0.1/token\""] {
        scene.registry.twist(move |request, honest| match honest.status {
            401 if request.path != "/token" => Reply::status(401).header("WWW-Authenticate", challenge),
            _ => honest,
        });
        let said = scene.finish(scene.new_project()).fails();
        assert!(said.starts_with("error[registry-answer]") && said.contains("for a token"), "{said}");
    }
}
