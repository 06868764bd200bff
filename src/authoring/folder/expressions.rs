//! What `pack.toml` has evaluated: read when the pack is built, so that a slip of the pen is told to its author and not to
//! a user.
//!
//! The first phase has only those facts of others that are needed in it. Which values have to wait for the second is
//! told by what their expressions refer to, and by what those refer to in turn.

use std::collections::BTreeSet;

use scaffold_blueprint::{Blueprint, Body, Check, Migration, Offer, Piece, Requirement, Scope, Share, Step, Text};

use super::FolderError;
use crate::template::{TemplateError, variables};

/// What other packs' facts are called.
const TAKEN: &str = "taken";
/// What values are called that are made of the answers.
const COMPUTED: &str = "computed";

/// Reads every expression and short template of a blueprint, and marks the values that wait for the second phase.
///
/// # Errors
/// A syntax error, and facts that are wanted before they are there.
pub(super) fn read(blueprint: &mut Blueprint) -> Result<(), FolderError> {
    let mut late = Late::of(&blueprint.manifest.requires);
    for computed in &mut blueprint.computed {
        let place = format!("[computed] {}", computed.name);
        computed.in_render = late.wants(&of_pieces(&place, &computed.value)?).is_some();
        if computed.in_render {
            late.computed.insert(computed.name.clone());
        }
    }
    for check in &blueprint.checks {
        late.refuse("[[check]]", &of_check(check)?)?;
    }
    for offer in &blueprint.offers {
        late.refuse("[[provides]]", &of_offer(offer)?)?;
    }
    blueprint.shares.iter().try_for_each(read_share)?;
    blueprint.steps.iter().try_for_each(read_step)?;
    blueprint.migrations.iter().try_for_each(read_migration)
}

/// The names of variables, as `template::variables` gives them.
type Names = BTreeSet<String>;

/// What is not there yet in the first phase.
struct Late {
    taken: BTreeSet<String>,
    /// Whether some facts are there: then `taken` alone, with the capability in brackets, tells nothing.
    some_are_there: bool,
    computed: BTreeSet<String>,
}

impl Late {
    fn of(requires: &[Requirement]) -> Self {
        let late = requires.iter().filter(|requirement| !requirement.in_plan);
        let taken: BTreeSet<String> = late.map(|requirement| requirement.name.clone()).collect();
        Self { some_are_there: taken.len() < requires.len(), taken, computed: BTreeSet::new() }
    }

    /// The first of these that has to wait.
    fn wants<'a>(&self, names: &'a Names) -> Option<&'a str> {
        names.iter().map(String::as_str).find(|name| match name.split_once('.') {
            Some((TAKEN, member)) => self.taken.contains(member.split('.').next().unwrap_or(member)),
            Some((COMPUTED, member)) => self.computed.contains(member.split('.').next().unwrap_or(member)),
            None if *name == TAKEN => !self.taken.is_empty(),
            None if *name == COMPUTED => !self.computed.is_empty(),
            _ => false,
        })
    }

    /// Refuses names that have to wait in what does not. Where it can't be told, the first phase will.
    fn refuse(&self, entry: &str, names: &Names) -> Result<(), FolderError> {
        match self.wants(names) {
            None => Ok(()),
            Some(TAKEN) if self.some_are_there => Ok(()),
            Some(COMPUTED) => Ok(()),
            Some(name) => {
                let problem =
                    format!("`{entry}` wants `{name}`, and other packs' facts are there in the second phase only");
                Err(FolderError::entry(problem, "write `needed-in = \"plan\"` in its `[[requires]]`"))
            }
        }
    }
}

fn of_check(check: &Check) -> Result<Names, FolderError> {
    let mut names = of_expression("[[check]]", &check.holds)?;
    names.extend(of_text("[[check]]", &check.message)?);
    if let Some(help) = &check.help {
        names.extend(of_text("[[check]]", help)?);
    }
    Ok(names)
}

fn of_offer(offer: &Offer) -> Result<Names, FolderError> {
    let mut names = of_pieces("[[provides]]", &offer.facts)?;
    if let Some(when) = &offer.when {
        names.extend(of_expression("[[provides]]", when)?);
    }
    Ok(names)
}

fn read_share(share: &Share) -> Result<(), FolderError> {
    let place = match &share.path {
        Text::Plain(path) | Text::Jinja(path) => format!("what makes {path}"),
    };
    for scope in &share.scopes {
        match scope {
            Scope::When(condition) => of_expression(&place, condition)?,
            Scope::Each(each) => of_expression(&place, &each.list)?,
        };
    }
    of_text(&place, &share.path)?;
    match &share.body {
        Body::File(file) => file.moved_from.iter().try_for_each(|text| of_text(&place, text).map(drop)),
        Body::Lines(lines) => lines.iter().try_for_each(|text| of_text(&place, text).map(drop)),
        Body::Merge(_) | Body::Slot(_) => Ok(()),
    }
}

fn read_step(step: &Step) -> Result<(), FolderError> {
    if let Some(when) = &step.when {
        of_expression("[[step]]", when)?;
    }
    std::iter::once(&step.title).chain(&step.command).try_for_each(|text| of_text("[[step]]", text).map(drop))
}

fn read_migration(migration: &Migration) -> Result<(), FolderError> {
    if let Some(when) = &migration.when {
        of_expression("[[migration]]", when)?;
    }
    migration.set.iter().try_for_each(|(name, value)| of_pieces(&format!("[[migration]] {name}"), value).map(drop))
}

fn of_pieces(place: &str, pieces: &[Piece]) -> Result<Names, FolderError> {
    let mut names = Names::new();
    for piece in pieces {
        match piece {
            Piece::Json(_) => {}
            Piece::Expression(expression) => names.extend(of_expression(place, expression)?),
            Piece::Jinja(template) => names.extend(of_template(place, template)?),
        }
    }
    Ok(names)
}

fn of_text(place: &str, text: &Text) -> Result<Names, FolderError> {
    match text {
        Text::Plain(_) => Ok(Names::new()),
        Text::Jinja(template) => of_template(place, template),
    }
}

fn of_expression(place: &str, expression: &str) -> Result<Names, FolderError> {
    variables::of_expression(expression).map_err(|error| slip(place, expression, &error))
}

fn of_template(place: &str, template: &str) -> Result<Names, FolderError> {
    variables::of_template(template).map_err(|error| slip(place, template, &error))
}

fn slip(place: &str, text: &str, error: &TemplateError) -> FolderError {
    let problem = format!("`{text}` in `{place}` is no sound Jinja: {error}");
    FolderError::entry(problem, "`wit/README.md` says which Jinja it is")
}
