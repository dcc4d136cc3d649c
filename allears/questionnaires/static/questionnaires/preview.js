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
      const answer = await fetch(live.dataset.address, { method: "POST", body: new URLSearchParams(new FormData(form)) });
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
    live.dataset.place = place;
    frame.hidden = false;
    frame.srcdoc = html;
  }

  function turn() {
    const question = frame.contentDocument?.getElementById(live.dataset.place);
    if (question) frame.contentWindow.scrollBy(0, question.getBoundingClientRect().top - 24);
  }

  // Somebody may have begun to type before this was read.
  const texts = [...form.querySelectorAll("textarea, input[type=text]")];
  const typed = texts.some((field) => field.value !== field.defaultValue);

  live.querySelector("button").hidden = true;
  form.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(look, 400); });
  frame.addEventListener("load", turn);
  if (frame.hidden || typed) look(); else turn();
})();
