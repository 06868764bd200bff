//! A registry on a web server that means well.

use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::support::{Body, Machine, Pack, Registry, Reply, Run, Server, gzip};

fn pack(name: &str, version: &str) -> Pack {
    Pack::new(name).manifest("version", json!(version)).files(&[(name, version)])
}

fn registry() -> Registry {
    let needs = json!([{ "name": "base", "version": "^1" }]);
    Registry::new(&[
        pack("orders", "1.0.0").manifest("dependencies", needs.clone()),
        pack("orders", "1.1.0").manifest("dependencies", needs),
        pack("base", "1.0.0"),
        pack("base", "1.2.0"),
        pack("other", "1.0.0"),
    ])
}

fn command(machine: &Machine, server: &Server, arguments: &[&str]) -> Command {
    let mut command = machine.command(arguments);
    command.env("SCAFFOLD_REGISTRY", server.url());
    command
}

fn run(machine: &Machine, server: &Server, arguments: &[&str]) -> Run {
    machine.finish(&mut command(machine, server, arguments))
}

#[test]
fn only_what_is_needed_is_asked_for_and_once() {
    let (machine, registry) = (Machine::new(), registry());
    let server = Server::start(registry.path());
    run(&machine, &server, &["new", "shop", "--pack", "orders"]).succeeds();
    let (orders, orders_blobs) = registry.urls("orders");
    let (base, base_blobs) = registry.urls("base");
    let mut expected = vec!["/config.json".to_owned(), orders, base, orders_blobs[1].clone(), base_blobs[1].clone()];
    expected.sort();
    assert_eq!(server.paths(), expected);
    assert_eq!(machine.read("shop/orders"), "1.1.0");

    run(&machine, &server, &["new", "warm", "--pack", "orders"]).succeeds();
    assert_eq!(server.paths(), [""; 0], "everything was here");
    assert_eq!(machine.read("warm/base"), "1.2.0");
}

#[test]
fn a_registry_on_the_web_gives_the_same_project_as_one_in_a_folder() {
    let (machine, registry) = (Machine::new(), registry());
    let server = Server::start(registry.path());
    run(&machine, &server, &["new", "web/shop", "--pack", "orders"]).succeeds();
    let mut command = machine.command(&["new", "folder/shop", "--pack", "orders"]);
    machine.finish(command.env("SCAFFOLD_REGISTRY", registry.path())).succeeds();
    assert_eq!(machine.tree("web"), machine.tree("folder"));
}

#[test]
fn what_is_old_is_asked_about_and_not_fetched_again() {
    let (machine, registry) = (Machine::new(), registry());
    let server = Server::start(registry.path());
    run(&machine, &server, &["new", "shop", "--pack", "orders"]).succeeds();
    server.requests();
    machine.age();
    // Whoever had to send the file would fail.
    server.twist(|_, honest| if honest.status == 304 { honest } else { Reply::status(418) });
    run(&machine, &server, &["new", "again", "--pack", "orders"]).succeeds();
    let requests = server.requests();
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert!(requests.iter().all(|request| request.headers.contains_key("if-none-match")), "{requests:?}");
    run(&machine, &server, &["new", "warm", "--pack", "orders"]).succeeds();
    assert_eq!(server.paths(), [""; 0], "unchanged is as good as fetched");
}

