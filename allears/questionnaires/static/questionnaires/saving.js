// Saves the page's answers a moment after they change. Without it they are saved by the buttons.
// Nothing stays in the browser: while there is no connection the page itself waits, and says so.
"use strict";
(() => {
  const said = document.getElementById("saving");
  const form = document.querySelector("main form[method=post]");
  let timer, busy = false, again = false;
  const field = (name) => {
    let found = form.querySelector(`input[type=hidden][name=${name}]`);
    if (!found) {
      found = Object.assign(document.createElement("input"), { type: "hidden", name });
      form.append(found);
    }
    return found;
  };
  const save = async () => {
    if (busy) { again = true; return; }
    busy = true;
    again = false;
    const data = new FormData(form);
    const body = new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
    body.set("go", "save");
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      const seen = answer.headers.get("X-Allears-Seen");
      if (seen) field("seen").value = seen;
      const words = answer.status === 204 ? (answer.headers.has("X-Allears-Elsewhere") ? "elsewhere" : "saved") : "";
      said.textContent = words ? said.dataset[words] : "";
    } catch {
      said.textContent = said.dataset.offline;
      timer = setTimeout(save, 15_000);
    }
    busy = false;
    if (again) save();
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(save, 800); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("online", () => { if (said.textContent === said.dataset.offline) save(); });
})();
