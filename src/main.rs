//! The `scaffold` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    scaffold::cli::main()
}
