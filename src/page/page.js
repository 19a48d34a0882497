"use strict";
// Links what belongs together in an article, and keeps the status page current. The pages work without it.

for (const story of document.querySelectorAll(".story")) link(story);
const live = document.getElementById("live");
if (live) follow(live);
const pasted = document.getElementById("article");
if (pasted) keep(pasted);

// What was pasted belongs to its place in the history of the window: going back finds it again. Nothing else keeps it.
function keep(field) {
  const kept = history.state?.article;
  if (kept && !field.value) field.value = kept;
  field.form.addEventListener("submit", () => history.replaceState({ article: field.value }, ""));
}

// Spans, events and table rows name what they stand for in data-r; pointing at one shows all of them.
function link(story) {
  const members = new Map();
  for (const node of story.querySelectorAll("[data-r]")) {
    for (const name of node.dataset.r.split(" ")) {
      if (!members.has(name)) members.set(name, []);
      members.get(name).push(node);
    }
  }
  const hint = story.nextElementSibling;
  let lit = [];
  const clear = () => {
    for (const node of lit) node.classList.remove("hit");
    lit = [];
    hint.hidden = true;
  };
  const show = (event) => {
    const node = event.target.closest("[data-r]");
    clear();
    if (!node) return;
    // Under several spans, the link's own target is meant, and what a source says only where nothing else is.
    const names = node.dataset.r.split(" ");
    const target = node.getAttribute("href");
    for (const name of target ? [target.slice(1)] : names.slice(0, 1)) lit.push(...(members.get(name) || []));
    for (const other of lit) other.classList.add("hit");
    if (node.title) {
      hint.textContent = node.title;
      hint.hidden = false;
    }
  };
  story.addEventListener("pointerover", show);
  story.addEventListener("focusin", show);
  story.addEventListener("pointerleave", clear);
  story.addEventListener("focusout", clear);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  // A link into a folded part opens it.
  const reveal = () => {
    const node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!node || !story.contains(node)) return;
    for (let up = node; up; up = up.parentElement) if (up.localName === "details") up.open = true;
    if (node.tabIndex >= -1) node.focus({ preventScroll: false });
  };
  addEventListener("hashchange", reveal);
}

// Asks for the changing part again and puts in what differs, part by part: selections, focus and scroll places stay.
function follow(live) {
  const updated = document.getElementById("updated");
  const pause = document.getElementById("pause");
  const every = Number(live.dataset.every);
  let paused = false, failing = false;
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    updated.textContent = paused ? "Updates are paused." : "";
  });
  const ask = async () => {
    if (paused || document.hidden) return;
    try {
      const answer = await fetch(live.dataset.src, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(String(answer.status));
      put(new DOMParser().parseFromString(await answer.text(), "text/html").body);
      if (failing) updated.textContent = "";
      failing = false;
    } catch {
      if (!failing) updated.textContent = `No answer since ${new Date().toLocaleTimeString()}.`;
      failing = true;
    }
  };
  const put = (fresh) => {
    for (const part of live.querySelectorAll("#health, #figures, #recent, #tables, #about")) {
      const next = fresh.querySelector("#" + part.id);
      if (!next || next.isEqualNode(part)) continue;
      const scrolls = Array.from(part.querySelectorAll(".scroll"), (s) => [s.scrollLeft, s.scrollTop]);
      const focused = Array.from(part.querySelectorAll("a, button, [tabindex]")).indexOf(document.activeElement);
      part.replaceWith(next);
      next.querySelectorAll(".scroll").forEach((s, i) => { if (scrolls[i]) [s.scrollLeft, s.scrollTop] = scrolls[i]; });
      if (focused >= 0) next.querySelectorAll("a, button, [tabindex]")[focused]?.focus({ preventScroll: true });
    }
  };
  setInterval(ask, every);
}
