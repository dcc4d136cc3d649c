"""Commit, draw, prove, decline, redraw: and nothing in the file can be changed without being noticed."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from allears.selection import (
    Infeasible,
    Pool,
    Quotas,
    SelectionError,
    accepted,
    alternates,
    chosen,
    commit,
    draw,
    dumps,
    loads,
    prepare,
    public,
    redraw,
    token,
    verify,
)
from allears.selection import checker as checker_module
from allears.selection.checker import Wrong, pick
from tests.selection.forging import changed, fields, forged, proofs
from tests.selection.pools import customers, in_proportion, self_selected

CHECKER = Path(checker_module.__file__)
SCHEMA = CHECKER.with_name("proof.schema.json")
SALT = "kept in a drawer"
Proof = dict[str, Any]


@pytest.fixture(scope="module")
def pool() -> Pool:
    return customers(90)


@pytest.fixture(scope="module")
def drawn(pool: Pool) -> Proof:
    return draw(commit(prepare(pool, in_proportion(pool, 12), 12), salt=SALT), "the sum of six dice: 23")


def people(pool: Pool) -> list[str]:
    return [person for ids in pool.members or () for person in ids]


def test_a_drawn_proof_holds_and_names_the_right_number(pool: Pool, drawn: Proof) -> None:
    assert verify(drawn) == []
    assert len(set(chosen(drawn, people(pool), salt=SALT))) == 12


def test_a_committed_proof_holds_before_its_seed_exists(pool: Pool) -> None:
    committed = commit(prepare(pool, in_proportion(pool, 12), 12), salt=SALT)
    assert verify(committed) == ["draw 1: committed, not drawn yet"]
    assert "NOT CHECKED: draw 1: committed, not drawn yet." in checker_module.verdict(committed, verify(committed))


def test_no_id_is_in_the_file(pool: Pool, drawn: Proof) -> None:
    text = dumps(drawn)
    assert not any(person in text for person in people(pool))
    assert token(SALT, "c00001") != token("another", "c00001")


def test_the_file_comes_back_as_it_was(drawn: Proof) -> None:
    assert loads(dumps(drawn)) == drawn
    for text in ("", "[]", "{}", "nonsense"):
        with pytest.raises(SelectionError, match="cannot be read"):
            loads(text)


def test_another_seed_chooses_others_and_the_same_seed_the_same(pool: Pool) -> None:
    committed = commit(prepare(pool, in_proportion(pool, 12), 12), salt=SALT)
    first, again, other = draw(committed, "a"), draw(committed, "a"), draw(committed, "b")
    assert first == again
    assert accepted(first) != accepted(other)


def test_a_lottery_is_drawn_once_and_with_a_seed(drawn: Proof) -> None:
    with pytest.raises(SelectionError, match="has been drawn"):
        draw(drawn, "again")
    with pytest.raises(SelectionError, match="needs a seed"):
        draw({**drawn, "rounds": [{key: drawn["rounds"][0][key] for key in ("size",)}]}, " ")


def test_the_single_file_checker_runs_alone(drawn: Proof, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_text(dumps(drawn), encoding="utf-8")
    alone = tmp_path / "checker.py"
    alone.write_text(CHECKER.read_text(encoding="utf-8"), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-I", "-S", str(alone), str(file)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (run.returncode, run.stdout) == (
        0, f"PROVEN: pool, quotas, chances, certificate, commitment and draw hold.\n{checker_module.COMPARE}"
        f" {drawn['rounds'][0]['commitment']}\n",
    )
    file.write_text("{}", encoding="utf-8")
    assert subprocess.run([sys.executable, str(alone), str(file)], capture_output=True, check=False).returncode == 1


def test_what_every_draw_needs_comes_first_in_the_checker_and_is_about_a_hundred_lines_of_code() -> None:
    text = CHECKER.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 116
    first = text.split("# ---- Part one")[1].split("# ---- Part two")[0]
    code = ast.unparse(ast.parse("# " + first)).splitlines()
    assert 80 < len([line for line in code if line.strip() and '"""' not in line]) < 120
    imported = {name.name for node in ast.parse(text).body if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.parse(text).body if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)


REFUSALS = (Wrong, SelectionError, LookupError, TypeError, ValueError, ZeroDivisionError)