#[test]
fn dates_serve_where_there_are_no_tags() {
    let (machine, registry) = (Machine::new(), registry());
    let server = Server::start(registry.path());
    let dated = |sent: &'static str| {
        move |honest: Reply| {
            let reply = Reply { headers: Vec::new(), ..honest };
            reply.header("Last-Modified", "Wed, 21 Oct 2026 07:28:00 GMT").header("Date", sent)
        }
    };
    for (sent, is_sent_back) in [("Wed, 21 Oct 2026 07:28:00 GMT", false), ("Wed, 21 Oct 2026 07:28:01 GMT", true)] {
        server.twist_at("/", dated(sent));
        std::fs::remove_dir_all(machine.path("shop")).ok();
        std::fs::remove_dir_all(machine.path("again")).ok();
        machine.run(&["cache", "clean"]).succeeds();
        run(&machine, &server, &["new", "shop", "--pack", "base"]).succeeds();
        server.requests();
        machine.age();
        run(&machine, &server, &["new", "again", "--pack", "base"]).succeeds();
        let dates = server.requests().iter().filter(|asked| asked.headers.contains_key("if-modified-since")).count();
        assert_eq!(dates > 0, is_sent_back, "{sent}");
    }
}

#[test]
fn a_version_that_was_just_published_is_found() {
    let (machine, registry) = (Machine::new(), registry());
    let server = Server::start(registry.path());
    run(&machine, &server, &["new", "shop", "--pack", "other"]).succeeds();
    registry.publish(&pack("other", "2.0.0"));
    run(&machine, &server, &["new", "old", "--pack", "other"]).succeeds();
    assert_eq!(machine.read("old/other"), "1.0.0", "what is here is believed for a while");
    run(&machine, &server, &["new", "new", "--pack", "other@2"]).succeeds();
    assert_eq!(machine.read("new/other"), "2.0.0");
}

#[test]
fn without_the_network_this_machine_is_the_registry() {
    let (machine, registry) = (Machine::new(), registry());
    let server = Server::start(registry.path());
    run(&machine, &server, &["new", "shop", "--pack", "orders@=1.0.0"]).succeeds();
    machine.age();
    server.requests();
    let said = run(&machine, &server, &["new", "lost", "--pack", "other", "--offline"]).fails();
    assert!(said.starts_with("error[offline]: the index of `other`") && said.contains(&server.url()), "{said}");
    // 1.1.0 is in the index and not on this machine.
    run(&machine, &server, &["new", "again", "--pack", "orders", "--offline"]).succeeds();
    assert_eq!(machine.read("again/orders"), "1.0.0");
    std::fs::remove_dir_all(machine.home().join("cache/blobs")).unwrap();
    let said = run(&machine, &server, &["new", "lost", "--pack", "orders", "--offline"]).fails();
    assert!(said.starts_with("error[offline]: a version of `orders`"), "{said}");
    assert_eq!(server.paths(), [""; 0]);
    drop(server);
}

#[test]
fn the_embedded_registry_needs_no_network() {
    let machine = Machine::new();
    machine.run(&["new", "shop", "--pack", "gh-actions", "--defaults", "--offline"]);
    let with_network = machine.run(&["new", "other", "--pack", "fastapi-base", "--defaults"]).succeeds();
    assert!(machine.path("other/scaffold.lock").exists(), "{}", with_network.stderr);
    assert!(!machine.home().join("cache/registries-v1").exists());
}

#[test]
fn two_processes_share_a_download() {
    let (machine, registry) = (Machine::new(), Registry::new(&[pack("plain", "1.0.0")]));
    let server = Server::start(registry.path());
    // The first component is held back until both have read the index, so both want it at the same time.
    let seen = Arc::new((Mutex::new(0), Condvar::new()));
    server.twist({
        let seen = Arc::clone(&seen);
        move |request, honest| {
            let (count, changed) = &*seen;
            if request.path.starts_with("/index") {
                *count.lock().unwrap() += 1;
                changed.notify_all();
            } else if request.path.starts_with("/blobs") {
                let both = |count: &mut i32| *count < 2;
                drop(changed.wait_timeout_while(count.lock().unwrap(), Duration::from_secs(20), both).unwrap());
            }
            honest
        }
    });
    let children: Vec<_> = ["one", "two"]
        .map(|target| command(&machine, &server, &["new", target, "--pack", "plain"]).spawn().unwrap())
        .into_iter()
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let blobs = server.paths().into_iter().filter(|path| path.starts_with("/blobs")).count();
    assert_eq!(blobs, 1);
    assert_eq!(machine.read("one/plain"), machine.read("two/plain"));
}

