//! `scaffold pack check`.

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
    let other = workshop().in_other_surroundings();
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
    let Checked { pack, combinations, refused, time, .. } = &checked;
    printer.status("Checked", &format!("{}: {combinations} combinations of answers", pack.manifest.id()));
    if *refused > 0 {
        printer.note(&format!("{:>12} {refused} of them", "Refused"));
    }
    printer.note(&format!("{:>12} {} bytes, {} ms a combination", "Costs", pack.bytes.len(), time.as_millis()));
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
        "refused": checked.refused,
        "milliseconds": u64::try_from(checked.time.as_millis()).unwrap_or(u64::MAX),
        "warnings": checked.warnings.iter().map(warning).collect::<Vec<_>>(),
    })
}
