//! A registry on a web server that is broken or hostile.
//!
//! Each fault is one clear error that names the registry and what was asked for, nothing unverified stays on this
//! machine, and the next try succeeds once the server is well.

use std::path::Path;

use serde_json::json;

#[cfg(target_os = "linux")]
use crate::support::Terminal;
use crate::support::{Body, Machine, Pack, Registry, Reply, Server, gzip};

const NEW: [&str; 4] = ["new", "shop", "--pack", "plain"];

struct Scene {
    machine: Machine,
    registry: Registry,
    server: Server,
}

impl Scene {
    fn new() -> Self {
        let registry =
            Registry::new(&[Pack::new("plain").files(&[("a", "b")]), Pack::new("other").files(&[("a", "other")])]);
        let server = Server::start(registry.path());
        Self { machine: Machine::new(), registry, server }
    }

    fn command(&self) -> std::process::Command {
        let mut command = self.machine.command(&NEW);
        command.env("SCAFFOLD_REGISTRY", self.server.url());
        command.env("SCAFFOLD_HTTP_TIMEOUT", "5").env("SCAFFOLD_HTTP_RETRIES", "1");
        command
    }

    /// Fails with this code, names registry and pack, leaves nothing behind, and is well afterwards.
    #[track_caller]
    fn fails(&self, code: &str) -> String {
        self.fails_by(code, &mut self.command())
    }

    #[track_caller]
    fn fails_by(&self, code: &str, command: &mut std::process::Command) -> String {
        let said = self.machine.finish(command).fails();
        assert!(said.starts_with(&format!("error[{code}]")), "{said}");
        assert_eq!(said.matches("error[").count(), 1, "{said}");
        assert!(said.contains(self.server.url().trim_end_matches('/')), "{said}");
        assert!(said.contains("hint: "), "{said}");
        self.nothing_unverified();
        self.server.heal();
        self.machine.finish(&mut self.command()).succeeds();
        assert_eq!(self.machine.read("shop/a"), "b");
        self.nothing_unverified();
        said
    }

    /// Every blob in the store is one that was published, and no project was begun before.
    #[track_caller]
    fn nothing_unverified(&self) {
        let folder = self.machine.home().join("cache/blobs/sha256");
        let entries = std::fs::read_dir(&folder).into_iter().flatten();
        for entry in entries {
            let kept = std::fs::read(entry.unwrap().path()).unwrap();
            let published = self.registry.path().join("blobs/sha256");
            let mut published = std::fs::read_dir(published).unwrap().map(|entry| std::fs::read(entry.unwrap().path()));
            assert!(published.any(|blob| blob.unwrap() == kept));
        }
    }
}

/// The error of a reply to requests whose path begins so.
#[track_caller]
fn fault(path: &'static str, code: &str, twist: impl Fn(Reply) -> Reply + Send + Sync + 'static) -> String {
    let scene = Scene::new();
    scene.server.twist_at(path, twist);
    let said = scene.fails(code);
    assert!(path == "/config" || said.contains("plain"), "{said}");
    said
}

fn cut(honest: Reply) -> Reply {
    let bytes = honest.bytes().to_vec();
    let half = bytes.len() / 2;
    honest.with(Body::Cut(bytes, half))
}

#[test]
fn bodies_that_end_early() {
    for path in ["/config", "/index", "/blobs"] {
        let said = fault(path, "registry-unreachable", cut);
        assert!(said.contains("the answer broke off"), "{said}");
    }
}

#[test]
fn bodies_without_an_end() {
    for path in ["/config", "/index", "/blobs"] {
        fault(path, "registry-too-large", |honest| honest.with(Body::Endless(vec![b'{'; 1 << 20])));
    }
}

#[test]
fn bodies_that_claim_to_be_large() {
    fault("/index", "registry-too-large", |honest| honest.with(Body::Cut(vec![0; 100 << 20], 10)));
}

#[test]
fn servers_that_drip_or_hang() {
    for path in ["/index", "/blobs"] {
        for hang in [false, true] {
            let scene = Scene::new();
            scene.server.twist_at(path, move |honest| {
                let bytes = honest.bytes().to_vec();
                honest.with(if hang { Body::Silence } else { Body::Drip(bytes) })
            });
            let said = scene.fails_by("registry-timeout", scene.command().env("SCAFFOLD_HTTP_TIMEOUT", "1"));
            assert!(said.contains("within 1 second") && said.contains("`plain`"), "{said}");
        }
    }
}

/// The bar comes after half a second, and the server gives up nothing before the client does.
#[cfg(target_os = "linux")]
#[test]
fn a_download_that_takes_a_while_is_shown() {
    let scene = Scene::new();
    scene.server.twist_at("/blobs", |honest| {
        let bytes = honest.bytes().to_vec();
        honest.with(Body::Drip(bytes))
    });
    let mut command = scene.command();
    let Some(mut terminal) =
        Terminal::start(command.env("SCAFFOLD_HTTP_TIMEOUT", "2").env("SCAFFOLD_HTTP_RETRIES", "0"))
    else {
        return;
    };
    terminal.wait_for("Fetching");
    let (code, screen) = terminal.finish();
    assert!(code == 1 && screen.contains("[registry-timeout]"), "{screen}");
}

