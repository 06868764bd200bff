//! A project's own files: what the user wants, and what it resolved to.
