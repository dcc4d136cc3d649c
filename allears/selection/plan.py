"""From a pool, quotas and a size to a lottery that is ready to be committed: the one door to all three regimes.

Rules: "leximin" and "maximin" publish a lottery of whole panels; "panel" is for 2 to 6 people, fair first and
then covering as many voices as can be; "sample" draws once, by the cube method, from a pool of any size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allears.selection.certificate import Barred, Certificate, certify_least, integers, roundings, seats_bound
from allears.selection.coverage import KEPT, CoverageBound, Weights, cover, most_coverage, row_weights
from allears.selection.errors import Infeasible, SelectionError
from allears.selection.exact import Reach, best_panel
from allears.selection.explain import SECONDS, Price, explain_infeasible, prices
from allears.selection.ideal import Ideal, Mask, leximin, unusable
from allears.selection.landing import seat_sample
from allears.selection.lottery import Lottery, publish
from allears.selection.mixing import REACHED, Mix, mix
from allears.selection.pool import Pool
from allears.selection.problem import Ints, Problem, describe
from allears.selection.quotas import Quotas
from allears.selection.solver import Budget, unlimited
from allears.selection.staged import leximin_of_panels
from allears.selection.targets import Targets, sample_targets

RULES = ("leximin", "maximin", "panel", "sample")
MOST_TYPES = 1_500
PANEL_SIZES = (2, 6)
ALPHA = Fraction(4, 5)
CLOSE = Fraction(1, 1_000_000)
HOPELESS = 1e-9
A_MOMENT = 0.5  # seconds


@dataclass(frozen=True)
class Coverage:
    """alpha: the share of a fair chance that everybody keeps. weights: per row, adding up to 1.

    expected: what the lottery covers. bound: the most that any lottery could that leaves everybody as much.
    best: the most that any choice of panels could, if chances did not matter.
    """

    alpha: Fraction
    weights: tuple[Fraction, ...]
    expected: Fraction
    bound: CoverageBound
    best: Fraction

    @property
    def share_of_best(self) -> Fraction:
        """How much of the coverage that an unfair choice could reach at most is kept."""
        return self.expected / self.best if self.best else Fraction(1)

    @property
    def gap(self) -> Fraction:
        """How far what is covered is below its proven bound, as a share of the bound: 0 is perfect."""
        return max(Fraction(0), 1 - self.expected / self.bound.bound) if self.bound.bound else Fraction(0)


@dataclass(frozen=True)
class Plan:
    """Everything that is known before the draw. Hand it to `allears.selection.proof.commit`."""

    pool: Pool
    quotas: Quotas
    size: int
    rule: str
    problem: Problem
    lottery: Lottery | None
    targets: Targets | None
    certificate: Certificate
    barred: tuple[Barred, ...]
    proven: bool
    coverage: Coverage | None = None

    @property
    def chances(self) -> tuple[Fraction, ...]:
        """Everybody's exact chance, per type of the pool."""
        if self.targets is not None:
            return self.targets.chances(self.pool.sizes)
        assert self.lottery is not None
        return self.lottery.chances(self.pool.sizes)

    @property
    def least(self) -> Fraction:
        """The least chance of anybody who is on some valid panel."""
        shut = {entry.type for entry in self.barred}
        return min(chance for at, chance in enumerate(self.chances) if at not in shut)

    @property
    def gap(self) -> Fraction:
        """How far the least chance is below its proven bound, as a share of the bound: 0 is perfect.

        Under the rule "panel" up to 1 - alpha is given up for coverage, whose own gap is `coverage.gap`.
        """
        bound = self.certificate.bound
        return max(Fraction(0), 1 - self.least / bound) if bound else Fraction(0)

    @property
    def certified(self) -> bool:
        """Is it proven, in exact fractions, that no lottery is better (by more than a millionth)?

        Better: it promises the least lucky more; for the rule "panel", it covers more and leaves everybody
        alpha of the best least chance.
        """
        if self.coverage is None:
            return self.gap <= CLOSE
        fair = 1 - self.gap >= self.coverage.alpha * (1 - CLOSE)
        return fair and self.coverage.gap <= CLOSE

    def person_chances(self) -> dict[str, Fraction]:
        """Every id with its chance."""
        return {
            person: chance
            for at, chance in enumerate(self.chances)
            for person in self.pool.ids(at)
        }

    def expected_seats(self) -> dict[tuple[str, str], Fraction]:
        """Expected seats of every facet value: set it beside the shares of all customers."""
        expected = dict.fromkeys(self.problem.rows, Fraction(0))
        for values, size, chance in zip(self.pool.types, self.pool.sizes, self.chances, strict=True):
            for row in zip(self.pool.facets, values, strict=True):
                if row in expected:
                    expected[row] += size * chance
        return expected

    def quota_prices(self) -> tuple[Price, ...]:
        """What each quota costs the least lucky person, dearest first; empty where none does."""
        seat, exact = self.certificate.seat, self.certificate.prices
        weight = Fraction(0)
        shut = {entry.type for entry in self.barred}
        for at, (codes, size) in enumerate(zip(self.problem.codes.tolist(), self.pool.sizes, strict=True)):
            if at not in shut:
                weight += size * max(Fraction(0), seat + sum(exact[code] for code in codes))
        return prices(self.problem, self.certificate, weight)

    def barred_sentences(self) -> tuple[str, ...]:
        """Who is on no valid panel, by facet values and never by name, and what keeps them off."""
        return tuple(barred_sentence(self, entry) for entry in self.barred)


