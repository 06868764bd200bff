//! What a user says about single files of a project, and how long it holds: conflicts that are settled at once, files that
//! are left out or brought back, settlements that settle nothing any more.

use serde_json::json;

use crate::life::Scene;
use crate::support::{Draft, Machine, Registry, Server};

fn one(name: &str, version: &str, file: &str, text: &str) -> Draft {
    Draft::new(name, version).file(file, text)
}

/// A project in which an update left two conflicts open; the user's lines have these ends.
fn in_conflict(end: &str) -> Scene {
    let pack = |version: &str, text: &str| {
        Draft::new("a", version).file("f", format!("top\n{text}\nend\n")).file("g", format!("{text}\n"))
    };
    let scene = Scene::new(&[pack("1.0.0", "old")], &["a"]);
    scene.write("f", "mine above\ntop\nmine\nend\n".replace('\n', end));
    scene.write("g", "mine\n".replace('\n', end));
    scene.publish(&pack("1.1.0", "new"));
    assert_eq!(scene.run(&["update"]).code, 3);
    scene
}

#[test]
fn conflicts_of_an_earlier_change_are_told_until_they_are_settled() {
    let scene = in_conflict("\n");
    let before = scene.tree();
    let run = scene.run(&["apply"]);
    assert_eq!((run.code, scene.tree()), (3, before));
    assert!(run.stderr.contains("Unchanged conflicts of an earlier change are open still\n"), "{}", run.stderr);
    assert!(run.stderr.contains("Conflict `f`: of an earlier change\n"), "{}", run.stderr);
    assert!(run.stderr.contains("`scaffold apply --conflict ours`"), "{}", run.stderr);
    let document = scene.json(&["apply"]);
    assert_eq!((&document["open"], &document["written"]), (&json!(["f", "g"]), &json!(false)));
}

#[test]
fn open_conflicts_are_settled_at_once() {
    for (whose, text) in [("ours", "mine"), ("theirs", "new")] {
        for end in ["\n", "\r\n"] {
            let scene = in_conflict(end);
            scene.run(&["apply", "--conflict", whose]).succeeds();
            // What is agreed stays as it was, edits and line ends with it.
            assert_eq!(scene.read("f"), format!("mine above\ntop\n{text}\nend\n").replace('\n', end));
            assert_eq!(scene.read("g"), format!("{text}{end}"));
            assert!(!scene.read("scaffold.lock").contains("conflicts"));
            scene.run(&["check"]).succeeds();
            scene.run(&["undo"]).succeeds();
            assert!(scene.read("g").contains("<<<<<<< yours"));
        }
    }
}

/// Marks are nobody's work: git need not have seen them.
#[test]
fn marks_are_settled_in_a_repository() {
    let scene = in_conflict("\n");
    scene.git(&["init", "--quiet"]);
    scene.run(&["apply", "--conflict", "ours"]).succeeds();
    assert_eq!(scene.read("g"), "mine\n");
}

#[test]
fn marks_that_do_not_pair_are_for_the_user() {
    for (from, to) in [(">>>>>>> packs\n", ""), ("mine\n=======", "=======\nmine\n=======")] {
        let scene = in_conflict("\n");
        scene.write("g", scene.read("g").replace(from, to));
        let before = scene.tree();
        let said = scene.run(&["apply", "--conflict", "ours"]).fails();
        assert!(said.starts_with("error[conflicts-open]") && said.contains("  `g`: its marks don't pair\n"), "{said}");
        assert!(said.contains("by hand, or take what packs make by `scaffold apply --restore g`"), "{said}");
        assert_eq!(scene.tree(), before);
    }
}

#[test]
fn a_file_is_left_out_for_good() {
    let scene =
        Scene::new(&[one("a", "1.0.0", "f", "1\n").file("sub/g", "1\n"), one("b", "1.0.0", "b", "1\n")], &["a", "b"]);
    std::fs::remove_file(scene.machine.path("shop/f")).unwrap();
    let run = scene.run(&["check"]);
    assert!(run.code == 3 && run.stderr.contains("`scaffold apply --omit PATH`"), "{}", run.stderr);
    scene.run(&["apply", "--omit", "f", "sub/g"]).succeeds();
    assert!(scene.read("scaffold.toml").ends_with("[compose]\nf = { omit = true }\n\"sub/g\" = { omit = true }\n"));
    assert!(!scene.has("f") && !scene.has("sub"), "one that is there goes");
    scene.run(&["check", "--strict"]).succeeds();
    scene.publish(&one("a", "1.1.0", "f", "2\n").file("sub/g", "2\n"));
    scene.run(&["update"]).succeeds();
    assert!(!scene.has("f") && !scene.has("sub"));
    let said = scene.run(&["explain", "f"]).fails();
    assert!(said.starts_with("error[explain-unknown]"), "{said}");
    // Wanted again.
    scene.write("scaffold.toml", scene.read("scaffold.toml").replace("f = { omit = true }\n", ""));
    scene.run(&["apply"]).succeeds();
    assert_eq!(scene.read("f"), "2\n");
    // Without the pack there is nothing to leave out.
    let run = scene.run(&["remove", "a"]).succeeds();
    assert!(run.stderr.contains("Dropped the settlement of `sub/g`: it settles nothing any more\n"), "{}", run.stderr);
    assert!(!scene.read("scaffold.toml").contains("compose"));
}

