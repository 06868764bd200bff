//! Signed packs, and packs that are not.

use std::path::PathBuf;
use std::process::Command;

use scaffold::registry::{IndexLine, statement, write_index};
use serde_json::{Value, json};

#[cfg(target_os = "linux")]
use crate::support::Terminal;
use crate::support::{Machine, Pack, Registry, Run, Server};

/// The address of a registry elsewhere. A proxy, which is the server, answers for it.
const ELSEWHERE: &str = "http://packs.example/";

/// What whoever runs the server does to an index.
type Change<'a> = &'a dyn Fn(&mut Vec<IndexLine>);

/// A publisher, a user, and a registry elsewhere.
struct Scene {
    publisher: Machine,
    user: Machine,
    registry: Registry,
    server: Server,
}

impl Scene {
    /// The publisher has a key, and published `plain` 1.0.0 with it.
    fn signed() -> Self {
        let scene = Self::new();
        scene.publisher.run(&["key", "new"]).succeeds();
        scene.publish("1.0.0", &[]).succeeds();
        scene
    }

    fn new() -> Self {
        let registry = Registry::new(&[]);
        let server = Server::start(registry.path());
        Self { publisher: Machine::new(), user: Machine::new(), registry, server }
    }

    fn publish(&self, version: &str, options: &[&str]) -> Run {
        let pack = Pack::new("plain").manifest("version", json!(version)).files(&[("a", version)]);
        self.publisher.pack("plain.wasm", &pack);
        let registry = self.registry.path().to_str().unwrap();
        self.publisher.run(&[&["publish", "plain.wasm", "--registry", registry], options].concat())
    }

    fn command(&self, options: &[&str]) -> Command {
        std::fs::remove_dir_all(self.user.path("shop")).ok();
        // What this machine saw of the index may not decide.
        std::fs::remove_dir_all(self.user.home().join("cache")).ok();
        let mut command = self.user.command(&[&["new", "shop", "--pack", "plain"], options].concat());
        command.env("SCAFFOLD_REGISTRY", ELSEWHERE).env("HTTP_PROXY", self.server.url());
        command.env("SCAFFOLD_ALLOW_HTTP", "1");
        command
    }

    fn new_project(&self, options: &[&str]) -> Run {
        self.user.finish(&mut self.command(options))
    }

    #[track_caller]
    fn refuses(&self, code: &str) -> String {
        let said = self.new_project(&[]).fails();
        assert!(said.starts_with(&format!("error[{code}]")), "{said}");
        assert!(said.contains("`plain`") && said.contains(ELSEWHERE), "{said}");
        assert!(!self.user.path("shop").exists());
        said
    }

    fn trust_file(&self) -> PathBuf {
        self.user.home().join("config/trust.toml")
    }

    /// The publisher's key.
    fn key(&self, name: &str) -> String {
        let run = self.publisher.run(&["key", "list", "--json"]).succeeds();
        let keys: Value = serde_json::from_str(&run.stdout).unwrap();
        let keys = keys["keys"].as_array().unwrap();
        keys.iter().find(|key| key["name"] == name).unwrap()["public"].as_str().unwrap().to_owned()
    }

    /// Changes the index, as whoever runs the server can.
    fn tamper(&self, change: impl Fn(&mut Vec<IndexLine>)) {
        let mut lines = self.registry.lines("plain");
        change(&mut lines);
        std::fs::write(self.registry.index("plain"), write_index(&lines).unwrap()).unwrap();
    }
}

#[test]
fn a_signed_pack_is_trusted_from_its_first_use_on() {
    let scene = Scene::signed();
    scene.new_project(&[]).succeeds();
    let key = scene.key("default");
    assert!(scene.user.read("shop/scaffold.lock").contains(&format!("signer = \"{key}\"\n")));
    let pins = std::fs::read_to_string(scene.trust_file()).unwrap();
    assert!(pins.ends_with(&format!("[keys.\"{ELSEWHERE}\"]\nplain = \"{key}\"\n")), "{pins}");
    scene.publish("1.1.0", &[]).succeeds();
    scene.new_project(&[]).succeeds();
    assert_eq!(scene.user.read("shop/a"), "1.1.0");
    assert_eq!(scaffold::registry::verify(scene.registry.path()), Ok(()));
}

