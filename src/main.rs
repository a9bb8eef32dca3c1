//! The exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tapeline::telemetry::start();
    match tapeline::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tapeline: {error:#}");
            ExitCode::FAILURE
        }
    }
}
