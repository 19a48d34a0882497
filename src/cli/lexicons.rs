//! `dateline lexicons export`, which writes the embedded tables of language data to start from.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::exit::{Exit, Failure};
use crate::words::Lexicons;

/// The description of the event tables, exported beside them.
const README: (&str, &str) = ("events/README.md", crate::words::lexicons::README);

/// What to do with lexicons.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Write the embedded tables to a folder; files that are there already are not touched
    #[command(after_help = "\
Examples:
  dateline lexicons export lexicons
  DATELINE__LEXICONS__DIR=lexicons dateline check")]
    Export {
        /// The folder, made if need be. Tables that you do not change are best deleted: they follow the version then
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

/// Runs `dateline lexicons`.
pub(super) fn run(action: &Action, out: &mut impl Write) -> Result<Exit, Failure> {
    let Action::Export { dir } = action;
    let embedded = Lexicons::embedded();
    let mut written = 0;
    for (name, text) in embedded.iter().chain([README]) {
        let path = dir.join(name);
        written += usize::from(write(&path, text).map_err(|source| {
            Failure::new(Exit::Output, anyhow::Error::from(source).context(format!("cannot write {}", path.display())))
        })?);
    }
    let _ = writeln!(out, "{written} files written to {}", dir.display());
    Ok(Exit::Ok)
}

/// False if the file is there already.
fn write(path: &Path, text: &str) -> io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::File::create_new(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true).inspect_err(|_| {
            // Half a table would be taken for a changed one.
            let _ = fs::remove_file(path);
        }),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::lexicons::read;

    #[test]
    fn what_is_exported_is_what_is_embedded() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("lexicons");
        run(&Action::Export { dir: dir.clone() }, &mut Vec::new()).unwrap();
        assert!(read(Some(&dir)).unwrap().is_embedded());

        fs::write(dir.join("actors/groups.tsv"), "\u{feff}# mine\n").unwrap();
        run(&Action::Export { dir: dir.clone() }, &mut Vec::new()).unwrap();
        let mine = read(Some(&dir)).unwrap();
        assert_eq!(mine.text("actors/groups.tsv"), Some("# mine\n"), "an export touches no file");
        assert!(read(None).unwrap().is_embedded());
    }
}
