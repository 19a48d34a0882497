//! The `dateline` command. Everything is in the library; this hands over and ends with its exit code.

fn main() -> std::process::ExitCode {
    dateline::cli::main()
}
