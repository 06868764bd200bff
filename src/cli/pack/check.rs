//! `scaffold pack check`.

use indicatif::HumanBytes;
use serde_json::{Value, json};

use crate::cli::access::Reach;
use crate::cli::args::{CheckPackArguments, Global};
use crate::cli::printer::Printer;
use crate::cli::progress::Progress;
use crate::cli::typed::parse_spec;
use crate::cli::watchdog::Watchdog;
use crate::pipeline::{self, Checked, Failure, Workshop};
use crate::store::Home;

pub fn run(arguments: &CheckPackArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let packs = arguments.packs.iter().map(|spec| parse_spec(spec)).collect::<Result<Vec<_>, _>>()?;
    let progress = Progress::new(printer);
    let reach = Reach::new(global, home, &progress)?;
    let workshop = || Workshop::new(home, reach.registries(), global.pack_timeout, &progress);
    let other = workshop().in_other_surroundings().metered();
    let watchdog = Watchdog::start(printer, progress.compiling());
    let checked = pipeline::check_pack(&workshop(), &other, &arguments.folder, &packs)?;
    drop(watchdog);
    if printer.is_json() {
        printer.document("scaffold.pack-check/1", document(&checked));
        return Ok(());
    }
    for warning in &checked.warnings {
        printer.warning(warning);
    }
    let Checked { pack, combinations, refusals, spent, .. } = &checked;
    printer.status("Checked", &format!("{}: {combinations} combinations of answers", pack.manifest.id()));
    for (said, times) in refusals {
        printer.note(&format!("{:>12} {times} of them: {said}", "Refused"));
    }
    let costs = format!(
        "{} of WebAssembly; for a project, {} million instructions and {} of memory at the most",
        HumanBytes(pack.bytes.len() as u64),
        spent.fuel.div_ceil(1_000_000),
        HumanBytes(spent.memory as u64)
    );
    printer.note(&format!("{:>12} {costs}", "Costs"));
    Ok(())
}

fn document(checked: &Checked) -> Value {
    let warning = |report: &crate::model::Report| json!({ "message": report.message, "hint": report.hint });
    json!({
        "name": checked.pack.manifest.name,
        "version": checked.pack.manifest.version,
        "contract": checked.pack.inspection.contract,
        "imports": checked.pack.inspection.imports.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "bytes": checked.pack.bytes.len(),
        "combinations": checked.combinations,
        "refused": checked.refused(),
        "refusals": checked.refusals,
        "instructions": checked.spent.fuel,
        "memory": checked.spent.memory,
        "warnings": checked.warnings.iter().map(warning).collect::<Vec<_>>(),
    })
}