#[test]
fn what_others_put_into_a_file_goes_with_it() {
    let scene = Scene::new(
        &[one("a", "1.0.0", "f", "1\n"), Draft::new("b", "1.0.0").line("f", "2").file("b", "")],
        &["a", "b"],
    );
    scene.run(&["apply", "--omit", "f"]).succeeds();
    assert!(!scene.has("f"));
    let said = scene.run(&["apply", "--omit", "nope"]).fails();
    assert!(said.starts_with("error[settlement-stale]") && said.contains("leaves out nothing"), "{said}");
}

#[test]
fn a_settlement_goes_when_the_packs_agree() {
    let packs = [one("a", "1.0.0", "f", "a\n"), one("b", "1.0.0", "f", "b\n"), one("c", "1.0.0", "c", "c\n")];
    let settled = || {
        let scene = Scene::new(&packs, &["a", "c"]);
        scene.run(&["add", "b", "--settle", "f=@a"]).succeeds();
        assert!(scene.read("scaffold.toml").contains("f = { owner = \"a\" }"));
        scene
    };
    let dropped = "Dropped the settlement of `f`: it settles nothing any more\n";
    let scene = settled();
    let run = scene.run(&["remove", "b"]).succeeds();
    assert!(run.stderr.contains(dropped), "{}", run.stderr);
    assert!(!scene.read("scaffold.toml").contains("compose"));
    scene.run(&["check"]).succeeds();

    let scene = settled();
    scene.publish(&one("b", "1.1.0", "f", "a\n"));
    let document = scene.json(&["update"]);
    assert_eq!(document["dropped_settlements"], json!(["f"]));
    assert_eq!(scene.read("f"), "a\n");

    // What was just written by hand has to settle something.
    let scene = settled();
    scene.write("scaffold.toml", scene.read("scaffold.toml").replace("f = {", "c = { owner = \"c\" }\nf = {"));
    let said = scene.run(&["apply"]).fails();
    assert!(said.starts_with("error[settlement-stale]: the settlement of `c`"), "{said}");
    let said = scene.run(&["set", "x=1", "--settle", "c=@c"]);
    assert_ne!(said.code, 0);
}

#[test]
fn files_are_brought_back_from_anywhere_in_the_project() {
    let pack =
        Draft::new("a", "1.0.0").file("f", "1\n").file("sub/g", "1\n").file("sub/h", "1\n").file("sub/once", "1\n");
    let scene = Scene::new(&[pack.once()], &["a"]);
    let remove = |file: &str| std::fs::remove_file(scene.machine.path(&format!("shop/{file}"))).unwrap();
    ["f", "sub/g", "sub/h"].into_iter().for_each(remove);
    scene.write("sub/once", "mine\n");
    // As it is listed, and as it is from here.
    scene.run_in("shop/sub", &["apply", "--restore", "f", "g"]).succeeds();
    assert_eq!((scene.read("f"), scene.read("sub/g"), scene.has("sub/h")), ("1\n".to_owned(), "1\n".to_owned(), false));
    remove("sub/g");
    scene.run_in("shop/sub", &["apply", "--restore", "sub"]).succeeds();
    assert!(scene.has("sub/g") && scene.has("sub/h"));
    assert_eq!(scene.read("sub/once"), "mine\n", "it has to be named");
    let said = scene.run(&["apply", "--restore", "sup"]).fails();
    assert!(said.starts_with("error[restore-unknown]") && said.contains("or a folder of such files"), "{said}");
}

#[test]
fn a_file_of_the_users_that_nobody_knows_of_any_more_is_told() {
    let scene = Scene::new(&[one("a", "1.0.0", "f", "1\n"), one("b", "1.0.0", "seed.sql", "1\n").once()], &["a", "b"]);
    let run = scene.run(&["remove", "b"]).succeeds();
    assert!(run.stderr.contains("Left `seed.sql`: no pack makes it any more: it is yours now\n"), "{}", run.stderr);
    assert_eq!(scene.read("seed.sql"), "1\n");
}

