//! Folders that are embedded while a pack is compiled.
//!
//! What comes out is a list of `include_str!` and `include_bytes!`, so that the compiler tells cargo which files the pack
//! is made of.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Error, LitStr, Result};

/// Where templates are.
const TEMPLATES: &str = "templates";

/// The array of templates.
pub fn templates(input: TokenStream) -> Result<TokenStream> {
    let folder: Option<LitStr> = if input.is_empty() { None } else { Some(syn::parse2(input)?) };
    let span = folder.as_ref().map_or_else(Span::call_site, LitStr::span);
    let below = folder.map(|folder| format!("{TEMPLATES}/{}", folder.value()));
    let found = read(&root(span)?, below.as_deref().unwrap_or(TEMPLATES), span)?;
    let templates = found.into_iter().map(|file| {
        if !file.is_text {
            return Err(Error::new(span, format!("`{}` is no text, and so no template", file.path)));
        }
        let name = below_folder(&file.path, TEMPLATES);
        let path = format!("/{}", file.path);
        Ok(quote! {
            ::scaffold_pack::Template {
                name: #name,
                text: ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path)),
            }
        })
    });
    let templates = templates.collect::<Result<Vec<_>>>()?;
    Ok(quote!([#(#templates),*]))
}

/// The array of assets.
pub fn files(input: TokenStream) -> Result<TokenStream> {
    let folder: LitStr = syn::parse2(input)?;
    let (name, span) = (folder.value(), folder.span());
    let assets = read(&root(span)?, &name, span)?.into_iter().map(|file| {
        let path = below_folder(&file.path, &name);
        let place = format!("/{}", file.path);
        let place = quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #place));
        let contents = if file.is_text {
            quote!(Text(::core::include_str!(#place)))
        } else {
            quote!(Bytes(::core::include_bytes!(#place)))
        };
        quote!(::scaffold_pack::Asset { path: #path, contents: ::scaffold_pack::Contents::#contents })
    });
    Ok(quote!([#(#assets),*]))
}

/// A path without the folder that it begins with.
fn below_folder<'a>(path: &'a str, folder: &str) -> &'a str {
    path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

/// The pack's folder.
fn root(span: Span) -> Result<PathBuf> {
    env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .ok_or_else(|| Error::new(span, "cargo did not say where the pack is"))
}

/// A file of a folder.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    /// Relative to the pack's folder, `/` between names.
    path: String,
    /// As the contract has it: UTF-8 without NUL.
    is_text: bool,
}

/// The files in a folder below `root`, sorted by path.
fn read(root: &Path, folder: &str, span: Span) -> Result<Vec<Found>> {
    let wrong = |why: String| Error::new(span, why);
    let is_name = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', ':']);
    if !folder.split('/').all(is_name) {
        return Err(wrong(format!("`{folder}` is no folder of the pack: write names with `/` between them")));
    }
    let mut files = Vec::new();
    let mut due = vec![folder.to_owned()];
    while let Some(folder) = due.pop() {
        let unreadable = |error: std::io::Error| wrong(format!("`{folder}` can't be read: {error}"));
        for entry in fs::read_dir(root.join(&folder)).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name().into_string().map_err(|name| wrong(format!("{name:?} is no text")))?;
            let path = format!("{folder}/{name}");
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                due.push(path);
            } else if kind.is_file() {
                let bytes =
                    fs::read(entry.path()).map_err(|error| wrong(format!("`{path}` can't be read: {error}")))?;
                let is_text = std::str::from_utf8(&bytes).is_ok() && !bytes.contains(&0);
                files.push(Found { path, is_text });
            } else {
                return Err(wrong(format!("`{path}` is neither a file nor a folder: a pack has no links")));
            }
        }
    }
    if files.is_empty() {
        return Err(wrong(format!("there is no file below `{folder}`")));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// The folder of an empty crate, which goes when this is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("scaffold-pack-derive-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn write(&self, path: &str, bytes: &[u8]) {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }

        fn read(&self, folder: &str) -> std::result::Result<Vec<(String, bool)>, String> {
            let found = read(&self.0, folder, Span::call_site()).map_err(|error| error.to_string())?;
            Ok(found.into_iter().map(|file| (file.path, file.is_text)).collect())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn files_are_found_sorted_and_weighed() {
        let folder = Folder::new("sorted");
        folder.write("t/b/deep/z", b"text");
        folder.write("t/b.txt", b"text\0");
        folder.write("t/.hidden", b"\xff");
        folder.write("other", b"");
        let found = folder.read("t").unwrap();
        let expected = [("t/.hidden", false), ("t/b.txt", false), ("t/b/deep/z", true)];
        assert_eq!(found, expected.map(|(path, is_text)| (path.to_owned(), is_text)));
    }

    #[test]
    fn what_is_no_folder_is_refused() {
        let folder = Folder::new("refused");
        fs::create_dir(folder.0.join("empty")).unwrap();
        assert!(folder.read("empty").unwrap_err().contains("no file below `empty`"));
        assert!(folder.read("absent").unwrap_err().contains("`absent` can't be read"));
        for path in ["", "..", "a/../b", "/etc", "a//b", "a\\b", "C:"] {
            assert!(folder.read(path).unwrap_err().contains("no folder of the pack"), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_and_names_that_are_no_text_are_refused() {
        use std::os::unix::ffi::OsStrExt as _;

        let folder = Folder::new("links");
        fs::create_dir(folder.0.join("t")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.0.join("t/link")).unwrap();
        assert!(folder.read("t").unwrap_err().contains("`t/link` is neither a file nor a folder"));
        folder.write("u/file", b"");
        // Some systems take no such name.
        if fs::write(folder.0.join("u").join(std::ffi::OsStr::from_bytes(b"\xff")), b"").is_ok() {
            assert!(folder.read("u").unwrap_err().contains("is no text"));
        }
    }
}
