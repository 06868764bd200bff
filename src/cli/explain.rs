//! `scaffold explain`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Caller;
use super::access::in_workshop;
use super::args::{ExplainArguments, Global};
use super::printer::Printer;
use super::standing;
use super::typed::{project_path, word};
use crate::model::{JsonObject, Ownership, ProjectPath, Report, printable};
use crate::pipeline::{
    self, Attribution, Explanation, Failure, FileState, Member, Place, ShareKind, Stretch, UsedTemplate,
};
use crate::project::{Answer, Lock};
use crate::store::Home;

/// The most lines of answers and values that are shown to people; `--json` has all.
const SHOWN: usize = 20;
/// The most characters of a value.
const SHOWN_VALUE: usize = 60;

pub fn run(arguments: &ExplainArguments, global: &Global, home: &Home, printer: &Printer) -> Result<(), Failure> {
    let here = standing::here()?;
    let root = standing::open(&here, printer)?;
    let lock = Lock::read(&root)?;
    // A path may look like one with a place behind it.
    let is_file = |text: &str| project_path(&root, &here, text).is_ok_and(|path| lock.files.contains_key(&path));
    let (path, place) = parse(&arguments.place, is_file)?;
    let path = project_path(&root, &here, &path)?;
    let explanation = in_workshop(
        Caller { global, home, printer },
        |reach| reach.within(&root),
        |workshop| pipeline::explain(workshop, &lock, &root, &path, &place),
    )?;
    if printer.is_json() {
        printer.document("scaffold.explain/1", document(&path, &place, &explanation));
    } else {
        printer.data(&describe(&path, &place, &explanation));
    }
    Ok(())
}

/// `PATH`, `PATH:LINE` or `PATH#/POINTER`.
fn parse(text: &str, is_file: impl Fn(&str) -> bool) -> Result<(String, Place), Report> {
    let line_of = |text: &str| text.rsplit_once(':').filter(|(path, _)| is_file(path)).is_some();
    let pointer = text.match_indices('#').map(|(at, _)| at).find(|at| {
        let behind = &text[at + 1..];
        behind.is_empty() || behind.starts_with('/')
    });
    if is_file(text) {
        return Ok((text.to_owned(), Place::File));
    }
    if let Some(at) = pointer.filter(|_| !line_of(text)) {
        return Ok((text[..at].to_owned(), Place::Pointer(text[at + 1..].to_owned())));
    }
    let Some((path, line)) = text.rsplit_once(':') else { return Ok((text.to_owned(), Place::File)) };
    match line.parse() {
        Ok(line) => Ok((path.to_owned(), Place::Line(line))),
        Err(_) => {
            let message = format!("`{}` names no place: `{}` is no line", printable(text), printable(line));
            Err(Report::new("explain-place", message).hint("write `PATH`, `PATH:LINE` or `PATH#/POINTER`"))
        }
    }
}

fn describe(path: &ProjectPath, place: &Place, explanation: &Explanation) -> String {
    let mut text = match place {
        Place::File => format!("{path}\n"),
        Place::Line(line) => format!("{path}:{line}\n"),
        Place::Pointer(pointer) => {
            let line = explanation.stretches.first().map_or(0, |stretch| stretch.lines.start + 1);
            format!("{path}#{}, line {line}\n", word(pointer))
        }
    };
    if explanation.ownership == Ownership::Once {
        text.push_str("  written once, and yours from then on\n");
    }
    match explanation.state {
        FileState::AsGenerated => {}
        FileState::Edited => text.push_str("  you edited this file after it was generated\n"),
        FileState::Removed => text.push_str("  you removed this file; this is how it was generated\n"),
    }
    match place {
        Place::File => {
            text.push('\n');
            for stretch in &explanation.stretches {
                text.push_str(&format!("{:<10}{}\n", lines(stretch), sentence(stretch)));
            }
        }
        Place::Line(_) | Place::Pointer(_) => {
            for stretch in &explanation.stretches {
                text.push_str(&whole_story(stretch, &explanation.members));
            }
        }
    }
    text
}

fn lines(stretch: &Stretch) -> String {
    match stretch.lines.len() {
        0 => "all".to_owned(),
        1 => format!("{}", stretch.lines.start + 1),
        _ => format!("{}-{}", stretch.lines.start + 1, stretch.lines.end),
    }
}

