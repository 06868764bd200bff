//! On the published packs themselves, changed where a compiler or an author would change them.
#![allow(clippy::unwrap_used)]

use scaffold::registry::{Source as _, fetch};

use super::*;

/// What is found when the bytes of a pack are changed.
fn found(pack: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Result<usize, Difference> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let registry = Folder::open(&root.join("registry")).unwrap();
    let line = registry.versions(&pack.parse().unwrap()).unwrap().pop().unwrap();
    let bytes = change(fetch(&registry, &line.blob()).unwrap().into_owned());
    let stand_in = StandIn::new(&registry, &bytes).unwrap();
    assert_ne!(stand_in.line().digest, line.digest);
    let home = tempfile::tempdir().unwrap();
    Comparison::new(&registry, &stand_in, &Home::at(home.path()), line).run().unwrap()
}

/// Puts a text of the same length in the place of another, in the first place where it stands.
fn replace(mut bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
    bytes
}

#[test]
fn other_bytes_that_render_the_same_are_the_same_pack() {
    // A section that nobody reads, named `x`.
    let found = found("gh-actions", |bytes| [&bytes[..], &[0, 2, 1, b'x']].concat());
    assert!(found.as_ref().is_ok_and(|runs| *runs >= 3), "{found:?}");
}

#[test]
fn another_template_is_named_with_its_line() {
    let found =
        found("gh-actions", |bytes| replace(bytes, "name: Set up Terraform", "name: Put up Terraform")).unwrap_err();
    assert!(found.starts_with("`.github/workflows/ci.yml` differs in line"), "{found}");
    assert!(found.contains("+       - name: Put up Terraform"), "{found}");
}

#[test]
fn a_branch_that_the_defaults_do_not_take_is_taken() {
    let found = found("terraform-eks", |bytes| replace(bytes, "internet-facing", "internet-FACING")).unwrap_err();
    assert!(found.contains("internet-FACING") && found.contains("terraform-eks.public=true"), "{found}");
}

#[test]
fn another_manifest_is_another_pack() {
    // The manifest is the last section.
    let found = found("gh-actions", |mut bytes| {
        let at = bytes.windows(13).rposition(|window| window == b"GitHub Action").unwrap();
        bytes[at] = b'g';
        bytes
    });
    assert_eq!(found, Err("its manifest differs".to_owned()));
}
