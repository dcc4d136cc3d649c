// Coding by hand, with a mouse or the keyboard, over pages that do the same with forms.
// A selection in somebody's words opens the desk: themes to give, insights to cite them for. Offsets are sent as
// characters of the words as shown (code points, not UTF-16 units); the server finds them in the words as kept.
(() => {
  const data = document.getElementById("desk");
  const desk = document.getElementById("desk-form");
  if (!data || !desk || !desk.showPopover) return;
  const { themes, recent } = JSON.parse(data.textContent);
  const list = document.getElementById("desk-themes");
  const find = document.getElementById("desk-theme");
  const insight = document.getElementById("desk-insight");
  desk.hidden = false;
  let item = null;      // the words that are being read: their element in the list
  let span = null;      // [start, end] in characters, or null for all of the words
  let chosen = 0;

  const items = () => [...document.querySelectorAll(".reading .item")];
  const wordsOf = (element) => element.querySelector(".words > p");
  const characters = (text) => [...text].length;

  // Where a selection lies in an item's words, or null.
  function selected() {
    const selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const start = range.startContainer.nodeType === 1 ? range.startContainer : range.startContainer.parentElement;
    const element = start && start.closest(".item");
    const words = element && wordsOf(element);
    if (!words || !words.contains(range.startContainer)) return null;
    if (!words.contains(range.endContainer)) range.setEndAfter(words.lastChild);
    const before = document.createRange();
    before.selectNodeContents(words);
    before.setEnd(range.startContainer, range.startOffset);
    const text = range.toString();
    const lead = text.length - text.trimStart().length;
    const from = characters(before.toString()) + characters(text.slice(0, lead));
    const length = characters(text.trim());
    return length ? { element, span: [from, from + length], text: text.trim(), box: range.getBoundingClientRect() } : null;
  }

  function open(found, part) {
    item = found.element;
    span = found.span;
    desk.elements.start.value = span ? span[0] : "";
    desk.elements.end.value = span ? span[1] : "";
    desk.querySelector("[data-passage]").textContent = span ? `“${found.text}”` : "";
    for (const each of desk.querySelectorAll("[data-part]")) {
      each.hidden = !item.dataset[each.dataset.part];
    }
    if (find) { find.value = ""; offer(); }
    if (part === "cite") insight.closest("details").open = true;
    if (!desk.matches(":popover-open")) desk.showPopover();
    place(found.box);
    desk.scrollIntoView({ block: "nearest" });
    const first = part === "cite" ? insight : find || insight;
    if (first && !first.closest("[hidden]")) first.focus({ preventScroll: true });
  }

  function place(box) {
    const room = document.documentElement.clientWidth - desk.offsetWidth - 16;
    const below = box.bottom + 8 + desk.offsetHeight < window.innerHeight;
    const top = below || box.top < desk.offsetHeight ? box.bottom + 8 : box.top - desk.offsetHeight - 8;
    desk.style.left = `${Math.max(16, Math.min(box.left, room)) + window.scrollX}px`;
    desk.style.top = `${top + window.scrollY}px`;
  }

  function close() {
    if (desk.matches(":popover-open")) desk.hidePopover();
    if (item) item.focus({ preventScroll: true });
  }

  // The list of themes: those given last come first while nothing is typed.
  function offer() {
    const typed = find.value.trim().toLowerCase();
    const order = typed ? themes : [...recent.map((ref) => themes.find((t) => t.ref === ref)).filter(Boolean),
      ...themes.filter((t) => !recent.includes(t.ref))];
    const fitting = order.filter((t) => t.name.toLowerCase().includes(typed));
    const rows = fitting.map((t) => option(t.name, t.ref, t, typed));
    if (typed && !themes.some((t) => t.name.toLowerCase() === typed)) {
      rows.push(option(list.dataset.new.replace("%s", find.value.trim()), "", {}, typed));
    }
    list.replaceChildren(...rows);
    choose(0);
  }

  function option(words, ref, theme, typed) {
    const row = document.createElement("li");
    row.className = "desk__option";
    row.role = "option";
    row.id = `desk-option-${ref || "new"}`;
    row.dataset.ref = ref;
    if (!typed && theme.depth) row.dataset.depth = Math.min(theme.depth, 2);
    if (theme.definition) row.title = theme.definition;
    row.append(words);
    const place = recent.indexOf(ref);
    if (!typed && ref && place >= 0 && place < 9) {
      const key = document.createElement("kbd");
      key.textContent = place + 1;
      row.append(key);
    }
    return row;
  }

  function choose(index) {
    const rows = [...list.children];
    chosen = Math.max(0, Math.min(index, rows.length - 1));
    rows.forEach((row, i) => row.setAttribute("aria-selected", i === chosen));
    if (rows[chosen]) {
      find.setAttribute("aria-activedescendant", rows[chosen].id);
      rows[chosen].scrollIntoView({ block: "nearest" });
    } else find.removeAttribute("aria-activedescendant");
  }

  function give(row) {
    if (!row) return;
    send(item.dataset.code, row.dataset.ref ? { theme: row.dataset.ref } : { new_theme: find.value.trim() });
  }

  function remember(ref) {
    const at = recent.indexOf(ref);
    if (at >= 0) recent.splice(at, 1);
    recent.unshift(ref);
    recent.length = Math.min(recent.length, 9);
  }

  // A theme that was just made can be given again at once.
  function learn(element) {
    for (const { ref, name } of JSON.parse((element && element.dataset.given) || "[]")) {
      if (!themes.some((theme) => theme.ref === ref)) themes.push({ ref, name, depth: 0, definition: "" });
      remember(ref);
    }
  }

  function send(url, values) {
    const sent = { ...values, item: "1" };
    if (span) { sent.start = span[0]; sent.end = span[1]; }
    const id = item.id;
    const target = item;
    window.getSelection().removeAllRanges();
    if (desk.matches(":popover-open")) desk.hidePopover();
    for (const said of document.querySelectorAll(".item__said")) said.remove();
    window.htmx.ajax("POST", url, { target, swap: "outerHTML", values: sent }).then(() => {
      item = document.getElementById(id);
      span = null;
      learn(item);
      if (item) item.focus({ preventScroll: true });
    });
  }

  // Going from words to words, and from sentence to sentence.
  function go(step) {
    const all = items();
    const here = Math.max(-1, all.indexOf(item));
    const next = all[Math.max(0, Math.min(all.length - 1, here + step))];
    if (!next) return;
    item = next;
    span = null;
    window.getSelection().removeAllRanges();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  let sentence = -1;
  let since = null;
  function step(extend) {
    if (!item) go(1);
    const words = item && wordsOf(item);
    if (!words) return;
    const text = words.textContent;
    const segments = Intl.Segmenter
      ? [...new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text)]
      : [{ index: 0, segment: text }];
    if (since !== item || window.getSelection().isCollapsed) { sentence = -1; since = item; }
    sentence = sentence + 1 < segments.length ? sentence + 1 : extend ? sentence : 0;
    const { index, segment } = segments[sentence];
    const selection = window.getSelection();
    const [endNode, endAt] = at(words, index + segment.trimEnd().length);
    if (extend && selection.rangeCount) { selection.extend(endNode, endAt); return; }
    const [node, offset] = at(words, index);
    selection.setBaseAndExtent(node, offset, endNode, endAt);
  }

  function at(words, offset) {
    const walk = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    let node = walk.nextNode();
    let last = [words, 0];
    while (node) {
      if (offset <= node.length) return [node, offset];
      offset -= node.length;
      last = [node, node.length];
      node = walk.nextNode();
    }
    return last;
  }

  const typing = (event) => event.target.closest("input, textarea, select, dialog[open]");
  const whole = () => item && { element: item, span: null, text: "", box: wordsOf(item).getBoundingClientRect() };
  const found = () => selected() || whole();

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && desk.matches(":popover-open")) { close(); return; }
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const focused = event.target.closest(".item");
    if (focused) item = focused;
    if (/^[1-9]$/.test(event.key)) {
      const here = found();
      const ref = recent[Number(event.key) - 1];
      if (here && ref && here.element.dataset.code) {
        item = here.element;
        span = here.span;
        send(item.dataset.code, { theme: ref });
        event.preventDefault();
      }
      return;
    }
    const act = {
      j: () => go(1), k: () => go(-1), s: () => step(false), S: () => step(true),
      c: () => { const here = found(); if (here && here.element.dataset.code) open(here, "code"); },
      i: () => { const here = found(); if (here && here.element.dataset.cite) open(here, "cite"); },
      o: () => { const link = item && item.querySelector(".item__open"); if (link) location.assign(link.href); },
      "/": () => { const search = document.getElementById("search-q"); if (search) search.focus(); },
      "?": help,
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  document.addEventListener("pointerup", (event) => {
    if (desk.contains(event.target) || !event.target.closest(".item .words")) return;
    setTimeout(() => {
      const here = selected();
      if (here && (here.element.dataset.code || here.element.dataset.cite)) open(here);
    });
  });
  const leave = (event) => { if (desk.matches(":popover-open") && !desk.contains(event.target)) desk.hidePopover(); };
  for (const way of ["pointerdown", "focusin"]) document.addEventListener(way, leave);

  if (find) {
    find.addEventListener("input", offer);
    find.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1);
      else if (event.key === "Enter") give(list.children[chosen]);
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => give(event.target.closest(".desk__option")));
  }
  insight.addEventListener("change", () => { desk.elements.claim.hidden = Boolean(insight.value); });
  desk.addEventListener("submit", (event) => event.preventDefault());
  desk.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) close();
    const side = event.target.closest("[data-side]");
    if (!side) return;
    if (!insight.value && !desk.elements.claim.value.trim()) { desk.elements.claim.focus(); return; }
    send(item.dataset.cite, { side: side.dataset.side, insight: insight.value, claim: insight.value ? "" : desk.elements.claim.value });
    if (!insight.value) desk.elements.claim.value = "";
  });

  // The help: which keys do what, and which themes the figures give just now.
  const keys = document.querySelector("[data-keys]");
  function help() {
    const named = document.querySelector("[data-recent]");
    if (named) {
      named.textContent = recent.map((ref, i) => `${i + 1} ${(themes.find((t) => t.ref === ref) || {}).name}`).join(", ");
    }
    document.getElementById("keys").showModal();
  }
  if (keys) { keys.hidden = false; keys.addEventListener("click", help); }
})();
