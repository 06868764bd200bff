//! How this run reaches registries: what the command line, the environment and the home say of it.

use std::collections::BTreeMap;

use super::args::Global;
use super::progress::Progress;
use super::variable;
use crate::model::Report;
use crate::registry::{ADDRESS_VARIABLE, Access, CREDENTIALS_FILE, Credential, Credentials, FRESH};
use crate::store::Home;

/// The variables with the user's credentials for the default registry.
const TOKEN: &str = "SCAFFOLD_REGISTRY_TOKEN";
const USERNAME: &str = "SCAFFOLD_REGISTRY_USERNAME";
const PASSWORD: &str = "SCAFFOLD_REGISTRY_PASSWORD";

/// The address of the registry that serves instead of the embedded one.
pub fn default_address() -> Result<Option<String>, Report> {
    variable(ADDRESS_VARIABLE)
}

/// How registries are reached.
pub fn of<'a>(global: &Global, home: &Home, progress: &'a Progress<'_>) -> Result<Access<'a>, Report> {
    let mut given = BTreeMap::new();
    if let (Some(address), Some(credential)) = (default_address()?, credential()?) {
        given.insert(address, credential);
    }
    Ok(Access {
        cache: home.cache(),
        offline: global.offline,
        plain_http: global.allow_http,
        fresh: FRESH,
        timeout: global.http_timeout,
        retries: usize::from(global.http_retries),
        credentials: Credentials { file: Some(home.config().join(CREDENTIALS_FILE)), given },
        listener: progress,
    })
}

fn credential() -> Result<Option<Credential>, Report> {
    if let Some(token) = variable(TOKEN)? {
        return Ok(Some(Credential::Token { token }));
    }
    let (username, password) = (variable(USERNAME)?, variable(PASSWORD)?);
    Ok(username.map(|username| Credential::Basic { username, password: password.unwrap_or_default() }))
}
