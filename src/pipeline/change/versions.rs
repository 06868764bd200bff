//! Other versions of packs that a project has already.

use semver::{Version, VersionReq};

use crate::model::{Name, Report};
use crate::pipeline::Failure;
use crate::project::{IntentFile, PackIntent};
use crate::registry::{OciReference, OciVersion, PackSpec, Spec, exactly};

/// Whether an entry is of the repository of a reference. The version may differ: what stands there follows its own.
pub(super) fn is_in(pack: &PackIntent, reference: &OciReference) -> bool {
    let own = pack.oci.as_ref().and_then(|oci| OciReference::of_entry(oci, pack.version.as_ref()).ok());
    own.is_some_and(|own| own.registry == reference.registry && own.name == reference.name)
}

/// A pack that is there already and is asked for in another version.
pub(super) fn require(intent: &mut IntentFile, spec: &Spec) {
    let name = match &spec.pack {
        PackSpec::Named { name, .. } => name,
        PackSpec::Oci(reference) => &reference.name,
        PackSpec::Path(_) => return,
    };
    let instance = spec.instance.as_ref().unwrap_or(name);
    let Some(pack) = intent.intent().packs.get(instance).cloned() else { return };
    let asked = match &spec.pack {
        PackSpec::Named { requirement: Some(requirement), .. }
            if pack.path.is_none() && pack.oci.is_none() && pack.pack.as_ref().unwrap_or(instance) == name =>
        {
            PackIntent { version: Some(requirement.clone()), ..pack.clone() }
        }
        PackSpec::Oci(reference) if reference.version != OciVersion::Newest && is_in(&pack, reference) => {
            PackIntent { oci: Some(reference.entry()), version: reference.requirement(), ..pack.clone() }
        }
        _ => return,
    };
    if asked != pack {
        intent.put_pack(instance, asked);
    }
}

/// Refuses an exact version that the project's own requirement excludes, rather than let two requirements argue.
pub(super) fn check_precise(wanted: &[Spec], pack: &Name, version: &Version) -> Result<(), Failure> {
    for spec in wanted {
        // An entry without a requirement of its own names one artifact.
        let (name, allowed) = match &spec.pack {
            PackSpec::Named { name, requirement, .. } => (name, Some(requirement.clone().unwrap_or(VersionReq::STAR))),
            PackSpec::Oci(reference) => (&reference.name, reference.requirement()),
            PackSpec::Path(_) => continue,
        };
        let is_it = name == pack || spec.instance.as_ref() == Some(pack);
        if !is_it || allowed.as_ref().is_some_and(|allowed| allowed.matches(version)) {
            continue;
        }
        let allowed = allowed.map_or_else(|| "one artifact".to_owned(), |allowed| format!("`{allowed}`"));
        let message = format!("`scaffold.toml` allows {allowed} of `{name}`, and {version} is not of that");
        let report = Report::new("precise-excluded", message);
        let asked = match &spec.pack {
            PackSpec::Oci(reference) => {
                let version = OciVersion::Matching(exactly(version));
                PackSpec::Oci(OciReference { version, ..reference.clone() }).to_string()
            }
            _ => format!("{name}@={version}"),
        };
        return Err(Failure::from(report.hint(format!("ask for it with `scaffold add {asked}`"))));
    }
    Ok(())
}
