//! Having packs on this machine before they are needed, and looking at them.

use super::{Failure, Inputs, Member, Workshop, members, phases};
use crate::host::CompiledCode;
use crate::model::{Project, Report};
use crate::project::{Given, Mode};
use crate::registry::{self, Info, Kept, PackSpec, Spec};

/// Fetches, verifies and compiles packs and what they depend on; afterwards they need no network.
///
/// # Errors
/// Everything that keeps them from being found, fetched or compiled.
pub fn install(workshop: &Workshop<'_>, wanted: Vec<Spec>) -> Result<Vec<Member>, Failure> {
    let inputs =
        Inputs { wanted, ..Inputs::new(Project { name: String::new(), year: 0 }, Given::default(), Mode::Defaults) };
    let members = members::resolve(workshop, &inputs)?;
    let compiled = phases::load_compiled(workshop, &members)?;
    phases::compile(workshop, &members, compiled)?;
    // A pack that was compiled once needs no component, and another project on this machine may.
    for member in &members {
        super::fetch::bytes_of(workshop, member)?;
    }
    Ok(members)
}

/// Removes the components of packs, and the code that was compiled of them; gives what was removed.
///
/// # Errors
/// A spec that no pack on this machine fits, and files that can't be read or removed.
pub fn uninstall(workshop: &Workshop<'_>, unwanted: &[Spec]) -> Result<Vec<Kept>, Failure> {
    let kept = registry::kept(&workshop.cache)?;
    let mut removed = Vec::new();
    for spec in unwanted {
        let fitting: Vec<&Kept> = kept.iter().filter(|kept| fits(spec, kept)).collect();
        if fitting.is_empty() {
            let report = Report::new("not-installed", format!("no pack on this machine is `{spec}`"));
            return Err(Failure::from(report.hint("`scaffold list` shows those that are")));
        }
        removed.extend(fitting.into_iter().cloned());
    }
    let compiled = CompiledCode::at(workshop.cache.compiled_dir());
    for kept in &removed {
        compiled.forget(&kept.digest);
        workshop.cache.blobs().remove(&kept.digest)?;
    }
    Ok(removed)
}

fn fits(spec: &Spec, kept: &Kept) -> bool {
    match &spec.pack {
        PackSpec::Named { name, requirement, .. } => {
            let version = &kept.manifest.version;
            *name == kept.manifest.name && requirement.as_ref().is_none_or(|requirement| requirement.matches(version))
        }
        PackSpec::Oci(reference) => {
            let version = &kept.manifest.version;
            // What a digest names is an artifact, and components don't know in which they came.
            let requirement = reference.requirement();
            reference.name == kept.manifest.name && requirement.is_some_and(|requirement| requirement.matches(version))
        }
        PackSpec::Path(_) => false,
    }
}

/// What there is to know about a pack without running it.
///
/// # Errors
/// A pack that is not found, or a file that is none.
pub fn info(workshop: &Workshop<'_>, spec: &Spec) -> Result<Info, Failure> {
    members::describing(workshop, |describe| registry::info(spec, &workshop.registries, describe))
}
