//! How a user names a pack on the command line.
//!
//! Reading a `SPEC` is all that happens here; whether there is such a pack shows when it is looked up.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use semver::VersionReq;

use super::oci::{OciReference, SCHEME};
use crate::model::{Diagnose, Name, Report, printable};

/// One use of a pack: `fastapi-orders@^1`, `users=fastapi-users`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What the user calls this use; none means the pack's own name.
    pub instance: Option<Name>,
    /// The pack.
    pub pack: PackSpec,
}

/// Which pack, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackSpec {
    /// `NAME[@REQ]` or `REGISTRY/NAME[@REQ]`.
    Named {
        /// The registry's name in the configuration; none means the default registry.
        registry: Option<Name>,
        /// The pack's name.
        name: Name,
        /// Which versions serve; none means any, and the newest is taken.
        requirement: Option<VersionReq>,
    },
    /// `oci://HOST/REPOSITORY[:TAG|@DIGEST|@REQ]`.
    Oci(OciReference),
    /// A built component, or a folder that holds a pack's source.
    Path(PathBuf),
}

/// A text that names no pack.
#[derive(Debug, thiserror::Error)]
#[error("`{}` does not name a pack: {problem}", printable(.spec))]
pub struct SpecError {
    spec: String,
    problem: String,
    hint: String,
}

impl Diagnose for SpecError {
    fn report(&self) -> Report {
        Report::new("spec-invalid", self.to_string()).hint(self.hint.clone())
    }
}

/// What is wrong, and what to write instead.
struct Slip {
    problem: String,
    hint: String,
}

impl Slip {
    fn new(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { problem: problem.into(), hint: hint.into() }
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        parse(text).map_err(|Slip { problem, hint }| SpecError {
            spec: text.chars().take(200).collect(),
            problem,
            hint,
        })
    }
}

fn parse(text: &str) -> Result<Spec, Slip> {
    let Some((left, right)) = text.split_once('=').filter(|(left, _)| is_word(left)) else {
        return Ok(Spec { instance: None, pack: parse_pack(text)? });
    };
    let instance = parse_name(left, "an instance's name")?;
    if right.parse::<VersionReq>().is_ok() {
        return Err(Slip::new(
            format!("`{}` is a version, and a pack is expected after `=`", printable(right)),
            format!("write `{left}@{}`", printable(right)),
        ));
    }
    Ok(Spec { instance: Some(instance), pack: parse_pack(right)? })
}

/// Whether a text before `=` was meant as an instance: `name@=1.2` and `./a=b.wasm` have an `=` of their own.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '))
}

fn parse_pack(text: &str) -> Result<PackSpec, Slip> {
    if let Some(reference) = text.strip_prefix(SCHEME) {
        return parse_oci(reference).map(PackSpec::Oci);
    }
    if is_path(text) {
        return Ok(PackSpec::Path(text.into()));
    }
    if text.contains("://") {
        return Err(Slip::new(
            "an address of this kind holds no pack",
            "name a pack, `oci://HOST/REPOSITORY` or the path of a `.wasm`",
        ));
    }
    let (place, requirement) = match text.split_once('@') {
        Some((place, requirement)) => (place, Some(requirement)),
        None => (text, None),
    };
    let (registry, name) = match place.split_once('/') {
        Some((_, name)) if name.contains('/') => {
            return Err(Slip::new(
                "it has more than one `/`",
                format!("for a file or folder, write `./{}`", printable(text)),
            ));
        }
        Some((registry, name)) => (Some(parse_name(registry, "a registry's name")?), name),
        None => (None, place),
    };
    let name = parse_name(name, "a pack's name")?;
    let requirement = requirement.map(|text| parse_requirement(&name, text)).transpose()?;
    Ok(PackSpec::Named { registry, name, requirement })
}

fn is_path(text: &str) -> bool {
    let drive = matches!(text.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    let here =
        matches!(text, "." | "..") || ["./", "../", "/", ".\\", "..\\", "\\"].iter().any(|p| text.starts_with(p));
    drive || here || (!text.contains("://") && text.ends_with(".wasm"))
}

fn parse_name(text: &str, what: &str) -> Result<Name, Slip> {
    text.parse::<Name>().map_err(|_| {
        let problem =
            if text.is_empty() { format!("{what} is missing") } else { format!("`{}` is not {what}", printable(text)) };
        match likely_name(text) {
            Some(name) => Slip::new(problem, format!("names are in lower case, with hyphens: `{name}`")),
            None => Slip::new(problem, "names are lower-case words joined by hyphens, such as `fastapi-orders`"),
        }
    })
}

/// The name that `FastAPI_Orders` was meant to be.
fn likely_name(text: &str) -> Option<Name> {
    let plain: String = text.trim().chars().map(|c| if matches!(c, '_' | ' ' | '.') { '-' } else { c }).collect();
    plain.to_lowercase().parse().ok()
}

fn parse_requirement(name: &Name, text: &str) -> Result<VersionReq, Slip> {
    let plain = text.strip_prefix('v').unwrap_or(text);
    text.parse().map_err(|_| {
        let problem = format!("`{}` is not a version requirement", printable(text));
        let hint = match text {
            "" | "latest" | "newest" => format!("write `{name}` alone: the newest version is taken"),
            _ if plain.parse::<VersionReq>().is_ok() => format!("write `{name}@{plain}`"),
            _ => format!("write a requirement as Cargo has them: `{name}@^1.2`, `{name}@=1.2.3`"),
        };
        Slip::new(problem, hint)
    })
}

fn parse_oci(text: &str) -> Result<OciReference, Slip> {
    text.parse().map_err(|problem: &str| Slip::new(problem, "write it as `oci://HOST/REPOSITORY:TAG`"))
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(instance) = &self.instance {
            write!(f, "{instance}=")?;
        }
        self.pack.fmt(f)
    }
}

