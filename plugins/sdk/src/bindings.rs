//! What `wit-bindgen` makes of the contract. Its types are the SDK's types: nothing is converted on the way out.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../../wit/v0.1.0",
    world: "pack-with-migration",
    additional_derives: [PartialEq],
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "scaffold_pack::bindings",
});
