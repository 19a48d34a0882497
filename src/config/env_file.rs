//! Environment files: `NAME=value` lines that mean the same to everybody who reads such files.
//!
//! systemd (`EnvironmentFile=`), Docker and Podman (`--env-file`), Compose (`env_file`) and Kubernetes (`--from-env-file`,
//! kustomize) agree on plain lines and on little else. Docker and Kubernetes take everything after `=` as it stands;
//! systemd and Compose take quotes away and read backslashes; Compose expands `$` and ends a value at ` #`; systemd
//! strips spaces around it; Kubernetes refuses a name that comes twice. So a line is read only if all of them read it alike, and refused with its number
//! otherwise: a password with a `$` in it must not depend on who started the worker.
//!
//! Only lines for Dateline are judged, and those that could swallow the next one: `.env` may be somebody else's too.
//! Errors never quote a value.

use std::collections::BTreeMap;

/// A line that sets a variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub number: usize,
    pub name: String,
    pub value: String,
}

/// A line that cannot be read, by its number, and why.
pub(super) type Fault = (usize, String);

/// Reads a file's lines. `concerns` tells whether a name is meant for us.
pub(super) fn parse(bytes: &[u8], concerns: impl Fn(&str) -> bool) -> (Vec<Line>, Vec<Fault>) {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    if bytes.starts_with(b"\xef\xbb\xbf") {
        faults.push((1, "begins with a byte order mark, which systemd takes for a part of the name".to_owned()));
    }
    for (number, bytes) in (1..).zip(bytes.split(|b| *b == b'\n')) {
        let line = match std::str::from_utf8(bytes.strip_suffix(b"\r").unwrap_or(bytes)) {
            Ok(line) => line.trim_start().trim_start_matches('\u{feff}'),
            Err(_) => {
                faults.push((number, "is not UTF-8".to_owned()));
                continue;
            }
        };
        match read(line, &concerns) {
            Ok(None) => {}
            Ok(Some((name, value))) => match seen.insert(name.to_owned(), number) {
                Some(first) => {
                    faults.push((number, format!("sets {name} again (line {first}); Kubernetes refuses that")))
                }
                None => lines.push(Line { number, name: name.to_owned(), value: value.to_owned() }),
            },
            Err(reason) => faults.push((number, reason)),
        }
    }
    (lines, faults)
}

