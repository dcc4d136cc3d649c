// Recomputes the proof of a draw in the reader's own browser: the same checks as checker.py, with Web Crypto alone.
// Of a public copy, in which facets are sealed, it can prove less than of the full file, and says which.
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
  const same = (a, b) => line(a) === line(b);
  const digest = async (...parts) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(line(parts)));
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const TOP = 2n ** 256n;
  // A whole number below total, every one equally likely: digests too near the top are hashed again.
  const pick = async (total, ...parts) => {
    for (let attempt = 0; ; attempt++) {
      const number = BigInt(`0x${await digest(...parts, attempt)}`);
      if (number < TOP - TOP % total) return number % total;
    }
  };
  // The order in which people of one type are called.
  const queue = async (commitment, seed, tokens) => {
    const keyed = await Promise.all(tokens.map(async (token) => [await digest(commitment, seed, token), token]));
    return keyed.sort((a, b) => (a[0] < b[0] ? -1 : 1)).map((pair) => pair[1]);
  };

  // Fractions of whole numbers of any length: [top, bottom] in lowest terms.
  const lowest = (top, bottom) => {
    let [a, b] = [top < 0n ? -top : top, bottom];
    while (b) [a, b] = [b, a % b];
    return [top / a, bottom / a];
  };
  const fraction = (value) => {
    const [top, bottom = "1"] = String(value).split("/");
    hold(BigInt(bottom) > 0n, "format");
    return lowest(BigInt(top), BigInt(bottom));
  };
  const ZERO = [0n, 1n], ONE = [1n, 1n], MILLION = 1_000_000n;
  const plus = (a, b) => lowest(a[0] * b[1] + b[0] * a[1], a[1] * b[1]);
  const times = (a, b) => lowest(a[0] * b[0], a[1] * b[1]);
  const minus = (a, b) => plus(a, [-b[0], b[1]]);
  const above = (a, b) => a[0] * b[1] > b[0] * a[1];
  const most = (a, b) => (above(a, b) ? a : b);
  const total = (fractions) => fractions.reduce(plus, ZERO);
  const sum = (numbers) => numbers.reduce((whole, number) => whole + BigInt(number), 0n);
  const near = (reached, goal) => !above(times(goal, [MILLION - 1n, MILLION]), reached);

  const isOpen = (proof) => proof.pool.types.every((type) => "values" in type);
  const drawnIn = (rounds) => rounds.flatMap((round) => round.selected ?? []);
  const accepted = (rounds) => {
    const gone = new Set(rounds.flatMap((round) => round.declined));
    return drawnIn(rounds).filter((token) => !gone.has(token));
  };
  const tokensLeft = (proof, rounds) => {
    const used = new Set(drawnIn(rounds));
    return proof.pool.types.map((type) => (type.tokens ?? []).filter((token) => !used.has(token)));
  };

  // Every way to fill the seats that can be drawn: [tickets, seats per type].
  const ways = (round) => {
    const landing = round.targets ? round.landing ?? { base: [], lottery: [] } : { base: [], lottery: round.lottery };
    return landing.lottery.map((way) => {
      const seats = new Map(landing.base);
      for (const [at, count] of new Map(way.seats)) seats.set(at, (seats.get(at) ?? 0) + count);
      return [BigInt(way.tickets), new Map([...seats].filter((pair) => pair[1] > 0).sort((a, b) => a[0] - b[0]))];
    });
  };

  // What one draw can choose from: people per type, the quotas a type counts for, what is left of each (sealed: none).
  const roomOf = (proof, earlier, round) => {
    const { facets, pool: { types } } = proof, open = isOpen(proof);
    const quotas = round.quotas?.length ? round.quotas : proof.quotas;
    const names = (lines) => lines.map((one) => line([one.facet, one.value]));
    hold(same(names(quotas), names(proof.quotas)), "quotas");
    const left = tokensLeft(proof, earlier), gone = new Set(round.declined);
    const stay = new Set(accepted(earlier).filter((token) => !gone.has(token)));
    hold(!open || types.every((type) => type.values.length === facets.length), "format");
    const rows = types.map((type) => (open ? type.values.map((value, place) => line([facets[place], value])) : []));
    const count = (seats) => {
      const counted = new Map();
      for (const [at, number] of seats) for (const row of rows[at]) counted.set(row, (counted.get(row) ?? 0n) + BigInt(number));
      return counted;
    };
    const had = count(types.map((type, at) => [at, (type.tokens ?? []).filter((token) => stay.has(token)).length]));
    const bounds = new Map(open ? names(quotas).map((row, at) => {
      const taken = Number(had.get(row) ?? 0n);
      return [row, [Math.max(0, quotas[at].min - taken), Math.min(round.size, quotas[at].max - taken)].map(BigInt)];
    }) : []);
    const people = types.map((type, at) => BigInt(type.tokens ? left[at].length : type.people));
    return { size: BigInt(round.size), lottery: ways(round), rows, count, bounds, people };
  };

  // Seats, or expected seats in parts of a unit, keep to the room: these but for rounding, whole ones exactly.
  const checkPanel = (room, seats, unit) => {
    hold(sum(seats.map((pair) => pair[1])) === room.size * unit, "seats");
    hold(seats.every(([at, number]) => number >= 0 && BigInt(number) <= room.people[at] * unit), "seats");
    const found = room.count(seats);
    for (const [row, [low, high]] of room.bounds) {
      const held = (found.get(row) ?? 0n) * MILLION;
      hold(held >= low * unit * MILLION - unit && held <= high * unit * MILLION + unit, "quotas");
    }
  };

  // Everybody's chance follows from the tickets; the least of them must be the one that is claimed.
  const checkChances = (room, round) => {
    const claim = round.certificate, cover = claim.coverage, barred = new Set(claim.barred.map((entry) => entry.type));
    hold(room.lottery.every(([tickets]) => tickets > 0n), "ticket");
    const unit = round.targets ? BigInt(round.targets.unit) : sum(room.lottery.map(([tickets]) => tickets));
    const parts = round.targets ? round.targets.seats.map(BigInt) : room.people.map(() => 0n);
    for (const [tickets, seats] of room.lottery) {
      checkPanel(room, [...seats], 1n);
      if (!round.targets) for (const [at, count] of seats) parts[at] += BigInt(count) * tickets;
    }
    hold(unit > 0n && parts.length === room.people.length, "chance");
    checkPanel(room, [...parts.entries()], unit);
    hold([...barred].every((at) => parts[at] === 0n), "chance");
    const able = room.people.map((held, at) => (barred.has(at) ? 0n : held));
    const own = parts.map((part, at) => [part, unit * able[at]]).filter(([, whole]) => whole);
    hold(own.length, "chance");
    const least = own.reduce((a, b) => (above(a, b) ? b : a));
    hold(same(lowest(...least).map(String), fraction(claim.least).map(String)), "chance");
    const goal = times(fraction(claim.bound), cover ? fraction(cover.alpha) : ONE);
    const certified = near(least, goal) && (!cover || near(fraction(cover.expected), fraction(cover.bound)));
    hold(claim.certified === certified, "chance");
    return able;
  };

  // What any prices of quotas and seats prove (weak duality): the most that a panel can hold of what is wanted of each
  // person, and how much it would pay beyond that if it held everybody.
  const priced = (room, claim, people, wanted) => {
    const prices = perQuota(room, claim.prices), seat = fraction(claim.seat);
    const over = room.rows.map((rows, at) => {
      const paid = total([seat, ...rows.map((row) => prices.get(row))]);
      return times([people[at], 1n], minus(paid, wanted[at]));
    });
    const ends = [...room.bounds].map(([row, [low, high]]) => most(times(prices.get(row), [low, 1n]), times(prices.get(row), [high, 1n])));
    const ceiling = total([times(seat, [room.size, 1n]), ...ends]);
    return [total([ceiling, ...over.map((more) => most(ZERO, [-more[0], more[1]]))]), total(over.map((more) => most(ZERO, more)))];
  };
  const perQuota = (room, numbers) => {
    hold(numbers.length === room.bounds.size, "bound");
    return new Map([...room.bounds.keys()].map((row, at) => [row, fraction(numbers[at])]));
  };
  const equal = (a, b) => a[0] === b[0] && a[1] === b[1];

  // No lottery does better than the bounds; who is said to be on no panel can be on none.
  const checkBounds = (room, claim, able) => {
    const [ceiling, paid] = priced(room, claim, able, able.map(() => ZERO));
    hold(paid[0] > 0n, "bound");
    const bound = times(ceiling, [paid[1], paid[0]]);
    hold(equal(above(bound, ONE) ? ONE : bound, fraction(claim.bound)), "bound");
    if (claim.coverage) checkCoverage(room, claim.coverage, fraction(claim.bound), able);
    const free = room.people.map((held, at) => (room.rows[at].some((row) => room.bounds.get(row)[1] <= 0n) ? 0n : held));
    for (const entry of claim.barred.filter((one) => one.bound !== null)) {
      const [reached] = priced(room, entry, free, free.map((_, at) => (at === entry.type ? ONE : ZERO)));
      hold(equal(reached, fraction(entry.bound)) && above(ONE, reached), "bound");
    }
    return claim.barred.some((one) => one.bound === null);
  };

  // The lottery covers what is claimed, and none that leaves everybody the floor covers more than the bound.
  const checkCoverage = (room, cover, bound, able) => {
    const weights = perQuota(room, cover.weights), parts = perQuota(room, cover.parts), floor = fraction(cover.floor);
    hold([...weights.values()].every((weight) => weight[0] >= 0n), "bound");
    hold([...parts.values()].every((part) => part[0] >= 0n && !above(part, ONE)), "bound");
    hold(floor[0] >= 0n && !above(floor, times(fraction(cover.alpha), bound)), "bound");
    const heard = total(room.lottery.map(([tickets, seats]) => {
      const rows = [...room.count(seats)].filter((pair) => pair[1] > 0n).map((pair) => weights.get(pair[0]));
      return times([tickets, 1n], total(rows));
    }));
    hold(equal(heard, times(fraction(cover.expected), [sum(room.lottery.map(([tickets]) => tickets)), 1n])), "bound");
    const wanted = room.rows.map((rows) => total(rows.map((row) => times(weights.get(row), parts.get(row)))));
    const [ceiling, paid] = priced(room, cover, able, wanted);
    const rest = [...weights].map(([row, weight]) => times(weight, minus(ONE, parts.get(row))));
    hold(equal(minus(total([ceiling, ...rest]), times(floor, paid)), fraction(cover.bound)), "bound");
  };

  // From the seed to a ticket, from the ticket to seats per type, from these to people.
  const checkDraw = async (room, round, left) => {
    let ticket = await pick(sum(room.lottery.map(([tickets]) => tickets)), round.commitment, round.seed, "panel");
    hold(ticket === BigInt(round.ticket), "ticket");
    const [, seats] = room.lottery.find(([tickets]) => { if (ticket < tickets) return true; ticket -= tickets; return false; });
    hold(same([...seats], round.seats), "panel");
    const chosen = [];
    for (const [at, count] of seats) chosen.push(...(await queue(round.commitment, round.seed, left[at])).slice(0, count));
    hold(same(chosen, round.selected), "people");
  };

  const checkPool = async (proof) => {
    const { types, hash, people } = proof.pool, everybody = types.flatMap((type) => type.tokens ?? []);
    const told = types.map((type) => [type.seal, type.people, type.tokens ?? null]);
    hold(await digest("pool", told) === hash, "pool");
    hold(sum(types.map((type) => type.people)) === BigInt(people) && new Set(everybody).size === everybody.length, "pool");
    for (const type of types) {
      hold(type.people >= 0 && (!type.tokens || type.tokens.length === type.people), "pool");
      hold(!("values" in type) || await digest("type", type.nonce, type.values) === type.seal, "seal");
    }
  };

  const check = async (proof, note) => {
    hold(proof && proof.format === "allears.selection/1", "format");
    await checkPool(proof);
    note("pool");
    hold(proof.rounds.length, "commitment");
    for (const [number, round] of proof.rounds.entries()) {
      const earlier = proof.rounds.slice(0, number), chosen = accepted(earlier), gone = new Set(round.declined);
      hold(earlier.every((one) => "seed" in one), "declined");
      hold(gone.size > 0 === number > 0, "declined");
      hold(gone.size === round.declined.length && [...gone].every((token) => chosen.includes(token)), "declined");
      hold(chosen.length - gone.size + round.size === proof.rounds[0].size, "seats");
      const room = roomOf(proof, earlier, round), able = checkChances(room, round);
      note("chance", number);
      if (isOpen(proof)) {
        note("quotas", number);
        const trusted = checkBounds(room, round.certificate, able);
        note("bound", number);
        if (trusted) note("trusted", number);
      }
      const before = number ? await digest(earlier.at(-1).commitment, earlier.at(-1).seed) : "";
      const told = ["quotas", "declined", "size", "lottery", "targets", "certificate"].map((name) => round[name] ?? null);
      const fixed = await digest(proof.format, proof.rule, proof.facets, proof.quotas, proof.pool.hash, before, told);
      hold(fixed === round.commitment, "commitment");
      note("commitment", number);
      if (!("seed" in round)) { note("waits", number); continue; }
      await checkDraw(room, round, tokensLeft(proof, earlier));
      note("people", number);
      if (round.targets) note("sampled", number);
    }
  };

  const page = document.getElementById("checking");
  if (!page) return;
  document.getElementById("check-elsewhere").hidden = true;
  const words = page.dataset, fingerprints = words.fingerprints.split(" ");
  const result = document.getElementById("check-result"), list = document.getElementById("checked");
  let begun = 0; // whoever asks again waits for the newest answer alone
  const say = (holds, text) => { result.dataset.holds = holds; result.textContent = text; };
  const named = (step) => words[`step${step[0].toUpperCase()}${step.slice(1)}`] ?? words[step] ?? step;
  const note = (step, number) => {
    const item = document.createElement("li"), mark = step in words ? "•" : "✓";
    item.textContent = number === undefined ? `${mark} ${named(step)}` : `${mark} ${words.draw} ${number + 1}: ${named(step)}`;
    list.append(item);
  };
  const run = async (asked) => {
    const mine = ++begun;
    const isNewest = () => mine === begun;
    list.replaceChildren();
    say("", words.busy);
    try {
      const text = await asked();
      if (!isNewest()) return;
      if (text === null) { say("no", words.gone); return; }
      const proof = JSON.parse(text);
      await check(proof, (step, number) => { if (isNewest()) note(step, number); });
      if (!isNewest()) return;
      const ours = proof.rounds.every((round, number) => round.commitment === fingerprints[number]);
      const yet = "seed" in proof.rounds.at(-1) ? "" : ` ${words.yet}`;
      if (ours) say("yes", (isOpen(proof) ? words.holdsFull : words.holds) + yet); else say("other", words.other);
    } catch (error) {
      if (isNewest()) say("no", error instanceof Wrong ? `${words.fails} ${named(error.message)}.` : words.unread);
    }
  };

  const button = document.getElementById("check-now"), own = document.getElementById("check-own");
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) { say("", words.insecure); return; }
  button.hidden = own.hidden = false;
  const published = async () => {
    const answer = await fetch(words.proof).catch(() => null);
    return answer?.ok ? answer.text() : null;
  };
  button.addEventListener("click", () => run(published));
  own.addEventListener("change", (event) => { const file = event.target.files[0]; if (file) run(() => file.text()); });
})();
