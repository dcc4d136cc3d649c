// Recomputes the proof of a draw in the reader's own browser: the same steps as checker.py, with Web Crypto alone.
// What a public copy seals (quotas, the certificate of fairness) the checker verifies from the full file.
(() => {
  class Wrong extends Error {}
  const hold = (fact, step) => { if (!fact) throw new Wrong(step); };

  // One line of JSON: keys sorted, no spaces, UTF-8; whole numbers only, none beyond what a browser counts exactly.
  const line = (value) => {
    if (Array.isArray(value)) return `[${value.map(line).join(",")}]`;
    if (value && typeof value === "object") {
      return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${line(value[key])}`).join(",")}}`;
    }
    if (typeof value === "number") hold(Number.isSafeInteger(value), "format");
    return JSON.stringify(value === undefined ? null : value);
  };
  const digest = async (...parts) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(line(parts)));
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const TOP = 2n ** 256n;
  // A whole number below total, every one equally likely: digests too near the top are hashed again.
  const pick = async (total, ...parts) => {
    for (let attempt = 0; ; attempt++) {
      const number = BigInt(`0x${await digest(...parts, attempt)}`);
      if (number < TOP - TOP % total) return Number(number % total);
    }
  };
  // The order in which people of one type are called.
  const queue = async (commitment, seed, tokens) => {
    const keyed = await Promise.all(tokens.map(async (token) => [await digest(commitment, seed, token), token]));
    return keyed.sort((a, b) => (a[0] < b[0] ? -1 : 1)).map((pair) => pair[1]);
  };
  const same = (a, b) => line(a) === line(b);
  const sum = (numbers) => numbers.reduce((whole, number) => whole + BigInt(number), 0n);

  const check = async (proof, note) => {
    hold(proof && proof.format === "allears.selection/1", "format");
    const types = proof.pool.types;
    const seals = await Promise.all(types.map((type) => type.values ? digest("type", type.nonce, type.values) : type.seal));
    hold(types.every((type, at) => type.seal === seals[at]), "seal");
    const told = types.map((type, at) => [seals[at], type.people, type.tokens ?? null]);
    hold(await digest("pool", told) === proof.pool.hash, "pool");
    hold(types.every((type) => !type.tokens || new Set(type.tokens).size === type.people), "pool");
    const everybody = types.flatMap((type) => type.tokens ?? []);
    hold(new Set(everybody).size === everybody.length, "pool");
    note("pool");
    const left = types.map((type) => new Set(type.tokens ?? []));
    let seated = [], before = "";
    for (const [number, round] of proof.rounds.entries()) {
      const gone = new Set(round.declined);
      hold(gone.size === round.declined.length && [...gone].every((token) => seated.includes(token)), "declined");
      hold(gone.size > 0 === number > 0, "declined");
      seated = seated.filter((token) => !gone.has(token));
      hold(seated.length + round.size === proof.rounds[0].size, "seats");
      chances(round, types.map((type, at) => type.tokens ? left[at].size : type.people));
      const parts = ["quotas", "declined", "size", "lottery", "targets", "certificate"].map((name) => round[name] ?? null);
      before = await digest(proof.format, proof.rule, proof.facets, proof.quotas, proof.pool.hash, before, parts);
      hold(before === round.commitment, "commitment");
      note("commitment", number);
      if (!("seed" in round)) { note("waits", number); continue; }
      const seats = await drawn(round, before);
      note("ticket", number);
      const chosen = [];
      for (const [at, count] of seats) {
        const called = (await queue(before, round.seed, [...left[at]])).slice(0, count);
        for (const token of called) left[at].delete(token);
        chosen.push(...called);
      }
      hold(same(chosen, round.selected ?? []), "people");
      note("people", number);
      seated.push(...chosen);
      before = await digest(before, round.seed);
    }
  };

  // The seats per type that the seed gives.
  const drawn = async (round, commitment) => {
    const { base, lottery } = round.targets ? round.landing : { base: [], lottery: round.lottery };
    hold(lottery.every((panel) => panel.tickets > 0), "ticket");
    const total = sum(lottery.map((panel) => panel.tickets));
    let ticket = await pick(total, commitment, round.seed, "panel");
    hold(ticket === round.ticket, "ticket");
    const panel = lottery.find((one) => { if (ticket < one.tickets) return true; ticket -= one.tickets; return false; });
    const seats = new Map();
    for (const [at, count] of [...panel.seats, ...base]) {
      seats.set(at, (seats.get(at) ?? 0) + count);
    }
    const ordered = [...seats].sort((a, b) => a[0] - b[0]);
    hold(same(ordered, round.seats), "panel");
    return ordered;
  };

  // Everybody's chance follows from the tickets; the least of them must be the one that is claimed. In fractions.
  const chances = (round, people) => {
    const barred = new Set(round.certificate.barred.map((entry) => entry.type));
    const parts = people.map(() => 0n);
    let unit = 1n;
    if (round.targets) {
      unit = BigInt(round.targets.unit);
      round.targets.seats.forEach((part, at) => { parts[at] = BigInt(part); });
    } else {
      unit = sum(round.lottery.map((panel) => panel.tickets));
      for (const panel of round.lottery) {
        for (const [at, count] of panel.seats) parts[at] += BigInt(count) * BigInt(panel.tickets);
      }
    }
    const [top, bottom = "1"] = round.certificate.least.split("/");
    const least = [BigInt(top), BigInt(bottom)];
    const own = people.map((count, at) => [parts[at], unit * BigInt(count)]).filter(([, whole], at) => whole && !barred.has(at));
    hold(own.length && own.every(([part, whole]) => part * least[1] >= least[0] * whole), "chance");
    hold(own.some(([part, whole]) => part * least[1] === least[0] * whole), "chance");
  };

  const page = document.getElementById("checking");
  if (!page) return;
  document.getElementById("check-elsewhere").hidden = true;
  const words = page.dataset;
  const result = document.getElementById("check-result"), list = document.getElementById("checked");
  const say = (holds, text) => { result.dataset.holds = holds; result.textContent = text; };
  const named = (step) => words[`step${step[0].toUpperCase()}${step.slice(1)}`] ?? words[step] ?? step;
  const note = (step, number) => {
    const item = document.createElement("li");
    item.textContent = number === undefined ? `✓ ${named(step)}` : `✓ ${words.draw} ${number + 1}: ${named(step)}`;
    list.append(item);
  };
  const run = async (text) => {
    list.replaceChildren();
    say("", words.busy);
    try {
      await check(JSON.parse(text), note);
      say("yes", words.holds);
    } catch (error) {
      say("no", error instanceof Wrong ? `${words.fails} ${named(error.message)}.` : words.unread);
    }
  };

  const button = document.getElementById("check-now"), own = document.getElementById("check-own");
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) { say("", words.insecure); return; }
  button.hidden = own.hidden = false;
  button.addEventListener("click", async () => {
    say("", words.busy);
    const answer = await fetch(words.proof).catch(() => null);
    if (answer?.ok) await run(await answer.text()); else say("no", words.gone);
  });
  own.addEventListener("change", async (event) => { if (event.target.files[0]) await run(await event.target.files[0].text()); });
})();
