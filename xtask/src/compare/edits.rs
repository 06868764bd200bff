//! What the user does to the project between the versions, and what an update makes of it.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// One edit.
pub struct Edit {
    /// In words.
    pub what: &'static str,
    /// The file.
    pub path: &'static str,
    /// Where 1.1.0 has that file, if it is somewhere else.
    pub moved: Option<&'static str>,
    /// What is done.
    pub change: Change,
    /// A text that only 1.1.0 has in this file; none where it brings nothing.
    pub theirs: Option<&'static str>,
}

/// What is done to a file.
pub enum Change {
    /// A text becomes another, which holds the third: what nobody but the user wrote.
    Replace(&'static str, &'static str, &'static str),
    /// The file is removed.
    Remove,
    /// Its lines end with CRLF.
    Crlf,
    /// The user makes it, and this is in it.
    Create(&'static str),
    /// It can be run.
    Executable,
}

/// Every edit, in the table's order.
pub const EDITS: [Edit; 11] = [
    Edit {
        what: "a line of a file that 1.1.0 leaves alone",
        path: "compose.yaml",
        moved: None,
        change: Change::Replace("interval: 2s", "interval: 5s", "interval: 5s"),
        theirs: None,
    },
    Edit {
        what: "a line of a file that 1.1.0 changes elsewhere",
        path: "pyproject.toml",
        moved: None,
        change: Change::Replace("addopts = \"-ra\"", "addopts = \"-ra --maxfail=1\"", "--maxfail=1"),
        theirs: Some("requires-python = \">=3.13\""),
    },
    Edit {
        what: "the very line that 1.1.0 changes",
        path: "README.md",
        moved: None,
        change: Change::Replace("Python 3.12 or newer,", "Python 3.12.4 or newer,", "Python 3.12.4 or newer,"),
        theirs: Some("Python 3.13 or newer,"),
    },
    Edit {
        what: "a member of a JSON object where 1.1.0 adds one, too",
        path: "package.json",
        moved: None,
        change: Change::Replace(
            "\"dev\": \"vitepress dev docs --port 8080\"\n",
            "\"dev\": \"vitepress dev docs --port 8080\",\n    \"test\": \"vitest run\"\n",
            "\"test\": \"vitest run\"",
        ),
        theirs: Some("\"lint\": \"markdownlint-cli2"),
    },
    Edit {
        what: "a last line of `.gitignore`, where 1.1.0 adds one, too",
        path: ".gitignore",
        moved: None,
        change: Change::Replace(".coverage\n", ".coverage\n/notes/\n", "/notes/"),
        theirs: Some(".ruff_cache/"),
    },
    Edit {
        what: "a file removed that 1.1.0 changes",
        path: "config/logging.yaml",
        moved: None,
        change: Change::Remove,
        theirs: None,
    },
    Edit {
        what: "a line of a file that 1.1.0 drops",
        path: "docs/legacy.md",
        moved: None,
        change: Change::Replace("Find out who", "Ask billing, and find out who", "Ask billing,"),
        theirs: None,
    },
    Edit {
        what: "a line of a file that 1.1.0 moves and changes elsewhere",
        path: "docs/operations.md",
        moved: Some("docs/guide/operations.md"),
        change: Change::Replace("at any hour.", "at any hour but Sunday's.", "but Sunday's"),
        theirs: Some("for `orders_api_GRACE` seconds"),
    },
    Edit {
        what: "CRLF in a file that 1.1.0 changes",
        path: "config/settings.toml",
        moved: None,
        change: Change::Crlf,
        theirs: Some("statement_timeout = 3000"),
    },
    Edit {
        what: "a file of the user's own where 1.1.0 brings one",
        path: "SECURITY.md",
        moved: None,
        change: Change::Create("# Security\n\nWrite to security@orders.example.\n"),
        theirs: Some("within two working days"),
    },
    Edit {
        what: "an executable bit on a file that 1.1.0 changes",
        path: "scripts/seed.py",
        moved: None,
        change: Change::Executable,
        theirs: Some("ROWS = 250"),
    },
];

impl Edit {
    /// Does it.
    pub fn make(&self, project: &Path) -> Outcome<()> {
        let path = project.join(self.path);
        match self.change {
            Change::Replace(from, to, _) => rewrite(&path, |text| text.replacen(from, to, 1)),
            Change::Crlf => rewrite(&path, |text| text.replace('\n', "\r\n")),
            Change::Remove => fs::remove_file(&path).map_err(Failure::io(&path)),
            Change::Create(text) => fs::write(&path, text).map_err(Failure::io(&path)),
            Change::Executable => make_executable(&path),
        }
    }
}

/// Writes a text file anew, and fails where that changes nothing.
fn rewrite(path: &Path, edit: impl FnOnce(&str) -> String) -> Outcome<()> {
    let old = fs::read_to_string(path).map_err(Failure::io(path))?;
    let new = edit(&old);
    if new == old {
        return Err(Failure::new(format!("the edit of `{}` changes nothing", path.display())));
    }
    fs::write(path, new).map_err(Failure::io(path))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(Failure::io(path))
}

#[cfg(not(unix))]
fn make_executable(path: &Path) -> Outcome<()> {
    Err(Failure::new(format!("`{}` can't be made executable on this system", path.display())))
}
