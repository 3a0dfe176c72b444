//! What a person at the terminal reads: messages on standard error, data on standard output.
#![expect(
    clippy::print_stderr,
    reason = "the command line speaks to a person here and nowhere else"
)]

use std::process::ExitCode;

/// A line of information.
pub(crate) fn say(message: &str) {
    eprintln!("{message}");
}

/// Says why nothing came of it.
pub(crate) fn failed(message: &str) -> ExitCode {
    eprintln!("keelson: {message}");
    ExitCode::FAILURE
}

/// An error with its causes, outermost first, each said once.
pub(crate) fn explain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            text = if text.is_empty() {
                cause
            } else {
                format!("{text}: {cause}")
            };
        }
    }
    text
}

/// Whether the program that read our output closed it, as `head` does: it has what it wanted, and nothing went wrong.
pub(crate) fn reader_left(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        let json = cause.downcast_ref::<serde_json::Error>();
        io.map(std::io::Error::kind)
            .or(json.and_then(serde_json::Error::io_error_kind))
            == Some(std::io::ErrorKind::BrokenPipe)
    })
}

/// Done, but there is something to look at: rows were refused, or a check found something.
pub(crate) fn with_findings() -> ExitCode {
    ExitCode::from(3)
}
