//! `scaffold info`.

use serde_json::{Value, json};

use super::Caller;
use super::access::in_workshop;
use super::args::{Global, InfoArguments};
use super::printer::Printer;
use super::typed::parse_spec;
use crate::model::printable;
use crate::pipeline::{self, Failure};
use crate::registry::{Info, Place};
use crate::store::Home;

pub fn run(arguments: &InfoArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let spec = parse_spec(&arguments.pack)?;
    let info =
        in_workshop(Caller { global, home, printer }, |reach| reach, |workshop| pipeline::info(workshop, &spec))?;
    if printer.is_json() {
        printer.document("scaffold.info/1", document(&info));
    } else {
        printer.data(&printable(&text(&info)));
    }
    Ok(())
}

fn text(info: &Info) -> String {
    let manifest = &info.manifest;
    let mut text = format!("{} {}: {}\n", manifest.name, manifest.version, manifest.summary);
    if !manifest.description.is_empty() {
        text.push_str(&format!("\n{}\n", manifest.description.trim()));
    }
    text.push('\n');
    let mut row = |title: &str, value: String| {
        if !value.is_empty() {
            text.push_str(&format!("{title:<13}{value}\n"));
        }
    };
    row("licence", manifest.license.clone());
    match &info.place {
        Place::File(path) => row("file", path.display().to_string()),
        Place::Registry { url, artifact, published, yanked, versions, .. } => {
            row("registry", url.clone());
            row("artifact", artifact.as_ref().map(ToString::to_string).unwrap_or_default());
            let taken_back = if *yanked { ", and taken back since" } else { "" };
            row("published", format!("{published}{taken_back}"));
            row("versions", versions.iter().rev().map(version).collect::<Vec<_>>().join(", "));
        }
    }
    row("signer", info.signer.clone().unwrap_or_default());
    row("digest", info.digest.to_string());
    row("size", format!("{} bytes", info.size));
    row("contract", info.contract.to_string());
    row("imports", if info.imports.is_empty() { "nothing".to_owned() } else { info.imports.join(", ") });
    let needs = manifest.dependencies.iter().map(|dependency| format!("{}@{}", dependency.name, dependency.version));
    row("needs", needs.collect::<Vec<_>>().join(", "));
    let provides = manifest.provides.iter().map(|capability| format!("{}@{}", capability.name, capability.version));
    row("provides", provides.collect::<Vec<_>>().join(", "));
    row("takes", manifest.requires.iter().map(|taken| taken.name.clone()).collect::<Vec<_>>().join(", "));
    let questions = questions(info);
    if !questions.is_empty() {
        text.push_str("\nQuestions:\n");
    }
    for (key, question) in questions {
        text.push_str(&format!("  {key:<20} {question}\n"));
    }
    text
}

fn version((version, yanked): &(semver::Version, bool)) -> String {
    format!("{version}{}", if *yanked { " (yanked)" } else { "" })
}

/// The questions, each with its title and what it takes, in the order of asking.
fn questions(info: &Info) -> Vec<(&str, String)> {
    let properties = info.manifest.questions.get("properties").and_then(Value::as_object);
    let question = |schema: &Value| {
        let mut words: Vec<String> = Vec::new();
        words.extend(schema["title"].as_str().map(str::to_owned));
        words.extend(schema["type"].as_str().map(|kind| format!("({kind})")));
        words.extend(schema["enum"].as_array().map(|values| {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("one of {}", values.join(", "))
        }));
        words.extend(schema.get("default").map(|default| format!("[{default}]")));
        words.join(" ")
    };
    properties.into_iter().flatten().map(|(key, schema)| (key.as_str(), question(schema))).collect()
}

fn document(info: &Info) -> Value {
    let place = match &info.place {
        Place::File(path) => json!({ "file": path.display().to_string() }),
        Place::Registry { name, url, artifact, published, yanked, versions } => json!({
            "registry": name,
            "url": url,
            "artifact": artifact.as_ref().map(ToString::to_string),
            "published": published,
            "yanked": yanked,
            "versions": versions
                .iter()
                .map(|(version, yanked)| json!({ "version": version, "yanked": yanked }))
                .collect::<Vec<_>>(),
        }),
    };
    json!({
        "manifest": info.manifest,
        "contract": info.contract,
        "imports": info.imports,
        "sha256": info.digest.hex(),
        "bytes": info.size,
        "signer": info.signer,
        "place": place,
    })
}
