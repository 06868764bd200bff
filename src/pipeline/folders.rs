//! Which packs stand in which folder.
//!
//! A pack's paths are prefixed with the folder of its instance, so whatever it works with has to be in that folder
//! too: `fastapi-orders` in `services/orders` fills slots of a `fastapi-base` that is there, not of one in the root. A
//! dependency is therefore met within a folder, by an instance that the user asked for or by one that is added. Two
//! services in one repository then have a base each, with answers of its own.

use std::collections::{BTreeMap, VecDeque};

use crate::model::{Name, ProjectPath, Report};
use crate::registry::Resolved;

/// A resolved pack and the folder that its files go below.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) resolved: Resolved,
    pub(super) at: Option<ProjectPath>,
}

/// Seats what the user asked for where `places` says, and what that depends on beside it.
///
/// # Errors
/// A place for an instance that is not there, and two uses of packs that would have one name.
pub(super) fn seat(resolved: Vec<Resolved>, places: &BTreeMap<Name, ProjectPath>) -> Result<Vec<Seat>, Report> {
    if let Some(stray) = places.keys().find(|name| !resolved.iter().any(|resolved| resolved.instance == **name)) {
        let message = format!("`--at` names `{stray}`, and no pack of the project is called so");
        return Err(Report::new("at-invalid", message).hint("write `--at INSTANCE=DIR`"));
    }
    let packs: BTreeMap<Name, Resolved> =
        resolved.iter().map(|resolved| (resolved.manifest.name.clone(), resolved.clone())).collect();
    let named = |resolved: &Resolved| resolved.requested || places.contains_key(&resolved.instance);
    let mut seats: Vec<Seat> = resolved
        .into_iter()
        .filter(named)
        .map(|resolved| Seat { at: places.get(&resolved.instance).cloned(), resolved })
        .collect();
    let mut open: VecDeque<usize> = (0..seats.len()).collect();
    while let Some(place) = open.pop_front() {
        for pack in missing(&seats, place, &packs) {
            let needs = &seats[place];
            let instance = name_in(needs.at.as_ref(), &pack.manifest.name)?;
            if let Some(other) = seats.iter().find(|seat| seat.resolved.instance == instance) {
                return Err(taken(needs, other, &pack));
            }
            let seat = Seat { at: needs.at.clone(), resolved: pack.implied(instance) };
            open.push_back(seats.len());
            seats.push(seat);
        }
    }
    Ok(seats)
}

/// The packs that the one at `place` depends on and its folder does not have.
fn missing(seats: &[Seat], place: usize, packs: &BTreeMap<Name, Resolved>) -> Vec<Resolved> {
    let Seat { resolved, at } = &seats[place];
    let is_there = |name: &Name| seats.iter().any(|seat| seat.at == *at && seat.resolved.manifest.name == *name);
    let needed = resolved.manifest.dependencies.iter().map(|dependency| &dependency.name);
    needed.filter(|name| !is_there(name)).filter_map(|name| packs.get(name).cloned()).collect()
}

/// What an instance is called that nobody named: after its pack, behind the folder's name where it is in one. The name
/// follows from the folder alone, so that it does not matter who needed it first.
fn name_in(folder: Option<&ProjectPath>, pack: &Name) -> Result<Name, Report> {
    let Some(folder) = folder else { return Ok(pack.clone()) };
    let lower = folder.as_str().to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.chain([pack.as_str()]).collect::<Vec<_>>().join("-");
    name.parse().map_err(|error: crate::model::NameError| {
        let message = format!("`{folder}` needs `{pack}`, and no name can be made for it there: {error}");
        Report::new("at-invalid", message).hint(format!("name it yourself: `--pack NAME={pack} --at NAME={folder}`"))
    })
}

/// Two uses of packs would have one name.
fn taken(needs: &Seat, other: &Seat, pack: &Resolved) -> Report {
    let place = |at: &Option<ProjectPath>| at.as_ref().map_or("the project's root".to_owned(), |at| format!("`{at}`"));
    let message = format!(
        "{} in {} depends on `{}`, and `{}` is already the one in {}",
        needs.resolved.pack(),
        place(&needs.at),
        pack.manifest.name,
        other.resolved.instance,
        place(&other.at)
    );
    let folder = needs.at.as_ref().map(|at| format!(" --at NAME={at}")).unwrap_or_default();
    Report::new("instance-twice", message)
        .hint(format!("give it a name of its own: `--pack NAME={}{folder}`", pack.manifest.name))
}
