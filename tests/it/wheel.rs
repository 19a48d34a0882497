//! The Python wheel: built, installed into a bare environment, and what `python/README.md` shows holds there.
//!
//! Needs the Python of `tests/tools.sh`, which has maturin and the wheels that this one depends on. Where it is not there
//! the test is reported as skipped by name; with `DATELINE_TEST_PYTHON_REQUIRED=1` (set by `.ci/run`) it fails instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::recipes::{python, samples, succeeds, table};

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools");

/// Builds the wheel as this test is built: a release would compile everything once more.
fn build(python: &Path, into: &Path) -> PathBuf {
    // The other tests mostly wait; what they wait for must not wait for a compiler.
    let mut maturin = Command::new("nice");
    maturin
        .arg(python.with_file_name("maturin"))
        .args(["build", "--quiet", "--locked", "--profile", "dev", "--out"])
        .arg(into);
    maturin.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/python"));
    succeeds("maturin", maturin.output().unwrap());
    let [wheel] = &fs::read_dir(into).unwrap().map(|e| e.unwrap().path()).collect::<Vec<_>>()[..] else {
        panic!("one wheel")
    };
    wheel.clone()
}

#[test]
fn the_wheel_reads_as_the_command_does() {
    let Some(tools) = python("the_wheel_reads_as_the_command_does") else { return };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let wheel = build(Path::new(&tools), &dir.join("wheel"));
    let name = wheel.file_name().unwrap().to_str().unwrap();
    // One wheel for every Python from 3.10 on.
    let version = env!("CARGO_PKG_VERSION");
    assert!(name.starts_with(&format!("dateline-{version}-cp310-abi3-")), "{name}");

    // Nothing but the wheel and what it says it needs; no registry.
    let venv = dir.join("venv");
    succeeds("venv", Command::new(&tools).args(["-m", "venv"]).arg(&venv).output().unwrap());
    let python = venv.join("bin/python");
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--find-links"]);
    succeeds("pip", install.arg(format!("{TOOLS}/wheels")).arg(&wheel).output().unwrap());

    table(&["extract", "--format", "json"], &dir.join("records.jsonl"));
    for name in ["events", "mentions", "claims", "entities"] {
        let file = dir.join(format!("{name}.parquet"));
        table(&["extract", "--format", "parquet", "--table", name], &file);
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/tests.py");
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/python/README.md");
    let mut check = Command::new(&python);
    check.arg("-I").args([script, readme]).args(samples()).current_dir(dir).env_clear();
    let said = succeeds("python/tests.py", check.output().unwrap());
    assert!(said.ends_with("ok\n"), "{said}");
}
