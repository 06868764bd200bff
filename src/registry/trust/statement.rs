//! What a publisher signs.

use minisign_verify::{PublicKey, Signature};

use super::TrustError;
use crate::registry::IndexLine;

/// The statement about a version, as it is signed.
///
/// A manifest is named by the digest of its JSON, as this version writes it. One with members that this version does not
/// know has another digest here, so lines with such members get another format's number.
pub fn text(line: &IndexLine) -> String {
    format!(
        "scaffold-pack-v1\nname: {}\nversion: {}\nsha256: {}\nsize: {}\nmanifest: {}\n",
        line.name,
        line.version,
        line.digest.hex(),
        line.size,
        line.manifest.digest().hex()
    )
}

/// The key that signed a version; none where nobody did.
///
/// # Errors
/// A key or signature that is none, and a signature of something else or by another key.
pub(in crate::registry) fn signer(registry: &str, line: &IndexLine) -> Result<Option<String>, TrustError> {
    let wrong = |problem: &str| TrustError::Signature {
        registry: registry.to_owned(),
        pack: line.id(),
        problem: problem.to_owned(),
    };
    match (&line.signer, &line.signature) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(wrong("the index names a key and has no signature")),
        (None, Some(_)) => Err(wrong("the index names no key for the signature")),
        (Some(key), Some(signature)) => {
            let public = PublicKey::from_base64(key).map_err(|_| wrong("the key is no minisign key"))?;
            let signature = Signature::decode(signature).map_err(|_| wrong("it is not in minisign's form"))?;
            let verified = public.verify(text(line).as_bytes(), &signature, false);
            verified.map_err(|_| wrong("it is not one of this version, manifest and component by the key"))?;
            Ok(Some(key.clone()))
        }
    }
}
