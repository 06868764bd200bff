//! A project's life after `new`: packs join, leave and move on, answers change, and the user edits all the while.

use std::process::Command;

use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

#[cfg(target_os = "linux")]
use crate::support::Terminal;
use crate::support::{Draft, Machine, Registry, Run};

/// A project and the registry that its packs come from.
pub struct Scene {
    pub machine: Machine,
    pub registry: Registry,
}

impl Scene {
    /// A registry with these packs, and a project `shop` made of `made_of`.
    pub fn new(packs: &[Draft], made_of: &[&str]) -> Self {
        let scene = Self { machine: Machine::new(), registry: Registry::new(&[]) };
        packs.iter().for_each(|pack| scene.publish(pack));
        let named = made_of.iter().flat_map(|pack| ["--pack", *pack]);
        let arguments: Vec<&str> = ["new", "shop"].into_iter().chain(named).collect();
        scene.run_in(".", &arguments).succeeds();
        scene
    }

    pub fn publish(&self, pack: &Draft) {
        self.registry.publish(&pack.pack());
    }

    /// Runs the program in the project.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_in("shop", arguments)
    }

    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        let mut command = self.command(arguments);
        self.machine.finish(command.current_dir(self.machine.path(folder)))
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.machine.command(arguments);
        command.env("SCAFFOLD_REGISTRY", self.registry.path()).current_dir(self.machine.path("shop"));
        command
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--json"]].concat());
        assert!(run.code == 0 || run.code == 3, "{}", run.stderr);
        serde_json::from_str(&run.stdout).unwrap()
    }

    pub fn read(&self, file: &str) -> String {
        self.machine.read(&format!("shop/{file}"))
    }

    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        self.machine.write(&format!("shop/{file}"), text);
    }

    pub fn has(&self, file: &str) -> bool {
        self.machine.path(&format!("shop/{file}")).exists()
    }

    /// The project's files, without what scaffold keeps for itself.
    pub fn tree(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = self.machine.tree("shop");
        files.retain(|(path, _)| !path.starts_with(".scaffold/") && !path.starts_with(".git/"));
        files
    }

    pub fn git(&self, arguments: &[&str]) {
        let done = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(self.machine.path("shop"))
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

fn web(version: &str, body: &str) -> Draft {
    Draft::new("web", version)
        .asks("port", 8000)
        .file("app.py", body)
        .file("config.json", "{\n  \"port\": {{ port }}\n}\n")
        .file("seed.sql", "-- {{ port }}\n")
        .once()
}

const BODY: &str = "import web\n\n\ndef main():\n    web.serve({{ port }})\n\n\nmain()\n";

fn store() -> Draft {
    Draft::new("store", "1.0.0")
        .asks("engine", "postgres")
        .file("store.txt", "{{ engine }}\n")
        .file("bin/up", "up\n")
        .executable()
}

#[test]
fn packs_join_and_leave() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["web"]);
    let alone = scene.tree();
    let run = scene.run(&["add", "store", "--set", "engine=sqlite"]).succeeds();
    assert_data_eq!(
        run.stderr,
        str![[r#"
       Added `store` 1.0.0
     Changed 4 files: 2 created, 2 updated

"#]]
    );
    assert_eq!(scene.read("store.txt"), "sqlite\n");
    assert_data_eq!(
        scene.read("scaffold.toml"),
        str![[r#"
[project]
name = "shop"
year = 2026

[packs]
store = "^1.0.0"
web = "^1.0.0"

[answers.shared]
engine = "sqlite"

"#]]
    );
    scene.run(&["check", "--strict"]).succeeds();
    let run = scene.run(&["remove", "store"]).succeeds();
    assert_data_eq!(
        run.stderr,
        str![[r#"
     Removed `store` 1.0.0
     Dropped `sqlite` for `shared.engine`, which no pack asks any more
     Changed 4 files: 2 updated, 2 removed

"#]]
    );
    assert_eq!(scene.tree(), alone);
    assert!(!scene.has("bin"), "a folder that became empty goes");
}

#[test]
fn a_second_run_changes_nothing() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["web"]);
    for arguments in
        [&["add", "store"][..], &["set", "port=9000"], &["set", "--unset", "port"], &["update"], &["apply"]]
    {
        scene.run(arguments).succeeds();
        let once = scene.tree();
        let run = scene.run(arguments).succeeds();
        assert_eq!(scene.tree(), once);
        assert!(run.stderr.contains("Unchanged"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn an_update_keeps_edits_and_tells_conflicts() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.write("app.py", scene.read("app.py").replace("import web\n", "import web\n\nimport mine\n"));
    scene.publish(&web("1.1.0", &BODY.replace("main()\n", "web.log()\nmain()\n")));
    let run = scene.run(&["update"]).succeeds();
    assert_data_eq!(
        run.stderr,
        str![[r#"
     Updated `web` 1.0.0 -> 1.1.0
     Changed 2 files: 1 updated, 1 merged with your edits

"#]]
    );
    let merged = scene.read("app.py");
    assert!(merged.contains("import mine\n") && merged.contains("web.log()\n"), "{merged}");

    scene.write("app.py", merged.replace("web.log()", "mine.log()"));
    scene.publish(&web("1.2.0", &BODY.replace("main()\n", "web.log(2)\nmain()\n")));
    let run = scene.run(&["update", "web"]);
    assert_eq!(run.code, 3);
    assert_data_eq!(
        run.stderr,
        str![[r#"
     Updated `web` 1.1.0 -> 1.2.0
     Changed 2 files: 1 updated, 1 in conflict
    Conflict `app.py`: 1 place
warning[conflicts-open]: some files could not be merged

hint: settle the places between `<<<<<<<` and `>>>>>>>`, or all at once by `scaffold apply --conflict ours` or `scaffold apply --conflict theirs`; `scaffold undo` takes the whole change back

"#]]
    );
    let marked = scene.read("app.py");
    assert!(marked.contains("<<<<<<< yours\nmine.log()\n=======\nweb.log(2)\n>>>>>>> packs\n"), "{marked}");
    assert!(scene.read("scaffold.lock").contains("conflicts = [\"app.py\"]\n"));

    let refused = scene.run(&["set", "port=1"]).fails();
    assert!(refused.starts_with("error[conflicts-open]: conflicts of an earlier change are still open\n  `app.py`"));
    assert_eq!(scene.run(&["check"]).code, 3);
    let again = scene.run(&["apply"]);
    assert_eq!((again.code, scene.read("app.py")), (3, marked.clone()));

    let settled = marked.replace("<<<<<<< yours\n", "").replace("=======\nweb.log(2)\n>>>>>>> packs\n", "");
    scene.write("app.py", &settled);
    scene.run(&["apply"]).succeeds();
    assert!(!scene.read("scaffold.lock").contains("conflicts"));
    assert_eq!(scene.read("app.py"), settled);
}

#[test]
fn conflicts_are_settled_as_the_user_says() {
    for (how, code, line) in [("ours", 0, "mine\n"), ("theirs", 0, "new\n")] {
        let scene = Scene::new(&[Draft::new("a", "1.0.0").file("f", "old\n")], &["a"]);
        scene.write("f", "mine\n");
        scene.publish(&Draft::new("a", "1.1.0").file("f", "new\n"));
        let before = scene.tree();
        let told = scene.run(&["update", "--conflict", "fail"]).fails();
        assert_data_eq!(
            told,
            str![[r#"
error[conflicts]: 1 file would not be as the packs make them and as they stand here at once
  `f`: both sides changed 1 place

hint: settle them with `--conflict markers`, `--conflict ours` (as they stand here) or `--conflict theirs`

"#]]
        );
        assert_eq!(scene.tree(), before);
        assert_eq!(scene.run(&["update", "--conflict", how]).code, code);
        assert_eq!(scene.read("f"), line);
        scene.run(&["check"]).succeeds();
    }
}

#[test]
fn what_the_user_removed_or_edited_is_the_users() {
    let first = Draft::new("a", "1.0.0").file("gone", "1\n").file("dropped", "1\n").file("edited", "1\n");
    let scene = Scene::new(&[first], &["a"]);
    std::fs::remove_file(scene.machine.path("shop/gone")).unwrap();
    scene.write("edited", "mine\n");
    scene.publish(&Draft::new("a", "1.1.0").file("gone", "2\n"));
    let run = scene.run(&["update"]).succeeds();
    assert_data_eq!(
        run.stderr,
        str![[r#"
     Updated `a` 1.0.0 -> 1.1.0
        Left `edited`: no pack makes it any more: it is yours now
        Left `gone`: packs changed it, and you had removed it
     Changed 2 files: 1 updated, 1 removed

"#]]
    );
    assert!(!scene.has("gone") && !scene.has("dropped"));
    assert_eq!(scene.read("edited"), "mine\n");
    assert_eq!(scene.json(&["check"])["files"], json!([{ "path": "gone", "kind": "missing" }]));
}

#[test]
fn files_that_move_take_edits_along() {
    let scene = Scene::new(&[Draft::new("a", "1.0.0").file("old.txt", "1\n2\n3\n")], &["a"]);
    scene.write("old.txt", "mine\n1\n2\n3\n");
    scene.publish(&Draft::new("a", "1.1.0").file("new/place.txt", "1\n2\n3\n4\n").moved_from("old.txt"));
    scene.run(&["update"]).succeeds();
    assert!(!scene.has("old.txt"));
    assert_eq!(scene.read("new/place.txt"), "mine\n1\n2\n3\n4\n");
}

#[test]
fn files_written_once_are_left_alone() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.write("seed.sql", "-- mine\n");
    scene.run(&["set", "port=9000"]).succeeds();
    assert_eq!(scene.read("seed.sql"), "-- mine\n");
    std::fs::remove_file(scene.machine.path("shop/seed.sql")).unwrap();
    scene.run(&["set", "port=9001"]).succeeds();
    assert!(!scene.has("seed.sql"));
    scene.run(&["check", "--strict"]).succeeds();
}

#[cfg(unix)]
#[test]
fn line_ends_and_executable_bits_are_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["web", "store"]);
    scene.write("app.py", scene.read("app.py").replace('\n', "\r\n"));
    let up = scene.machine.path("shop/bin/up");
    std::fs::set_permissions(&up, std::fs::Permissions::from_mode(0o700)).unwrap();
    scene.run(&["check", "--strict"]).succeeds();
    scene.run(&["set", "port=9000"]).succeeds();
    assert!(scene.read("app.py").contains("web.serve(9000)\r\n"));
    assert_eq!(std::fs::metadata(&up).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn defaults_stick_until_they_are_taken_back() {
    let scene = Scene::new(&[Draft::new("a", "1.0.0").asks("auth", "jwt").file("f", "{{ auth }}\n")], &["a"]);
    scene.publish(&Draft::new("a", "1.1.0").asks("auth", "oidc").file("f", "{{ auth }}\n"));
    let run = scene.run(&["update"]).succeeds();
    assert_data_eq!(
        run.stderr,
        str![[r#"
     Updated `a` 1.0.0 -> 1.1.0
        Kept `jwt` for `a.auth`, whose default is `oidc` now; `scaffold set --unset a.auth` takes that
     Changed 1 file: 1 updated

"#]]
    );
    assert_eq!(scene.read("f"), "jwt\n");
    scene.run(&["set", "--unset", "a.auth"]).succeeds();
    assert_eq!(scene.read("f"), "oidc\n");
}

#[test]
fn answers_are_set_for_one_pack_or_for_all() {
    let draft = |name: &str| Draft::new(name, "1.0.0").asks("port", 1).file(&format!("{name}.txt"), "{{ port }}\n");
    let scene = Scene::new(&[draft("a"), draft("b")], &["a", "b"]);
    scene.run(&["set", "a.port=2"]).succeeds();
    assert_eq!((scene.read("a.txt"), scene.read("b.txt")), ("2\n".to_owned(), "1\n".to_owned()));
    scene.run(&["set", "port=3"]).succeeds();
    assert_eq!((scene.read("a.txt"), scene.read("b.txt")), ("3\n".to_owned(), "3\n".to_owned()));
    scene.run(&["set", "b.port=4"]).succeeds();
    assert_eq!((scene.read("a.txt"), scene.read("b.txt")), ("3\n".to_owned(), "4\n".to_owned()));
    scene.run(&["set", "--unset", "port"]).succeeds();
    assert_eq!((scene.read("a.txt"), scene.read("b.txt")), ("1\n".to_owned(), "1\n".to_owned()));
    assert!(!scene.read("scaffold.toml").contains("answers"));
    let said = scene.run(&["set", "--unset", "prot"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[unset-unknown]: no pack has an answer to `prot`
  near it: `port`

hint: write `--unset KEY` or `--unset PACK.KEY`

"#]]
    );
}

#[test]
fn an_edited_intent_is_applied_with_its_comments() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["web"]);
    let intent =
        scene.read("scaffold.toml").replace("[packs]\n", "# What we are made of.\n[packs]\nstore = \"^1\" # data\n");
    scene.write("scaffold.toml", format!("{intent}\n[answers.web]\nport = 9000\n"));
    assert_eq!(scene.json(&["check"])["lock"], "stale");
    assert!(scene.run(&["check"]).stderr.contains("warning[lock-stale]"));
    let diff = scene.run(&["diff"]);
    assert_eq!(diff.code, 3);
    assert!(
        diff.stdout.contains(
            "--- a/config.json\n+++ b/config.json\n@@ -1,3 +1,3 @@\n {\n-  \"port\": 8000\n+  \"port\": 9000\n }\n"
        ),
        "{}",
        diff.stdout
    );
    assert!(diff.stdout.contains("--- /dev/null\n+++ b/store.txt\n@@ -0,0 +1 @@\n+postgres\n"), "{}", diff.stdout);
    let coloured = scene.run(&["diff", "--color", "always"]).stdout;
    assert!(coloured.contains("\u{1b}[32m+  \"port\": 9000\u{1b}[0m\n"), "{coloured}");
    let stat = scene.run(&["diff", "--stat"]);
    assert!(stat.stdout.contains(" config.json   | +1 -1\n"), "{}", stat.stdout);
    let before = scene.tree();
    scene.run(&["apply", "--dry-run"]).succeeds();
    assert_eq!(scene.tree(), before);
    scene.run(&["apply"]).succeeds();
    assert!(scene.read("scaffold.toml").contains("# What we are made of.\n[packs]\nstore = \"^1\" # data\n"));
    assert_eq!(scene.read("config.json"), "{\n  \"port\": 9000\n}\n");
    assert_eq!(scene.run(&["diff"]).succeeds().stdout, "");
}

#[test]
fn a_change_is_undone_and_done_again() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["web"]);
    let before = scene.tree();
    scene.run(&["add", "store", "--set", "port=9000"]).succeeds();
    let after = scene.tree();
    scene.run(&["undo"]).succeeds();
    assert_eq!(scene.tree(), before);
    scene.run(&["undo"]).succeeds();
    assert_eq!(scene.tree(), after);

    scene.write("store.txt", "mine\n");
    let said = scene.run(&["undo"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[undo-edited]: files were edited since the change that would be undone
  `store.txt`

hint: keep those as they are with `--conflict ours`, or lose the edits with `--conflict theirs`

"#]]
    );
    scene.run(&["undo", "--conflict", "ours"]).succeeds();
    assert_eq!(scene.read("store.txt"), "mine\n");
    assert!(!scene.read("scaffold.lock").contains("store"));
}

#[test]
fn there_may_be_nothing_to_undo() {
    let scene = Scene::new(&[store()], &["store"]);
    let said = scene.run(&["undo"]).fails();
    assert!(said.starts_with("error[nothing-to-undo]: there is no change that could be undone here\n"), "{said}");
}

#[test]
fn edits_that_git_has_not_seen_are_not_touched() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.git(&["init", "--quiet"]);
    // Everything is untracked, and as it was generated: nothing can be lost.
    scene.run(&["set", "port=9000"]).succeeds();
    scene.git(&["add", "."]);
    scene.git(&["commit", "--quiet", "--message", "start"]);
    scene.write("app.py", format!("{}# mine\n", scene.read("app.py")));
    let said = scene.run(&["set", "port=9001"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[uncommitted]: the change would touch a file with edits that are not committed
  `app.py`

hint: commit them, or go on with `--allow-dirty`: `scaffold undo` brings them back

"#]]
    );
    scene.run(&["set", "port=9001", "--allow-dirty"]).succeeds();
    assert!(scene.read("app.py").ends_with("# mine\n"));
    scene.git(&["add", "."]);
    scene.git(&["commit", "--quiet", "--message", "mine"]);
    scene.run(&["set", "port=9002"]).succeeds();
    // scaffold's own folder shows nowhere.
    let status =
        Command::new("git").args(["status", "--porcelain"]).current_dir(scene.machine.path("shop")).output().unwrap();
    assert!(!String::from_utf8(status.stdout).unwrap().contains(".scaffold"));
}

#[test]
fn a_folder_is_adopted() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["store"]);
    let folder = "old/services/web";
    scene.machine.write("old/scaffold.toml", "[project]\nname = \"outer\"\nyear = 2020\n\n[packs]\n");
    scene.machine.write(&format!("{folder}/app.py"), "mine\n");
    scene.machine.write(&format!("{folder}/config.json"), "{\n  \"port\": 8000\n}\n");
    scene.machine.write(&format!("{folder}/seed.sql"), "-- mine\n");
    let said = scene.run_in(folder, &["init", "--pack", "web"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[conflicts]: 1 file would not be as the packs make them and as they stand here at once
  `app.py`: they differ in 1 place

hint: settle them with `--conflict markers`, `--conflict ours` (as they stand here) or `--conflict theirs`

"#]]
    );
    assert_eq!(scene.machine.tree(folder).len(), 3);
    let run = scene.run_in(folder, &["init", "--pack", "web", "--conflict", "ours"]).succeeds();
    assert!(run.stderr.contains("Changed 2 files: 2 created"), "{}", run.stderr);
    assert_eq!(scene.machine.read(&format!("{folder}/app.py")), "mine\n");
    assert_eq!(scene.machine.read(&format!("{folder}/seed.sql")), "-- mine\n");
    assert!(scene.machine.read(&format!("{folder}/scaffold.toml")).contains("name = \"web\""));
    let check = scene.run_in(folder, &["check"]).succeeds();
    assert_eq!(check.stdout, "edited       app.py\n");
    let said = scene.run_in(folder, &["init", "--pack", "web"]).fails();
    assert!(said.starts_with("error[project-exists]: `[WORK]/old/services/web` is a project already\n"), "{said}");
    scene.run_in(folder, &["undo"]).succeeds();
    assert!(!scene.machine.path(&format!("{folder}/scaffold.toml")).exists());
}

#[cfg(target_os = "linux")]
#[test]
fn who_sits_at_a_terminal_settles_file_by_file() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    for (folder, keys, kept) in [("ours", "\r", "mine\n".to_owned()), ("theirs", "\u{1b}[B\r", scene.read("app.py"))] {
        scene.machine.write(&format!("{folder}/app.py"), "mine\n");
        let mut command = scene.command(&["init", "--pack", "web", "--defaults"]);
        let Some(mut terminal) = Terminal::start(command.current_dir(scene.machine.path(folder))) else { return };
        terminal.wait_for("`app.py` differs in 1 place").wait_for("write both").press(keys);
        let (code, screen) = terminal.finish();
        assert_eq!(code, 0, "{screen}");
        assert_eq!(scene.machine.read(&format!("{folder}/app.py")), kept);
    }
}

#[test]
fn what_is_adopted_is_not_merged_unasked() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["store"]);
    scene.machine.write("old/config.json", "{\n  \"mine\": true\n}\n");
    let said = scene.run_in("old", &["init", "--pack", "web"]).fails();
    assert!(said.contains("`config.json`: they differ in 1 place"), "{said}");
    scene.machine.write("half/scaffold.lock", scene.read("scaffold.lock"));
    let said = scene.run_in("half", &["init", "--pack", "web"]).fails();
    assert!(
        said.starts_with("error[project-exists]: `[WORK]/half` has a `scaffold.lock` and no `scaffold.toml`"),
        "{said}"
    );
}

#[test]
fn what_is_no_file_is_never_replaced() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["web"]);
    std::fs::create_dir(scene.machine.path("shop/store.txt")).unwrap();
    let said = scene.run(&["add", "store", "--conflict", "theirs"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[in-the-way]: something that is no file stands where packs have files
  `store.txt`: it is a folder

hint: move it away, and run the command again

"#]]
    );
}

#[test]
fn binary_files_are_kept_and_named() {
    let scene = Scene::new(&[Draft::new("a", "1.0.0").file("logo", b"\0one")], &["a"]);
    scene.write("logo", b"\0mine");
    scene.publish(&Draft::new("a", "1.1.0").file("logo", b"\0two"));
    let run = scene.run(&["update"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("Conflict `logo`: it is not text: yours was kept"), "{}", run.stderr);
    assert_eq!(scene.read("logo"), "\0mine");
    assert_eq!(scene.run(&["check"]).stdout, "conflicting  logo\n");
    assert_eq!(scene.run(&["apply"]).code, 3);
    let said = scene.run(&["update"]).fails();
    assert!(said.contains("hint: say whose version counts: `scaffold apply --conflict ours`"), "{said}");
    scene.run(&["apply", "--conflict", "ours"]).succeeds();
    assert_eq!(scene.run(&["check"]).succeeds().stdout, "edited       logo\n");
    assert_eq!(scene.read("logo"), "\0mine");
    scene.run(&["update"]).succeeds();
}

#[test]
fn structured_files_are_merged_with_what_they_were() {
    let draft = |version: &str, yaml: &str, env: &str| {
        Draft::new("a", version).asks("port", 8000).file("c.yaml", yaml).file(".env.example", env)
    };
    let old = draft("1.0.0", "ports:\n  - {{ port }}\nold: 1\n", "PORT={{ port }}\nOLD=1\n");
    let scene = Scene::new(&[old], &["a"]);
    scene.write("c.yaml", format!("{}# mine\n", scene.read("c.yaml")));
    scene.write(".env.example", "PORT=8000\nMINE=1\n");
    scene.run(&["set", "port=9000", "--conflict", "fail"]).succeeds();
    assert_eq!(scene.read("c.yaml"), "ports:\n  - 9000\nold: 1\n# mine\n");
    assert_eq!(scene.read(".env.example"), "PORT=9000\nMINE=1\n", "what the user took out stays out");
    scene.publish(&draft("1.1.0", "ports:\n  - {{ port }}\nnew: 1\n", "PORT={{ port }}\nOLD=2\nNEW=1\n"));
    let run = scene.run(&["update"]);
    assert_eq!(scene.read("c.yaml"), "ports:\n  - 9000\nnew: 1\n# mine\n", "what packs took out goes");
    assert_eq!(run.code, 3, "OLD was taken out by one side and changed by the other");
}

#[test]
fn open_conflicts_are_not_forgotten() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.write("app.py", scene.read("app.py").replace("8000", "8123"));
    assert_eq!(scene.run(&["set", "port=9000"]).code, 3);
    let marked = scene.read("app.py");
    scene.write("scaffold.toml", scene.read("scaffold.toml").replace("9000", "9001"));
    let said = scene.run(&["apply"]).fails();
    assert!(said.starts_with("error[conflicts-open]"), "{said}");
    assert_eq!(scene.read("app.py"), marked);
    assert!(scene.read("scaffold.lock").contains("conflicts"));
}

#[test]
fn files_are_brought_back() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    let app = scene.read("app.py");
    std::fs::remove_file(scene.machine.path("shop/app.py")).unwrap();
    assert!(scene.run(&["check"]).stderr.contains("`scaffold apply --restore PATH` brings a missing file back"));
    scene.run(&["apply", "--restore", "app.py"]).succeeds();
    assert_eq!(scene.read("app.py"), app);
    scene.run(&["check", "--strict"]).succeeds();
    let said = scene.run(&["apply", "--restore", "ap.py"]).fails();
    assert!(said.starts_with("error[restore-unknown]: no pack makes `ap.py`\n  near it: `app.py`\n"), "{said}");
}

#[test]
fn a_clone_can_not_bring_a_change_along() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.run(&["set", "port=9000"]).succeeds();
    let copied = Command::new("cp")
        .args(["-r", scene.machine.path("shop").to_str().unwrap(), scene.machine.path("copy").to_str().unwrap()])
        .status()
        .unwrap();
    assert!(copied.success());
    let said = scene.run_in("copy", &["undo"]).fails();
    assert!(said.starts_with("error[journal-invalid]"), "{said}");
    let planted = r#"{"format":1,"folders":[],"steps":[{"entry":".envrc","before":null,"after":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","executable":true}}]}"#;
    scene.write(".scaffold/change/lock", "");
    scene.write(".scaffold/change/staging/0", "evil\n");
    scene.write(".scaffold/change/undo/journal", planted);
    let said = scene.run(&["tree"]).fails();
    assert!(said.starts_with("error[journal-invalid]"), "{said}");
    assert!(!scene.has(".envrc"));
}

#[test]
fn a_nested_projects_undo_is_its_own() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["web"]);
    scene.run(&["set", "port=9000"]).succeeds();
    std::fs::create_dir(scene.machine.path("shop/sub")).unwrap();
    scene.run_in("shop/sub", &["init", "--pack", "store"]).succeeds();
    scene.run_in("shop/sub", &["undo"]).succeeds();
    assert!(!scene.has("sub/store.txt"));
    scene.run_in("shop/sub", &["undo"]).succeeds();
    assert!(scene.has("sub/store.txt"));
    assert!(scene.read("scaffold.toml").contains("9000"));
}

#[test]
fn a_part_of_an_answer_leaves_the_rest() {
    let text = "{{ db.host }} {{ db.port }}\n";
    let draft = Draft::new("a", "1.0.0").asks("db", json!({ "host": "localhost", "port": 1 })).file("f", text);
    let scene = Scene::new(&[draft], &["a"]);
    scene.run(&["set", "a.db.host=far"]).succeeds();
    assert_eq!(scene.read("f"), "far 1\n");
    let said = scene.run(&["set", "db.port=2"]).fails();
    assert!(said.starts_with("error[set-invalid]") && said.contains("hint: write `a.db.port=`"), "{said}");
    scene.run(&["set", "a.db.port=2"]).succeeds();
    assert_eq!(scene.read("f"), "far 2\n");
    scene.run(&["set", "--unset", "db"]).succeeds();
    assert_eq!(scene.read("f"), "localhost 1\n");
}

#[test]
fn the_projects_own_files_keep_their_form() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    let crlf = |file: &str| scene.write(file, scene.read(file).replace('\n', "\r\n"));
    crlf("scaffold.toml");
    crlf("scaffold.lock");
    let before = scene.tree();
    scene.run(&["diff"]).succeeds();
    scene.run(&["apply"]).succeeds();
    assert_eq!(scene.tree(), before);
    scene.run(&["set", "port=9000"]).succeeds();
    assert!(scene.read("scaffold.toml").ends_with("port = 9000\r\n"));

    #[cfg(unix)]
    {
        let (file, elsewhere) = (scene.machine.path("shop/scaffold.toml"), scene.machine.path("elsewhere.toml"));
        std::fs::rename(&file, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
        let said = scene.run(&["set", "port=9001"]).fails();
        assert!(said.starts_with("error[project-unreadable]: `scaffold.toml` is a symbolic link"), "{said}");
    }
}

#[test]
fn a_repository_that_is_broken_is_told() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.git(&["init", "--quiet"]);
    scene.write(".git/index", "garbage");
    scene.write("app.py", format!("{}# mine\n", scene.read("app.py")));
    let said = scene.run(&["set", "port=9001"]).fails();
    assert!(said.starts_with("error[git-status]: git can't tell which edits are committed\n"), "{said}");
}

#[test]
fn a_differences_text_is_a_patch() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.write("app.py", scene.read("app.py").replace('\n', "\r\n"));
    scene.write("scaffold.toml", format!("{}\n[answers.web]\nport = 9000\n", scene.read("scaffold.toml")));
    let diff = scene.run(&["diff"]).stdout;
    assert!(diff.contains("-    web.serve(8000)\r\n+    web.serve(9000)\r\n"), "{diff}");
}

#[test]
fn packs_are_removed_by_the_name_they_have() {
    let orders = Draft::new("orders", "1.0.0").needs("web", "^1").file("orders.py", "orders\n");
    let scene = Scene::new(&[web("1.0.0", BODY), orders], &["orders"]);
    let said = scene.run(&["remove", "web"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[pack-needed]: `web` is here because others need it
  `orders` depends on it

hint: remove those that need it

"#]]
    );
    let said = scene.run(&["remove", "order"]).fails();
    assert!(
        said.starts_with("error[instance-unknown]: the project has no pack `order`\n  near it: `orders`\n"),
        "{said}"
    );
    let said = scene.run(&["update", "wed"]).fails();
    assert_eq!(said, "error[instance-unknown]: the project has no pack `wed`\n\nhint: did you mean `web`?\n");
    let said = scene.run(&["remove", "orders"]).fails();
    assert!(said.starts_with("error[project-empty]: the project would have no pack left\n"), "{said}");
}

#[test]
fn an_exact_version_is_taken() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.publish(&web("1.1.0", BODY));
    scene.publish(&web("1.2.0", BODY));
    scene.publish(&web("2.0.0", BODY));
    let version = |scene: &Scene| scene.json(&["tree"])["packs"][0]["version"].clone();
    scene.run(&["update", "web", "--precise", "1.1.0"]).succeeds();
    assert_eq!(version(&scene), "1.1.0");
    scene.run(&["apply"]).succeeds();
    assert_eq!(version(&scene), "1.1.0");
    let said = scene.run(&["update", "web", "--precise", "2.0.0"]).fails();
    assert!(said.starts_with("error[precise-excluded]: `scaffold.toml` allows `^1.0.0` of `web`"), "{said}");
    scene.run(&["update"]).succeeds();
    assert_eq!(version(&scene), "1.2.0");
    let run = scene.run(&["add", "web@^2"]).succeeds();
    assert!(run.stderr.contains("Updated `web` 1.2.0 -> 2.0.0"), "{}", run.stderr);
}

#[test]
fn a_lock_that_is_kept_as_it_is() {
    let scene = Scene::new(&[web("1.0.0", BODY), store()], &["web"]);
    scene.publish(&web("1.1.0", BODY));
    let before = scene.tree();
    scene.run(&["apply", "--locked"]).succeeds();
    let said = scene.run(&["update", "--locked"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[lock-outdated]: `scaffold.lock` does not fit what the project asks for, and `--locked` keeps it as it is
  `web` would go from 1.0.0 to 1.1.0

hint: run the command without `--locked`

"#]]
    );
    let said = scene.run(&["add", "store", "--locked"]).fails();
    assert!(said.contains("`store` would come: `store` 1.0.0"), "{said}");
    assert_eq!(scene.tree(), before);
    scene.run(&["set", "port=9000", "--locked"]).succeeds();
}

#[test]
fn answers_are_carried_over_to_another_version() {
    let old = Draft::new("a", "1.0.0").asks("db", "postgres").asks("size", 1).file("f", "{{ db }} {{ size }}\n");
    let scene = Scene::new(&[old], &["a"]);
    scene.run(&["set", "db=sqlite"]).succeeds();
    let new =
        Draft::new("a", "1.1.0").asks("database", "postgres").asks("size", 1).file("f", "{{ database }} {{ size }}\n");
    scene.registry.publish(&new.pack().migrates_to(&json!({ "database": "sqlite", "size": 1 })));
    scene.run(&["update"]).succeeds();
    assert_eq!(scene.read("f"), "sqlite 1\n");
    let intent = scene.read("scaffold.toml");
    assert!(intent.ends_with("[answers.a]\ndatabase = \"sqlite\"\n"), "{intent}");
    scene.run(&["check", "--strict"]).succeeds();
    scene.run(&["apply"]).succeeds();
    assert_eq!(scene.read("scaffold.toml"), intent);
}

#[test]
fn new_powers_of_a_pack_want_a_yes() {
    let scene = Scene::new(&[Draft::new("a", "1.0.0").file("f", "1\n")], &["a"]);
    let import = |contract: &str| {
        let world = contract.replace("world pack {", "world pack { import wasi:cli/exit@0.2.9;");
        format!("{world}\npackage wasi:cli@0.2.9 {{ interface exit {{ exit: func(status: result); }} }}\n")
    };
    let pack = Draft::new("a", "1.1.0").file("f", "2\n").pack().contract(import);
    scene.registry.publish(&pack.imports(r#"(import "wasi:cli/exit@0.2.9" "exit" (func (param i32)))"#));
    let before = scene.tree();
    let said = scene.run(&["update"]).fails();
    assert_data_eq!(
        said,
        str![[r#"
error[imports-grown]: packs want interfaces that they did not have before
  `a` 1.1.0: `wasi:cli/exit@0.2.9`

hint: allow it with `--allow-imports`, or stay with the versions of the lock

"#]]
    );
    assert_eq!(scene.tree(), before);
    #[cfg(target_os = "linux")]
    if let Some(mut terminal) = Terminal::start(&scene.command(&["update"])) {
        terminal.wait_for("allow that?").wait_for("(y/N)").press("n\r");
        assert_eq!(terminal.finish().0, 1);
        assert_eq!(scene.tree(), before);
    }
    scene.run(&["update", "--allow-imports"]).succeeds();
    assert_eq!(scene.read("f"), "2\n");
    scene.run(&["apply"]).succeeds();
}

#[test]
fn a_check_needs_no_packs_for_digests() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.write("app.py", "mine\n");
    std::fs::remove_file(scene.machine.path("shop/config.json")).unwrap();
    std::fs::remove_dir_all(scene.machine.home()).unwrap();
    std::fs::rename(scene.registry.path().join("index"), scene.registry.path().join("index.away")).unwrap();
    std::fs::remove_dir_all(scene.registry.path().join("blobs")).unwrap();
    let run = scene.run(&["check"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(run.stdout, "edited       app.py\nmissing      config.json\n");
    assert!(run.stderr.starts_with("warning[check-unverified]: the packs are not at hand"), "{}", run.stderr);
    std::fs::rename(scene.registry.path().join("index.away"), scene.registry.path().join("index")).unwrap();
}

#[test]
fn drift_is_annotated_on_github() {
    let scene = Scene::new(&[web("1.0.0", BODY)], &["web"]);
    scene.write("app.py", "mine\n");
    std::fs::remove_file(scene.machine.path("shop/config.json")).unwrap();
    let run = scene.machine.finish(scene.command(&["check"]).env("GITHUB_ACTIONS", "true"));
    assert_data_eq!(
        run.stdout,
        str![[r#"
::notice file=app.py,title=scaffold check: edited::the file was edited since it was generated
::error file=config.json,title=scaffold check: missing::the file was generated, and is gone

"#]]
    );
}

#[test]
fn a_file_makes_room_for_a_folder() {
    let scene = Scene::new(&[Draft::new("a", "1.0.0").file("docs", "one\n")], &["a"]);
    scene.publish(&Draft::new("a", "1.1.0").file("docs/one.md", "one\n"));
    scene.run(&["update"]).succeeds();
    assert_eq!(scene.read("docs/one.md"), "one\n");
}

#[test]
fn a_base_that_can_not_be_made_again_is_told() {
    let scene = Scene::new(&[Draft::new("a", "1.0.0").file("f", "one\n").file("g", "one\n")], &["a"]);
    scene.write("f", "mine\n");
    scene.publish(&Draft::new("a", "1.1.0").file("f", "two\n").file("g", "two\n"));
    let old = scene.registry.lines("a").into_iter().find(|line| line.version.to_string() == "1.0.0").unwrap();
    std::fs::remove_dir_all(scene.machine.home()).unwrap();
    std::fs::remove_file(scene.registry.path().join(format!("blobs/sha256/{}.wasm", old.digest.hex()))).unwrap();
    let run = scene.run(&["update"]);
    assert_eq!(run.code, 3);
    assert!(
        run.stderr.starts_with("warning[base-lost]: files that changed on both sides can't be merged"),
        "{}",
        run.stderr
    );
    assert_eq!(scene.read("g"), "two\n");
    assert_eq!(scene.read("f"), "<<<<<<< yours\nmine\n=======\ntwo\n>>>>>>> packs\n");
}
