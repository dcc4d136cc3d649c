// What makes answering easier where a script runs; without it all works, too.
// Rankings: drag an item, press its arrows, or choose its place; the others make room.
// "None of these": marking it clears the others, and marking another clears it.
(() => {
  "use strict";

  const selectOf = (item) => item.querySelector("select");
  const placeOf = (item) => Number(selectOf(item).value) || Infinity;

  // Places follow the order in which items stand, as far as there are places.
  const number = (list) => {
    const most = selectOf(list.children[0]).options.length - 1;
    [...list.children].forEach((item, at) => { selectOf(item).value = at < most ? String(at + 1) : ""; });
  };

  // Items follow their places; those without one keep their order behind them.
  const sort = (list) => [...list.children]
    .map((item, at) => [placeOf(item), at, item])
    .sort((one, other) => (one[0] === other[0] ? one[1] - other[1] : one[0] - other[0]))
    .forEach(([, , item]) => list.append(item));

  const move = (list, item, to) => {
    const others = [...list.children].filter((each) => each !== item);
    const before = others[Math.max(0, Math.min(to, others.length))] || null;
    list.insertBefore(item, before);
    number(list);
  };

  // Tells whoever listens to the form, as a hand on a field would.
  const tell = (list) => list.dispatchEvent(new Event("change", { bubbles: true }));

  const arrow = (list, item, words, sign, by) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", `${words}: ${item.querySelector("label").textContent}`);
    button.addEventListener("click", () => {
      move(list, item, [...list.children].indexOf(item) + by);
      tell(list);
      button.focus();
    });
    item.append(button);
  };

  const drag = (list, item, handle) => {
    let held = false;
    let from = 0;
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      from = event.clientY;
      handle.setPointerCapture(event.pointerId);
      held = true;
    });
    handle.addEventListener("pointermove", (event) => {
      if (!held || (!item.classList.contains("rank--held") && Math.abs(event.clientY - from) < 5)) return;
      item.classList.add("rank--held");
      const others = [...list.children].filter((each) => each !== item);
      const to = others.filter((each) => {
        const box = each.getBoundingClientRect();
        return box.top + box.height / 2 < event.clientY;
      }).length;
      if ([...list.children].indexOf(item) !== to) {
        move(list, item, to);
        handle.setPointerCapture(event.pointerId);
      }
    });
    const drop = () => {
      if (item.classList.contains("rank--held")) tell(list);
      held = false;
      item.classList.remove("rank--held");
    };
    handle.addEventListener("pointerup", drop);
    handle.addEventListener("pointercancel", drop);
  };

  // A place that somebody else had: who had it makes room.
  const choose = (list, item) => {
    const select = selectOf(item);
    const to = Number(select.value);
    if (!to) return sort(list);
    const ranked = [...list.children].filter((each) => each !== item && selectOf(each).value !== "");
    ranked.sort((one, other) => placeOf(one) - placeOf(other));
    if (ranked.some((each) => placeOf(each) === to)) {
      const most = select.options.length - 1;
      let next = to;
      ranked.filter((each) => placeOf(each) >= to).forEach((each) => {
        if (placeOf(each) <= next) {
          next += 1;
          selectOf(each).value = next <= most ? String(next) : "";
        }
      });
    }
    sort(list);
    select.focus();
  };

  document.querySelectorAll(".ranks").forEach((list) => {
    list.classList.add("ranks--moved");
    [...list.children].forEach((item) => {
      drag(list, item, item.querySelector("label"));
      arrow(list, item, list.dataset.up, "↑", -1);
      arrow(list, item, list.dataset.down, "↓", 1);
      selectOf(item).addEventListener("change", () => choose(list, item));
    });
    sort(list);
  });

  document.querySelectorAll("[data-alone]").forEach((alone) => {
    const all = [...alone.form.querySelectorAll("input[type=checkbox]")].filter((each) => each.name === alone.name);
    const set = alone.closest("fieldset");
    const clear = (boxes) => boxes.forEach((each) => {
      each.checked = false;
      const words = document.getElementById(`${each.id}-words`);
      if (words) words.value = "";
    });
    all.forEach((box) => box.addEventListener("change", () => {
      if (!box.checked) return;
      clear(box === alone ? all.filter((each) => each !== alone) : [alone]);
    }));
    // Words beside "Other" are an answer, too.
    set.querySelectorAll("input:not([type=checkbox])").forEach((words) => words.addEventListener("input", () => {
      if (words.value && words.id !== `${alone.id}-words`) clear([alone]);
    }));
  });
})();