@pytest.fixture(scope="module")
def of_each_kind(pool: Pool) -> dict[str, Proof]:
    return proofs(pool)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("kind", ["maximin", "panel", "sample", "barred"])
def test_whatever_field_is_changed_is_noticed(of_each_kind: dict[str, Proof], kind: str, sealed: bool) -> None:
    """Every field that the file has, at its first, middle and last place."""
    proof = public(of_each_kind[kind]) if sealed else of_each_kind[kind]
    assert all("sample" in note or "by search" in note for note in verify(proof))
    found = fields(proof)
    assert len(found) > 25
    for places in found.values():
        for path in {places[0], places[len(places) // 2], places[-1]}:
            with pytest.raises(REFUSALS):
                verify(changed(proof, path))


@pytest.mark.parametrize("kind", ["maximin", "panel"])
def test_what_was_forged_and_made_to_fit_the_full_file_gives_away_and_a_sealed_copy_most_of_it(
    of_each_kind: dict[str, Proof], kind: str
) -> None:
    for what, forgery, seen in forged(of_each_kind[kind]):
        assert (what, refused(forgery), refused(public(forgery))) == (what, True, seen)


def refused(proof: Proof) -> bool:
    try:
        verify(proof)
    except REFUSALS:
        return True
    return False


@pytest.mark.parametrize("kind", ["maximin", "panel", "barred"])
def test_a_claim_that_was_changed_and_sealed_and_drawn_anew_is_noticed(
    of_each_kind: dict[str, Proof], kind: str
) -> None:
    """Somebody with the code writes other figures into the certificate and makes everything after it fit."""
    proof = {**of_each_kind[kind], "rounds": of_each_kind[kind]["rounds"][:1]}
    told = ("commitment", "seed", "ticket", "seats", "selected")
    for field, old in claims(proof["rounds"][0]["certificate"]):
        forged = copy.deepcopy(proof)
        round_ = {name: part for name, part in forged["rounds"][0].items() if name not in told}
        claim = round_["certificate"]
        for step in field[:-1]:
            claim = claim[step]
        claim[field[-1]] = (not old) if isinstance(old, bool) else str(Fraction(old) * Fraction(9, 10))
        round_["commitment"] = checker_module.commitment(forged, [], round_)
        with pytest.raises(Wrong):
            verify(draw({**forged, "rounds": [round_]}, "one"))


def claims(certificate: dict[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    """The figures that a certificate claims, those of coverage included; a price is proof, not claim."""
    named = [(name,) for name in ("bound", "least", "certified")]
    named += [("coverage", name) for name in ("expected", "bound") if "coverage" in certificate]
    found: list[tuple[tuple[str, ...], Any]] = []
    for path in named:
        part: Any = certificate
        for step in path:
            part = part[step]
        found.append((path, part))
    return found


def test_a_pool_that_holds_somebody_twice_is_noticed(drawn: Proof) -> None:
    forged = copy.deepcopy(drawn)
    first, second = [type_ for type_ in forged["pool"]["types"] if type_["people"] > 1][:2]
    second["tokens"][0] = first["tokens"][0]
    forged["pool"]["hash"] = checker_module.pool_hash(forged["pool"]["types"])
    with pytest.raises(Wrong, match="somebody is in the pool twice"):
        verify(forged)


def test_a_draw_that_was_repeated_until_it_pleased_is_noticed() -> None:
    pool = Pool.from_counts(("age",), [(("young",), 70), (("old",), 30)])
    proof = draw(commit(prepare(pool, Quotas({"age": {"young": (5, 9), "old": (1, 5)}}), 10), salt=SALT), "x")
    again = {name: part for name, part in proof["rounds"][0].items() if name not in ("seed", "ticket", "seats")}
    again["commitment"] = checker_module.commitment(proof, proof["rounds"], again)
    with pytest.raises(Wrong, match="drawn again though nobody declined"):
        verify(draw({**proof, "rounds": [*proof["rounds"], again]}, "y"))


def test_a_lottery_that_was_bent_and_recommitted_is_noticed(drawn: Proof) -> None:
    """Somebody with the code bends the chances and seals the file anew: the certificate gives it away."""
    bent = copy.deepcopy(drawn)
    round_ = bent["rounds"][0]
    round_["lottery"] = round_["lottery"][:1]
    round_["commitment"] = checker_module.commitment(bent, [], round_)
    with pytest.raises(Wrong, match="least chance"):
        verify(bent)


def test_a_public_copy_hides_facets_and_can_be_checked(drawn: Proof) -> None:
    sealed = public(drawn)
    assert verify(sealed) == []
    assert checker_module.verdict(sealed, []).startswith(
        "PROVEN of a sealed copy: pool, chances, commitment and draw hold. Only the full file proves quotas and certificate."
    )
    assert "glad" not in json.dumps(sealed["pool"])
    sealed["rounds"][0] = {**sealed["rounds"][0], "ticket": 1}
    with pytest.raises(Wrong, match="another “ticket”"):
        verify(sealed)


def test_who_is_next_in_line_is_of_the_same_type(pool: Pool, drawn: Proof) -> None:
    kind = {token(SALT, person): values
            for values, ids in zip(pool.types, pool.members or (), strict=True) for person in ids}
    waiting = alternates(drawn)
    assert set(waiting) == set(accepted(drawn))
    assert any(waiting.values())
    assert all(kind[person] == kind[other] for person, others in waiting.items() for other in others)
    assert not {other for others in waiting.values() for other in others} & set(accepted(drawn))
    second = draw(redraw(drawn, accepted(drawn)[:2]), "a second throw: 31")
    assert set(alternates(second)) == set(accepted(second))
    for person in accepted(drawn)[2:]:
        assert alternates(second)[person] == [other for other in waiting[person] if other not in accepted(second)]


def test_empty_seats_are_drawn_again_and_the_quotas_still_hold(pool: Pool, drawn: Proof) -> None:
    gone = accepted(drawn)[:3]
    second = draw(redraw(drawn, gone), "a second throw: 31")
    assert verify(second) == []
    assert len(accepted(second)) == 12
    assert not set(gone) & set(accepted(second))
    third = draw(redraw(second, [accepted(second)[-1]]), "a third")
    assert verify(third) == []
    assert len(third["rounds"]) == 3
    held = dict.fromkeys(pool.counts()["feeling"], 0)
    kind = {token(SALT, person): values[3]
            for values, ids in zip(pool.types, pool.members or (), strict=True) for person in ids}
    for person in accepted(third):
        held[kind[person]] += 1
    for _, value, low, high in [line for line in in_proportion(pool, 12) if line[0] == "feeling"]:
        assert low <= held[value] <= high


def test_a_redraw_cannot_be_asked_for_nonsense(pool: Pool, drawn: Proof) -> None:
    committed = commit(prepare(pool, in_proportion(pool, 12), 12), salt=SALT)
    one = accepted(drawn)[0]
    for code, ask in (
        ("not_drawn", (committed, [one])),
        ("not_selected", (drawn, ["nobody"])),
        ("double_decline", (drawn, [one, one])),
        ("nobody_declined", (drawn, [])),
    ):
        with pytest.raises(SelectionError) as caught:
            redraw(*ask)
        assert caught.value.code == code


def test_seats_nobody_can_fill_are_said_and_loosened_quotas_are_on_record() -> None:
    pool = Pool.from_people(("age",), {"a": ("old",), "b": ("young",), "c": ("young",), "d": ("young",)})
    quotas = Quotas({"age": {"old": (1, 1), "young": (1, 2)}})
    proof = draw(commit(prepare(pool, quotas, 2), salt=SALT), "x")
    with pytest.raises(Infeasible, match="age “old”"):
        redraw(proof, [token(SALT, "a")])
    loosened = quotas.with_bounds("age", "old", 0, 1)
    second = draw(redraw(proof, [token(SALT, "a")], quotas=loosened), "y")
    assert verify(second) == []
    assert second["rounds"][1]["quotas"][0] == {"facet": "age", "value": "old", "min": 0, "max": 1}


def test_a_panel_and_a_sample_are_proven_too() -> None:
    pool = customers(300)
    for rule, size in (("panel", 4), ("sample", 20)):
        proof = draw(commit(prepare(pool, in_proportion(pool, size), size, rule=rule), salt=SALT), "z")
        assert verify(proof) == []
        second = draw(redraw(proof, accepted(proof)[:2]), "zz")
        assert verify(second) == []
        assert len(accepted(second)) == size


def test_a_sample_whose_steps_were_forged_is_noticed() -> None:
    pool, quotas = self_selected(300, 20)
    proof = draw(commit(prepare(pool, quotas, 20, rule="sample"), salt=SALT), "z")
    forged = copy.deepcopy(proof)
    landing = forged["rounds"][0]["landing"]
    landing["lottery"] = [{**landing["lottery"][-1], "tickets": sum(way["tickets"] for way in landing["lottery"])}]
    with pytest.raises(Wrong):
        verify(forged)


def test_a_panel_that_was_slipped_in_after_the_seed_is_noticed(drawn: Proof) -> None:
    """A landing is part of a sample alone: where a lottery was committed, nothing else is drawn from."""
    forged = copy.deepcopy(drawn)
    round_ = forged["rounds"][0]
    wanted = next(panel for panel in round_["lottery"] if panel["seats"] != round_["seats"])
    round_["landing"] = {"base": [], "lottery": [{"tickets": 1, "seats": wanted["seats"]}]}
    tokens = [type_["tokens"] for type_ in forged["pool"]["types"]]
    line = checker_module.line
    round_["ticket"], round_["seats"] = 0, sorted(wanted["seats"])
    round_["selected"] = [
        held for at, count in round_["seats"] for held in line(round_["commitment"], round_["seed"], tokens[at])[:count]
    ]
    with pytest.raises(Wrong, match="another “ticket”"):
        checker_module.check(forged)


def test_a_sample_that_is_checked_alone_or_sealed_says_that_its_steps_were_not_taken_again() -> None:
    pool = customers(300)
    proof = draw(commit(prepare(pool, in_proportion(pool, 20), 20, rule="sample"), salt=SALT), "z")
    alone = checker_module.check(proof)
    for copy_, notes in ((proof, alone), (public(proof), verify(public(proof)))):
        assert any("the steps of the sample" in note for note in notes)
        told = checker_module.verdict(copy_, notes)
        assert "NOT CHECKED: draw 1: the steps of the sample" in told
        assert "all hold" not in told
    assert verify(proof) == []


def test_a_sample_in_which_somebody_can_have_no_seat_is_drawn_from_whole_panels_that_say_who() -> None:
    """No quota is zero, yet the old take all seats: the young can have none."""
    people = {f"p{at}": ("old" if at < 20 else "young", "town" if at % 2 else "farm") for at in range(40)}
    pool = Pool.from_people(("age", "home"), people)
    quotas = Quotas({"age": {"old": (6, 6), "young": (0, 2)}, "home": {"town": (0, 6), "farm": (0, 6)}})
    plan = prepare(pool, quotas, 6, rule="sample")
    assert (plan.rule, len(plan.barred), plan.certified) == ("leximin", 2, True)
    assert verify(draw(commit(plan, salt=SALT), "one")) == []


def test_people_who_are_not_in_the_pool_cannot_be_named(drawn: Proof) -> None:
    with pytest.raises(SelectionError, match="12 of those chosen are not in the pool"):
        chosen(drawn, [], salt=SALT)


def test_a_pool_of_counts_is_drawn_without_names() -> None:
    pool = Pool.from_counts(("age",), [(("young",), 70), (("old",), 30)])
    proof = draw(commit(prepare(pool, Quotas({"age": {"young": (5, 9), "old": (1, 5)}}), 10), salt=SALT), "x")
    assert proof["rounds"][0]["selected"] == []
    assert sum(seats for _, seats in proof["rounds"][0]["seats"]) == 10
    assert verify(proof) == []
    with pytest.raises(SelectionError, match="not among those chosen"):
        redraw(proof, ["a"])


def test_numbers_are_picked_evenly() -> None:
    found = [pick(10, "even", number) for number in range(20_000)]
    assert all(abs(found.count(digit) - 2000) < 200 for digit in range(10))


def test_the_schema_describes_every_part_of_a_proof(drawn: Proof) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert set(drawn) == set(schema["properties"])
    assert set(drawn["rounds"][0]) | {"landing"} == set(schema["$defs"]["round"]["properties"])
    assert set(drawn["rounds"][0]["certificate"]) | {"coverage"} == set(schema["$defs"]["certificate"]["properties"])