#[test]
fn another_key_is_not_taken_for_the_first() {
    let scene = Scene::signed();
    scene.new_project(&[]).succeeds();
    scene.publisher.run(&["key", "new", "other"]).succeeds();
    scene.publish("1.1.0", &["--key", "other"]).succeeds();
    let said = scene.refuses("signer-changed");
    assert!(said.contains(&format!("known {}", scene.key("default"))), "{said}");
    assert!(said.contains(&format!("found {}", scene.key("other"))), "{said}");
    // The user who was told that this is right says so.
    let pins = std::fs::read_to_string(scene.trust_file()).unwrap();
    std::fs::write(scene.trust_file(), pins.replace(&scene.key("default"), &scene.key("other"))).unwrap();
    scene.new_project(&[]).succeeds();
    // Until all have moved on, both keys are good: it is written as the hint says.
    let both = format!("plain = [\"{}\", \"{}\"]", scene.key("default"), scene.key("other"));
    assert!(said.contains(&both) && said.contains("config/trust.toml`"), "{said}");
    std::fs::write(scene.trust_file(), format!("[keys.\"{ELSEWHERE}\"]\n{both}\n")).unwrap();
    scene.new_project(&[]).succeeds();
    scene.publish("1.2.0", &[]).succeeds();
    scene.new_project(&[]).succeeds();
    assert_eq!(scene.user.read("shop/a"), "1.2.0");
}

#[test]
fn a_pack_that_was_signed_stays_signed() {
    let scene = Scene::signed();
    scene.new_project(&[]).succeeds();
    scene.tamper(|lines| (lines[0].signer, lines[0].signature) = (None, None));
    for options in [&[][..], &["--allow-unsigned"]] {
        let said = scene.new_project(options).fails();
        assert!(said.starts_with("error[signature-gone]"), "{said}");
    }
}

#[test]
fn a_statement_holds_for_what_it_names_and_nothing_else() {
    let scene = Scene::signed();
    scene.publisher.pack("other.wasm", &Pack::new("other").files(&[("a", "other")]));
    let registry = scene.registry.path().to_str().unwrap();
    scene.publisher.run(&["publish", "other.wasm", "--registry", registry]).succeeds();
    let other = scene.registry.lines("other").remove(0);
    let changes: [Change<'_>; 3] = [
        // Another pack under this one's name.
        &|lines| (lines[0].digest, lines[0].size) = (other.digest, other.size),
        // This version again as a new one.
        &|lines| {
            let mut newer = lines[0].clone();
            newer.version.major = 9;
            newer.manifest.version.major = 9;
            lines.push(newer);
        },
        // Other dependencies.
        &|lines| {
            let needs = json!([{ "name": "other", "version": "*" }]);
            lines[0].manifest.dependencies = serde_json::from_value(needs).unwrap();
        },
    ];
    let honest = std::fs::read(scene.registry.index("plain")).unwrap();
    for change in changes {
        scene.tamper(change);
        scene.refuses("signature-invalid");
        assert!(scaffold::registry::verify(scene.registry.path()).is_err());
        std::fs::write(scene.registry.index("plain"), &honest).unwrap();
    }
    scene.new_project(&[]).succeeds();
}

#[test]
fn unsigned_packs_from_elsewhere_need_a_yes_which_is_remembered() {
    let scene = Scene::new();
    scene.publish("1.0.0", &[]).succeeds();
    let said = scene.refuses("pack-unsigned");
    assert!(said.contains("`--allow-unsigned`"), "{said}");
    scene.new_project(&["--allow-unsigned"]).succeeds();
    scene.new_project(&[]).succeeds();
    let pins = std::fs::read_to_string(scene.trust_file()).unwrap();
    assert!(pins.ends_with(&format!("[unsigned]\n\"{ELSEWHERE}\" = true\n")), "{pins}");
    // From a folder they are taken as they are.
    let mut command = scene.user.command(&["new", "folder", "--pack", "plain"]);
    scene.user.finish(command.env("SCAFFOLD_REGISTRY", scene.registry.path())).succeeds();
}