def prepare(
    pool: Pool,
    quotas: Quotas,
    size: int,
    *,
    rule: str = "leximin",
    alpha: Fraction = ALPHA,
    weights: Weights | None = None,
    budget: Budget = unlimited,
) -> Plan:
    """The fairest lottery there is, or the best one that was found when `budget()` (seconds left) ran out.

    Quotas can shut people out together though none of them is zero. A sample knows expected seats only and cannot say
    who that is: where it would leave somebody no chance, the plan is made by leximin instead, which names them and
    proves it. So it is where no whole sample has these expected seats, as far as one can look at all types.

    Raises SelectionError for a wish that cannot be meant, Infeasible with sentences where no panel exists.
    """
    pool = pool.only(quotas.facets)
    check(pool, size, rule, alpha)
    problem = describe(pool, quotas, size)
    if rule == "sample":
        plan = sample(pool, quotas, problem, budget)
        fits = plan.certificate.bound and (len(pool.types) > MOST_TYPES or lands(plan))
        return plan if fits else prepare(pool, quotas, size, rule="leximin", budget=budget)
    if rule == "panel":
        return panel(pool, quotas, problem, alpha, row_weights(problem, weights), budget)
    mixed, ideal, barred, eligible = fair_mix(problem, rule, budget)
    certificate = certify_least(problem, eligible, ideal.prices, ideal.least)
    proven = mixed.proven and (ideal.complete or rule == "maximin")
    return Plan(pool, quotas, size, rule, problem, publish(mixed), None, certificate, barred, proven)


def panel(
    pool: Pool, quotas: Quotas, problem: Problem, alpha: Fraction, weights: tuple[Fraction, ...], budget: Budget
) -> Plan:
    """Fair first, then covering. Where whole panels cannot keep the floor of the ideal, that of the fairest is kept."""
    eligible = ~unusable(problem)
    ideal = ideal_or_sentences(problem, eligible, budget)
    certificate, barred = certify_least(problem, eligible, ideal.prices, ideal.least), tuple(shut_out(problem))
    floor = alpha * min(certificate.bound, Fraction(ideal.least).limit_denominator(10**12))
    mixed, bound = cover(problem, eligible, weights, floor, budget)
    wanting = mixed.reach < 1 - KEPT and (budget() > 0 or not len(mixed.known))
    if wanting or (eligible & (ideal.chances < HOPELESS)).any():
        fair, ideal, barred, eligible = fair_mix(problem, "maximin", budget)
        certificate = certify_least(problem, eligible, ideal.prices, ideal.least)
        chances = zip(publish(fair).chances(pool.sizes), eligible, strict=True)
        floor = alpha * min(chance for chance, able in chances if able)
        mixed, bound = cover(problem, eligible, weights, floor, budget, fair.known)
    lottery = publish(mixed)
    coverage = measure(problem, eligible, lottery, weights, bound, alpha)
    return Plan(
        pool, quotas, problem.size, "panel", problem, lottery, None, certificate, barred, mixed.proven, coverage
    )


