//! `scaffold pack new`.

use std::path::Path;

use serde_json::json;

use crate::cli::Caller;
use crate::cli::access::in_workshop;
use crate::cli::args::{Global, NewPackArguments};
use crate::cli::clock;
use crate::cli::printer::Printer;
use crate::cli::prompt::TerminalAsker;
use crate::cli::prompt::is_someone_there;
use crate::model::{Name, Project, Report};
use crate::pipeline::{self, Failure, NewPack};
use crate::project::{Given, Mode};
use crate::store::Home;

/// The question that `--lang` answers.
const LANGUAGE: &str = "lang";

pub fn run(arguments: &NewPackArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let name = name(arguments)?;
    let project = Project { name: name.to_string(), year: clock::year()? };
    let mut set = arguments.set.clone();
    set.push(format!("{LANGUAGE}={}", arguments.lang));
    let given = Given::read(&set, None)?;
    let mut asker = TerminalAsker::new(global.color);
    let mode = if is_someone_there(global) && !arguments.defaults { Mode::Ask(&mut asker) } else { Mode::Defaults };
    let target = arguments.folder.clone();
    let rendered = in_workshop(
        Caller { global, home, printer },
        |reach| reach,
        |workshop| pipeline::create_pack(workshop, NewPack { target, project, given, mode }),
    )?;
    let files: Vec<&str> = rendered.tree.files.keys().map(|path| path.as_str()).collect();
    let shown = arguments.folder.display();
    if printer.is_json() {
        let document = json!({ "name": name, "directory": shown.to_string(), "files": files });
        printer.document("scaffold.pack-new/1", document);
    }
    printer.status("Created", &format!("the pack `{name}` in `{shown}` with {} files", files.len()));
    printer.note("\nNext steps:");
    printer.note(&format!("  scaffold pack build {shown}"));
    printer.note(&format!("  scaffold pack test {shown}"));
    Ok(())
}

/// The pack's name: the one given, or the folder's.
fn name(arguments: &NewPackArguments) -> Result<Name, Report> {
    let folder = || {
        let folder = std::path::absolute(&arguments.folder).ok()?;
        Path::file_name(&folder)?.to_str().map(str::to_owned)
    };
    let name = arguments.name.clone().or_else(folder).unwrap_or_default();
    name.parse().map_err(|error: crate::model::NameError| {
        Report::new("pack-name", error.to_string()).hint("name it with `--name NAME`")
    })
}
