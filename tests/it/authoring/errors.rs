//! Each mistake of an author, once.

use crate::support::Machine;

const HEAD: &str = "name = \"a\"\nversion = \"0.1.0\"\nsummary = \"x\"\n";

#[track_caller]
fn build(machine: &Machine, code: &str, told: &str) {
    let said = machine.run(&["pack", "build", "a"]).fails();
    assert!(said.starts_with(&format!("error[{code}]")) && said.contains(told), "{said}");
    assert!(said.contains("\nhint: "), "{said}");
    assert!(!machine.path("a/dist").exists());
}

#[test]
fn a_pack_file_that_is_not_as_it_should_be_is_told_by_line() {
    let machine = Machine::new();
    for (text, told) in [
        ("name = \"a\"\nversion = 1\n", "at pack.toml:2:11"),
        ("name = \"A b\"\n", "`A b` is not a name"),
        (&format!("{HEAD}[[file]]\ntemplate = \"x\"\nwehn = \"y\"\n"), "unknown field `wehn`"),
        (&format!("{HEAD}[[merge]]\npath = \"x.json\"\nlists = [{{ pointer = \"/a\", policy = \"mix\" }}]\n"), "mix"),
        (HEAD.trim_end_matches("summary = \"x\"\n"), "missing field `summary`"),
        (&format!("{HEAD}[dependencies]\nb = \"latest\"\n"), "at pack.toml:5:5"),
    ] {
        machine.write("a/pack.toml", text);
        build(&machine, "pack-source-syntax", told);
    }
    machine.write("a/pack.toml", HEAD).write("a/questions.json", "{");
    build(&machine, "pack-source-syntax", "at questions.json:1:1");
}

#[test]
fn entries_that_can_not_be_are_told_with_what_to_write() {
    let machine = Machine::new();
    machine.write("a/templates/app/main.py.j2", "x").write("a/partials/job.j2", "x");
    for (rest, told) in [
        ("[[file]]\ntemplate = \"app/man.py.j2\"", "write `template = \"app/main.py.j2\"`"),
        ("[[file]]\ntemplate = \"other\"", "write the path below `templates/`"),
        ("[[folder]]\nfolder = \"ap\"", "`ap`, which is not in `templates/`"),
        ("[[file]]\ntemplate = \"app/main.py.j2\"\n[[file]]\ntemplate = \"app/main.py.j2\"", "two `[[file]]`"),
        ("[[slot]]\npath = \"x\"\nname = \"y\"\ntemplate = \"partials/jb.j2\"", "`template = \"partials/job.j2\"`"),
        ("[[slot]]\npath = \"x\"\nname = \"y\"", "has `template` and `text`, or neither"),
        ("[[merge]]\npath = \"x.ini\"\ntext = \"y\"", "write `format = \"json\"`"),
        ("[[merge]]\npath = \"x.json\"\ntext = \"{}\"\nlists = [{ pointer = \"/a\", policy = \"by-key\" }]", "`/a`"),
        ("[[check]]\nholds = \"true\"\nmessage = \"m\"\nanswer = \"x\"", "write `answer = \"/x\"`"),
        ("[[requires]]\nname = \"A\"\nversion = \"1\"", "name a capability"),
        ("[[provides]]\nname = \"c\"\nversion = \"1.0.0\"\nschema = \"../x.json\"", "leads out of the folder"),
        ("[[provides]]\nname = \"c\"\nversion = \"1.0.0\"\nschema = \"/etc/passwd\"", "leads out of the folder"),
        ("[[lines]]\npath = \"/x.txt\"\nlines = [\"y\"]", "`/x.txt`"),
        ("[[lines]]\npath = \"a//b\"\nlines = [\"y\"]", "`a//b`"),
        ("[[lines]]\npath = \"/{{ project.name }}\"\nlines = [\"y\"]", "is absolute"),
        ("[computed]\nx = \"{{ answers. }}\"", "`answers.` in `[computed] x` is no sound Jinja"),
        ("[[lines]]\npath = \"x\"\nlines = [\"{% if %}\"]", "in `what makes x` is no sound Jinja"),
        ("[[migration]]\nbefore = \"9.0.0\"", "before 9.0.0: the pack is 0.1.0"),
        ("[[migration]]\nbefore = \"0.1.0\"\n[[migration]]\nbefore = \"0.0.9\"", "write the oldest one first"),
        ("[[migration]]\nbefore = \"0.1.0\"\nrename = { a = \"b\" }", "makes `b`, which the pack does not ask"),
        ("[[migration]]\nbefore = \"0.1.0\"\nset = { b = 1 }", "makes `b`, which the pack does not ask"),
        ("[[migration]]\nbefore = \"0.1.0\"\nrename = { a = \"c\", b = \"c\" }", "renames two questions to `c`"),
        ("[[lines]]\npath = \"x\"\nlines = [\"y\"]\neach = \"[1]\"\nas = \"answers\"", "hides what the pack's"),
        ("[[lines]]\npath = \"x\"\nlines = [\"y\"]\neach = \"[1]\"\nas = \"a-b\"", "is no name of a variable"),
        ("[[folder]]\nfolder = \"app\"\neach = \"[1]\"\nas = \"1\"", "is no name of a variable"),
        ("[[file]]\ntemplate = \"app/main.py.j2\"\nas = \"x\"", "names the element of no loop"),
    ] {
        machine.write("a/pack.toml", format!("{HEAD}{rest}\n"));
        build(&machine, "pack-source-invalid", told);
    }
    machine.write("a/pack.toml", format!("{HEAD}[questions.x]\ntype = \"string\"\n")).write("a/questions.json", "{}");
    build(&machine, "pack-source-invalid", "in one place");
}

