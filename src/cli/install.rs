//! `scaffold install`, `uninstall` and `list`: the packs on this machine.

use serde_json::{Value, json};

use super::Caller;
use super::access::in_workshop;
use super::args::{Global, InstallArguments, UninstallArguments};
use super::printer::Printer;
use super::typed::parse_spec;
use crate::model::printable;
use crate::pipeline::{self, Failure};
use crate::registry::{self, Kept};
use crate::store::Home;

pub fn install(arguments: &InstallArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let wanted = arguments.packs.iter().map(|spec| parse_spec(spec)).collect::<Result<Vec<_>, _>>()?;
    let members =
        in_workshop(Caller { global, home, printer }, |reach| reach, |workshop| pipeline::install(workshop, wanted))?;
    if printer.is_json() {
        let packs: Vec<Value> = members
            .iter()
            .map(|member| {
                json!({
                    "name": member.instance.manifest.name,
                    "version": member.instance.manifest.version,
                    "sha256": member.resolved.digest.hex(),
                    "bytes": member.resolved.size,
                    "requested": member.resolved.requested,
                })
            })
            .collect();
        printer.document("scaffold.install/1", json!({ "packs": packs }));
    }
    for member in &members {
        let manifest = &member.instance.manifest;
        printer.status("Installed", &format!("{} {}", manifest.name, manifest.version));
    }
    Ok(())
}

pub fn uninstall(
    arguments: &UninstallArguments,
    global: &Global,
    home: &Home,
    printer: &Printer,
) -> Result<(), Failure> {
    let unwanted = arguments.packs.iter().map(|spec| parse_spec(spec)).collect::<Result<Vec<_>, _>>()?;
    let removed = in_workshop(
        Caller { global, home, printer },
        |reach| reach,
        |workshop| pipeline::uninstall(workshop, &unwanted),
    )?;
    if printer.is_json() {
        printer.document("scaffold.uninstall/1", document(&removed));
    }
    for kept in &removed {
        printer.status("Uninstalled", &format!("{} {}", kept.manifest.name, kept.manifest.version));
    }
    Ok(())
}

pub fn list(home: &Home, printer: &Printer) -> Result<(), Failure> {
    let kept = registry::kept(&home.cache())?;
    if printer.is_json() {
        printer.document("scaffold.list/1", document(&kept));
        return Ok(());
    }
    let line = |kept: &Kept| {
        let manifest = &kept.manifest;
        format!(
            "{:<28} {:<12} {}\n",
            manifest.name.as_str(),
            manifest.version.to_string(),
            printable(&manifest.summary)
        )
    };
    printer.data(&kept.iter().map(line).collect::<String>());
    Ok(())
}

fn document(kept: &[Kept]) -> Value {
    let pack = |kept: &Kept| {
        json!({
            "name": kept.manifest.name,
            "version": kept.manifest.version,
            "summary": kept.manifest.summary,
            "sha256": kept.digest.hex(),
            "bytes": kept.size,
        })
    };
    json!({ "packs": kept.iter().map(pack).collect::<Vec<_>>() })
}
