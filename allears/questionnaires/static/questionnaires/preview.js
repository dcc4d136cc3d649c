// The preview and the minutes beside a question follow what is typed. Without it a button shows both.
(() => {
  const live = document.getElementById("live");
  const frame = document.getElementById("live-frame");
  const form = document.getElementById("question-form");
  let asked = 0;
  let soon = 0;

  async function look() {
    const mine = ++asked;
    try {
      const answer = await fetch(live.dataset.address, { method: "POST", body: new FormData(form) });
      if (!answer.ok) return;
      const told = await answer.json();
      if (mine === asked) show(told);
    } catch {
      return; // what stands there stays; the next change asks again
    }
  }

  function show({ html, place, minutes, wrong }) {
    document.getElementById("minutes").innerHTML = minutes;
    document.getElementById("live-wrong").textContent = wrong;
    const before = frame.hidden ? 0 : frame.contentWindow.scrollY;
    frame.addEventListener("load", () => {
      const found = frame.contentDocument.getElementById(place);
      frame.contentWindow.scrollTo(0, found ? found.getBoundingClientRect().top - 24 : before);
    }, { once: true });
    frame.hidden = false;
    frame.srcdoc = html;
  }

  live.querySelector("button").hidden = true;
  form.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(look, 400); });
  look();
})();
