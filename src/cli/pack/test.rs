//! `scaffold pack test`.

use serde_json::json;

use crate::cli::Caller;
use crate::cli::access::in_workshop;
use crate::cli::args::{Global, TestArguments};
use crate::cli::printer::Printer;
use crate::pipeline::{self, Failure, TestOptions, Tested};
use crate::store::Home;

pub fn run(arguments: &TestArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let options = TestOptions { only: arguments.cases.clone(), bless: arguments.bless };
    let tested = in_workshop(
        Caller { global, home, printer },
        |reach| reach,
        |workshop| pipeline::test_pack(workshop, &arguments.folder, &options),
    )?;
    if printer.is_json() {
        printer.document("scaffold.pack-test/1", document(&tested));
        return Ok(());
    }
    for case in &tested.blessed {
        printer.status("Blessed", &format!("`{case}`"));
    }
    let runs: usize = tested.cases.iter().map(|(_, runs)| runs).sum();
    let cases = tested.cases.len();
    printer.status("Tested", &format!("{}: {cases} cases, {runs} runs", tested.pack.manifest.id()));
    let coverage = &tested.coverage;
    let rendered = coverage.templates - coverage.unrendered.len();
    printer.note(&format!("{:>12} {rendered} of {} templates", "Rendered", coverage.templates));
    for template in &coverage.unrendered {
        printer.note(&format!("{:>12} `{template}`", "never"));
    }
    let given = coverage.answers - coverage.ungiven.len();
    printer.note(&format!("{:>12} {given} of {} answers", "Given", coverage.answers));
    for answer in &coverage.ungiven {
        printer.note(&format!("{:>12} `{answer}`", "never"));
    }
    Ok(())
}

fn document(tested: &Tested) -> serde_json::Value {
    let cases: Vec<_> = tested.cases.iter().map(|(name, runs)| json!({ "name": name, "runs": runs })).collect();
    json!({
        "name": tested.pack.manifest.name,
        "version": tested.pack.manifest.version,
        "cases": cases,
        "blessed": tested.blessed,
        "coverage": {
            "templates": tested.coverage.templates,
            "unrendered": tested.coverage.unrendered,
            "answers": tested.coverage.answers,
            "ungiven": tested.coverage.ungiven,
        },
    })
}
