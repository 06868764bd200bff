//! How this run reaches registries: what the command line, the environment and the home say of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::args::Global;
use super::progress::Progress;
use super::prompt::is_someone_there;
use super::watchdog::Watchdog;
use super::{Caller, variable};
use crate::model::{Name, Report};
use crate::pipeline::{Failure, Workshop};
use crate::project::IntentFile;
use crate::registry::{
    ADDRESS_VARIABLE, Access, CREDENTIALS_FILE, Credential, Credentials, FRESH, Registries, Settings, TRUST_FILE,
    Trust, Unsigned,
};
use crate::store::Home;

/// The registries of a run, and how they are reached.
pub struct Reach<'a> {
    access: Access<'a>,
    default: Option<String>,
    named: BTreeMap<Name, String>,
}

impl<'a> Reach<'a> {
    /// Reads the configuration and the environment; no registry is opened.
    pub fn new(global: &Global, home: &Home, progress: &'a Progress<'_>) -> Result<Self, Failure> {
        let named = Settings::read(home.config())?.registries().clone();
        let default = default_address()?;
        let credentials = credentials(home, default.as_deref(), &named)?;
        let unsigned = match global {
            Global { allow_unsigned: true, .. } => Unsigned::Take,
            global if is_someone_there(global) => Unsigned::Ask,
            _ => Unsigned::Refuse,
        };
        let access = Access {
            cache: home.cache(),
            offline: global.offline,
            plain_http: global.allow_http,
            fresh: FRESH,
            timeout: global.http_timeout,
            retries: usize::from(global.http_retries),
            credentials,
            trust: Trust::new(home.config().join(TRUST_FILE), unsigned),
            listener: progress,
        };
        Ok(Self { access, default, named })
    }

    /// As a project has it, in `root`: the registries that it names count before the user's of the same name, so that
    /// a nickname means the same registry on every machine. Credentials go by the address, whoever names it.
    ///
    /// Where the project's file can't be read, that is for those to tell who need it.
    pub fn within(mut self, root: &Path) -> Self {
        let registries = IntentFile::read(root).map(|file| file.intent().registries.clone()).unwrap_or_default();
        let address =
            |text: &String| if text.contains("://") { text.clone() } else { root.join(text).display().to_string() };
        self.named.extend(registries.iter().map(|(name, text)| (name.clone(), address(text))));
        self
    }

    /// Has copies believed only where the server says that they are as new as its own.
    pub fn anew(mut self) -> Self {
        self.access.fresh = Duration::ZERO;
        self
    }

    /// How they are reached.
    pub fn access(&self) -> &Access<'a> {
        &self.access
    }

    /// The registries.
    pub fn registries(&'a self) -> Registries<'a> {
        Registries::new(self.default.clone(), self.named.clone(), &self.access)
    }
}

/// Does some work with packs: they are reached as `reach` says, what goes on is shown, and it is watched.
///
/// # Errors
/// A configuration that can't be read, and those of the work.
pub fn in_workshop<T>(
    caller: Caller<'_>,
    reach: impl for<'a> FnOnce(Reach<'a>) -> Reach<'a>,
    work: impl FnOnce(&Workshop<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Caller { global, home, printer } = caller;
    let progress = Progress::new(printer);
    let reach = reach(Reach::new(global, home, &progress)?);
    let workshop = Workshop::new(home, reach.registries(), global.pack_timeout, &progress);
    let _watchdog = Watchdog::start(printer, progress.compiling());
    work(&workshop)
}

/// The address of the registry that serves instead of the embedded one.
pub fn default_address() -> Result<Option<String>, Report> {
    variable(ADDRESS_VARIABLE)
}

/// The user's credentials. A variable belongs to the address that the user's own configuration gives a name: a project
/// that gives that name to another one gets nothing.
fn credentials(home: &Home, default: Option<&str>, named: &BTreeMap<Name, String>) -> Result<Credentials, Report> {
    let mut given = BTreeMap::new();
    let default = default.map(|address| (ADDRESS_VARIABLE.to_owned(), address));
    let named = named.iter().map(|(name, address)| {
        let name = name.as_str().to_uppercase().replace('-', "_");
        (format!("{ADDRESS_VARIABLE}_{name}"), address.as_str())
    });
    for (prefix, address) in default.into_iter().chain(named) {
        if let Some(credential) = credential(&prefix)? {
            given.insert(address.to_owned(), credential);
        }
    }
    Ok(Credentials { file: Some(home.config().join(CREDENTIALS_FILE)), given })
}

/// What the variables that begin so say.
fn credential(prefix: &str) -> Result<Option<Credential>, Report> {
    let value = |end: &str| variable(&format!("{prefix}_{end}"));
    if let Some(token) = value("TOKEN")? {
        return Ok(Some(Credential::Token { token }));
    }
    let (username, password) = (value("USERNAME")?, value("PASSWORD")?);
    Ok(username.map(|username| Credential::Basic { username, password: password.unwrap_or_default() }))
}