/// Name and value of a line for us.
fn read<'l>(line: &'l str, concerns: &impl Fn(&str) -> bool) -> Result<Option<(&'l str, &'l str)>, String> {
    if line.ends_with('\\') {
        return Err("ends in a backslash: systemd joins the next line to it, others do not".to_owned());
    }
    if line.is_empty() || line.starts_with(['#', ';']) {
        return Ok(None);
    }
    let (name, value) = line.split_once('=').map_or((line, None), |(name, value)| (name, Some(value)));
    // Whatever stands before the name, or around it.
    let bare = name.trim().strip_prefix("export ").unwrap_or(name).trim();
    if !concerns(bare) {
        let open = value.and_then(|v| v.trim().chars().next()).filter(|c| ['"', '\''].contains(c));
        return match (open, value.map(str::trim)) {
            (Some(quote), Some(value)) if value.len() < 2 || !value.ends_with(quote) => {
                Err("opens a quote and does not close it: some read on into the next line".to_owned())
            }
            _ => Ok(None),
        };
    }
    let Some(value) = value else {
        return Err(format!("names {bare} without a value; write {bare}=value"));
    };
    if bare != name {
        return Err(format!("has more than the name before `=`; write {bare}=value"));
    }
    let trap = if value.trim() != value {
        "begins or ends with a space, which systemd and Compose strip"
    } else if value.contains(['"', '\'', '`']) {
        "has a quote, which systemd and Compose take away and Docker and Kubernetes keep; spaces need none"
    } else if value.contains('\\') {
        "has a backslash, which systemd takes away and others keep"
    } else if value.contains('$') {
        "has a $, which Compose and shells expand and others do not"
    } else if value.starts_with('#') || value.contains(" #") || value.contains("\t#") {
        "has a # where Compose begins a comment and others do not"
    } else if value.contains(char::is_control) {
        "has a control character"
    } else {
        return Ok(Some((name, value)));
    };
    let remedy = match name.strip_suffix("_FILE").unwrap_or(name) {
        "DATELINE__KAFKA__SASL_PASSWORD" | "DATELINE__KAFKA__SSL_KEY_PASSWORD" => {
            format!("write the secret to a file and set {}_FILE to its path", name.trim_end_matches("_FILE"))
        }
        _ => "leave it out, or set it in a TOML file (--config-dir)".to_owned(),
    };
    Err(format!("means different things to different readers: the value of {name} {trap}; {remedy}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8]) -> (Vec<(usize, String, String)>, Vec<Fault>) {
        let (lines, faults) = parse(text, |name| name.starts_with("DATELINE"));
        (lines.into_iter().map(|l| (l.number, l.name, l.value)).collect(), faults)
    }

    #[test]
    fn plain_lines_are_read_as_everybody_reads_them() {
        let text = b"# comment with \" and $\n\n  ; another\nDATELINE__A=x y=z#1\r\nDATELINE__B=\nOTHER=\"a b\"\nlone\nexport FOO=$BAR\nDATELINE__C=\xc3\xa9,;&|<>*";
        let line = |n, name: &str, value: &str| (n, name.to_owned(), value.to_owned());
        let expect =
            vec![line(4, "DATELINE__A", "x y=z#1"), line(5, "DATELINE__B", ""), line(9, "DATELINE__C", "é,;&|<>*")];
        assert_eq!(check(text), (expect, Vec::new()));
    }

    #[test]
    fn lines_that_mean_different_things_are_refused_and_never_quoted() {
        let refused = |line: &[u8], says: &str| {
            let (lines, faults) = check(&[b"# first\n", line].concat());
            assert!(lines.is_empty(), "{lines:?}");
            let [(2, reason)] = &faults[..] else { panic!("{}: {faults:?}", String::from_utf8_lossy(line)) };
            assert!(reason.contains(says) && !reason.contains("pl4nted"), "{reason}");
        };
        for line in ["\"pl4nted\"", "`pl4nted`", "'pl4nted'", "pl'4nted", "\"pl4nted"] {
            refused(format!("DATELINE__A={line}").as_bytes(), "has a quote");
        }
        refused(b"DATELINE__A=pl4nted$HOME", "has a $");
        refused(b"DATELINE__A=pl4nted #x", "has a #");
        refused(b"DATELINE__A=#pl4nted", "has a #");
        refused(b"DATELINE__A=pl4\\nted", "backslash, which systemd");
        refused(b"DATELINE__A=pl4nted\\", "ends in a backslash");
        refused(b"OTHER=pl4nted\\", "ends in a backslash");
        refused(b"OTHER=\"pl4nted", "opens a quote");
        refused(b"DATELINE__A=pl4nted ", "space");
        refused(b"DATELINE__A= pl4nted", "space");
        refused(b"DATELINE__A =pl4nted", "write DATELINE__A=value");
        refused(b"export DATELINE__A=pl4nted", "write DATELINE__A=value");
        refused(b"DATELINE__A", "without a value");
        refused(b"DATELINE__A=pl4\x07nted", "control");
        refused(b"DATELINE__A=pl4nted\xff", "not UTF-8");
        refused(b"DATELINE__KAFKA__SASL_PASSWORD=pl4nted$", "set DATELINE__KAFKA__SASL_PASSWORD_FILE to its path");
        let (lines, faults) = check(b"DATELINE__A=1\nDATELINE__A=2");
        assert_eq!((lines.len(), faults[0].0), (1, 2));
        assert!(faults[0].1.contains("(line 1)"), "{faults:?}");
        assert!(check(b"\xef\xbb\xbfDATELINE__A=1").1[0].1.contains("byte order mark"));
    }
}
