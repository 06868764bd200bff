//! The user's own signing keys: two files each, as minisign has them, the secret one for the user's eyes alone.

use std::fs::{self, File};
use std::io::{Cursor, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};

use super::{TrustError, statement};
use crate::model::{Name, io_cause};
use crate::registry::IndexLine;
use crate::store::{self, is_exposed};

/// How the files of a key end.
const SECRET: &str = "key";
const PUBLIC: &str = "pub";

/// The keys in a folder.
#[derive(Clone, Debug)]
pub struct Keys {
    folder: PathBuf,
}

/// What is known of a key without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// Its name.
    pub name: Name,
    /// The public key, as minisign writes it.
    pub public: String,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
}

/// A key, ready to sign.
#[derive(Debug)]
pub struct Key {
    public: String,
    secret: SecretKey,
}

impl Keys {
    /// The keys in `folder`, which need not exist.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Makes a key.
    ///
    /// # Errors
    /// A name that a key has already, and files that can't be written.
    pub fn create(&self, name: &Name, passphrase: Option<String>) -> Result<KeyEntry, TrustError> {
        let entry = |public: &PublicKey| KeyEntry {
            name: name.clone(),
            public: public.to_base64(),
            encrypted: passphrase.is_some(),
        };
        let pair = match &passphrase {
            Some(passphrase) => KeyPair::generate_encrypted_keypair(Some(passphrase.clone())),
            None => KeyPair::generate_unencrypted_keypair(),
        };
        let pair = pair.map_err(|error| unusable(name, error.to_string()))?;
        let comment = format!("signing key `{name}` of scaffold");
        let secret = pair.sk.to_box(Some(&comment)).map_err(|error| unusable(name, error.to_string()))?;
        let public = pair.pk.to_box().map_err(|error| unusable(name, error.to_string()))?;
        let write = || {
            fs::create_dir_all(&self.folder)?;
            let mut file = create_private(&self.path(name, SECRET))?;
            file.write_all(secret.to_string().as_bytes())?;
            fs::write(self.path(name, PUBLIC), public.to_string())
        };
        match write() {
            Ok(()) => Ok(entry(&pair.pk)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(TrustError::KeyExists { name: name.to_string() })
            }
            Err(error) => Err(unusable(name, io_cause(&error))),
        }
    }

    /// The keys, by name.
    ///
    /// # Errors
    /// A key that is not as minisign writes keys.
    pub fn list(&self) -> Result<Vec<KeyEntry>, TrustError> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let name = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(SECRET)?.strip_suffix('.')?.parse::<Name>().ok()
        };
        let mut names: Vec<Name> = entries.filter_map(name).collect();
        names.sort();
        names.iter().map(|name| self.entry(name)).collect()
    }

    /// Whether there is a key of this name.
    pub fn contains(&self, name: &Name) -> bool {
        self.path(name, SECRET).is_file()
    }

    /// What is known of a key without its secret.
    ///
    /// # Errors
    /// A key that is not there, or is not as minisign writes keys.
    pub fn entry(&self, name: &Name) -> Result<KeyEntry, TrustError> {
        let public =
            PublicKey::from_file(self.path(name, PUBLIC)).map_err(|error| unusable(name, error.to_string()))?;
        let encrypted = self.secret(name)?.into_unencrypted_secret_key().is_err();
        Ok(KeyEntry { name: name.clone(), public: public.to_base64(), encrypted })
    }

    /// Makes a key ready to sign.
    ///
    /// # Errors
    /// A key that is not there or that others can read, and a wrong passphrase.
    pub fn open(&self, name: &Name, passphrase: Option<String>) -> Result<Key, TrustError> {
        let KeyEntry { public, .. } = self.entry(name)?;
        let secret = self.secret(name)?;
        let secret = match passphrase {
            Some(passphrase) => secret.into_secret_key(Some(passphrase)),
            None => secret.into_unencrypted_secret_key(),
        };
        let secret = secret.map_err(|_| TrustError::Key {
            name: name.to_string(),
            problem: "the passphrase is not its own".to_owned(),
            hint: "type it again, or give it in `SCAFFOLD_KEY_PASSPHRASE`",
        })?;
        Ok(Key { public, secret })
    }

    fn secret(&self, name: &Name) -> Result<SecretKeyBox, TrustError> {
        let path = self.path(name, SECRET);
        let text = store::read_text(&path).map_err(|error| unusable(name, io_cause(&error)))?;
        if is_exposed(&path) {
            let problem = "other users can read it".to_owned();
            let hint = "make a new one: this one may be known to others";
            return Err(TrustError::Key { name: name.to_string(), problem, hint });
        }
        SecretKeyBox::from_string(&text).map_err(|error| unusable(name, error.to_string()))
    }

    fn path(&self, name: &Name, end: &str) -> PathBuf {
        self.folder.join(format!("{name}.{end}"))
    }
}

impl Key {
    /// Signs a version.
    ///
    /// # Errors
    /// A machine without random numbers.
    pub(in crate::registry) fn sign(&self, line: &mut IndexLine) -> Result<(), TrustError> {
        let comment = format!("{} {}", line.name, line.version);
        let statement = Cursor::new(statement::text(line).into_bytes());
        let signature = minisign::sign(None, &self.secret, statement, Some(&comment), None);
        let signature = signature.map_err(|error| unusable(&line.name, error.to_string()))?;
        line.signature = Some(signature.into_string());
        line.signer = Some(self.public.clone());
        Ok(())
    }
}

fn unusable(name: &Name, problem: String) -> TrustError {
    TrustError::Key { name: name.to_string(), problem, hint: "`scaffold key list` shows the keys that there are" }
}

#[cfg(unix)]
fn create_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().create_new(true).write(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> std::io::Result<File> {
    File::options().create_new(true).write(true).open(path)
}
