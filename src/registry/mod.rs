//! Where packs come from.
//!
//! A registry is a handful of files in a fixed [layout](index_path) that any web server can serve; [`Source`] is what
//! one looks like from here, [`Embedded`], [`Folder`], [`Http`] and [`Oci`] are its kinds. [`resolve`] turns
//! what a user asked for into exact versions, [`fetch`] turns those into bytes that are what was published, and
//! [`publish`] is the only hand that writes a registry.
//!
//! A name belongs to one registry. Where it is not found there, it is not found: looking elsewhere would let whoever
//! registers the name first in the next registry run their code.

mod access;
mod address;
mod at_once;
mod catalog;
mod credentials;
mod embedded;
mod error;
#[cfg(test)]
mod fixture;
mod folder;
mod history;
mod http;
mod index;
mod kept;
mod layout;
mod oci;
mod publish;
mod registries;
mod resolve;
mod settings;
mod source;
mod spec;
mod trust;
mod verify;

pub use access::{Access, FRESH, Listener};
pub use address::{ADDRESS_VARIABLE, file_url, folder as folder_of, is_oci, is_web, open};
pub use catalog::{Catalog, CatalogEntry, newest};
pub use credentials::{CREDENTIALS_FILE, Credential, Credentials};
pub use embedded::Embedded;
pub use error::{Mismatch, RegistryError};
pub use folder::Folder;
pub use http::{FetchFailure, Http, web_address};
pub use index::{IndexLine, LINE_FORMAT, parse_index, write_index};
pub use kept::{Kept, kept};
pub use layout::{Config, blob_path, index_path};
pub use oci::{Oci, OciAddress, OciError, OciReference, OciVersion, Undescribed, exactly};
pub use publish::{PublishError, init, manifest_of, publish, publish_signed, push_signed, yank};
pub use registries::{ReadFolder, Registries};
pub use resolve::{
    Demand, Describe, Disputed, Info, Locked, Origin, Pin, PinPlace, Place, Preference, Requirer, ResolveError,
    Resolved, info, read_pack, recall, resolve, versions_in,
};
pub use settings::Settings;
pub use source::{BlobId, MAX_BLOB, Source, fetch};
pub use spec::{PackSpec, Spec, SpecError};
pub use trust::{Key, KeyEntry, Keys, TRUST_FILE, Trust, TrustError, Unsigned, statement};
pub use verify::{Problem, verify};
