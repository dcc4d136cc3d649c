// Saves the page's answers a moment after they change. Without it they are saved by the buttons.
// What could not be saved waits in this browser, by link and page, until it is; the page that follows, and the thanks,
// clear it away. At a counter (no `data-keep`) nothing waits: the next person uses the same browser.
"use strict";
(() => {
  const OURS = "allears ", MONTH = 30 * 24 * 3600_000, LONGEST_FAREWELL = 60_000;
  const isDone = "done" in document.currentScript.dataset;
  const said = document.getElementById("saving");
  const form = said && document.getElementById("answers");
  const link = location.pathname.split("/").slice(0, 3).join("/") + "/";
  const pageOf = (url) => OURS + new URL(url, location.href).pathname;
  const storage = (kind) => { try { return window[kind]; } catch { return null; } };
  const kept = said && !("keep" in said.dataset) ? null : storage("localStorage");
  const visit = kept && storage("sessionStorage");
  const drafts = () => (kept ? Object.keys(kept).filter((key) => key.startsWith(OURS)) : []);
  const draft = (key) => { try { return JSON.parse(kept.getItem(key)); } catch { return null; } };
  const forget = (key) => kept?.removeItem(key);
  // A file that was chosen goes with the button alone, and waits nowhere: nobody is told that it was saved.
  const unsent = () => [...form.querySelectorAll("[data-unsent]")].find((field) => field.value)?.dataset.unsent;
  const say = (what) => {
    const words = [said.dataset[what], ["saved", "partly", "waits"].includes(what) && unsent()].filter(Boolean).join(" ");
    if (said.textContent !== words) said.textContent = words;
  };

  const post = async (url, body, times, more = {}) => {
    for (const [name, at] of Object.entries(times)) body.set(`${name}.age`, Math.max(0, Date.now() - at));
    try {
      return await fetch(url, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout?.(20_000), ...more });
    } catch {
      return null;
    }
  };
  const isTaken = (answer) => answer?.status === 204 || answer?.status === 422;

  // A page that came after "Next" says that what was sent with it has arrived.
  const sent = visit?.getItem(OURS);
  visit?.removeItem(OURS);
  if (sent && (!form || sent !== pageOf(form.action))) forget(sent);
  for (const key of drafts()) {
    const old = draft(key);
    if (!old || Date.now() - old.at > MONTH || (isDone && key.startsWith(OURS + link))) forget(key);
  }
  document.getElementById("error-summary")?.focus();
  if (!said || !form) return;

  let unheard = null; // what was sent and got no reply: it may have arrived
  let timer, busy = null, changes = 0, acknowledged = 0, tried = 0, wait = 0, times = {}, going = false, pressed = false;
  const isDirty = () => changes > acknowledged;
  const content = () => {
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    body.set("go", "save");
    return body;
  };
  // Of the questions that stood on the form which sent `old` alone: others may have followed from its answers.
  const answersIn = (body, old = body) => {
    const stood = old.get("here")?.split(".");
    const isAnswer = (name) => /^q\d/.test(name) && !name.endsWith(".age") && (!stood || stood.includes(/\d+/.exec(name)[0]));
    return [...body].filter(([name]) => isAnswer(name)).join("&");
  };
  const keep = () => {
    try {
      kept?.setItem(pageOf(form.action), JSON.stringify({ url: form.action, body: String(content()), times, at: Date.now() }));
    } catch { /* full: the page itself still holds everything */ }
  };
  const setField = (name, value) => {
    let found = form.querySelector(`input[type=hidden][name=${name}]`);
    if (!found) form.append(found = Object.assign(document.createElement("input"), { type: "hidden", name }));
    found.value = value;
  };
  const SAVED = said.dataset.saved;
  const learn = (answer) => {
    const left = decodeURIComponent(answer.headers.get("X-Allears-Left") ?? ""), shown = document.getElementById("left");
    if (left && shown) {
      shown.textContent = left;
      said.dataset.saved = `${SAVED} ${left}.`;
    }
    const seen = answer.headers.get("X-Allears-Seen"), own = answer.headers.get("X-Allears-Link");
    if (seen) setField("seen", seen);
    const wrote = answer.headers.get("X-Allears-Wrote");
    if (wrote) setField("wrote", [wrote, ...(form.elements.wrote?.value.split(" ") ?? [])].slice(0, 1000).join(" "));
    if (own && own !== new URL(form.action).pathname + new URL(form.action).search) {
      forget(pageOf(form.action));
      form.action = own;
      history.replaceState(null, "", own);
    }
  };

  // Beside a question that was answered on another device meanwhile stands the way to both answers.
  const meet = (numbers) => {
    for (const number of numbers) {
      const place = document.getElementById(`q${number}-question`), id = `q${number}-met`;
      if (!place || document.getElementById(id)) continue;
      const note = Object.assign(document.createElement("p"), { className: "small", id });
      const address = new URL("../review/", new URL(form.action).origin + new URL(form.action).pathname).href;
      note.append(said.dataset.met + " ", Object.assign(document.createElement("a"), { href: address, textContent: said.dataset.look }));
      place.append(note);
    }
  };
  const metIn = (answer) => (answer.headers.get("X-Allears-Met") ?? "").split(" ").filter(Boolean);

  const send = async (body, then) => {
    const answer = await post(form.action, body, then);
    unheard = answer || !navigator.onLine ? null : { body, then };
    return answer;
  };
  // Sent again as it was, what has arrived changes nothing, and the form learns that it was its own. Nothing where it is
  // through.
  const repeat = async () => {
    const answer = unheard && await send(unheard.body, unheard.then);
    if (!isTaken(answer)) return unheard ? false : answer;
    learn(answer);
    meet(metIn(answer));
    return null;
  };

  const attempt = async () => {
    const until = tried = changes, then = { ...times };
    keep();
    const answer = await repeat() ?? await send(content(), then);
    if (isTaken(answer)) {
      learn(answer);
      acknowledged = until;
      wait = 0;
      for (const name of Object.keys(then)) if (times[name] === then[name]) delete times[name];
      if (isDirty()) keep(); else forget(pageOf(form.action));
      meet(metIn(answer));
      say(answer.headers.has("X-Allears-Elsewhere") ? "elsewhere" : metIn(answer).length ? "met" : answer.status === 422 ? "partly" : pressed ? "back" : "saved");
      pressed = false;
      return true;
    }
    const status = answer ? answer.status : 0;
    if (!answer || status === 429 || status >= 500) {
      wait = status === 429 ? 60_000 : Math.min(60_000, Math.max(1000, wait * 2));
      timer = setTimeout(save, wait * (0.75 + Math.random() / 2));
      say(answer ? "trouble" : "waits");
    } else {
      say(status === 413 ? "large" : status === 403 ? "refused" : answer.headers.get("X-Allears-Why") === "sent" ? "sent" : "closed");
    }
    return false;
  };
  const save = () => {
    clearTimeout(timer);
    busy ||= attempt().finally(() => { busy = null; if (changes > tried && !wait && !going) soon(); });
    return busy;
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(save, 800); };

  const note = (event) => {
    const field = event.target.name ? event.target : event.target.querySelector?.("[name]");
    if (field) times[field.name.split(".")[0]] = Date.now();
    changes += 1;
    if (!wait) soon();
  };
  form.addEventListener("input", note);
  form.addEventListener("change", note);

  // A button waits for what is being saved: otherwise the form would say that it had not seen it. Where there is no
  // connection it says so, instead of the browser's page for errors.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (going || (!busy && !wait && navigator.onLine)) {
      going = true;
      keep();
      visit?.setItem(OURS, pageOf(form.action));
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    pressed = true;
    const waited = wait > 0 || !navigator.onLine;
    const late = new Promise((done) => setTimeout(done, 3000, "late"));
    const came = await Promise.race([save(), waited ? save() : late]);
    if (!came) return;
    pressed = false;
    going = true;
    form.requestSubmit(button);
  });

  // Whoever leaves is not waited for; what did not get through waits here.
  document.addEventListener("visibilitychange", () => { if (document.hidden && isDirty() && !going) save(); });
  addEventListener("pagehide", () => {
    if (!isDirty() || going) return;
    keep();
    const body = content();
    unheard = { body, then: { ...times } };
    if (String(body).length < LONGEST_FAREWELL) post(form.action, body, times, { keepalive: true, signal: undefined });
  });
  addEventListener("pageshow", () => { going = false; });
  addEventListener("online", () => { if (isDirty() || wait) save(); deliver(); });

  // What waited here from an earlier visit.
  const deliver = async () => {
    for (const key of drafts().filter((one) => one.startsWith(OURS + link))) {
      const old = draft(key), here = key === pageOf(form.action);
      if (!old || (here && isDirty())) continue;
      const body = new URLSearchParams(old.body), differs = answersIn(body) !== answersIn(content(), body);
      const answer = await post(old.url, body, old.times);
      if (!isTaken(answer)) continue;
      forget(key);
      const own = answer.headers.get("X-Allears-Link");
      if (own) {
        said.replaceChildren(said.dataset.found + " ", Object.assign(document.createElement("a"), { href: own, textContent: said.dataset.resume }));
      } else if (here && differs && !isDirty()) {
        const again = new URL(form.action);
        for (const number of metIn(answer)) again.searchParams.append("met", number);
        location.replace(again);
      }
    }
  };
  deliver();
})();
