#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::model::{Diagnose as _, Digest, Name};
use crate::registry::fixture::line;

const REGISTRY: &str = "https://packs.test.example/";

/// Changes a line; another one is at hand.
type Change = fn(&mut IndexLine, &IndexLine);

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn key() -> (tempfile::TempDir, Key) {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::at(folder.path());
    keys.create(&name("default"), None).unwrap();
    let key = keys.open(&name("default"), None).unwrap();
    (folder, key)
}

#[test]
fn the_statement_names_all_that_counts() {
    let line = line("orders", "1.0.0");
    let manifest = Digest::of(&serde_json::to_vec(&line.manifest).unwrap());
    assert_eq!(
        statement(&line),
        format!(
            "scaffold-pack-v1\nname: orders\nversion: 1.0.0\nsha256: {}\nsize: 7\nmanifest: {}\n",
            line.digest.hex(),
            manifest.hex()
        )
    );
}

#[test]
fn a_signature_is_of_one_version_alone() {
    let (_folder, key) = key();
    let mut signed = line("orders", "1.0.0");
    key.sign(&mut signed).unwrap();
    assert_eq!(check_signature(REGISTRY, &signed).unwrap(), signed.signer);
    assert_eq!(check_signature(REGISTRY, &line("orders", "1.0.0")).unwrap(), None);

    let (_other_folder, other_key) = self::key();
    let mut other = signed.clone();
    other_key.sign(&mut other).unwrap();
    let changes: [(&str, Change); 9] = [
        ("name", |line, _| line.name = name("other")),
        ("version", |line, _| line.version.patch = 1),
        ("digest", |line, _| line.digest = Digest::of(b"other")),
        ("size", |line, _| line.size += 1),
        ("manifest", |line, _| line.manifest.dependencies.clear()),
        ("summary", |line, _| line.manifest.summary.push('.')),
        ("key", |line, other| line.signer = other.signer.clone()),
        ("no key", |line, _| line.signer = None),
        ("signature", |line, other| line.signature = other.signature.clone()),
    ];
    signed.manifest.dependencies.push(crate::model::Dependency {
        name: name("base"),
        version: semver::VersionReq::STAR,
        source: None,
    });
    key.sign(&mut signed).unwrap();
    for (what, change) in changes {
        let mut line = signed.clone();
        change(&mut line, &other);
        let report = check_signature(REGISTRY, &line).unwrap_err().report();
        assert_eq!(report.code, "signature-invalid", "{what}");
    }
    for (signer, signature) in [("", ""), ("RWQ", "x"), ("\u{1b}", "untrusted comment: x\nRWQ=\ntrusted comment: y\n=")]
    {
        let line = IndexLine { signer: Some(signer.into()), signature: Some(signature.into()), ..signed.clone() };
        assert!(check_signature(REGISTRY, &line).is_err());
    }
    // What is not signed may change: it is said of the version after its publication.
    let yanked = IndexLine { yanked: true, ..signed.clone() };
    assert!(check_signature(REGISTRY, &yanked).is_ok());
}

#[test]
fn pins_are_kept_beside_what_the_user_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new").join(TRUST_FILE);
    let (_keys, key) = key();
    let mut signed = line("orders", "1.0.0");
    key.sign(&mut signed).unwrap();
    let public = signed.signer.unwrap();
    let mut pins = Pins::read(&file).unwrap();
    assert!(pins.keys(REGISTRY, &name("orders")).is_empty());
    pins.pin(REGISTRY, &name("orders"), &public).unwrap();
    pins.allow_unsigned("https://other.example/").unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# Whom to trust"), "{text}");
    fs::write(&file, format!("{text}\n# mine\n[keys.\"https://acme.example/\"]\n\"*\" = \"{public}\"\n")).unwrap();
    let mut pins = Pins::read(&file).unwrap();
    pins.pin(REGISTRY, &name("users"), &public).unwrap();
    let pins = Pins::read(&file).unwrap();
    assert_eq!(pins.keys(REGISTRY, &name("orders")), [public.as_str()]);
    assert_eq!(pins.keys(REGISTRY, &name("users")), [public.as_str()]);
    assert!(pins.keys(REGISTRY, &name("others")).is_empty());
    assert_eq!(pins.keys("https://acme.example/", &name("others")), [public.as_str()]);
    assert!(pins.allows_unsigned("https://other.example/") && !pins.allows_unsigned(REGISTRY));
    assert!(fs::read_to_string(&file).unwrap().contains("# mine\n"));
}

#[test]
fn a_slip_in_the_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(TRUST_FILE);
    for (text, says) in [
        ("keys = 1", "`keys` is not a table"),
        ("[keys]\na = 1", "the keys of `a` are no table"),
        ("[keys.a]\norders = \"RWQ\"", "`orders` of `a` has no minisign key"),
        ("[keys.a]\norders = []", "`orders` of `a` has no minisign key"),
        ("[keys.a]\norders = [\"RWQ\"]", "`orders` of `a` has no minisign key"),
        ("[unsigned]\na = \"yes\"", "`a` is neither true nor false"),
        ("[key.a]\n", "`key` is not known here"),
        ("[keys.a]\norders =", "line 2"),
    ] {
        fs::write(&file, text).unwrap();
        let error = Pins::read(&file).unwrap_err();
        assert_eq!(error.report().code, "trust-file");
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
}
