// Pages and questions are moved by drag and by keyboard, and what happened is said. Without it there are buttons.
(() => {
  const words = document.getElementById("moving");
  const kindOf = (row) => row.dataset.row.split(":")[0];
  const rowsOf = (kind, root = document) => [...root.querySelectorAll(`[data-row^="${kind}:"]`)];
  const nameOf = (row) => row.querySelector(kindOf(row) === "page" ? ".qpage__title" : ".qrow__text span[dir]").textContent.trim();
  const pageOf = (row) => row.parentElement.closest(".qpage");
  const end = (page) => page.querySelector(":scope > .menu");
  const handleOf = (row) => row.querySelector("[data-handle]");

  function say(text, parts = {}) {
    const whole = text.replace(/\{(\w+)\}/g, (_all, name) => parts[name]);
    document.getElementById("moving-said").textContent = whole;
  }

  function tell(row) {
    const page = kindOf(row) === "question" ? pageOf(row) : null;
    const among = page ? rowsOf("question", page) : rowsOf("page");
    const parts = { name: nameOf(row), place: among.indexOf(row) + 1, count: among.length };
    if (page) parts.page = rowsOf("page").indexOf(page) + 1;
    say(page ? words.dataset.movedPage : words.dataset.moved, parts);
  }

  // --- what is kept -----------------------------------------------------------------------------------------
  let after = null; // the row that was moved and what had the focus, for when the editor has come anew

  function save(row) {
    const order = document.getElementById("order");
    const now = [...document.querySelectorAll("[data-row]")].map((one) => one.dataset.row).join();
    if (now === order.elements.order.value) return;
    order.elements.order.value = now;
    after = { row: row.dataset.row, focus: handleOf(row).id };
    order.requestSubmit();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row] button:is([value=up], [value=down])");
    if (button) after = { row: button.closest("[data-row]").dataset.row, focus: button.id };
  });

  function reach(control) { // one in a menu that came anew, and closed, as well
    const menu = control.closest("details");
    if (menu) menu.open = true;
    control.focus();
  }

  document.addEventListener("htmx:after:swap", () => {
    arrive();
    const row = after && document.querySelector(`[data-row="${after.row}"]`);
    const overtaken = document.getElementById("overtaken");
    if (row) reach(document.getElementById(after.focus) || handleOf(row));
    if (overtaken) say(overtaken.textContent.trim().replace(/\s+/g, " "));
    else if (row) tell(row);
    after = null;
  });

  // --- by keyboard ------------------------------------------------------------------------------------------
  let picked = null; // { row, handle, parent, before }
  let moving = false; // a row that is put elsewhere loses the focus for a moment

  function pick(handle) {
    const row = handle.closest("[data-row]");
    picked = { row, handle, parent: row.parentElement, before: row.nextSibling };
    handle.setAttribute("aria-pressed", "true");
    row.classList.add("is-picked");
    say(words.dataset.picked, { name: nameOf(row) });
  }

  function letGo(keep) {
    const { row, handle, parent, before } = picked;
    picked = null;
    handle.setAttribute("aria-pressed", "false");
    row.classList.remove("is-picked");
    if (!keep) {
      parent.insertBefore(row, before);
      say(words.dataset.back, { name: nameOf(row) });
    }
    handle.focus();
    if (keep) save(row);
  }

  function shift(row, down) {
    const rows = kindOf(row) === "page" ? rowsOf("page") : rowsOf("question", pageOf(row));
    const other = rows[rows.indexOf(row) + (down ? 1 : -1)];
    if (other) return down ? other.after(row) : other.before(row);
    if (kindOf(row) === "page") return undefined;
    const pages = rowsOf("page");
    const next = pages[pages.indexOf(pageOf(row)) + (down ? 1 : -1)];
    return next && (down && rowsOf("question", next)[0] || end(next)).before(row);
  }

  document.addEventListener("keydown", (event) => {
    const down = { ArrowDown: true, ArrowUp: false }[event.key];
    if (!picked || down === undefined && event.key !== "Escape") return;
    event.preventDefault();
    moving = true;
    if (down === undefined) letGo(false);
    else {
      shift(picked.row, down);
      picked.handle.focus();
      picked.handle.scrollIntoView({ block: "nearest" });
      tell(picked.row);
    }
    moving = false;
  });
  document.addEventListener("focusout", (event) => {
    if (picked && !moving && event.target === picked.handle) { moving = true; letGo(false); moving = false; }
  });
  document.addEventListener("click", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.detail) return; // a mouse drags; a keyboard presses
    if (picked) letGo(true); else pick(handle);
  });
  document.addEventListener("pick", (event) => pick(event.target)); // by a shortcut

  // --- by drag: a line shows where it would come to stand; nothing moves before it is let go ------------------
  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button) return;
    event.preventDefault();
    const row = handle.closest("[data-row]");
    const line = document.createElement("div");
    line.className = "drop";
    let where = null;
    row.classList.add("is-picked");
    handle.setPointerCapture(event.pointerId);

    const over = (moved) => {
      if (moved.clientY < 60) scrollBy(0, -12);
      else if (moved.clientY > innerHeight - 60) scrollBy(0, 12);
      where = spot(row, moved.clientY);
      where.parent.insertBefore(line, where.before);
    };
    const stop = (ended) => {
      handle.removeEventListener("pointermove", over);
      for (const name of ["pointerup", "pointercancel"]) handle.removeEventListener(name, stop);
      document.removeEventListener("keydown", escape, true);
      line.remove();
      row.classList.remove("is-picked");
      if (ended.type !== "pointerup" || !where || where.before === row) return;
      where.parent.insertBefore(row, where.before);
      save(row);
    };
    const escape = (pressed) => { if (pressed.key === "Escape") stop(pressed); };
    handle.addEventListener("pointermove", over);
    for (const name of ["pointerup", "pointercancel"]) handle.addEventListener(name, stop);
    document.addEventListener("keydown", escape, true);
  });

  function spot(row, y) {
    const middle = (one) => { const box = one.getBoundingClientRect(); return box.top + box.height / 2; };
    const pages = rowsOf("page");
    if (kindOf(row) === "page") return { parent: row.parentElement, before: pages.find((one) => y < middle(one)) || pages.at(-1).nextSibling };
    const page = pages.find((one) => y < one.getBoundingClientRect().bottom) || pages.at(-1);
    return { parent: page, before: rowsOf("question", page).find((one) => y < middle(one)) || end(page) };
  }

  const arrive = () => { for (const handle of document.querySelectorAll("[data-handle]")) handle.hidden = false; };
  arrive();
})();
