//! Who may ask the pages: people at this address, not other sites in their browsers.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, header};

/// Whether a request may see pages. Bound to loopback, only names of this machine are answered: a site that points its
/// own name here (DNS rebinding) sends that name.
pub(super) fn host_is_ours(headers: &HeaderMap, loopback: bool) -> bool {
    if !loopback {
        return true;
    }
    let Some(host) = headers.get(header::HOST).and_then(|v| v.to_str().ok()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a request that does something comes from one of our own pages, or from no browser at all. Browsers name the
/// site that a form or script belongs to; what they do not send cannot come from one.
pub(super) fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|v| v.to_str().unwrap_or("null"));
    let site = text(&HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    let Some(origin) = text(&header::ORIGIN) else { return true };
    let place = origin.split_once("://").map(|(_, place)| place);
    place.is_some() && place == text(&header::HOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), v.parse().unwrap())).collect()
    }

    #[test]
    fn rebound_names_are_refused_on_loopback() {
        let check = |host: &'static str, expect: bool| {
            assert_eq!(host_is_ours(&headers(&[("host", host)]), true), expect, "{host}");
            assert!(host_is_ours(&headers(&[("host", host)]), false));
        };
        check("localhost:9464", true);
        check("LOCALHOST", true);
        check("127.0.0.1:9464", true);
        check("[::1]:9464", true);
        check("attacker.example:9464", false);
        check("localhost.attacker.example", false);
        check("127.0.0.1.attacker.example:9464", false);
        check("192.168.0.1", false);
        check("", false);
        assert!(!host_is_ours(&headers(&[]), true));
    }

    #[test]
    fn other_sites_are_refused() {
        let check = |pairs: &[(&'static str, &'static str)], expect: bool| {
            assert_eq!(same_origin(&headers(pairs)), expect, "{pairs:?}");
        };
        check(&[("host", "localhost:9464")], true);
        check(
            &[("host", "localhost:9464"), ("origin", "http://localhost:9464"), ("sec-fetch-site", "same-origin")],
            true,
        );
        check(&[("host", "worker.example"), ("origin", "https://worker.example")], true);
        check(&[("host", "localhost:9464"), ("origin", "http://localhost:9465")], false);
        check(&[("host", "localhost:9464"), ("origin", "null")], false);
        check(&[("host", "localhost:9464"), ("origin", "https://attacker.example")], false);
        check(&[("host", "localhost:9464"), ("sec-fetch-site", "cross-site")], false);
        check(&[("host", "localhost:9464"), ("sec-fetch-site", "same-site")], false);
    }
}
