//! Numbers with their units, as people read them.

use std::time::Duration;

/// "12,345", with narrow spaces for commas as ISO 80000 has it.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// To one decimal, or none from 100 on.
pub(super) fn decimal(value: f64) -> String {
    if value >= 100.0 { thousands(value.round() as u64) } else { format!("{value:.1}") }
}

/// A duration with its unit, to two or three digits.
pub(super) fn seconds(value: f64) -> String {
    match value {
        v if v < 0.001 => format!("{:.0} µs", v * 1e6),
        v if v < 0.01 => format!("{:.1} ms", v * 1e3),
        v if v < 1.0 => format!("{:.0} ms", v * 1e3),
        v if v < 100.0 => format!("{v:.1} s"),
        v => format!("{:.0} min", v / 60.0),
    }
}

/// Bytes in binary units.
pub(super) fn bytes(n: i64) -> String {
    match n {
        n if n >= 1 << 20 => format!("{:.1} MiB", n as f64 / f64::from(1 << 20)),
        n if n >= 1 << 10 => format!("{} KiB", n >> 10),
        n => format!("{n} B"),
    }
}

/// "3 d 4 h", "5 min", "12 s".
pub(super) fn span(time: Duration) -> String {
    let s = time.as_secs();
    match s {
        s if s >= 86_400 => format!("{} d {} h", s / 86_400, s / 3600 % 24),
        s if s >= 3600 => format!("{} h {} min", s / 3600, s / 60 % 60),
        s if s >= 60 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_units() {
        assert_eq!(thousands(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!((thousands(0), thousands(999)), ("0".to_owned(), "999".to_owned()));
        let check = |value: f64, expect: &str| assert_eq!(seconds(value), expect);
        check(0.000_25, "250 µs");
        check(0.0025, "2.5 ms");
        check(0.25, "250 ms");
        check(2.5, "2.5 s");
        check(600.0, "10 min");
        assert_eq!((bytes(12), bytes(2048), bytes(3 << 20)), ("12 B".into(), "2 KiB".into(), "3.0 MiB".into()));
        assert_eq!(span(Duration::from_secs(90_000)), "1 d 1 h");
    }
}
