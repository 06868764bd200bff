//! Black-box tests of the binary.
//!
//! One binary, so that one link pays for all. Snapshots are updated by running with `SNAPSHOTS=overwrite`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answers;
mod authoring;
mod cache;
mod codes;
mod compose;
mod determinism;
mod editions;
mod embedded;
mod errors;
mod explain;
mod foreign;
mod gallery;
mod hostile;
mod life;
mod life_model;
mod lock;
mod log;
mod new;
mod oci;
mod oci_credentials;
mod oci_faults;
mod oci_life;
mod oci_publish;
mod outdated;
mod publish;
mod readme;
mod registries;
mod registry_faults;
mod registry_http;
mod rooms;
mod sandbox;
mod settling;
mod skew;
mod support;
mod trust;
mod untrusted;