#[test]
fn templates_that_are_no_jinja_are_told_by_line() {
    let machine = Machine::new();
    machine.write("a/pack.toml", HEAD).write("a/templates/x.txt", "fine\n{% if %}\n");
    build(&machine, "pack-source-jinja", "in template `x.txt`, line 2");
    machine.write("a/pack.toml", format!("{HEAD}[[file]]\ntemplate = \"x.txt\"\nraw = true\n"));
    machine.run(&["pack", "build", "a"]).succeeds();
}

/// Which may be with answers that no case gives.
#[test]
fn a_template_that_is_not_there_is_told_before_it_is_wanted() {
    let machine = Machine::new();
    machine.write("a/pack.toml", format!("{HEAD}[[file]]\ntemplate = \"x.txt\"\nwhen = \"false\"\n"));
    machine.write("a/partials/head", "").write("a/templates/x.txt", "fine\n{% include 'partials/haed' %}\n");
    build(&machine, "pack-source-jinja", "there is no template `partials/haed`; near it: `partials/head`");
    build(&machine, "pack-source-jinja", "in template `x.txt`, line 2");
    machine.write("a/templates/x.txt", "{% include 'partials/haed' ignore missing %}{% include 'partials/head' %}");
    machine.run(&["pack", "build", "a"]).succeeds();
}

#[test]
fn two_templates_of_one_file() {
    let machine = Machine::new();
    machine.write("a/pack.toml", HEAD).write("a/templates/x.txt", "1").write("a/templates/x.txt.j2", "2");
    build(&machine, "pack-source-invalid", "`templates/x.txt` and `templates/x.txt.j2` both make `x.txt`");
    // Which of them is made may be a matter of the answers.
    let when = |template: &str, when: &str| format!("[[file]]\ntemplate = \"{template}\"\nwhen = \"{when}\"\n");
    machine.write("a/pack.toml", [HEAD, &when("x.txt", "false"), &when("x.txt.j2", "true")].concat());
    machine.run(&["pack", "build", "a"]).succeeds();
}

#[test]
fn files_that_can_not_be_templates() {
    let machine = Machine::new();
    machine.write("a/pack.toml", HEAD).write("a/partials/x", [0, 255]);
    build(&machine, "pack-source-template", "a partial is text");
    // A name that no project can have is blamed on whoever gave it.
    let machine = Machine::new();
    machine.write("a/pack.toml", HEAD).write("a/templates/con.txt", "x");
    build(&machine, "pack-source-template", "`templates/con.txt` can't be used: the path `con.txt`");
    machine.write("a/pack.toml", format!("{HEAD}[[file]]\ntemplate = \"con.txt\"\npath = \"a/nul\"\n"));
    build(&machine, "pack-source-invalid", "the path `a/nul`");
}

#[cfg(unix)]
#[test]
fn a_link_is_no_template() {
    let machine = Machine::new();
    machine.write("a/pack.toml", HEAD).write("a/templates/x", "x");
    std::os::unix::fs::symlink("/etc/hostname", machine.path("a/templates/y")).unwrap();
    build(&machine, "pack-source-template", "`templates/y` can't be used: it is no ordinary file");
}

