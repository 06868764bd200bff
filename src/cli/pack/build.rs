//! `scaffold pack build`.

use serde_json::json;

use crate::cli::Caller;
use crate::cli::access::in_workshop;
use crate::cli::args::{BuildArguments, Global};
use crate::cli::printer::Printer;
use crate::model::Digest;
use crate::pipeline::{self, Failure};
use crate::store::Home;

pub fn run(arguments: &BuildArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let pack = in_workshop(
        Caller { global, home, printer },
        |reach| reach,
        |workshop| pipeline::build_pack(workshop, &arguments.folder),
    )?;
    let path = pack.write(&arguments.folder, arguments.output.as_deref())?;
    let imports: Vec<String> = pack.inspection.imports.iter().map(ToString::to_string).collect();
    let size = pack.bytes.len();
    if printer.is_json() {
        let document = json!({
            "name": pack.manifest.name,
            "version": pack.manifest.version,
            "language": pack.language.map(|language| language.to_string()),
            "file": path.display().to_string(),
            "bytes": size,
            "sha256": Digest::of(&pack.bytes).hex(),
            "contract": pack.inspection.contract,
            "imports": imports,
        });
        printer.document("scaffold.pack-build/1", document);
        return Ok(());
    }
    let imports = if imports.is_empty() { "nothing".to_owned() } else { imports.join(", ") };
    let language = pack.language.map(|language| format!(" from {language}")).unwrap_or_default();
    printer.status("Built", &format!("{}{language}, {size} bytes", pack.manifest.id()));
    printer.note(&format!("{:>12} {imports}", "Imports"));
    printer.data(&format!("{}\n", path.display()));
    Ok(())
}
