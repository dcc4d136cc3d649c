// At the counter: whoever has been quiet for a minute is asked whether they are still there; without an answer the
// next visit begins. On the thanks it begins by itself. Each tap and each key is a sign of life.
"use strict";
(() => {
  const QUIET = 60_000, ASKED = 20_000;
  const dialog = document.getElementById("still-there");
  const thanks = document.querySelector("[data-thanks]");
  const form = document.getElementById("answers");
  // Else a page that comes by "back" has ticked again what was ticked on it by whoever stood here before.
  form?.setAttribute("autocomplete", "off");
  let answered = false;
  // Whoever went away without a button has answered all the same: it is kept as begun, as everywhere else.
  const keep = () => {
    if (!answered || !form) return;
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    body.set("go", "pause");
    return fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => null);
  };
  const anew = async () => { await keep(); location.replace(dialog.dataset.start); };
  let timer;
  const after = (wait, what) => { clearTimeout(timer); timer = setTimeout(what, wait); };
  const ask = () => { dialog.showModal(); after(ASKED, anew); };
  const alive = () => {
    if (dialog.open) return;
    if (thanks) after(Number(thanks.dataset.thanks) * 1000, anew);
    else after(QUIET, ask);
  };
  const stay = () => { dialog.close(); alive(); };
  dialog.querySelector("[data-stay]").addEventListener("click", stay);
  dialog.querySelector("a").addEventListener("click", (event) => { event.preventDefault(); anew(); });
  form?.addEventListener("input", () => { answered = true; });
  form?.addEventListener("submit", () => { answered = false; });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  for (const sign of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(sign, alive, { passive: true });
  // A page taken out of the browser's memory by "back" asks the server again, who knows whose visit it was.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  alive();
})();
