//! Why a version is not trusted, and what is wrong with keys.

use std::path::PathBuf;

use crate::model::{Diagnose, PackId, Report, printable};

/// Why a version is not trusted, and what is wrong with keys.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A signature that does not verify.
    #[error("the signature of {pack} in the registry `{registry}` is not valid: {problem}")]
    Signature {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
        /// Why not.
        problem: String,
    },
    /// Another key than before.
    #[error("{pack} in the registry `{registry}` is signed by another key than the one that is known for it")]
    SignerChanged {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
        /// The keys that are known.
        known: Vec<String>,
        /// The key that signed.
        found: String,
        /// Where the known ones stand.
        file: PathBuf,
    },
    /// A pack that was signed, or is to be, is not.
    #[error("{pack} in the registry `{registry}` is not signed, and a key is known for it")]
    SignatureGone {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
        /// The keys that are known.
        known: Vec<String>,
    },
    /// A pack from elsewhere that nobody signed.
    #[error("{pack} in the registry `{registry}` is not signed: whoever runs the server can change it")]
    Unsigned {
        /// The registry.
        registry: String,
        /// The pack.
        pack: PackId,
    },
    /// `trust.toml` can't be used.
    #[error("`{}` can't be used: {problem}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        problem: String,
    },
    /// A signing key can't be used.
    #[error("the key `{}` can't be used: {problem}", printable(.name))]
    Key {
        /// Its name.
        name: String,
        /// Why not.
        problem: String,
        /// What to do.
        hint: &'static str,
    },
    /// A key was to be made where there is one.
    #[error("there is a key called `{}` already", printable(.name))]
    KeyExists {
        /// Its name.
        name: String,
    },
}

impl Diagnose for TrustError {
    fn report(&self) -> Report {
        let report = |code, hint: &str| Report::new(code, self.to_string()).hint(hint);
        match self {
            Self::Signature { .. } => {
                report("signature-invalid", "do not use the pack before its publisher has looked at it")
            }
            Self::SignerChanged { registry, pack, known, found, file } => {
                let all: Vec<String> =
                    known.iter().chain([found]).map(|key| format!("\"{}\"", printable(key))).collect();
                let hint = format!(
                    "ask the publisher, and not the registry, whether this is right; then write `{} = [{}]` under \
                     `[keys.\"{}\"]` in `{}`: either key serves then, and old versions stay good",
                    pack.name,
                    all.join(", "),
                    printable(registry),
                    file.display()
                );
                report("signer-changed", &hint)
                    .details(known.iter().map(|key| format!("known {}", printable(key))))
                    .detail(format!("found {}", printable(found)))
            }
            Self::SignatureGone { known, .. } => {
                report("signature-gone", "ask the publisher why; where it is right, take the key out of `trust.toml`")
                    .details(known.iter().map(|key| format!("known {}", printable(key))))
            }
            Self::Unsigned { .. } => {
                report("pack-unsigned", "if you trust the registry all the same, say so once with `--allow-unsigned`")
            }
            Self::File { .. } => report("trust-file", "`docs/registry.md` shows what may stand in it"),
            Self::Key { hint, .. } => report("key-unusable", hint),
            Self::KeyExists { .. } => report("key-exists", "give the new one another name"),
        }
    }
}
