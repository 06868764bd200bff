//! The address of a registry: which kind it is, and where.

use std::path::{Path, PathBuf};

use super::http::Http;
use super::oci::SCHEME;
use super::{Access, Embedded, Folder, Oci, OciAddress, RegistryError, Source};

/// The environment variable with the address of the registry that serves instead of the embedded one.
///
/// Development and tests set it to a folder under `target/`; so the copy in the binary has one origin, the committed
/// `registry/`, and no build-time switch.
pub const ADDRESS_VARIABLE: &str = "SCAFFOLD_REGISTRY";

/// Opens the default registry: the one at `address` (a URL or a path), the embedded one without.
///
/// # Errors
/// An address of another kind, and what keeps the registry from being read.
pub fn open<'a>(address: Option<&str>, access: &'a Access<'a>) -> Result<Box<dyn Source + 'a>, RegistryError> {
    match address {
        None => Ok(Box::new(Embedded::open())),
        Some(address) if is_oci(address) => Ok(Box::new(Oci::open(address, access)?)),
        Some(address) if is_web(address) => Ok(Box::new(Http::open(address, access)?)),
        Some(address) => Ok(Box::new(Folder::open(&folder(address)?)?)),
    }
}

/// Whether an address is one on the web. Schemes are the same in either case.
pub fn is_web(address: &str) -> bool {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)))
}

/// Whether an address is that of a registry of containers.
pub fn is_oci(address: &str) -> bool {
    address.starts_with(SCHEME)
}

/// Whether an address, which may be written in another way, is this one.
pub(super) fn is_same_oci(address: &str, other: &OciAddress) -> bool {
    address.strip_prefix(SCHEME).and_then(|address| address.parse().ok()).as_ref() == Some(other)
}

/// The folder that an address names.
///
/// # Errors
/// An address of another kind.
pub fn folder(address: &str) -> Result<PathBuf, RegistryError> {
    let wrong = |problem| RegistryError::Address { address: address.to_owned(), problem };
    if address.is_empty() {
        return Err(wrong("it is empty"));
    }
    let Some((scheme, rest)) = address.split_once("://") else { return Ok(address.into()) };
    match scheme {
        "file" => file_path(rest).map_err(wrong),
        "http" | "https" => Err(RegistryError::ReadOnly { address: address.to_owned() }),
        "oci" => Err(wrong("it is that of a registry of containers, and a folder is expected")),
        _ => Err(wrong("its scheme is not known")),
    }
}

fn file_path(rest: &str) -> Result<PathBuf, &'static str> {
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return Err("a `file://` address names a folder of this machine by its absolute path");
    }
    let path = decode(path).ok_or("it holds a `%` that no two hexadecimal digits follow, or is no UTF-8")?;
    // `/C:/packs` is how a drive stands in a URL.
    let drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
    Ok(PathBuf::from(if drive { &path[1..] } else { &path }))
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The `file://` URL of a folder.
pub fn file_url(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut text = absolute.to_string_lossy().into_owned();
    if cfg!(windows) {
        text = format!("/{}", text.replace('\\', "/"));
    }
    let mut url = "file://".to_owned();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b':' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::Diagnose as _;

    #[cfg(unix)]
    #[test]
    fn file_addresses_are_read_back() {
        for path in ["/packs", "/a b/ä%20"] {
            assert_eq!(folder(&file_url(Path::new(path))).unwrap(), Path::new(path));
        }
        assert_eq!(file_url(Path::new("/a b")), "file:///a%20b");
        assert_eq!(folder("file://localhost/packs").unwrap(), Path::new("/packs"));
        assert_eq!(folder("target/registry").unwrap(), Path::new("target/registry"));
    }

    #[test]
    fn other_addresses_are_refused() {
        for (address, code) in [
            ("", "registry-address"),
            ("file://host/packs", "registry-address"),
            ("file:///%zz", "registry-address"),
            ("file:///%e", "registry-address"),
            ("ftp://x/", "registry-address"),
            ("https://x/", "registry-read-only"),
            ("oci://x/y", "registry-address"),
        ] {
            assert_eq!(folder(address).unwrap_err().report().code, code, "{address}");
        }
    }
}