impl fmt::Display for PackSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { registry, name, requirement } => {
                if let Some(registry) = registry {
                    write!(f, "{registry}/")?;
                }
                write!(f, "{name}")?;
                requirement.as_ref().map_or(Ok(()), |requirement| write!(f, "@{requirement}"))
            }
            Self::Oci(reference) => reference.fmt(f),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::Digest;

    #[test]
    fn every_form_is_read_and_written_back() {
        let oci = format!("oci://localhost:5000/acme/metrics@{}", Digest::of(b"x"));
        for text in [
            "fastapi-orders",
            "fastapi-orders@^1.2",
            "fastapi-orders@=1.2.3",
            "fastapi-orders@>=1, <3",
            "acme/terraform-eks@^1",
            "users=fastapi-users@^1",
            "users=acme/fastapi-users",
            "oci://ghcr.io/acme/metrics",
            "oci://ghcr.io/acme/metrics:1.2.0",
            "oci://ghcr.io/acme/metrics@^1.2",
            &oci,
            "./packs/x.wasm",
            "packs/x.wasm",
            "../house-style",
            "/a=b/x.wasm",
            "style=./a=b.wasm",
            ".",
        ] {
            let spec: Spec = text.parse().unwrap();
            assert_eq!(spec.to_string(), text);
            assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
        }
        // Cargo's reading of a bare version.
        assert_eq!("a@1.2".parse::<Spec>().unwrap(), "a@^1.2".parse::<Spec>().unwrap());
    }

    #[test]
    fn kinds_are_told_apart() {
        let kind = |text: &str| match text.parse::<Spec>().unwrap().pack {
            PackSpec::Named { registry, .. } => registry.map_or("default", |_| "registry"),
            PackSpec::Oci(_) => "oci",
            PackSpec::Path(_) => "path",
        };
        for (text, is) in [
            ("a", "default"),
            ("r/a", "registry"),
            ("oci://h/r", "oci"),
            ("a.wasm", "path"),
            ("C:\\a", "path"),
            ("c:/a", "path"),
        ] {
            assert_eq!(kind(text), is, "{text}");
        }
    }

    #[test]
    fn slips_are_answered_with_what_to_write() {
        for (text, problem, hint) in [
            ("fastapi-orders@latest", "`latest` is not a version requirement", "write `fastapi-orders` alone"),
            ("fastapi-orders@", "is not a version requirement", "write `fastapi-orders` alone"),
            ("a@v1.2", "`v1.2`", "write `a@1.2`"),
            ("a@one", "`one`", "`a@^1.2`"),
            ("FastAPI_Orders", "`FastAPI_Orders` is not a pack's name", "`fastapi-orders`"),
            ("Acme/eks", "`Acme` is not a registry's name", "`acme`"),
            ("acme/", "a pack's name is missing", "lower-case"),
            ("", "a pack's name is missing", "lower-case"),
            ("Users=a", "`Users` is not an instance's name", "`users`"),
            ("fastapi-orders=1.2", "`1.2` is a version", "write `fastapi-orders@1.2`"),
            ("packs/orders/x", "more than one `/`", "`./packs/orders/x`"),
            ("https://x/y", "holds no pack", "oci://"),
            ("oci://ghcr.io", "no repository", "oci://HOST"),
            ("oci:///a", "host", "oci://HOST"),
            ("oci://h/a/../b", "repository", "oci://HOST"),
            ("oci://h/a@sha256:1", "digest", "oci://HOST"),
            ("oci://h/a:", "tag", "oci://HOST"),
            ("oci://h/a:1.0.0+7", "tag", "oci://HOST"),
            ("oci://h/a@latest", "neither a digest nor", "oci://HOST"),
            ("oci://h/a.wasm", "not a pack's name", "oci://HOST"),
        ] {
            let report = text.parse::<Spec>().unwrap_err().report();
            assert_eq!(report.code, "spec-invalid");
            assert!(report.message.contains(problem), "{text}: {}", report.message);
            assert!(report.hint.as_ref().unwrap().contains(hint), "{text}: {:?}", report.hint);
        }
    }

    #[test]
    fn escapes_do_not_reach_the_message() {
        let report = "a\u{1b}[2J@1\u{1b}".parse::<Spec>().unwrap_err().report();
        assert!(!format!("{}{:?}", report.message, report.hint).contains('\u{1b}'));
    }
}
