//! The memory limit that the process runs under: that of its control group.

use std::fs;
use std::path::Path;

/// Bytes; `None` where there is no limit or it cannot be read (no control groups of version 2).
pub(super) fn limit() -> Option<u64> {
    let own = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    // In a container the root of the file system is the group itself.
    let folders = [format!("/sys/fs/cgroup{group}"), "/sys/fs/cgroup".to_owned()];
    folders.iter().find_map(|folder| read(&Path::new(folder).join("memory.max")))
}

/// "max" is no limit.
fn read(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("memory.max");
        let check = |text: &str, expect: Option<u64>| {
            fs::write(&file, text).unwrap();
            assert_eq!(read(&file), expect, "{text:?}");
        };
        check("536870912\n", Some(536_870_912));
        check("max\n", None);
        check("", None);
        assert_eq!(read(&folder.path().join("absent")), None);
    }
}
