//! Lexicons from a folder: tables named as those of `dateline_read::words`, which take the place of the embedded ones.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::words::Lexicons;

/// Largest table.
const MAX_BYTES: u64 = 16 << 20;

/// Why a folder of lexicons cannot be used. What is wrong within a table is the extraction's to say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LexiconError {
    /// Something cannot be read.
    #[error("lexicons.dir: cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// No such table.
    #[error("lexicons.dir: {} is no table{}; `dateline lexicons export DIR` writes those there are", path.display(), hint(path))]
    Unknown { path: PathBuf },
    /// Not text.
    #[error("lexicons.dir: {} is not UTF-8 text", path.display())]
    NotText { path: PathBuf },
    /// Larger than [`MAX_BYTES`].
    #[error("lexicons.dir: {} has more than {MAX_BYTES} bytes", path.display())]
    TooLarge { path: PathBuf },
}

/// The table that has the same file name.
fn hint(path: &Path) -> String {
    let embedded = Lexicons::embedded();
    let same = embedded.iter().map(|(name, _)| name).find(|name| Path::new(name).file_name() == path.file_name());
    same.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default()
}

/// The embedded lexicons with those of the folder, if one is named, in their place.
pub(crate) fn read(dir: Option<&Path>) -> Result<Lexicons, LexiconError> {
    let mut lexicons = Lexicons::embedded();
    for (name, path) in dir.map(files).transpose()?.unwrap_or_default() {
        let text = text(&path)?;
        if !lexicons.replace(&name, text) {
            return Err(LexiconError::Unknown { path });
        }
    }
    Ok(lexicons)
}

/// Files of a folder and of the folders in it, with their names relative to it. Hidden ones are left out: Kubernetes
/// mounts configuration by way of them.
fn files(dir: &Path) -> Result<Vec<(String, PathBuf)>, LexiconError> {
    let mut found = Vec::new();
    for (name, path) in entries(dir)? {
        if path.is_dir() {
            found.extend(entries(&path)?.into_iter().map(|(file, path)| (format!("{name}/{file}"), path)));
        } else {
            found.push((name, path));
        }
    }
    found.retain(|(name, _)| !name.ends_with("README.md"));
    Ok(found)
}

fn entries(dir: &Path) -> Result<Vec<(String, PathBuf)>, LexiconError> {
    let unreadable = |source| LexiconError::Unreadable { path: dir.to_owned(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

fn text(path: &Path) -> Result<String, LexiconError> {
    let unreadable = |source| LexiconError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(LexiconError::TooLarge { path: path.to_owned() });
    }
    let text = String::from_utf8(bytes).map_err(|_| LexiconError::NotText { path: path.to_owned() })?;
    // Some editors put a byte order mark there.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table_is_refused() {
        let check = |name: &str, bytes: &[u8], expect: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
            let error = read(Some(folder.path())).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(expect), "{error}");
        };
        check("actors/gruops.tsv", b"", "is no table;");
        check("groups.tsv", b"", "(did you mean actors/groups.tsv?)");
        check("codes/cameo.tsv", b"", "is no table;");
        check("actors/groups.tsv", b"\xff", "not UTF-8");
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        let error = read(Some(&absent)).map(|_| ()).unwrap_err();
        assert!(matches!(error, LexiconError::Unreadable { .. }), "{error}");
        fs::create_dir_all(folder.path().join("..data/actors")).unwrap();
        fs::write(folder.path().join("..data/x"), "").unwrap();
        assert!(read(Some(folder.path())).unwrap().is_embedded());
    }
}
