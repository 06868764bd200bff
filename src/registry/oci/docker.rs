//! What `docker login` left: `config.json` of Docker's folder, and the helpers that it names.

use std::path::PathBuf;

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential};

use super::OciError;
use super::auth::Proof;
use crate::registry::credentials::Credential;

/// How Docker's own registry is called in its files.
const DOCKER: (&str, &str) = ("docker.io", "https://index.docker.io/v1/");

/// What Docker would show to the registry at this host, if it has something.
pub(super) fn proof(host: &str) -> Result<Option<Proof>, OciError> {
    let (docker, entry) = DOCKER;
    let wrong = |problem: String| OciError::DockerCredentials { file: file(), problem };
    match get_credential(if host == docker { entry } else { host }) {
        Ok(DockerCredential::UsernamePassword(username, password)) => {
            Ok(Some(Proof::Credential(Credential::Basic { username, password })))
        }
        Ok(DockerCredential::IdentityToken(token)) => Ok(Some(Proof::Refresh(token))),
        Err(CredentialRetrievalError::NoCredentialConfigured | CredentialRetrievalError::ConfigNotFound) => Ok(None),
        // The file is not there, or can't be read; Docker takes both for having none.
        Err(CredentialRetrievalError::ConfigReadError) if !file().exists() => Ok(None),
        // What a helper printed may hold a secret, so the message does without.
        Err(CredentialRetrievalError::HelperFailure { helper, stdout, stderr }) => {
            let is_absence = [stdout, stderr].iter().any(|said| said.contains("credentials not found"));
            if is_absence { Ok(None) } else { Err(wrong(format!("`{helper}`, which it names, failed"))) }
        }
        Err(CredentialRetrievalError::HelperCommunicationError) => {
            Err(wrong("a credential helper that it names can't be run".to_owned()))
        }
        Err(CredentialRetrievalError::MalformedHelperResponse) => {
            Err(wrong("a credential helper that it names gave no credential".to_owned()))
        }
        Err(
            CredentialRetrievalError::ConfigReadError
            | CredentialRetrievalError::CredentialDecodingError
            | CredentialRetrievalError::CredentialMismatchError,
        ) => Err(wrong(format!("what it has for `{host}` is not in the form that is expected"))),
    }
}

/// The file that is read.
fn file() -> PathBuf {
    let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let home = || std::env::home_dir().unwrap_or_default().join(".docker");
    folder.unwrap_or_else(home).join("config.json")
}