#[test]
fn components_that_are_others() {
    let scene = Scene::new();
    let other = std::fs::read(scene.registry.path().join(&scene.registry.urls("other").1[0][1..])).unwrap();
    scene.server.twist_at("/blobs", move |_| Reply::ok(other.clone()));
    let said = scene.machine.finish(&mut scene.command()).fails();
    assert!(said.starts_with("error[blob-digest]"), "{said}");
    scene.nothing_unverified();
    scene.server.twist_at("/blobs", |honest| {
        let mut bytes = honest.bytes().to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        Reply::ok(bytes)
    });
    let said = scene.fails("blob-digest");
    assert!(said.contains("expected sha256:") && said.contains("found    sha256:"), "{said}");
}

#[test]
fn a_pack_served_as_another() {
    // The index of `plain` says what `other` is, digest and all.
    let scene = Scene::new();
    let line = std::fs::read_to_string(scene.registry.index("other")).unwrap();
    scene.server.twist_at("/index/pl", move |_| Reply::ok(line.replace("other", "plain")));
    scene.fails("blob-manifest");
    // The index of `plain` is that of `other`.
    let scene = Scene::new();
    let line = std::fs::read_to_string(scene.registry.index("other")).unwrap();
    scene.server.twist_at("/index/pl", move |_| Reply::ok(line.clone()));
    let said = scene.fails("registry-index");
    assert!(said.contains("it is a line of `other`"), "{said}");
}

#[test]
fn a_pack_that_is_here_served_as_another() {
    // Its code is compiled already, so nothing would have to be fetched.
    let scene = Scene::new();
    let mut other = scene.machine.command(&["new", "other", "--pack", "other"]);
    scene.machine.finish(other.env("SCAFFOLD_REGISTRY", scene.server.url())).succeeds();
    let line = std::fs::read_to_string(scene.registry.index("other")).unwrap();
    scene.server.twist_at("/index/pl", move |_| Reply::ok(line.replace("other", "plain")));
    scene.fails("blob-manifest");
}

#[test]
fn an_old_component_as_a_new_version() {
    let scene = Scene::new();
    scene.server.twist_at("/index/pl", |honest| {
        let line = String::from_utf8(honest.bytes().to_vec()).unwrap();
        Reply::ok(format!("{line}{}", line.replace("0.1.0\",\"s", "0.2.0\",\"s")))
    });
    scene.fails("blob-manifest");
}

#[test]
fn an_index_that_goes_back() {
    for (change, code) in [(0, "version-gone"), (1, "version-changed"), (2, "version-gone")] {
        let scene = Scene::new();
        scene.registry.publish(&Pack::new("plain").manifest("version", json!("0.2.0")).files(&[("a", "b")]));
        scene.machine.finish(&mut scene.command()).succeeds();
        std::fs::remove_dir_all(scene.machine.path("shop")).unwrap();
        let honest = std::fs::read_to_string(scene.registry.index("plain")).unwrap();
        let digest = scene.registry.lines("plain")[0].digest.hex();
        scene.server.twist_at("/index/pl", move |_| match change {
            0 => Reply::ok(honest.lines().next().unwrap().to_owned() + "\n"),
            1 => Reply::ok(honest.replace(&digest, &"0".repeat(64))),
            _ => Reply::status(404),
        });
        let mut newer = scene.machine.command(&["new", "shop", "--pack", "plain@9"]);
        newer.env("SCAFFOLD_REGISTRY", scene.server.url());
        let said = scene.fails_by(code, &mut newer);
        assert!(said.contains("`plain` 0."), "{said}");
    }
}

#[test]
fn redirects() {
    let to_plain = |honest: Reply| {
        drop(honest);
        Reply::redirect("http://packs.example/plain")
    };
    for path in ["/index", "/blobs"] {
        let said = fault(path, "registry-redirect", to_plain);
        assert!(said.contains("`http://packs.example/plain`, which is plain HTTP"), "{said}");
    }
    let said = fault("/config", "registry-redirect", |_| Reply::redirect("/config.json"));
    assert!(said.contains("without an end"), "{said}");
}

#[test]
fn a_bomb_of_zeros() {
    let bomb = gzip(&vec![0; 100 << 20]);
    assert!(bomb.len() < 200 << 10);
    fault("/index", "registry-too-large", move |_| Reply::ok(bomb.clone()).header("Content-Encoding", "gzip"));
    let said = fault("/index", "registry-unreachable", |_| Reply::ok("text").header("Content-Encoding", "gzip"));
    assert!(said.contains("gzip"), "{said}");
}

