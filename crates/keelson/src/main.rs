//! One binary: the command line and start-up.

mod cli;
mod commands;
mod folder;
mod output;

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;
use tracing_subscriber::EnvFilter;

/// An import and a page make many small allocations on several threads, which this one serves faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    log();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            return output::failed(&format!("The machine gave no threads to run on: {error}."));
        }
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(code) => code,
        Err(error) if output::reader_left(&error) => ExitCode::SUCCESS,
        Err(error) => output::failed(&output::explain(&error)),
    }
}

/// Warnings and errors go to standard error, beside what the commands say; `KEELSON_LOG=info` shows more.
fn log() {
    // What the database library says of a slow statement is the whole statement, which may be a megabyte long.
    let filter = EnvFilter::try_from_env("KEELSON_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,sqlx::query=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