#[test]
fn files_in_which_git_marked_a_conflict_are_told_apart() {
    let scene = Scene::new(&[one("a", "1.0.0", "f", "1\n")], &["a"]);
    let (intent, lock) = (scene.read("scaffold.toml"), scene.read("scaffold.lock"));
    let marked = |text: &str| format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n");
    scene.write("scaffold.toml", marked(&intent));
    let said = scene.run(&["apply"]).fails();
    assert!(said.starts_with("error[intent-syntax]") && said.contains("two branches changed it"), "{said}");
    scene.write("scaffold.toml", &intent);
    scene.write("scaffold.lock", marked(&lock));
    let said = scene.run(&["apply"]).fails();
    assert!(said.starts_with("error[lock-syntax]") && said.contains("git checkout --ours scaffold.lock"), "{said}");
}

#[test]
fn the_uses_of_a_pack_are_named_where_the_pack_is() {
    let scene = Scene::new(&[Draft::new("a", "1.0.0").asks("port", 1).file("f", "1\n")], &["x=a"]);
    let said = scene.run(&["set", "a.port=2"]).fails();
    assert!(said.contains("`a`: neither a question nor a pack of the project: those are `x`\n"), "{said}");
    let said = scene.run(&["remove", "a"]).fails();
    assert!(said.starts_with("error[instance-unknown]") && said.contains("  `x` is a use of it\n"), "{said}");
}

/// What moves there would go with its edits, and the new file come without them.
#[test]
fn a_file_that_is_brought_back_takes_nothing_from_where_it_was() {
    let scene = Scene::new(&[one("a", "1.0.0", "old.txt", "1\n")], &["a"]);
    scene.write("old.txt", "mine\n");
    scene.publish(&one("a", "1.1.0", "new.txt", "2\n").moved_from("old.txt"));
    scene.write("scaffold.toml", scene.read("scaffold.toml").replace("^1.0.0", "^1.1.0"));
    let run = scene.run(&["apply", "--restore", "new.txt"]).succeeds();
    assert_eq!((scene.read("old.txt"), scene.read("new.txt")), ("mine\n".to_owned(), "2\n".to_owned()));
    assert!(run.stderr.contains("Left `old.txt`: no pack makes it any more: it is yours now\n"), "{}", run.stderr);
}

/// Every file that is written has to be read again.
#[test]
fn answers_are_nested_as_deeply_as_can_be_read() {
    let machine = Machine::new();
    let pack = "name = \"a\"\nversion = \"0.1.0\"\nsummary = \"x\"\n[questions.q]\ntype = \"array\"\ndefault = []\n";
    machine.write("a/pack.toml", pack).write("a/templates/f", "");
    machine.run(&["new", "shop", "--pack", "./a"]).succeeds();
    let nested = |levels: usize| format!("q={}{}", "[".repeat(levels), "]".repeat(levels));
    let before = machine.tree("shop");
    for command in
        [["-C", "shop", "set", &nested(65)], ["new", "other", "--pack=./a", &format!("--set={}", nested(80))]]
    {
        let said = machine.run(&command).fails();
        assert!(said.starts_with("error[answer-unwritable]") && said.contains("more than 64 levels"), "{said}");
    }
    assert_eq!(machine.tree("shop"), before);
    assert!(!machine.path("other").exists());
    machine.run(&["-C", "shop", "set", &nested(64)]).succeeds();
    machine.run(&["-C", "shop", "check"]).succeeds();
}

#[test]
fn an_update_asks_for_what_is_new() {
    let scene = Scene::new(&[one("a", "1.0.0", "f", "1\n")], &["a"]);
    let server = Server::start(scene.registry.path());
    let run = |folder: &str, arguments: &[&str]| {
        let mut command = scene.machine.command(arguments);
        command.env("SCAFFOLD_REGISTRY", server.url()).env("SCAFFOLD_ALLOW_UNSIGNED", "1");
        scene.machine.finish(command.current_dir(scene.machine.path(folder))).succeeds()
    };
    run(".", &["new", "web", "--pack", "a"]);
    scene.publish(&one("a", "1.1.0", "f", "2\n"));
    run("web", &["apply"]);
    assert_eq!(scene.machine.read("web/f"), "1\n", "copies of the index are believed for a while");
    run("web", &["update"]);
    assert_eq!(scene.machine.read("web/f"), "2\n");
}

