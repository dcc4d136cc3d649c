// Single keys in the builder, never while somebody writes; whoever wants none switches them off on this device.
(() => {
  const KEPT = "allears.shortcuts";
  const help = document.getElementById("shortcuts");
  const box = document.getElementById("shortcuts-on");
  const writes = (one) => one.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  try { box.checked = localStorage.getItem(KEPT) !== "off"; } catch { /* it cannot be kept here */ }
  box.addEventListener("change", () => {
    try { localStorage.setItem(KEPT, box.checked ? "on" : "off"); } catch { /* it cannot be kept here */ }
  });

  function step(here, by) {
    const rows = [...document.querySelectorAll(".qrow")];
    const at = here ? rows.indexOf(here) + by : by > 0 ? 0 : rows.length - 1;
    rows[at]?.querySelector("[data-handle]").focus();
  }

  function add() {
    const page = document.activeElement.closest(".qpage") || [...document.querySelectorAll(".qpage")].at(-1);
    const menu = page.querySelector("[data-key=n]").parentElement;
    menu.open = true;
    menu.querySelector("a").focus();
  }

  function go(key) {
    const here = document.activeElement.closest(".qrow");
    if (key === "?") help.showModal();
    else if (key === "j" || key === "k") step(here, key === "j" ? 1 : -1);
    else if (key === "n") add();
    else if (key === "m" && here) {
      const handle = here.querySelector("[data-handle]");
      handle.focus();
      handle.dispatchEvent(new Event("pick", { bubbles: true }));
    } else here?.querySelector(`[data-key="${key}"]`)?.click();
  }

  document.addEventListener("click", (event) => { if (event.target.closest("#shortcuts-open")) help.showModal(); });
  document.addEventListener("keydown", (event) => {
    if (help.open || document.querySelector(".is-picked") || event.defaultPrevented || writes(event.target)) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const button = document.getElementById(key === "y" || event.shiftKey ? "redo" : "undo");
    if (command && (key === "z" || key === "y")) {
      if (button) { event.preventDefault(); button.click(); }
    } else if (box.checked && !command && !event.altKey && /^[?jknemdx]$/.test(key)) {
      event.preventDefault();
      go(key);
    }
  });

  const arrive = () => { document.getElementById("shortcuts-open").hidden = false; };
  document.addEventListener("htmx:after:swap", arrive);
  arrive();
})();