/// One line on where a stretch comes from.
fn sentence(stretch: &Stretch) -> String {
    match &stretch.attributions {
        None => "you".to_owned(),
        Some(attributions) if attributions.is_empty() => "nobody in particular".to_owned(),
        Some(attributions) => {
            let each = |attribution: &Attribution| {
                let template =
                    attribution.template.as_ref().map(|template| format!(", {}", template_of(template, false)));
                format!("{}: {}{}", who(attribution), what(attribution), template.unwrap_or_default())
            };
            attributions.iter().map(each).collect::<Vec<_>>().join("\n          ")
        }
    }
}

fn who(attribution: &Attribution) -> String {
    attribution.party.as_ref().map_or("you".to_owned(), ToString::to_string)
}

fn what(attribution: &Attribution) -> String {
    let what = match &attribution.kind {
        ShareKind::File => "its file".to_owned(),
        ShareKind::Slot { slot, opener: Some(opener) } => {
            format!("text for the slot `{}`, which {opener} opens", word(slot))
        }
        ShareKind::Slot { slot, opener: None } => format!("text for the slot `{}`", word(slot)),
        ShareKind::Merge { format } => format!("a merge as {}", word(format)),
        ShareKind::Lines => "lines that it asks for".to_owned(),
        ShareKind::Settlement => "settled under `[compose]` in `scaffold.toml`".to_owned(),
    };
    if attribution.chosen && attribution.party.is_some() {
        format!("{what}, chosen under `[compose]` in `scaffold.toml`")
    } else {
        what
    }
}

fn template_of(template: &UsedTemplate, with_line: bool) -> String {
    let name = word(&template.name);
    match &template.line {
        Some(line) if with_line && line.template == template.name => {
            format!("template `{name}`, line {}", line.line + 1)
        }
        Some(line) if with_line => {
            format!("template `{name}`, by line {} of `{}`", line.line + 1, word(&line.template))
        }
        _ => format!("template `{name}`"),
    }
}

/// All that is known of one line.
fn whole_story(stretch: &Stretch, members: &[Member]) -> String {
    let mut text = String::new();
    if let Some(line) = &stretch.text {
        text.push_str(&format!("  | {}\n", word(line)));
    }
    let Some(attributions) = &stretch.attributions else {
        text.push_str("\nfrom      you: no pack generated this line\n");
        return text;
    };
    if attributions.is_empty() {
        text.push_str("\nfrom      nobody in particular\n");
    }
    for attribution in attributions {
        text.push_str(&format!("\nfrom      {}\nas        {}\n", who(attribution), what(attribution)));
        if let Some(pointer) = attribution.pointer.as_ref().filter(|pointer| !pointer.is_empty()) {
            text.push_str(&format!("at        {}\n", word(pointer)));
        }
        if let Some(template) = &attribution.template {
            text.push_str(&format!("template  {}\n", template_of(template, true).trim_start_matches("template ")));
        }
        let Some(member) = member_of(attribution, members) else { continue };
        let names = attribution.template.as_ref().and_then(|template| template.names.as_ref());
        let answers = member.answers.iter().filter(|(key, _)| is_named(names, &["answers", key.as_str()]));
        let answers = answers.map(|(key, answer)| {
            let origin = if answer.is_given() { "given" } else { "default" };
            format!("{key} = {} ({origin})", shown(&answer.value))
        });
        text.push_str(&listed("answers", answers.collect()));
        if let Some(template) = &attribution.template {
            text.push_str(&listed("given", other_values(template)));
        }
    }
    text
}

/// Lines below each other, under a heading, shortened.
fn listed(heading: &str, lines: Vec<String>) -> String {
    let more = lines.len().saturating_sub(SHOWN);
    let rest = (more > 0).then(|| format!("and {more} more, with `--json`"));
    let lines = lines.into_iter().take(SHOWN).chain(rest);
    lines.enumerate().map(|(at, line)| format!("{:<10}{line}\n", if at == 0 { heading } else { "" })).collect()
}

fn member_of<'a>(attribution: &Attribution, members: &'a [Member]) -> Option<&'a Member> {
    let party = attribution.party.as_ref()?;
    members.iter().find(|member| member.instance.name == party.instance)
}

