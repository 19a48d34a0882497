#!/usr/bin/env python3
"""Makes land.txt, the outlines behind the maps, from Natural Earth's 1:50m countries.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python3 src/page/data/land.py package/countries-50m.json > src/page/data/land.txt

Arcs are simplified (Douglas-Peucker) before rings are put together, so coasts and borders still meet. Rings too small
to be seen at the closest zoom are left out.
"""
import json
import sys

TOLERANCE = 0.025  # degrees
SMALLEST = 0.1  # degrees: extent of the smallest ring kept

HEADER = """\
# Outlines of land (L, closed rings) and land borders between countries (B, lines), for maps.
# Origin: Natural Earth 4.1, admin 0 countries 1:50m (naturalearthdata.com), public domain, as redistributed in
# TopoJSON by the npm package world-atlas 2.0.2 (ISC). Borders are Natural Earth's de facto ones.
# Made by land.py: simplified to 0.025 degrees. Format: kind, then longitude and latitude of the first point in
# hundredths of a degree, then the steps from point to point.
"""


def main(path):
    topology = json.load(open(path))
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(simplify(points))
    out = [HEADER]
    for polygon in polygons(topology["objects"]["land"]):
        for ring in polygon:
            for points in halves(join(arcs, ring)):
                if extent(points) >= SMALLEST:
                    out.append("L " + steps(points))
    seen = {}
    for country in topology["objects"]["countries"]["geometries"]:
        for polygon in polygons(country):
            for ring in polygon:
                for arc in ring:
                    seen.setdefault(arc if arc >= 0 else ~arc, set()).add(id(country))
    for arc, owners in sorted(seen.items()):
        if len(owners) > 1:
            out.append("B " + steps(arcs[arc]))
    sys.stdout.write(out[0] + "\n".join(out[1:]) + "\n")


def polygons(geometry):
    if geometry["type"] == "GeometryCollection":
        return [p for g in geometry["geometries"] for p in polygons(g)]
    if geometry["type"] == "Polygon":
        return [geometry["arcs"]]
    return geometry.get("arcs", [])


def join(arcs, ring):
    points = []
    for arc in ring:
        part = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
        points.extend(part if not points else part[1:])
    return points


def halves(points):
    """A ring across the antimeridian as its two halves; Antarctica, which goes all around, as it is."""
    if min(y for _, y in points) < -80:
        return [points]
    around, turns = [points[0]], 0
    for (x0, _), (x, y) in zip(points, points[1:]):
        turns += (x - x0 < -180) - (x - x0 > 180)
        around.append((x + 360 * turns, y))
    if all(-180 <= x <= 180 for x, _ in around):
        return [around]
    shifted = [[(x + 360 * turn, y) for x, y in around] for turn in (-1, 0, 1)]
    return [part for part in (cut(cut(s, -180, 1), 180, -1) for s in shifted) if len(part) > 2]


def cut(points, at, sign):
    """The part of a ring on one side of a meridian (Sutherland and Hodgman)."""
    out = []
    for (x0, y0), (x1, y1) in zip(points[-1:] + points, points):
        a, b = sign * (x0 - at), sign * (x1 - at)
        if (a < 0) != (b < 0):
            out.append((at, y0 + (y1 - y0) * a / (a - b)))
        if b >= 0:
            out.append((x1, y1))
    return out


def extent(points):
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def simplify(points):
    keep = {0, len(points) - 1}
    stack = [(0, len(points) - 1)]
    if points[0] == points[-1] and len(points) > 3:
        # A closed arc: its ends are one point, so it is cut at the one farthest from it.
        far = max(range(len(points)), key=lambda i: distance(points[i], points[0], points[0]))
        keep.add(far)
        stack = [(0, far), (far, len(points) - 1)]
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        far = max(range(a + 1, b), key=lambda i: distance(points[i], points[a], points[b]))
        if distance(points[far], points[a], points[b]) > TOLERANCE:
            keep.add(far)
            stack += [(a, far), (far, b)]
    return [points[i] for i in sorted(keep)]


def distance(p, a, b):
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0 if length == 0 else max(0, min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length))
    return ((p[0] - a[0] - t * dx) ** 2 + (p[1] - a[1] - t * dy) ** 2) ** 0.5


def steps(points):
    numbers, last = [], (0, 0)
    for x, y in points:
        point = round(x * 100), round(y * 100)
        if not numbers or point != last:
            numbers += [point[0] - last[0], point[1] - last[1]]
        last = point
    return " ".join(map(str, numbers))


main(sys.argv[1])
