// What readers with a keyboard, a screen reader or weak eyes depend on (after WCAG 2.2 A and AA). Returns the problems.
const problems = [];
const all = (selector) => [...document.querySelectorAll(selector)];
const show = (node) => node.outerHTML.slice(0, 140).replace(/\s+/g, " ");
const visible = (node) => node.checkVisibility({ visibilityProperty: true });
const name = (node) => {
  const by = node.getAttribute("aria-labelledby");
  if (by) return by.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
  const label = node.getAttribute("aria-label") || [...(node.labels || [])].map((l) => l.textContent).join(" ");
  return (label || node.textContent || node.title || "").trim();
};

// The document.
if (!document.documentElement.lang) problems.push("no language");
if (!document.title.trim()) problems.push("no title");
if (all("main").length !== 1) problems.push(`${all("main").length} main landmarks`);
if (!document.querySelector("a.skip")) problems.push("no skip link");
if (all("h1").length !== 1) problems.push(`${all("h1").length} h1`);
let level = 0;
for (const heading of all("h1, h2, h3, h4, h5, h6")) {
  const next = Number(heading.localName[1]);
  if (next > level + 1) problems.push(`heading level ${level} to ${next}: ${show(heading)}`);
  level = next;
  if (!heading.textContent.trim()) problems.push(`empty heading: ${show(heading)}`);
}

// Ids and references.
const ids = new Set();
for (const node of all("[id]")) {
  if (ids.has(node.id)) problems.push(`id twice: ${node.id}`);
  ids.add(node.id);
}
for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
  for (const node of all(`[${attribute}]`)) {
    for (const id of node.getAttribute(attribute).split(" ")) if (!ids.has(id)) problems.push(`${attribute} to nothing: ${show(node)}`);
  }
}
for (const link of all('a[href^="#"]')) {
  if (!ids.has(decodeURIComponent(link.hash.slice(1)))) problems.push(`link to nothing: ${show(link)}`);
}

// Names.
for (const node of all('input, textarea, select, button, a[href], summary, [role="img"], [role="region"], section, nav')) {
  if (!name(node)) problems.push(`no name: ${show(node)}`);
}
for (const node of all("[aria-hidden=true]")) {
  if (node.matches("a, button, input") || node.querySelector("a, button, input")) problems.push(`hidden but reachable: ${show(node)}`);
}
for (const node of all("[tabindex]")) if (node.tabIndex > 0) problems.push(`order of its own: ${show(node)}`);
for (const node of all("svg:not([aria-hidden=true])")) if (node.getAttribute("role") !== "img") problems.push(`picture without a role: ${show(node)}`);

// Structure.
for (const table of all("table")) {
  for (const th of table.querySelectorAll("th")) if (!th.scope) problems.push(`th without scope: ${show(th)}`);
  const widths = new Set([...table.rows].map((row) => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0)));
  if (widths.size > 1) problems.push(`uneven rows: ${show(table)}`);
}
for (const list of all("ul, ol")) if ([...list.children].some((c) => c.localName !== "li")) problems.push(`no list items: ${show(list)}`);
for (const node of all("*")) {
  for (const attribute of node.attributes) {
    if (/^on/.test(attribute.name) || attribute.name === "style") problems.push(`inline ${attribute.name}: ${show(node)}`);
  }
}

// Contrast of all visible text: 4.5, or 3 where it is large.
const parse = (color) => {
  const parts = color.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
};
const luminance = ([r, g, b]) => {
  const linear = (c) => ((c /= 255), c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
};
const contrast = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m);
  return (x + 0.05) / (y + 0.05);
};
const ground = (node) => {
  const layers = [];
  for (let up = node; up; up = up.parentElement) {
    const layer = parse(getComputedStyle(up).backgroundColor);
    layers.push(layer);
    if (layer.alpha === 1) break;
  }
  return layers.reverse().reduce((under, { rgb, alpha }) => under.map((c, i) => c * (1 - alpha) + rgb[i] * alpha), [255, 255, 255]);
};
const variable = (value) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${value})`;
  const { rgb } = parse(getComputedStyle(probe).color);
  probe.remove();
  return rgb;
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const weak = new Map();
while (texts.nextNode()) {
  const node = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || node.closest("script, style, noscript, title, desc, .off") || !visible(node)) continue;
  const style = getComputedStyle(node);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const picture = node.closest("svg");
  const grounds = node.closest(".map svg") ? [variable("--sea"), variable("--land")] : [ground(picture || node)];
  const { rgb } = parse(picture ? style.fill : style.color);
  const least = Math.min(...grounds.map((g) => contrast(rgb, g)));
  if (least < (large ? 3 : 4.5)) weak.set(`${node.localName}.${node.getAttribute("class")}`, `contrast ${least.toFixed(2)}: ${show(node)}`);
}
problems.push(...weak.values());
return problems;
