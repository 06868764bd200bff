//! The two steps between a C compiler and a pack that need the WIT crates:
//!
//! - `componentize bindings WIT_DIR OUT_DIR` writes `pack.h` and `pack.c`,
//! - `componentize component CORE.wasm WIT_DIR OUT.wasm` wraps a core module of those bindings.

use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER_NAME,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER,
};
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::{Resolve, WorldId};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

/// The contract's world without the optional `migration`.
const WORLD: &str = "pack";

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bindings", wit, out] => bindings(wit.as_ref(), out.as_ref()),
        ["component", core, wit, out] => component(core.as_ref(), wit.as_ref(), out.as_ref()),
        _ => bail!(
            "usage: componentize bindings WIT_DIR OUT_DIR | component CORE.wasm WIT_DIR OUT.wasm"
        ),
    }
}

fn bindings(wit: &Path, out: &Path) -> Result<()> {
    let (mut resolve, world) = contract(wit)?;
    let options = wit_bindgen_c::Opts {
        // It would carry the world's type through the linker; `component` embeds it afterwards.
        no_object_file: true,
        ..Default::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files)?;
    fs::create_dir_all(out)?;
    for (name, contents) in files.iter() {
        fs::write(out.join(name), contents).with_context(|| format!("write `{name}`"))?;
    }
    Ok(())
}

fn component(core: &Path, wit: &Path, out: &Path) -> Result<()> {
    let (resolve, world) = contract(wit)?;
    let mut module = fs::read(core).with_context(|| format!("read `{}`", core.display()))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    // The adapter vanishes again where the C library calls nothing of WASI.
    let component = ComponentEncoder::default()
        .module(&module)?
        .adapter(ADAPTER_NAME, ADAPTER)?
        .validate(true)
        .encode()?;
    fs::write(out, component).with_context(|| format!("write `{}`", out.display()))
}

fn contract(wit: &Path) -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_path(wit)
        .with_context(|| format!("read the contract in `{}`", wit.display()))?;
    let world = resolve.select_world(&[package], Some(WORLD))?;
    Ok((resolve, world))
}