/// The folder may be a stranger's, and the link lead to a file of the user.
#[cfg(unix)]
#[test]
fn a_named_file_is_not_read_through_a_link() {
    let machine = Machine::new();
    machine.write("secret", "{}").write("a/templates/x", "x");
    std::os::unix::fs::symlink("../secret", machine.path("a/facts.json")).unwrap();
    let provides = "[[provides]]\nname = \"c\"\nversion = \"1.0.0\"\nschema = \"facts.json\"\n";
    machine.write("a/pack.toml", format!("{HEAD}{provides}"));
    let said = machine.run(&["pack", "build", "a"]).fails();
    assert!(said.contains("a symbolic link"), "{said}");
    assert!(!machine.path("a/dist").exists());
}

#[test]
fn folders_that_hold_no_pack() {
    let machine = Machine::new();
    build(
        &machine,
        "pack-source-unknown",
        "none of `pack.toml`, `Cargo.toml`, `pyproject.toml`, `package.json`, `Makefile`",
    );
    machine.write("a/pack.toml", HEAD).write("a/Cargo.toml", "");
    build(&machine, "pack-source-unknown", "`pack.toml` and `Cargo.toml`");
    let said = machine.run(&["new", "shop", "--pack", "./a/templates"]).fails();
    assert!(said.starts_with("error[pack-unreadable]"), "{said}");
    std::fs::create_dir(machine.path("empty")).unwrap();
    let said = machine.run(&["new", "shop", "--pack", "./empty"]).fails();
    assert!(said.starts_with("error[pack-is-folder]"), "{said}");
}

#[test]
fn a_named_file_that_is_not_there() {
    let machine = Machine::new();
    let provides = "[[provides]]\nname = \"c\"\nversion = \"1.0.0\"\nschema = \"facts.json\"\n";
    machine.write("a/pack.toml", format!("{HEAD}{provides}"));
    build(&machine, "pack-source-unreadable", "facts.json` can't be read: it does not exist");
}

#[test]
fn questions_that_are_no_schema_are_found_when_the_pack_is_built() {
    let machine = Machine::new();
    machine.write("a/pack.toml", format!("{HEAD}[questions.x]\ntype = \"strnig\"\n"));
    build(&machine, "question-schema", "`a` 0.1.0");
}

#[test]
fn a_pack_that_can_not_be_written() {
    let machine = Machine::new();
    machine.write("a/pack.toml", HEAD).write("a/file", "x");
    let said = machine.run(&["pack", "build", "a", "--output", "a/file/x.wasm"]).fails();
    assert!(said.starts_with("error[pack-unwritable]"), "{said}");
}

#[test]
fn a_world_that_the_contract_does_not_have() {
    for (file, text) in [
        ("pyproject.toml", "[tool.scaffold]\nworld = \"packs\"\n"),
        ("package.json", "{ \"scaffold\": { \"world\": \"packs\" } }"),
    ] {
        let machine = Machine::new();
        machine.write(&format!("a/{file}"), text);
        build(&machine, "pack-source-syntax", "`packs` is no world of the contract, which has `pack` and");
    }
}

/// A key that means nothing is a slip, and so is a value of another type.
#[test]
fn settings_that_nothing_reads() {
    let cases = [
        ("pyproject.toml", "[tool.scaffold]\nmodul = \"app\"\n", "unknown field `modul`"),
        ("pyproject.toml", "[tool.scaffold]\npaths = \"lib\"\n", "expected a sequence"),
        ("package.json", "{ \"scaffold\": { \"main\": \"app.js\" } }", "unknown field `main`"),
        ("package.json", "{ \"scaffold\": { \"paths\": [1] } }", "invalid type: integer `1`"),
    ];
    for (file, text, message) in cases {
        let machine = Machine::new();
        machine.write(&format!("a/{file}"), text);
        build(&machine, "pack-source-syntax", message);
    }
}

/// In JavaScript the texts of `templates/` are put into a module.
#[test]
fn a_template_of_javascript_that_is_no_text() {
    let machine = Machine::new();
    machine.write("a/package.json", "{}").write("a/templates/img/logo", [0xff, 0xfe]);
    build(&machine, "pack-source-template", "templates/img/logo");
}
