// Small comforts on top of pages that work without them: dialogs in place, a Copy button, menus and sheets that close,
// forms that count once, and a word when the server does not answer.
(() => {
  const closest = (event, selector) => event.target instanceof Element ? event.target.closest(selector) : null;

  document.addEventListener("click", (event) => {
    const opener = closest(event, "a[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    }
    const cancel = closest(event, "dialog [data-cancel]");
    if (cancel) { event.preventDefault(); cancel.closest("dialog").close(); }
    const copier = closest(event, "[data-copy]");
    if (copier) copy(copier);
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // Whoever tabs on past the end of a menu or a sheet must not walk behind it unseen.
  document.addEventListener("focusin", (event) => {
    const open = document.querySelector("[popover]:not([popover=manual]):popover-open");
    if (open && !open.contains(event.target) && event.target.getAttribute("popovertarget") !== open.id) open.hidePopover();
  });

  // A second press within two seconds of the first is a double click, not a second wish.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
    if (form.dataset.sent && Date.now() - form.dataset.sent < 2000) event.preventDefault();
    else if (!event.defaultPrevented) form.dataset.sent = Date.now();
  });

  // Who goes back is given the page anew; its place in the history tells the server that it is the same form (core/once.py).
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("[data-once]")) return;
    const place = history.state?.place ?? `${Date.now()}-${Math.random()}`;
    history.replaceState({ ...history.state, place }, "");
    event.formData.set("sent_from", place);
  });

  const silence = (is) => { const words = document.getElementById("no-answer"); if (words) words.togglePopover(is); };
  document.addEventListener("htmx:error", () => silence(true));
  document.addEventListener("htmx:response:error", (event) => { if (event.detail.ctx.response.status >= 500) silence(true); });
  document.addEventListener("htmx:before:request", () => silence(false));

  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    const words = button.textContent;
    button.textContent = button.dataset.copied;
    document.getElementById(`${field.id}-status`).textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = words; }, 2000);
  }

  const arrive = (root) => {
    if (navigator.clipboard) for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
    const summary = root.querySelector("#error-summary");
    if (summary) summary.focus();
    if (CSS.supports("scroll-initial-target", "nearest")) return;
    for (const tab of root.querySelectorAll(".tabs__tab[aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "center" });
  };
  document.addEventListener("DOMContentLoaded", () => arrive(document));
  document.addEventListener("htmx:after:swap", () => arrive(document));
})();