#[cfg(target_os = "linux")]
#[test]
fn who_sits_at_a_terminal_is_asked_about_unsigned_packs() {
    let scene = Scene::new();
    scene.publish("1.0.0", &[]).succeeds();
    let ask = |options: &[&str], keys: &str| {
        let mut terminal = Terminal::start(&scene.command(options))?;
        terminal.wait_for("is not signed").wait_for("(y/N)").press(keys);
        Some(terminal.finish())
    };
    let Some((code, screen)) = ask(&[], "n\r") else { return };
    assert!(code == 1 && screen.contains("[pack-unsigned]"), "{screen}");
    assert!(!scene.trust_file().exists());
    let (code, screen) = ask(&[], "y\r").unwrap();
    assert!(code == 0 && screen.contains("Created"), "{screen}");
    let pins = std::fs::read_to_string(scene.trust_file()).unwrap();
    assert!(pins.ends_with(&format!("[unsigned]\n\"{ELSEWHERE}\" = true\n")), "{pins}");
    // Remembered: nobody is asked, and nobody need be there.
    scene.new_project(&[]).succeeds();
    std::fs::remove_file(scene.trust_file()).unwrap();
    let (code, screen) = Terminal::start(&scene.command(&["--json"])).unwrap().finish();
    assert!(code == 1 && screen.contains("pack-unsigned"), "{screen}");
}

#[test]
fn a_key_can_be_named_before_the_first_use() {
    let scene = Scene::signed();
    scene.publisher.run(&["key", "new", "other"]).succeeds();
    let pin = |name: &str, key: &str| {
        std::fs::create_dir_all(scene.trust_file().parent().unwrap()).unwrap();
        std::fs::write(scene.trust_file(), format!("[keys.\"{ELSEWHERE}\"]\n\"{name}\" = \"{key}\"\n")).unwrap();
    };
    for name in ["plain", "*"] {
        pin(name, &scene.key("other"));
        scene.refuses("signer-changed");
        pin(name, &scene.key("default"));
        scene.new_project(&[]).succeeds();
    }
    pin("plain", "no key");
    let said = scene.new_project(&[]).fails();
    assert!(said.starts_with("error[trust-file]"), "{said}");
}

#[test]
fn keys_are_made_and_listed() {
    let machine = Machine::new();
    assert_eq!(machine.run(&["key", "list"]).succeeds().stdout, "");
    machine.run(&["key", "new"]).succeeds();
    machine.run(&["key", "new", "ci"]).succeeds();
    let said = machine.run(&["key", "new"]).fails();
    assert!(said.starts_with("error[key-exists]"), "{said}");
    let listed = machine.run(&["key", "list"]).succeeds().stdout;
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, ["ci", "default"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = machine.home().join("keys/ci.key");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let said = machine.run(&["key", "list"]).fails();
        assert!(said.starts_with("error[key-unusable]: the key `ci`"), "{said}");
    }
    let publish = ["publish", "plain.wasm", "--registry", "packs", "--key", "nobody"];
    machine.pack("plain.wasm", &Pack::new("plain"));
    machine.run(&["registry", "init", "packs"]).succeeds();
    let said = machine.run(&publish).fails();
    assert!(said.starts_with("error[key-unusable]: the key `nobody`"), "{said}");
}

#[test]
fn a_passphrase_protects_a_key() {
    let scene = Scene::new();
    let said = scene.publisher.run(&["key", "new", "--passphrase"]).fails();
    assert!(said.starts_with("error[passphrase]"), "{said}");
    let run = |arguments: &[&str], passphrase: &str| {
        let mut command = scene.publisher.command(arguments);
        scene.publisher.finish(command.env("SCAFFOLD_KEY_PASSPHRASE", passphrase))
    };
    run(&["key", "new", "--passphrase"], "s3cret").succeeds();
    let said = scene.publish("1.0.0", &[]).fails();
    assert!(said.starts_with("error[passphrase]"), "{said}");
    let registry = scene.registry.path().to_str().unwrap();
    let said = run(&["publish", "plain.wasm", "--registry", registry], "other").fails();
    assert!(said.starts_with("error[key-unusable]"), "{said}");
    run(&["publish", "plain.wasm", "--registry", registry], "s3cret").succeeds();
    scene.new_project(&[]).succeeds();
}

#[test]
fn minisign_verifies_what_was_signed() {
    if Command::new("minisign").arg("-v").output().is_err() {
        return;
    }
    let scene = Scene::signed();
    let line = scene.registry.lines("plain").remove(0);
    scene.user.write("statement", statement(&line)).write("statement.minisig", line.signature.as_ref().unwrap());
    let verify = || {
        let mut command = Command::new("minisign");
        command.args(["-V", "-P", line.signer.as_ref().unwrap(), "-m", "statement", "-x", "statement.minisig"]);
        command.current_dir(scene.user.path("")).output().unwrap().status.success()
    };
    assert!(verify());
    scene.user.write("statement", statement(&line) + "\n");
    assert!(!verify());
}
