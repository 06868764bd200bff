//! Who the user is to a registry that asks.
//!
//! Secrets come from `credentials.toml` in the configuration's folder, by the address of the registry, or from the
//! environment. They are sent to that address only, and have no form in which they could be printed.
//!
//! ```toml
//! ["https://packs.acme.example/"]
//! token = "…"
//!
//! ["https://other.example/packs/"]
//! username = "ci"
//! password = "…"
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use reqwest::blocking::RequestBuilder;
use serde::Deserialize;

use super::RegistryError;
use crate::model::{io_cause, printable};
use crate::store::{self, is_exposed};

/// The file's name.
pub const CREDENTIALS_FILE: &str = "credentials.toml";

/// Where credentials are looked up. Nothing is read before a registry on the network is opened.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The file; none where there can't be one.
    pub file: Option<PathBuf>,
    /// What the environment says, by the address of the registry.
    pub given: BTreeMap<String, Credential>,
}

/// A proof of who the user is.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Credential {
    /// A bearer token.
    Token {
        /// The secret.
        token: String,
    },
    /// A name and a password.
    Basic {
        /// The name.
        username: String,
        /// The secret.
        password: String,
    },
}

impl Credential {
    /// The request with this proof.
    pub(super) fn prove(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Token { token } => request.bearer_auth(token),
            Self::Basic { username, password } => request.basic_auth(username, Some(password)),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential")
    }
}

impl Credentials {
    /// The credential for the registry at this address: the environment's, or else the file's.
    ///
    /// # Errors
    /// A file that can't be read or understood, or that other users can read.
    pub(super) fn of(&self, address: &str) -> Result<Option<Credential>, RegistryError> {
        let find = |all: &BTreeMap<String, Credential>| {
            [address, address.trim_end_matches('/')].iter().find_map(|address| all.get(*address)).cloned()
        };
        match (find(&self.given), &self.file) {
            (Some(given), _) => Ok(Some(given)),
            (None, Some(file)) => Ok(find(&read(file)?)),
            (None, None) => Ok(None),
        }
    }
}

fn read(file: &Path) -> Result<BTreeMap<String, Credential>, RegistryError> {
    let wrong = |problem: String| RegistryError::Credentials { file: file.to_owned(), problem };
    let text = match store::read_text(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(wrong(io_cause(&error))),
    };
    if is_exposed(file) {
        return Err(wrong("other users can read it".to_owned()));
    }
    // The parser's message may quote a line, and with it a secret; the place is enough.
    toml::from_str(&text).map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let place = line.map(|line| format!(" at line {line}")).unwrap_or_default();
        wrong(printable(&format!("it is not in the form that is expected{place}")).into_owned())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    const TEXT: &str = "[\"https://a.example/\"]\ntoken = \"s3cret\"\n\n[\"https://b.example/x\"]\nusername = \"ci\"\npassword = \"s3cret\"\n";

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, Credentials) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(CREDENTIALS_FILE);
        fs::write(&file, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        }
        let _ = mode;
        (folder, Credentials { file: Some(file), given: BTreeMap::new() })
    }

    #[test]
    fn a_credential_belongs_to_one_address() {
        let (_folder, credentials) = file(TEXT, 0o600);
        let token = Credential::Token { token: "s3cret".into() };
        assert_eq!(credentials.of("https://a.example/").unwrap(), Some(token));
        assert!(matches!(credentials.of("https://b.example/x/").unwrap(), Some(Credential::Basic { .. })));
        assert_eq!(credentials.of("https://a.example/b/").unwrap(), None);
        assert_eq!(credentials.of("https://a.example.evil/").unwrap(), None);
        assert_eq!(Credentials::default().of("https://a.example/").unwrap(), None);
    }

    #[test]
    fn the_environment_comes_first() {
        let (_folder, mut credentials) = file(TEXT, 0o600);
        let own = Credential::Token { token: "other".into() };
        credentials.given.insert("https://a.example/".into(), own.clone());
        assert_eq!(credentials.of("https://a.example/").unwrap(), Some(own));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let (_folder, credentials) = file(TEXT, 0o644);
        assert!(credentials.of("https://a.example/").unwrap_err().to_string().contains("other users can read it"));
    }

    #[test]
    fn no_secret_is_ever_shown() {
        let (_folder, credentials) = file(&TEXT.replace("password =", "pass-word ="), 0o600);
        let error = credentials.of("https://a.example/").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        assert!(error.to_string().contains("at line"), "{error}");
        let token = Credential::Token { token: "s3cret".into() };
        assert!(!format!("{token:?}").contains("s3cret"));
    }
}