def sample(pool: Pool, quotas: Quotas, problem: Problem, budget: Budget) -> Plan:
    """Expected seats only: the panel itself is made when the seed is known."""
    barred = tuple(shut_out(problem))
    try:
        targets, ideal = sample_targets(problem, budget)
    except ArithmeticError:
        raise no_seats(problem, budget) from None
    certificate = certify_least(problem, ~unusable(problem), ideal.prices, ideal.least)
    return Plan(pool, quotas, problem.size, "sample", problem, None, targets, certificate, barred, ideal.complete)


def lands(plan: Plan) -> bool:
    """Whether whole samples surround the expected seats, so that steps that are taken from them come to an end."""
    assert plan.targets is not None
    try:
        seat_sample(plan.problem, plan.targets, "a first try")
    except SelectionError:
        return False
    return True


def check(pool: Pool, size: int, rule: str, alpha: Fraction) -> None:
    if rule not in RULES:
        raise SelectionError("unknown_rule", rule=rule, known=", ".join(RULES))
    if rule == "panel" and not PANEL_SIZES[0] <= size <= PANEL_SIZES[1]:
        raise SelectionError("size_for_rule", rule=rule, low=PANEL_SIZES[0], high=PANEL_SIZES[1], size=size)
    if rule != "sample" and len(pool.types) > MOST_TYPES:
        raise SelectionError("too_many_types", types=len(pool.types), most=MOST_TYPES)
    if not 0 <= alpha <= 1:
        raise SelectionError("bad_alpha", alpha=alpha)


def fair_mix(problem: Problem, rule: str, budget: Budget) -> tuple[Mix, Ideal, tuple[Barred, ...], Mask]:
    """The fairest mix of panels; types that turn out to be on no panel are taken out and named."""
    barred = shut_out(problem)
    seeds = np.zeros((0, problem.types), dtype=np.int64)
    while True:
        eligible = np.ones(problem.types, dtype=bool)
        eligible[[entry.type for entry in barred]] = False
        ideal = ideal_or_sentences(problem, eligible, budget)
        hopeless = eligible & (ideal.chances < HOPELESS)
        if hopeless.any():
            more, found = missing(problem, hopeless, budget)
            barred += more
            seeds = np.concatenate([seeds, *found])
            if more:
                continue
        goal = ideal.seats if rule == "leximin" else np.where(eligible, ideal.least * problem.sizes, 0.0)
        mixed = mix(problem, ideal.seats, goal, budget, seeds)
        if mixed.reach > 1 - REACHED:
            return mixed, ideal, tuple(barred), eligible
        if not len(mixed.known):
            seeds = any_panel(problem, budget)[None]
            continue
        more, found = missing(problem, eligible & ~mixed.known.any(axis=0), budget)
        if more or found:
            barred += more
            seeds = np.concatenate([mixed.known, *found])
            continue
        if rule == "leximin":
            mixed = fairer(problem, eligible, ideal, mixed, budget)
        return mixed, ideal, tuple(barred), eligible


def fairer(problem: Problem, eligible: Mask, ideal: Ideal, mixed: Mix, budget: Budget) -> Mix:
    """Leximin over whole panels where there is time for it; what was found before where it came to less."""

    def least(found: Mix) -> float:
        return float(((found.shares @ found.panels) / problem.sizes)[eligible].min())

    before = replace(mixed, proven=False)
    if budget() <= 0:
        return before
    staged = leximin_of_panels(problem, eligible, ideal.seats, mixed.known, budget)
    return staged if staged.proven or least(staged) > least(before) else before


def ideal_or_sentences(problem: Problem, eligible: Mask, budget: Budget) -> Ideal:
    try:
        if not eligible.any():
            raise ArithmeticError
        return leximin(problem, eligible, budget=budget)
    except ArithmeticError:
        raise no_seats(problem, budget) from None


