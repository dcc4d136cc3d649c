"""A panel of four, chosen by lot in a real browser: Ana describes, commits, draws and invites; one declines and the seat is
drawn again; the proof is published, and a citizen checks it in a browser of their own, where a tampered file is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from allears.cli.main import main
from allears.core.models import Message
from allears.core.worker import work_off
from allears.people.links import page_link
from allears.people.models import Person
from allears.selection import dumps, public
from allears.studies.models import Commitment, PoolMember, Selection
from allears.studies.selection.queries import standing
from tests import cast
from tests.questionnaires import asked
from tests.selection.forging import Proof, changed, fields, forged, proofs
from tests.selection.pools import customers as pool_of_customers
from tests.studies.selection import lots
from tests.walks.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

HOLDS = "It holds, as far as a public copy proves it: pool, chances, commitment and draw are what this page says."
ON_A_PHONE: dict[str, Any] = {"java_script_enabled": False, "viewport": {"width": 360, "height": 740}}


def go_on_when_done(ana: Page) -> None:
    """The worker does its work; the job's page leads back."""
    work_off()
    ana.reload()
    ana.get_by_role("link", name="See the lottery").click()


def describe(ana: Page) -> None:
    ana.goto("/studies/late-orders/")
    ana.get_by_role("link", name="By lot").click()
    ana.get_by_role("link", name="Choose people by lot").click()
    ana.get_by_label("How many people?").fill("4")
    ana.get_by_role("button", name="Describe this pool").click()
    expect(ana.get_by_text("40 people may be drawn")).to_be_visible()


def ask_for_too_much(ana: Page, axe: Any) -> None:
    """Quotas that nobody can meet are explained, and one button helps."""
    ana.get_by_role("link", name="Edit the quotas").click()
    ana.get_by_label("West, at least").fill("2")
    ana.get_by_label("West, at most").fill("4")
    ana.get_by_role("button", name="Keep these quotas").click()
    ana.get_by_role("button", name="Find the fairest lottery").click()
    go_on_when_done(ana)
    expect(ana.get_by_text("the pool has 1 person like that")).to_be_visible()
    axe(ana)
    ana.get_by_role("button", name="Change it so").click()


def find_and_commit(ana: Page, axe: Any) -> None:
    ana.get_by_role("button", name="Find the fairest lottery").click()
    go_on_when_done(ana)
    expect(ana.get_by_text("Nobody’s chance is below").first).to_be_visible()
    axe(ana)
    ana.get_by_role("link", name="Commit this lottery").click()
    ana.get_by_role("button", name="Yes, commit it").click()
    expect(ana.get_by_text(Commitment.objects.get().digest)).to_be_visible()


def draw(ana: Page, seed: str) -> None:
    ana.get_by_label("The seed", exact=True).fill(seed)
    ana.get_by_role("button", name="Draw").click()
    expect(ana.get_by_text(seed)).to_be_visible()


def invite(ana: Page) -> None:
    ana.get_by_role("link", name="Back to the lottery").click()
    ana.get_by_role("link", name="Invite those who were drawn").click()
    ana.get_by_role("button", name="Yes, ask them").click()
    go_on_when_done(ana)


def decline(visit: Visit, person: Person) -> None:
    """Somebody who was drawn would rather not, by the link in their mail, without script."""
    letter = Message.objects.get(key__startswith="invite:", to=person.email)
    link = re.search(r"(/a/[\w-]+/decline/)", letter.text)
    assert link
    page = visit(None, link[1], **ON_A_PHONE)
    page.get_by_role("button", name="I will not take part").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All right. Thank you for telling us.")


def draw_again(ana: Page, axe: Any) -> None:
    """The only person from the West declined, so nobody who is left can take the seat until the quotas are loosened."""
    ana.reload()
    expect(ana.locator("input[name=seat]:checked")).to_have_count(1)
    ana.get_by_role("button", name="Find a lottery for the empty seats").click()
    go_on_when_done(ana)
    ana.get_by_text("Nobody who is left can take the empty seats").wait_for()
    axe(ana)
    ana.get_by_role("button", name="Loosen them for the empty seats, and look again").click()
    go_on_when_done(ana)
    ana.get_by_role("link", name="Commit this lottery").first.wait_for()
    axe(ana)  # a dark button in a coloured notice
    ana.get_by_role("link", name="Commit this lottery").first.click()
    ana.get_by_role("button", name="Yes, commit it").click()
    draw(ana, "two dice: 2 6")
    expect(ana.get_by_role("heading", level=1)).to_have_text("1 seat was drawn")
    invite(ana)


def publish(ana: Page) -> None:
    ana.get_by_role("link", name="Publish the proof").click()
    ana.get_by_role("button", name="Yes, publish it").click()
    ana.get_by_role("link", name="The public page").click()