#[test]
fn credentials_go_to_their_registry_and_nowhere_else() {
    let (machine, registry) = (Machine::new(), Registry::new(&[pack("plain", "1.0.0")]));
    let server = Server::start(registry.path());
    let elsewhere = Server::start(registry.path());
    let blobs = format!("{}blobs", elsewhere.url());
    server.twist(move |request, honest| match request.headers.get("authorization").map(String::as_str) {
        Some("Bearer s3cret" | "Basic Y2k6czNjcmV0") if request.path.starts_with("/blobs") => {
            Reply::redirect(&request.path.replace("/blobs", &blobs))
        }
        Some("Bearer s3cret" | "Basic Y2k6czNjcmV0") => honest,
        _ => Reply::status(401),
    });
    let said = run(&machine, &server, &["new", "shop", "--pack", "plain"]).fails();
    assert!(said.starts_with("error[registry-denied]"), "{said}");

    let mut with_token = command(&machine, &server, &["new", "token", "--pack", "plain"]);
    machine.finish(with_token.env("SCAFFOLD_REGISTRY_TOKEN", "s3cret")).succeeds();
    machine.run(&["cache", "clean"]).succeeds();

    let file = machine.home().join("config/credentials.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, format!("[\"{}\"]\nusername = \"ci\"\npassword = \"s3cret\"\n", server.url())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let said = run(&machine, &server, &["new", "file", "--pack", "plain"]).fails();
        assert!(said.starts_with("error[credentials]") && !said.contains("s3cret"), "{said}");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    run(&machine, &server, &["new", "file", "--pack", "plain"]).succeeds();
    let sent_on = elsewhere.requests();
    assert_eq!(sent_on.len(), 2, "{sent_on:?}");
    assert!(sent_on.iter().all(|request| !request.headers.contains_key("authorization")), "{sent_on:?}");
}

#[test]
fn a_certificate_that_verifies() {
    let (machine, registry) = (Machine::new(), Registry::new(&[pack("plain", "1.0.0")]));
    let (server, authority) = Server::start_tls(registry.path());
    machine.write("authority.pem", authority);
    let mut known = command(&machine, &server, &["new", "shop", "--pack", "plain"]);
    machine.finish(known.env("SSL_CERT_FILE", machine.path("authority.pem"))).succeeds();
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn compressed_files_are_unpacked() {
    let (machine, registry) = (Machine::new(), Registry::new(&[pack("plain", "1.0.0")]));
    let server = Server::start(registry.path());
    server.twist(|request, honest| {
        if !request.path.starts_with("/index") {
            return honest;
        }
        assert!(request.headers["accept-encoding"].contains("gzip"));
        let packed = gzip(honest.bytes());
        Reply::ok(packed).header("Content-Encoding", "gzip")
    });
    run(&machine, &server, &["new", "shop", "--pack", "plain"]).succeeds();
}

#[test]
fn a_server_that_stumbles_is_asked_again() {
    let registry = Registry::new(&[pack("plain", "1.0.0")]);
    let server = Server::start(registry.path());
    for stumble in [429, 500, 503, 0] {
        let machine = Machine::new();
        let tries = Mutex::new(0);
        server.twist(move |_, honest| {
            let mut tries = tries.lock().unwrap();
            *tries += 1;
            match (*tries % 2, stumble) {
                (1, 0) => honest.with(Body::Close),
                (1, status) => Reply::status(status).header("Retry-After", "0"),
                _ => honest,
            }
        });
        let mut again = command(&machine, &server, &["new", "shop", "--pack", "plain"]);
        machine.finish(again.env("SCAFFOLD_HTTP_TIMEOUT", "5")).succeeds();
        assert_eq!(server.requests().len(), 6, "{stumble}");
    }
}