/// Whether a line names a value, or something that it is in or that is in it; where nobody knows, it may.
fn is_named(names: Option<&BTreeSet<String>>, place: &[&str]) -> bool {
    let begins = |name: &String| name.split('.').zip(place).all(|(named, member)| named == *member);
    names.is_none_or(|names| names.iter().any(begins))
}

/// What a template was given beside answers, as far as the line names it: the project where it does, facts of other packs, and
/// what its own pack worked out.
fn other_values(template: &UsedTemplate) -> Vec<String> {
    let mut lines = Vec::new();
    let is_other = |key: &String| key != "answers" && (key != "project" || template.names.is_some());
    for (key, value) in template.values.iter().filter(|(key, _)| is_other(key)) {
        flatten(&mut vec![key], value, template.names.as_ref(), &mut lines);
    }
    lines
}

fn flatten<'a>(place: &mut Vec<&'a str>, value: &'a Value, names: Option<&BTreeSet<String>>, lines: &mut Vec<String>) {
    if !is_named(names, place) {
        return;
    }
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (member, value) in members {
                place.push(member);
                flatten(place, value, names, lines);
                place.pop();
            }
        }
        value => lines.push(format!("{} = {}", word(&place.join(".")), shown(value))),
    }
}

fn shown(value: &Value) -> String {
    let text = word(&value.to_string());
    if text.chars().count() <= SHOWN_VALUE {
        return text;
    }
    text.chars().take(SHOWN_VALUE).chain("…".chars()).collect()
}

fn document(path: &ProjectPath, place: &Place, explanation: &Explanation) -> Value {
    let state = match explanation.state {
        FileState::AsGenerated => "as-generated",
        FileState::Edited => "edited",
        FileState::Removed => "removed",
    };
    let stretches: Vec<Value> = explanation
        .stretches
        .iter()
        .map(|stretch| {
            let of = |attributions: &Vec<Attribution>| -> Value {
                attributions.iter().map(|attribution| attribution_json(attribution, &explanation.members)).collect()
            };
            json!({
                "lines": { "first": stretch.lines.start + 1, "last": stretch.lines.end },
                "text": stretch.text,
                "from": stretch.attributions.as_ref().map(of),
            })
        })
        .collect();
    let pointer = if let Place::Pointer(pointer) = place { Some(pointer) } else { None };
    json!({
        "path": path,
        "pointer": pointer,
        "state": state,
        "once": explanation.ownership == Ownership::Once,
        "stretches": stretches,
    })
}

fn attribution_json(attribution: &Attribution, members: &[Member]) -> Value {
    let answers = member_of(attribution, members).map(|member| -> JsonObject {
        let answer = |answer: &Answer| json!({ "value": answer.value, "given": answer.is_given() });
        member.answers.iter().map(|(key, own)| (key.clone(), answer(own))).collect()
    });
    let opener = match &attribution.kind {
        ShareKind::Slot { opener, .. } => opener.as_ref().map(|party| &party.instance),
        _ => None,
    };
    let (kind, slot, format) = match &attribution.kind {
        ShareKind::File => ("file", None, None),
        ShareKind::Slot { slot, .. } => ("slot", Some(slot), None),
        ShareKind::Merge { format } => ("merge", None, Some(format)),
        ShareKind::Lines => ("lines", None, None),
        ShareKind::Settlement => ("settlement", None, None),
    };
    let party = attribution.party.as_ref();
    let line = attribution.template.as_ref().and_then(|template| template.line.as_ref());
    json!({
        "instance": party.map(|party| &party.instance),
        "pack": party.map(|party| &party.pack.name),
        "version": party.map(|party| &party.pack.version),
        "kind": kind,
        "slot": slot,
        "opener": opener,
        "chosen": attribution.chosen,
        "format": format,
        "pointer": attribution.pointer,
        "template": attribution.template.as_ref().map(|template| &template.name),
        "template_line": line.map(|line| json!({ "template": line.template, "line": line.line + 1 })),
        "names": attribution.template.as_ref().and_then(|template| template.names.as_ref()),
        "answers": answers,
        "values": attribution.template.as_ref().map(|template| template.values.as_ref()),
    })
}
