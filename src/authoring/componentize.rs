//! A core module becomes a component.

use std::mem;

use wasm_encoder::{ComponentSectionId, RawSection, Section};
use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};
use wit_component::ComponentEncoder;

use super::AuthoringError;

/// What the names of the custom sections start with in which bindings generators leave the type of a world.
const WORLD_SECTION: &str = "component-type";

/// Makes a component of a core module that carries the type of its world, as every module built with `wit-bindgen`
/// does.
///
/// No custom section survives: names and compilers' versions are of no use to whoever runs a pack, and would make two
/// builds of one source differ. The same module gives the same bytes.
///
/// # Errors
/// Bytes that are no core module, a module that names no world, and one whose imports and exports are not its world's.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, AuthoringError> {
    if !names_world(module)? {
        return Err(AuthoringError::NoWorld);
    }
    let unfit = |error: &dyn std::fmt::Display| AuthoringError::Unfit(error.to_string());
    let component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        // The alternate form prints the causes too, on one line.
        .map_err(|error| unfit(&format_args!("{error:#}")))?;
    without_custom_sections(&component).map_err(|error| unfit(&error.message()))
}

/// The component without custom sections, for those that other tools make.
///
/// # Errors
/// Bytes that are no component.
pub fn strip(component: &[u8]) -> Result<Vec<u8>, AuthoringError> {
    without_custom_sections(component).map_err(|error| AuthoringError::Unfit(error.message().to_owned()))
}

fn names_world(module: &[u8]) -> Result<bool, AuthoringError> {
    let mut found = false;
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(|error| AuthoringError::NotAModule(error.message().to_owned()))? {
            Payload::Version { encoding: Encoding::Component, .. } => {
                return Err(AuthoringError::NotAModule("it is a component already".to_owned()));
            }
            Payload::CustomSection(section) if section.name().starts_with(WORLD_SECTION) => found = true,
            _ => {}
        }
    }
    Ok(found)
}

/// The same module or component, and all inside it, without custom sections.
fn without_custom_sections(bytes: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut output = Vec::with_capacity(bytes.len());
    let mut outer = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::Version { encoding: Encoding::Module, .. } => output.extend(wasm_encoder::Module::HEADER),
            Payload::Version { encoding: Encoding::Component, .. } => output.extend(wasm_encoder::Component::HEADER),
            Payload::ModuleSection { .. } => outer.push((ComponentSectionId::CoreModule, mem::take(&mut output))),
            Payload::ComponentSection { .. } => outer.push((ComponentSectionId::Component, mem::take(&mut output))),
            Payload::End(_) => {
                if let Some((id, around)) = outer.pop() {
                    let inner = mem::replace(&mut output, around);
                    RawSection { id: id.into(), data: &inner }.append_to(&mut output);
                }
            }
            Payload::CustomSection(_) => {}
            other => {
                if let Some((id, data)) = other.as_section().and_then(|(id, range)| Some((id, bytes.get(range)?))) {
                    RawSection { id, data }.append_to(&mut output);
                }
            }
        }
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use wit_component::{StringEncoding, embed_component_metadata};
    use wit_parser::Resolve;

    use super::*;
    use crate::component::inspect;

    /// A module with the exports of the contract, all of which trap, and the given import.
    fn module(import: &str) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_path("wit/v0.1.0").unwrap();
        let world = resolve.select_world(&[package], Some("pack")).unwrap();
        let text = format!(
            r#"(module $named {import}
              (memory (export "memory") 1)
              (func $helper (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
              (func (export "scaffold:pack/generator@0.1.0#describe") (result i32) unreachable)
              (func (export "scaffold:pack/generator@0.1.0#plan")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
              (func (export "scaffold:pack/generator@0.1.0#render")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable))"#
        );
        let mut module = wat::parse_str(text).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        module
    }

    #[test]
    fn a_module_becomes_a_pack_without_names_and_always_the_same() {
        let module = module("");
        let component = componentize(&module).unwrap();
        assert_eq!(component, componentize(&module).unwrap());
        assert!(!Parser::new(0).parse_all(&component).any(|p| matches!(p.unwrap(), Payload::CustomSection(_))));
        let pack = inspect(&component).unwrap();
        assert!(pack.imports.iter().all(|import| import.package() == "scaffold:pack"), "{:?}", pack.imports);
        wasmparser::Validator::new().validate_all(&component).unwrap();
    }

    #[test]
    fn a_module_without_a_world_is_refused() {
        let module = wat::parse_str("(module)").unwrap();
        assert!(matches!(componentize(&module), Err(AuthoringError::NoWorld)));
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for bytes in [&b"\0asm"[..], b"#!/bin/sh\n", &wat::parse_str("(component)").unwrap()] {
            assert!(matches!(componentize(bytes), Err(AuthoringError::NotAModule(_))));
        }
    }

    #[test]
    fn an_import_that_the_contract_does_not_lend_is_named() {
        let error = componentize(&module(r#"(import "env" "getenv" (func))"#)).unwrap_err();
        assert!(matches!(&error, AuthoringError::Unfit(why) if why.contains("env")), "{error}");
    }
}
