//! The two steps between a C compiler and a pack that need the WIT crates:
//!
//! - `componentize bindings WIT_DIR OUT_DIR` writes `pack.h`, `pack.c` and `pack_component_type.o`, all to be compiled and
//!   linked with the pack: the last one carries the world's type in a custom section,
//! - `componentize component CORE.wasm OUT.wasm` wraps the core module that comes of it.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER,
};
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;
use wit_component::ComponentEncoder;

/// The contract's world without the optional `migration`.
const WORLD: &str = "pack";

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bindings", wit, out] => bindings(wit.as_ref(), out.as_ref()),
        ["component", core, out] => component(core.as_ref(), out.as_ref()),
        _ => bail!("usage: componentize bindings WIT_DIR OUT_DIR | component CORE.wasm OUT.wasm"),
    }
}

fn bindings(wit: &Path, out: &Path) -> Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).with_context(|| format!("read the contract in `{}`", wit.display()))?;
    let world = resolve.select_world(&[package], Some(WORLD))?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default().build().generate(&mut resolve, world, &mut files)?;
    fs::create_dir_all(out)?;
    for (name, contents) in files.iter() {
        fs::write(out.join(name), contents).with_context(|| format!("write `{name}`"))?;
    }
    Ok(())
}

fn component(core: &Path, out: &Path) -> Result<()> {
    let module = fs::read(core).with_context(|| format!("read `{}`", core.display()))?;
    // The adapter vanishes again where the C library calls nothing of WASI.
    let component =
        ComponentEncoder::default().module(&module)?.adapter(ADAPTER_NAME, ADAPTER)?.validate(true).encode()?;
    fs::write(out, component).with_context(|| format!("write `{}`", out.display()))
}
