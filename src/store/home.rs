//! Where the user's configuration, cache and keys are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::{Cache, StoreError};

/// The variable that names one folder for everything.
const VARIABLE: &str = "SCAFFOLD_HOME";

/// The folders of one user on this machine. None of them need exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    config: PathBuf,
    cache: PathBuf,
    keys: PathBuf,
}

impl Home {
    /// The folder that `SCAFFOLD_HOME` names, if it is set and not empty, or else the platform's own places. This is
    /// the only reader of the environment in this room.
    ///
    /// # Errors
    /// A machine on which neither says anything.
    pub fn find() -> Result<Self, StoreError> {
        Self::named(std::env::var_os(VARIABLE)).map_or_else(Self::of_platform, Ok)
    }

    /// Everything below one folder.
    pub fn at(path: &Path) -> Self {
        Self { config: path.join("config"), cache: path.join("cache"), keys: path.join("keys") }
    }

    /// The home that the variable's value names. A relative one is meant from the folder in which the command runs,
    /// and stays that folder if the command works in another one.
    fn named(value: Option<OsString>) -> Option<Self> {
        let path = PathBuf::from(value.filter(|value| !value.is_empty())?);
        Some(Self::at(&std::path::absolute(&path).unwrap_or(path)))
    }

    fn of_platform() -> Result<Self, StoreError> {
        let dirs = ProjectDirs::from("", "", "scaffold").ok_or(StoreError::NoHome)?;
        Ok(Self {
            config: dirs.config_dir().to_owned(),
            cache: dirs.cache_dir().to_owned(),
            // Private keys are no configuration that a machine shares with others.
            keys: dirs.data_local_dir().join("keys"),
        })
    }

    /// Where configuration is.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Where signing keys are.
    pub fn keys(&self) -> &Path {
        &self.keys
    }

    /// What can be made again.
    pub fn cache(&self) -> Cache {
        Cache::at(&self.cache)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_variable_names_one_folder_for_all() {
        let root = std::env::temp_dir().join("home");
        let home = Home::named(Some(root.clone().into())).unwrap();
        assert_eq!(home, Home::at(&root));
        assert_eq!(home.config(), root.join("config"));
        assert_eq!(home.keys(), root.join("keys"));
        assert_eq!(home.cache().dir(), root.join("cache"));
    }

    #[test]
    fn a_relative_name_becomes_absolute() {
        let home = Home::named(Some("some/where".into())).unwrap();
        assert_eq!(home.config(), std::env::current_dir().unwrap().join("some/where/config"));
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert_eq!(Home::named(Some(OsString::new())), None);
        assert_eq!(Home::named(None), None);
    }
}
