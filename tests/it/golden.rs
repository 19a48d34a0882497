//! Golden files: compared as a whole, rewritten with `DATELINE_UPDATE_GOLDEN=1 cargo test --test it` for review.

use std::fs;
use std::path::PathBuf;

/// Compares text with a committed file.
pub fn compare(path: &str, text: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("DATELINE_UPDATE_GOLDEN").is_some_and(|v| v == "1") {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        return;
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    if committed == text {
        return;
    }
    let line = committed.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
    let show = |text: &str| text.lines().nth(line).unwrap_or("(end)").to_owned();
    panic!(
        "{path} differs from line {} on:\n  committed: {}\n  now:       {}\nIf the change is meant, run \
         DATELINE_UPDATE_GOLDEN=1 cargo test --test it, read the diff and commit it.",
        line + 1,
        show(&committed),
        show(text)
    );
}