def check_as_a_citizen(visit: Visit, axe: Any, ref: str, folder: Path) -> Path:
    citizen = visit(None, f"/proofs/{ref}/")
    citizen.get_by_role("button", name="Check it in this browser").click()
    expect(citizen.get_by_text(HOLDS)).to_be_visible()
    expect(citizen.locator("#checked li")).to_have_count(7)
    axe(citizen)
    with citizen.expect_download() as downloading:
        citizen.get_by_role("link", name="Download the proof").click()
    file = folder / "proof.json"
    downloading.value.save_as(file)

    citizen.get_by_label("Or check a file that you have").set_input_files(file)
    expect(citizen.get_by_text(HOLDS)).to_be_visible()
    for tampered, words in tampered_files(file):
        citizen.get_by_label("Or check a file that you have").set_input_files(tampered)
        expect(citizen.locator("#check-result")).to_contain_text(words)
    check_everything_that_could_be_forged(citizen, ref)
    assert citizen.context.cookies() == []
    return file


# Hands each text to the page as a file and waits for its word: {holds, says}.
SAYS_OF = """async (texts) => {
  const input = document.getElementById("check-file"), result = document.getElementById("check-result"), said = [];
  for (const text of texts) {
    const files = new DataTransfer();
    files.items.add(new File([text], "proof.json"));
    input.files = files.files;
    result.dataset.holds = "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
    while (!result.dataset.holds) await new Promise((next) => setTimeout(next, 2));
    said.push([result.dataset.holds, result.textContent]);
  }
  return said;
}"""


def check_everything_that_could_be_forged(citizen: Page, ref: str) -> None:
    """The script in the page proves and refuses what checker.py proves and refuses, of full files and of sealed copies."""
    def verdicts(files: list[Proof]) -> list[str]:
        return [holds for holds, _ in citizen.evaluate(SAYS_OF, [dumps(file) for file in files])]

    own = standing(Selection.objects.get(ref=ref)).proof()
    [[holds, says]] = citizen.evaluate(SAYS_OF, [dumps(own)])
    assert (holds, says.startswith("All of it holds")) == ("yes", True)
    of_each_kind = proofs(pool_of_customers(90))
    kinds = [*of_each_kind.values(), *map(public, of_each_kind.values())]
    assert verdicts(kinds) == ["other"] * len(kinds)
    changed_files = [changed(file, places[0]) for file in (own, public(own)) for places in fields(file).values()]
    assert set(verdicts(changed_files)) == {"no"}
    for kind in ("maximin", "panel"):
        names, files, seen = zip(*forged(of_each_kind[kind]), strict=True)
        refused = dict(zip(names, verdicts(list(files)), strict=True))
        assert refused == dict.fromkeys(names, "no"), kind
        told = zip(names, verdicts([public(file) for file in files]), seen, strict=True)
        assert {name: (said == "no") for name, said, _ in told} == dict(zip(names, seen, strict=True)), kind


def tampered_files(file: Path) -> list[tuple[Path, str]]:
    """Copies of the proof in which somebody has changed one thing, and what the browser says of each."""
    def changed(name: str, change: Any) -> Path:
        proof = json.loads(file.read_text())
        change(proof)
        (file.parent / f"{name}.json").write_text(json.dumps(proof))
        return file.parent / f"{name}.json"

    def another_person(proof: Any) -> None:
        chosen = proof["rounds"][0]["selected"]
        others = [t for kind in proof["pool"]["types"] for t in kind["tokens"] if t not in chosen]
        chosen[0] = others[0]

    (file.parent / "words.json").write_text("not a proof")
    return [
        (changed("seed", lambda p: p["rounds"][0].update(seed="another seed")), "does not hold"),
        (changed("person", another_person), "does not hold: the people whom the draw gives"),
        (changed("tickets", lambda p: p["rounds"][0]["lottery"][0].update(tickets=1)), "does not hold"),
        (changed("pool", lambda p: p["pool"]["types"][0]["tokens"].append("0" * 32)), "the fingerprint of the pool"),
        (changed("quota", lambda p: p["quotas"][0].update(max=0)), "does not hold: the commitment"),
        (file.parent / "words.json", "cannot be read as a proof"),
    ]


def find_own_chance(visit: Visit, person: Person, axe: Any) -> None:
    page = visit(None, page_link(person), **ON_A_PHONE)
    axe(visit(None, page_link(person)))
    expect(page.get_by_text("Your chance was").first).to_be_visible()
    page.get_by_role("link", name="See the proof, and check it").click()
    expect(page.get_by_text("Your chance was").first).to_be_visible()
    expect(page.get_by_text("Scripts are off in this browser")).to_be_visible()


def test_a_panel_is_chosen_by_lot_and_anybody_can_check_it(visit: Visit, axe: Any, tmp_path: Path) -> None:
    asked.asking()
    people = lots.customers()
    cast.has(people[0], "Region", "West")
    ana = visit(cast.ana())
    describe(ana)
    ask_for_too_much(ana, axe)
    find_and_commit(ana, axe)
    axe(ana)
    draw(ana, lots.SEED)
    expect(ana.get_by_role("heading", level=1)).to_have_text("4 seats were drawn")
    invite(ana)
    decline(visit, people[0])
    draw_again(ana, axe)
    publish(ana)
    selection = Selection.objects.get()

    file = check_as_a_citizen(visit, axe, selection.ref, tmp_path)
    assert main(["selection", "verify", str(file)]) == 0
    assert main(["selection", "verify", str(tmp_path / "person.json")]) == 1
    find_own_chance(visit, PoolMember.objects.filter(selection=selection).earliest("pk").person, axe)
