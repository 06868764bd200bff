#![allow(clippy::unwrap_used, clippy::panic)]

mod files;
mod order;
mod provenance;
mod settle;
mod shares;
mod sizes;

use super::fixtures::*;
use super::*;
use crate::model::{Contribution, Diagnose, ProjectPath, Report, TreeFile};

/// Composes instances with their contributions, in the order given.
fn composed(packs: &[(Instance, Vec<Contribution>)]) -> Result<Tree, Vec<Report>> {
    settled(packs, &Settlements::default())
}

fn settled(packs: &[(Instance, Vec<Contribution>)], settlements: &Settlements) -> Result<Tree, Vec<Report>> {
    let outputs: Vec<Output> = packs.iter().map(|(_, contributions)| output(contributions.clone())).collect();
    let texts = texts_of(&outputs);
    let shares = shares_of(packs, &outputs, &texts);
    let made = compose(&shares, settlements);
    made.map(|made| made.tree).map_err(|problems| problems.iter().map(Diagnose::report).collect())
}

fn texts_of(outputs: &[Output]) -> Vec<Texts> {
    let budget = Budget::default();
    outputs.iter().map(|output| Texts::render(output, &budget)).collect()
}

fn shares_of<'a>(
    packs: &'a [(Instance, Vec<Contribution>)],
    outputs: &'a [Output],
    texts: &'a [Texts],
) -> Vec<Share<'a>> {
    let instances = packs.iter().map(|(instance, _)| instance);
    instances.zip(outputs).zip(texts).map(|((instance, output), texts)| Share { instance, output, texts }).collect()
}

/// A pack of this name.
fn pack(name: &str, contributions: Vec<Contribution>) -> (Instance, Vec<Contribution>) {
    (instance(name), contributions)
}

fn file_of<'a>(tree: &'a Tree, path: &str) -> &'a TreeFile {
    tree.files.get(&ProjectPath::parse(path).unwrap()).unwrap_or_else(|| panic!("there is no {path}"))
}

fn text_of<'a>(tree: &'a Tree, path: &str) -> &'a str {
    std::str::from_utf8(&file_of(tree, path).contents).unwrap()
}

/// The text of the one path that packs share.
fn text(path: &str, packs: &[(Instance, Vec<Contribution>)]) -> String {
    let tree = composed(packs).unwrap_or_else(|reports| panic!("{reports:#?}"));
    text_of(&tree, path).to_owned()
}

/// The only problem that packs have.
fn problem(packs: &[(Instance, Vec<Contribution>)]) -> Report {
    match composed(packs) {
        Ok(tree) => panic!("composed to {tree:#?}"),
        Err(reports) => match <[Report; 1]>::try_from(reports) {
            Ok([report]) => report,
            Err(reports) => panic!("{reports:#?}"),
        },
    }
}
