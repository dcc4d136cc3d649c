// The question on somebody else's page: in a shadow of its own, so that neither page changes the other's looks. It sets
// no cookie and loads nothing. Only after a click their own browser notes that they were asked: for a week after "Not
// now", else for good. A preview notes nothing.
(function (told, script) {
  "use strict";
  var note = "allears-" + told.id, data = (script && script.dataset) || {};
  var preview = data.preview !== undefined, week = 7 * 24 * 3600 * 1000;
  try {
    var noted = preview ? null : localStorage.getItem(note);
    if (noted && !(Number(noted) <= Date.now())) return;
  } catch (e) { /* no storage: nothing was noted */ }
  if (data.share && Math.random() >= Number(data.share)) return;

  function make(tag, words, more) {
    var node = document.createElement(tag);
    if (words) node.textContent = words;
    for (var name in more || {}) node.setAttribute(name, more[name]);
    return node;
  }

  function link(words, query, kind) {
    return make("a", words, { href: told.url + query, target: "_blank", rel: "noopener", class: kind });
  }

  function show() {
    var host = make("div"), root = host.attachShadow({ mode: "closed" });
    var box = make("section", "", { lang: told.language, dir: told.dir, "aria-label": told.label, class: data.place ? "box" : "box corner" });
    function away(noted) {
      try { if (!preview) localStorage.setItem(note, noted); } catch (e) { /* then it cannot be noted */ }
      host.remove();
    }
    function later() { away(String(Date.now() + week)); }
    function opened(event) { if (event.target.tagName === "A" && event.button < 2) setTimeout(away, 0, "opened"); }
    box.append(make("p", told.asks, { class: "small" }), make("p", told.problem, { class: "problem" }));
    if (told.opener) {
      box.append(make("p", told.opener.text, { class: "question" }));
      var steps = told.opener.steps, row = make("p", "", { class: steps ? "steps" : "row" });
      if (steps) row.style.setProperty("--n", steps);
      told.opener.clicks.forEach(function (click) { row.append(link(click[0], click[1], "pick")); });
      box.append(row);
      if (told.opener.ends) box.append(make("p", told.opener.ends, { class: "small" }));
    }
    var onward = make("p", "", { class: "row" }), notNow = make("button", told.later, { type: "button" });
    var never = make("button", told.never, { type: "button" });
    notNow.addEventListener("click", later);
    never.addEventListener("click", function () { away("no"); });
    box.addEventListener("keydown", function (event) { if (event.key === "Escape") later(); });
    box.addEventListener("click", opened);
    box.addEventListener("auxclick", opened);
    onward.append(link(told.answer, "", "answer"), notNow, never);
    box.append(onward, make("p", told.note, { class: "small" }));
    var sheet = new CSSStyleSheet();
    sheet.replaceSync(told.css);
    root.adoptedStyleSheets = [sheet];
    root.append(box);
    (data.place && document.querySelector(data.place) || document.body).append(host);
  }

  function begin() { setTimeout(show, Number(data.after || 0) * 1000); }
  if (document.body) begin(); else addEventListener("DOMContentLoaded", begin);
})