#[test]
fn files_that_are_not_what_they_should_be() {
    fault("/config", "registry-config", |_| Reply::ok("{"));
    fault("/config", "registry-config", |_| Reply::ok("<!doctype html>"));
    fault("/index", "registry-index", |_| Reply::ok("{]\n"));
    let said = fault("/index", "registry-index", |_| Reply::ok("\u{1b}[2J"));
    assert!(!said.contains('\u{1b}'), "{said}");
    fault("/index", "registry-too-large", |_| Reply::ok(vec![b' '; 100 << 20]));
    let said = fault("/index", "registry-index", |honest| Reply::ok([&vec![b' '; 2 << 20], honest.bytes()].concat()));
    assert!(said.contains("line 1"), "{said}");
    let said = fault("/index", "registry-index", |_| Reply::ok("{\"v\":2}\n".repeat(100_000)));
    assert!(said.contains("more than 10000 lines"), "{said}");
}

#[test]
fn statuses() {
    for path in ["/config", "/index", "/blobs"] {
        for (status, code) in [
            (401, "registry-denied"),
            (403, "registry-denied"),
            (418, "registry-answer"),
            (304, "registry-answer"),
            (429, "registry-busy"),
            (500, "registry-busy"),
        ] {
            let said = fault(path, code, move |_| Reply::status(status));
            assert!(said.contains(&status.to_string()), "{said}");
        }
    }
    fault("/config", "registry-answer", |_| Reply::status(404));
    fault("/blobs", "blob-missing", |_| Reply::status(404));
    fault("/index", "pack-unknown", |_| Reply::status(404));
    let said = fault("/index", "registry-busy", |_| Reply::status(429).header("Retry-After", "3600"));
    assert!(said.contains("asks to be left alone for 3600 seconds"), "{said}");
}

#[test]
fn connections_that_close() {
    for path in ["/config", "/index", "/blobs"] {
        fault(path, "registry-unreachable", |honest| honest.with(Body::Close));
    }
}

#[test]
fn a_server_that_is_not_there() {
    let machine = Machine::new();
    let server = Server::start(Path::new("/"));
    let url = server.url();
    drop(server);
    let mut command = machine.command(&NEW);
    command.env("SCAFFOLD_REGISTRY", &url).env("SCAFFOLD_HTTP_RETRIES", "0");
    let said = machine.finish(&mut command).fails();
    assert!(said.starts_with("error[registry-unreachable]") && said.contains(&url), "{said}");
}

#[test]
fn a_certificate_that_nobody_vouches_for() {
    let (machine, registry) = (Machine::new(), Registry::new(&[Pack::new("plain")]));
    let (server, authority) = Server::start_tls(registry.path());
    let (_, other_authority) = Server::start_tls(registry.path());
    machine.write("other.pem", other_authority).write("own.pem", authority);
    let run = |url: &str, authorities: &str| {
        let mut command = machine.command(&NEW);
        machine.finish(command.env("SCAFFOLD_REGISTRY", url).env("SSL_CERT_FILE", machine.path(authorities))).fails()
    };
    let said = run(&server.url(), "other.pem");
    assert!(said.starts_with("error[registry-certificate]") && said.contains(&server.url()), "{said}");
    let said = run(&server.url().replace("localhost", "127.0.0.1"), "own.pem");
    assert!(said.starts_with("error[registry-certificate]"), "{said}");
    assert_eq!(server.paths(), [""; 0]);
}

#[test]
fn a_machine_without_authorities() {
    let machine = Machine::new();
    machine.write("none.pem", "");
    let mut command = machine.command(&NEW);
    command.env("SCAFFOLD_REGISTRY", "https://localhost:1/").env("SSL_CERT_FILE", machine.path("none.pem"));
    let said = machine.finish(&mut command).fails();
    assert!(said.starts_with("error[network]"), "{said}");
}

#[test]
fn addresses_that_are_not_read() {
    let machine = Machine::new();
    for (address, code) in [
        ("http://packs.example/", "registry-plain-http"),
        ("https://me:s3cret@packs.example/", "registry-address"),
        ("https://packs.example/?token=s3cret", "registry-address"),
    ] {
        let mut command = machine.command(&NEW);
        let said = machine.finish(command.env("SCAFFOLD_REGISTRY", address)).fails();
        assert!(said.starts_with(&format!("error[{code}]")), "{said}");
    }
}

#[test]
fn names_that_lead_elsewhere() {
    let scene = Scene::new();
    let long = "a".repeat(65);
    for name in ["../x", "a/b/c", "pl\u{430}in", "plain%2f..", "..", "a\\b", "Plain", &long, "plain.wasm/../../x"] {
        let mut command = scene.machine.command(&["new", "shop", "--pack", name]);
        let run = scene.machine.finish(command.env("SCAFFOLD_REGISTRY", scene.server.url()));
        assert_eq!(run.code, 1, "{name}");
    }
    let asked: Vec<_> = scene.server.paths().into_iter().filter(|path| path != "/config.json").collect();
    assert_eq!(asked, [""; 0], "no such name gets as far as a request");
    for name in ["../x", "a/b", "pl\u{430}in", &long] {
        let name = name.to_owned();
        let scene = Scene::new();
        scene.server.twist_at("/index", move |honest| {
            let line = String::from_utf8(honest.bytes().to_vec()).unwrap();
            Reply::ok(line.replace("plain", &name))
        });
        scene.fails("registry-index");
    }
}
