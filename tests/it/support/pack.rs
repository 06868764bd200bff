//! Packs made of WebAssembly text: small enough to read, and as hostile as a test needs.

use std::path::Path;

use scaffold::component::with_manifest;
use scaffold::model::Manifest;
use serde_json::{Value, json};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::memory::Memory;

/// The contract, as packs are built for it.
pub const CONTRACT: &str = include_str!("../../../wit/v0.1.0/pack.wit");

/// A pack, to be written to a file.
pub struct Pack {
    manifest: Value,
    contract: String,
    imports: String,
    memory: Memory,
    pages: Option<usize>,
    globals: String,
    parameters: String,
    plan: String,
    render: String,
    migration: Option<String>,
}

impl Pack {
    /// A pack that asks nothing and returns nothing.
    pub fn new(name: &str) -> Self {
        let manifest = json!({ "name": name, "version": "0.1.0", "summary": "for a test" });
        let mut memory = Memory::new();
        let nothing = memory.output(&[], &[]);
        Self {
            manifest,
            contract: CONTRACT.to_owned(),
            imports: String::new(),
            memory,
            pages: None,
            globals: String::new(),
            parameters: "(param i32 i32 i32 i32 i32 i32 i32 i32 i32)".to_owned(),
            plan: format!("i32.const {nothing}"),
            render: format!("i32.const {nothing}"),
            migration: None,
        }
    }

    /// Sets a member of the manifest.
    pub fn manifest(mut self, member: &str, value: Value) -> Self {
        self.manifest[member] = value;
        self
    }

    /// Asks the questions of a JSON Schema's properties.
    pub fn questions(self, properties: Value) -> Self {
        self.manifest("questions", json!({ "type": "object", "properties": properties }))
    }

    /// The contract that the pack is built for: its text, which may be changed on the way.
    pub fn contract(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.contract = change(&self.contract);
        self
    }

    /// What the module imports, in WebAssembly text.
    pub fn imports(mut self, wat: &str) -> Self {
        self.imports = wat.to_owned();
        self
    }

    /// Anything else at the module's top level.
    pub fn with(mut self, wat: &str) -> Self {
        self.globals.push_str(wat);
        self
    }

    /// How many pages of 64 KiB the memory starts with.
    pub fn pages(mut self, pages: usize) -> Self {
        self.pages = Some(pages);
        self
    }

    /// The flattened parameters of both phases, where the contract was changed.
    pub fn parameters(mut self, wat: &str) -> Self {
        self.parameters = wat.to_owned();
        self
    }

    /// The body of `plan`.
    pub fn plan(mut self, wat: &str) -> Self {
        self.plan = wat.to_owned();
        self
    }

    /// The body of `render`.
    pub fn render(mut self, wat: &str) -> Self {
        self.render = wat.to_owned();
        self
    }

    /// Makes `plan` answer with what `make` puts into memory.
    pub fn plans(mut self, make: impl FnOnce(&mut Memory) -> u32) -> Self {
        self.plan = format!("i32.const {}", make(&mut self.memory));
        self
    }

    /// Makes `render` answer with what `make` puts into memory.
    pub fn renders(mut self, make: impl FnOnce(&mut Memory) -> u32) -> Self {
        self.render = format!("i32.const {}", make(&mut self.memory));
        self
    }

