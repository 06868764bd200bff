//! What `wit-bindgen` makes of the contract. Its types are the SDK's types: nothing is converted on the way out.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated")]

/// The other world's export, with the types of the first.
pub mod migrating {
    wit_bindgen::generate!({
        path: "../../wit/v0.1.0",
        inline: "package scaffold:sdk; world migrating { export scaffold:pack/migration@0.1.0; }",
        world: "scaffold:sdk/migrating",
        with: { "scaffold:pack/types@0.1.0": crate::bindings::scaffold::pack::types },
        pub_export_macro: true,
        export_macro_name: "export_migration",
        default_bindings_module: "scaffold_pack::bindings::migrating",
    });
}

wit_bindgen::generate!({
    path: "../../wit/v0.1.0",
    world: "pack",
    additional_derives: [PartialEq],
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "scaffold_pack::bindings",
});
