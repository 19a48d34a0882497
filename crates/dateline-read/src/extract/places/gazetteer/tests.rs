use std::sync::LazyLock;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| Gazetteer::embedded().unwrap());
const BYTES: &[u8] = include_bytes!("../../../../models/gazetteer.bin");

fn readings(name: &str) -> Vec<String> {
    let g = &*GAZETTEER;
    let iso = |e: Entry<'_>| e.country.map_or("--", |c| &g.country_facts(c).unwrap().iso2).to_owned();
    let all = g.lookup(name).into_iter().map(|c| g.entry(c.place));
    all.map(|e| format!("{}.{} {}", e.class, e.code, iso(e))).collect()
}

#[test]
fn names_have_the_readings_of_real_geography() {
    let check = |name: &str, reading: &str| {
        let all = readings(name);
        assert!(all.iter().any(|r| r == reading), "{name} should be a {reading}, found {all:?}");
    };
    check("Georgia", "A.PCLI GE");
    check("Georgia", "A.ADM1 US");
    check("DAMASCUS", "P.PPLC SY");
    check("Cordoba", "P.PPLA AR");
    check("Córdoba", "P.PPLA2 ES");
    check("Idleb", "A.ADM1 SY");
    check("Hassakeh", "P.PPLA SY");
    check("Deir el-Zour", "P.PPLA SY");
    check("al-Hol", "P.PPLA3 SY");
    check("Calif.", "A.ADM1 US");
    check("N.Y.", "A.ADM1 US");
    check("NSW", "A.ADM1 AU");
    check("St. Louis", "P.PPLA2 US");
    check("the Gaza Strip", "L.RGN PS");
    check("Sahel", "L.RGN --");
    check("Burma", "A.PCLI MM");
    check("UK", "A.PCLI GB");
    check("Scott County", "A.ADM2 US");
    check("Mumbai", "P.PPLA IN");
    check("Côte d’Ivoire", "A.PCLI CI");
}

#[test]
fn entries_lead_to_their_units_and_countries() {
    let g = &*GAZETTEER;
    let city = g.lookup("Aleppo").into_iter().map(|c| g.entry(c.place)).find(|e| e.level == Level::City).unwrap();
    let unit = g.entry(city.admin1.unwrap());
    assert_eq!((unit.name, unit.level, g.admin_code(unit.index)), ("Aleppo", Level::Province, Some("09")));
    let country = g.country("SY").unwrap();
    assert_eq!(city.country, Some(country));
    let facts = g.country_facts(country).unwrap();
    assert_eq!((facts.iso3.as_str(), facts.continent.as_str()), ("SYR", "AS"));
    assert!(facts.neighbours.contains(&g.country("TR").unwrap()));
    assert_eq!(g.entry(facts.capital.unwrap()).name, "Damascus");
    assert!(distance_km((city.lat, city.lon), (36.2, 37.16)) < 10.0);
}

#[test]
fn every_row_is_sound() {
    let g = &*GAZETTEER;
    assert!(g.info().places > 250_000 && g.info().names > 300_000, "{:?}", g.info());
    assert_eq!(g.countries.len(), 250);
    for i in 0..g.info().places as u32 {
        let e = g.entry(PlaceIndex(i));
        assert!(!e.name.is_empty() && e.radius_km >= 1.0, "{e:?}");
        assert!(!g.lookup(e.name).is_empty() || fold(e.name).is_empty(), "{} is not filed under its own name", e.name);
        assert!(e.level != Level::City || e.country.is_some(), "{e:?}");
        assert!(e.admin1.is_none_or(|a| g.entry(a).country == e.country), "{e:?} lies in a unit of another country");
    }
}

#[test]
fn damage_is_an_error_with_a_kind() {
    let check = |bytes: &[u8], kind: &str| assert_eq!(Gazetteer::from_bytes(bytes).unwrap_err().kind(), kind);
    check(b"", "magic");
    check(b"PK\x03\x04 not a gazetteer, but long enough to have a whole header", "magic");
    check(&BYTES[..BYTES.len() - 1], "checksum");
    let mut other = BYTES[..200].to_vec();
    other[8] = 9;
    check(&other, "version");
    assert_eq!(Gazetteer::from_path(Path::new("/nonexistent/gazetteer.bin")).unwrap_err().kind(), "read");
}

/// A file with a valid checksum around the given content.
fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() >= 48 {
        let digest = Sha256::digest(&bytes[48..]);
        bytes[16..48].copy_from_slice(&digest);
    }
    bytes
}

/// A small but complete gazetteer: a country, a unit and a town.
fn tiny() -> Vec<(&'static str, Vec<u8>)> {
    let words = |w: &[u32]| w.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let halves = |w: &[u16]| w.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let entries = [("land".to_owned(), vec![(0, NameRank::Main)]), ("town".to_owned(), vec![(2, NameRank::Main)])];
    let (keys, postings) = names::encode(&entries).unwrap();
    vec![
        ("info", b"test".to_vec()),
        ("country", b"XX\tXXX\tEU\t\t2".to_vec()),
        ("codes", b"A.PCLI\nA.ADM1\nP.PPLC".to_vec()),
        ("admin", b"1\t01".to_vec()),
        ("lablens", vec![4, 4, 4]),
        ("labels", b"LandUnitTown".to_vec()),
        ("ids", words(&[1, 2, 3])),
        ("lats", words(&[0, 0, 0])),
        ("lons", words(&[0, 0, 0])),
        ("people", words(&[0, 0, 0])),
        ("radii", halves(&[1, 1, 1])),
        ("codeof", halves(&[0, 1, 2])),
        ("ctryof", halves(&[0, 0, 0])),
        ("adm1of", words(&[NONE, NONE, 1])),
        ("adm2of", words(&[NONE; 3])),
        ("keys", keys),
        ("postings", postings),
    ]
}

#[test]
fn a_packed_file_reads_back() {
    let g = Gazetteer::from_bytes(&file::pack(&tiny()).unwrap()).unwrap();
    assert_eq!(g.entry(g.lookup("TOWN")[0].place).name, "Town");
    assert_eq!(g.info().name, "test");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn lookups_never_panic(name in ".{0,60}") {
        for c in GAZETTEER.lookup(&name) {
            GAZETTEER.entry(c.place);
        }
    }

    #[test]
    fn any_bytes_load_or_fail(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Gazetteer::from_bytes(&seal([&file::MAGIC[..], &1u32.to_le_bytes(), &bytes].concat()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// A hostile file with a valid checksum: any byte of any section changed, or a section cut short.
    #[test]
    fn a_changed_section_loads_soundly_or_fails(section in 0usize..17, at in 0usize..64, to in any::<u8>(), cut in any::<bool>()) {
        let mut sections = tiny();
        let data = &mut sections[section].1;
        if !data.is_empty() {
            let at = at % data.len();
            if cut { data.truncate(at) } else { data[at] = to }
        }
        if let Ok(g) = Gazetteer::from_bytes(&file::pack(&sections).unwrap()) {
            for i in 0..g.info().places as u32 {
                let e = g.entry(PlaceIndex(i));
                g.country_facts(e.index);
                g.lookup(e.name);
            }
        }
    }
}