/// However many registries there are: a pack that the project has already is where it came from.
#[test]
fn another_version_of_a_pack_comes_from_its_own_registry() {
    let acme = Registry::with_id("https://packs.acme.example/", &[]);
    acme.publish(&one("a", "1.0.0", "f", "1\n").pack());
    let scene = Scene::new(&[one("b", "1.0.0", "b", "1\n")], &["b"]);
    scene.run(&["registry", "add", "acme", acme.path().to_str().unwrap()]).succeeds();
    scene.run(&["add", "acme/a"]).succeeds();
    acme.publish(&one("a", "2.0.0", "f", "2\n").pack());
    let said = scene.run(&["update", "a", "--precise", "2.0.0"]).fails();
    assert!(said.contains("hint: ask for it with `scaffold add a@=2.0.0`"), "{said}");
    scene.run(&["add", "a@=2.0.0"]).succeeds();
    assert_eq!(scene.read("f"), "2\n");
    assert!(scene.read("scaffold.toml").contains("a = { version = \"=2.0.0\", registry = \"acme\" }"));
}

#[test]
fn shells_are_told_what_there_is_to_complete() {
    let machine = Machine::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = machine.run(&["completions", shell]).succeeds().stdout;
        assert!(script.contains("outdated") && script.contains("allow-dirty"), "{shell}");
    }
    assert!(machine.run(&["help", "new"]).succeeds().stdout.starts_with("Make a new project from packs\n"));
}

/// As a folder of C# is called, and a file with a colon in its name.
#[test]
fn a_path_that_looks_like_a_place_is_a_path() {
    let draft =
        |name: &str, text: &str| Draft::new(name, "1.0.0").file("C#/main.cs", text).file(&format!("{name}.txt"), "");
    let scene = Scene::new(&[draft("a", "1\n"), draft("b", "2\n")], &["a"]);
    let said = scene.run(&["add", "b"]).fails();
    assert!(said.contains("--settle 'C#/main.cs=@b'"), "{said}");
    scene.run(&["add", "b", "--settle", "C#/main.cs=@b"]).succeeds();
    assert_eq!(scene.read("C#/main.cs"), "2\n");
    for place in ["C#/main.cs", "C#/main.cs:1"] {
        let said = scene.run(&["explain", place]).succeeds().stdout;
        assert!(said.contains("`b` 1.0.0"), "{place}: {said}");
    }
    scene.run(&["remove", "b"]).succeeds();
    scene.run(&["apply", "--omit", "C#/main.cs"]).succeeds();
    assert!(!scene.has("C#"));
    scene.run(&["check"]).succeeds();
}

#[test]
fn a_file_is_left_out_with_all_that_was_said_of_it() {
    let json = |name: &str, value: u8| {
        Draft::new(name, "1.0.0")
            .file(&format!("{name}.txt"), "")
            .file("sub/x", "1\n")
            .line("sub/y", &value.to_string())
    };
    let scene = Scene::new(&[json("a", 1), json("b", 2)], &["a", "b"]);
    scene.write("sub/x", "mine\n");
    // A folder stands for its files; what is the user's stays.
    let run = scene.run(&["apply", "--omit", "sub"]).succeeds();
    assert!(run.stderr.contains("Left `sub/x`: the project does without it: it is yours now\n"), "{}", run.stderr);
    assert!(scene.has("sub/x") && !scene.has("sub/y"));
    for arguments in [&["explain", "sub/y"][..], &["apply", "--restore", "sub/y"]] {
        let said = scene.run(arguments).fails();
        assert!(said.contains("the project does without `sub/y`") && said.contains("`[compose]`"), "{said}");
    }
    let scene = Scene::new(&[one("a", "1.0.0", ".env", "X=1\n"), Draft::new("b", "1.0.0").line(".env", "X=2")], &["a"]);
    scene.run(&["add", "b", "--settle", ".env#/X=@a"]).succeeds();
    let run = scene.run(&["apply", "--omit", ".env"]).succeeds();
    assert!(run.stderr.contains("Dropped the settlement of `.env#/X`"), "{}", run.stderr);
    assert!(scene.read("scaffold.toml").ends_with("[compose]\n\".env\" = { omit = true }\n"));
}

#[test]
fn marks_do_not_get_lost_with_their_file() {
    let scene = in_conflict("\n");
    let before = scene.tree();
    let said = scene.run(&["apply", "--omit", "f"]).fails();
    assert!(said.starts_with("error[conflicts-open]"), "{said}");
    assert_eq!(scene.tree(), before);
    scene.run(&["apply", "--omit", "f", "--conflict", "ours"]).succeeds();
    assert_eq!(scene.read("f"), "mine above\ntop\nmine\nend\n");
}

#[test]
fn a_last_line_without_an_end_stays_one() {
    let scene = Scene::new(&[one("a", "1.0.0", "f", "a\nb")], &["a"]);
    scene.write("f", "a\nmine");
    scene.publish(&one("a", "1.1.0", "f", "a\nc"));
    assert_eq!(scene.run(&["update"]).code, 3);
    scene.run(&["apply", "--conflict", "theirs"]).succeeds();
    assert_eq!(scene.read("f"), "a\nc");
    scene.run(&["check", "--strict"]).succeeds();
}