    /// Puts the facts of all offers that `render` is given into its last contribution, which is of lines.
    ///
    /// An offer as its taker sees it is five texts, the facts the last of them; the lines are the last of `output`'s
    /// second list, and 56 bytes long, of which the first 12 are the path and the case.
    pub fn lists_what_it_takes(mut self) -> Self {
        let room = self.memory.place(&[0; 64 * 8]);
        let output = self.render.clone();
        self.render = format!(
            r"(local $at i32) (local $last i32)
            (local.set $last (i32.sub
                (i32.add (i32.load offset=12 ({output})) (i32.mul (i32.load offset=16 ({output})) (i32.const 56)))
                (i32.const 56)))
            (i32.store offset=12 (local.get $last) (i32.const {room}))
            (i32.store offset=16 (local.get $last) (local.get 8))
            (block $done (loop $next
                (br_if $done (i32.ge_u (local.get $at) (local.get 8)))
                (i64.store
                    (i32.add (i32.const {room}) (i32.mul (local.get $at) (i32.const 8)))
                    (i64.load offset=32 (i32.add (local.get 7) (i32.mul (local.get $at) (i32.const 40)))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $next)))
            {output}"
        );
        self
    }

    /// Carries every set of answers over to these.
    pub fn migrates_to(mut self, answers: &Value) -> Self {
        let text = self.memory.string(&answers.to_string());
        let migrated = self.memory.place(&[vec![0; 4], text].concat());
        self.migration = Some(format!("i32.const {migrated}"));
        self
    }

    /// Gives every template of `render` the pack's answers as its values.
    ///
    /// A contribution is 56 bytes long. Where its body is a file (0, at 8) of text (1, at 12) that is rendered (1, at 16),
    /// the values are at 28: an address and a length.
    pub fn renders_answers(mut self) -> Self {
        let output = self.render.clone();
        self.render = format!(
            r"(local $at i32) (local $end i32)
            (local.set $at (i32.load offset=12 ({output})))
            (local.set $end (i32.add (local.get $at) (i32.mul (i32.load offset=16 ({output})) (i32.const 56))))
            (block $done (loop $next
                (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
                (if (i32.and
                        (i32.eqz (i32.load8_u offset=8 (local.get $at)))
                        (i32.and (i32.load8_u offset=12 (local.get $at)) (i32.load8_u offset=16 (local.get $at))))
                    (then
                        (i32.store offset=28 (local.get $at) (local.get 5))
                        (i32.store offset=32 (local.get $at) (local.get 6))))
                (local.set $at (i32.add (local.get $at) (i32.const 56)))
                (br $next)))
            {output}"
        );
        self
    }

    /// Makes `render` return these files.
    pub fn files(self, files: &[(&str, &str)]) -> Self {
        self.renders(|memory| {
            let contributions: Vec<_> = files
                .iter()
                .map(|(path, text)| {
                    let text = memory.literal(text);
                    memory.file(path, text, false)
                })
                .collect();
            memory.output(&[], &contributions)
        })
    }

    /// Makes `render` return one file of one template.
    pub fn template(self, path: &str, template: &str, values: Value) -> Self {
        self.renders(|memory| {
            let source = memory.template("file.j2", template);
            let rendering = memory.rendering("file.j2", &values.to_string());
            let file = memory.file(path, rendering, false);
            memory.output(&[source], &[file])
        })
    }

    /// The core module.
    pub fn module(&self) -> Vec<u8> {
        let version = package_version(&self.contract);
        let parameters = format!("{} (result i32)", self.parameters);
        let wat = format!(
            r#"(module
                {imports}
                (memory (export "memory") {pages})
                {data}
                {globals}
                (global $heap (mut i32) (i32.const {heap}))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
                    (global.set $heap (i32.add (local.get $at) (local.get 3)))
                    (block $fits
                        (br_if $fits (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
                        (drop (memory.grow (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1)))))
                    (local.get $at))
                (func (export "scaffold:pack/generator@{version}#describe") (result i32) unreachable)
                {migration}
                (func $plan (export "scaffold:pack/generator@{version}#plan") {parameters} {plan})
                (func $render (export "scaffold:pack/generator@{version}#render") {parameters} {render}))"#,
            imports = self.imports,
            pages = self.pages.unwrap_or_default().max(self.memory.pages()),
            data = self.memory.to_wat(),
            globals = self.globals,
            heap = (self.memory.pages() - 1) * 65_536,
            plan = self.plan,
            render = self.render,
            migration = self.migration.as_ref().map_or(String::new(), |body| format!(
                "(func (export \"scaffold:pack/migration@{version}#migrate\") (param i32 i32 i32 i32) (result i32) {body})"
            )),
        );
        wat::parse_str(&wat).unwrap_or_else(|error| panic!("{error}\n{wat:.4000}"))
    }

    /// The core module as a compiler leaves it: with the type of its world.
    pub fn module_with_world(&self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("pack.wit", &self.contract).unwrap();
        let world = if self.migration.is_some() { "pack-with-migration" } else { "pack" };
        let world = resolve.select_world(&[package], Some(world)).unwrap();
        let mut module = self.module();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        module
    }

    /// The component, without the section that holds the manifest.
    pub fn bare(&self) -> Vec<u8> {
        let module = self.module_with_world();
        ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
    }

    /// The finished pack.
    pub fn wasm(&self) -> Vec<u8> {
        let manifest: Manifest = serde_json::from_value(self.manifest.clone()).unwrap();
        with_manifest(&self.bare(), &manifest).unwrap()
    }

    /// Writes the finished pack to a file.
    pub fn write(&self, file: &Path) {
        std::fs::write(file, self.wasm()).unwrap();
    }
}

fn package_version(contract: &str) -> &str {
    let line = contract.lines().find(|line| line.starts_with("package ")).unwrap();
    line.trim_end_matches(';').rsplit('@').next().unwrap()
}