def no_seats(problem: Problem, budget: Budget) -> Infeasible:
    """Not even expected seats meet the quotas: the sentences say what would help, as far as time allows."""
    return Infeasible(explain_infeasible(problem, seconds=last_word(budget)))


def last_word(budget: Budget) -> float:
    """How long to search for why there is nothing: a moment, even where time is up."""
    return min(SECONDS, max(A_MOMENT, budget()))


def any_panel(problem: Problem, budget: Budget) -> Ints:
    """One valid panel, where the quick search found none. Raises Infeasible where there is none, or `timed_out`."""
    panel, _, complete = best_panel(problem, np.zeros(problem.types), seconds=last_word(budget))
    if panel is None:
        raise no_seats(problem, budget) if complete else SelectionError("timed_out")
    return panel


def missing(problem: Problem, suspects: Mask, budget: Budget) -> tuple[list[Barred], list[Ints]]:
    """Of the types that no panel found so far holds: those that none can hold, and panels for the others."""
    barred: list[Barred] = []
    found: list[Ints] = []
    reach = Reach(problem)
    for at in np.flatnonzero(suspects).tolist():
        if budget() <= 0:
            break
        answer = reach.most(at)
        proof = prove_barred(problem, at, answer.prices) if answer.objective < 1 - 1e-6 else None
        if proof is not None:
            barred.append(proof)
            continue
        panel, complete = reach.panel_with(at, seconds=min(10.0, budget()))
        if panel is not None:
            found.append(panel[None])
        elif complete:
            barred.append(Barred(at, None, (Fraction(0),) * len(problem.rows), Fraction(0)))
    return barred, found


def prove_barred(problem: Problem, at: int, solved: object) -> Barred | None:
    for exact in roundings(np.asarray(solved), scaled=False):
        bound = seats_bound(problem, at, exact)
        if bound < 1:
            return Barred(at, bound, tuple(exact[:-1]), exact[-1])
    return None


def shut_out(problem: Problem) -> list[Barred]:
    """The types that a quota of zero seats shuts out."""
    return [Barred(at, Fraction(0), *bar(problem, at)) for at in np.flatnonzero(unusable(problem)).tolist()]


def bar(problem: Problem, at: int) -> tuple[tuple[Fraction, ...], Fraction]:
    """The proof for a type that a quota of zero seats shuts out: a price of 1 on that row."""
    prices_ = [Fraction(0)] * len(problem.rows)
    for code in problem.codes[at].tolist():
        if problem.upper[code] == 0:
            prices_[code] = Fraction(1)
            break
    return tuple(prices_), Fraction(0)


def measure(
    problem: Problem,
    eligible: Mask,
    lottery: Lottery,
    weights: tuple[Fraction, ...],
    bound: CoverageBound,
    alpha: Fraction,
) -> Coverage:
    """What a lottery covers, exactly, beside what the most one-sided choice of panels could cover at most."""
    whole, unit = integers(list(weights))
    held = ({code for at, _ in panel for code in problem.codes[at].tolist()} for panel in lottery.panels)
    parts = sum(tickets * sum(whole[row] for row in rows) for rows, tickets in zip(held, lottery.tickets, strict=True))
    expected = Fraction(parts, unit * lottery.total)
    _, best = most_coverage(problem, eligible, weights, Fraction(0))
    return Coverage(alpha, weights, expected, bound, best.bound)


def barred_sentence(plan: Plan, entry: Barred) -> str:
    values = ", ".join(
        f"{facet} “{value}”" for facet, value in zip(plan.pool.facets, plan.pool.types[entry.type], strict=True)
    )
    count = plan.pool.sizes[entry.type]
    who = "1 person" if count == 1 else f"{count} people"
    binding = [
        f"{facet} “{value}” ({low} to {high})"
        for (facet, value), price, low, high in zip(
            plan.problem.rows, entry.prices, plan.problem.lower.tolist(), plan.problem.upper.tolist(), strict=True
        )
        if price
    ]
    if len(binding) == 1:
        why = f"the quota of {binding[0]} keeps them off"
    else:
        why = f"the quotas of {', '.join(binding)} keep them off" if binding else "no combination with others adds up"
    return f"{who} ({values}) can be on no valid panel: {why}."


