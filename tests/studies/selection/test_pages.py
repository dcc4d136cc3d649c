"""The pages of a lottery: what they show, what they refuse, and what they never show."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from allears.core import ahead
from allears.core.models import Counted, Job
from allears.core.progress import job_url
from allears.people.actions import record_consent
from allears.people.models import Facet, Person
from allears.selection import draw, loads, verify
from allears.studies.actions import create_study, decline
from allears.studies.models import Commitment, Draw, Invitation, PoolMember, Prepared, Publication, Selection, Study
from allears.studies.selection import actions, quotas, reaching
from allears.studies.selection import pool as pools
from allears.studies.selection.queries import seats_of, standing
from allears.studies.tasks import commit_in_background, find_lottery, find_redraw, send_invitations
from tests import cast
from tests.studies.selection import lots

pytestmark = [pytest.mark.alike, pytest.mark.django_db]  # the rows behind them: test_actions.py
HERE = "/studies/late-orders/selection/"
WISH = {"size": "4", "rule": "auto", "facets": ["region", "last-rating"], "carries": "on", "minutes": "3",
        "seconds": "20", "kind": "customer"}  # fmt: skip


def at(selection: Selection, page: str = "") -> str:
    return f"{HERE}{selection.ref}/{page}"


def page_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def run_last_job() -> None:
    job = Job.objects.latest("pk")
    tasks = {"studies.lottery": find_lottery, "studies.redraw": find_redraw, "studies.invite": send_invitations,
             "studies.commit": commit_in_background}  # fmt: skip
    tasks[job.kind].func(job.pk)


def test_a_study_leads_to_its_lotteries_and_says_how_to_begin_one(as_ana: Client) -> None:
    cast.late_orders()

    assert f'href="{HERE}"' in page_of(as_ana, "/studies/late-orders/")
    assert "Choose people by lot" in page_of(as_ana, HERE)
    assert "nothing to balance yet" in page_of(as_ana, f"{HERE}new/")


def test_home_and_the_study_say_what_waits_for_its_seed(as_ana: Client) -> None:
    selection = lots.committed()
    assert at(selection, "draw/") in page_of(as_ana, "/")
    assert "committed, waits for its seed" in page_of(as_ana, "/studies/late-orders/")

    actions.draw_lottery(selection=selection, by=cast.ana(), seed=lots.SEED)
    assert at(selection, "draw/") not in page_of(as_ana, "/")
    assert "4 people by lot" in page_of(as_ana, "/studies/late-orders/")


def test_from_the_wish_to_the_public_proof(as_ana: Client) -> None:
    cast.late_orders()
    lots.customers()
    made = as_ana.post(f"{HERE}new/", WISH)
    selection = Selection.objects.get()
    assert (made.status_code, made["Location"]) == (302, at(selection))
    assert "Find the fairest lottery" in page_of(as_ana, at(selection))

    as_ana.post(at(selection, "lottery/"))
    run_last_job()
    page = page_of(as_ana, at(selection))
    for words in ("Nobody’s chance is below", "Expected seats: Region", "Heard with which chance: Last rating"):
        assert words in page

    assert as_ana.post(at(selection, "commitment/"))["Location"] == at(selection, "draw/")
    assert Commitment.objects.get().digest in page_of(as_ana, at(selection, "draw/"))
    assert as_ana.post(at(selection, "draw/"), {"seed": lots.SEED})["Location"] == at(selection, "draw/?now=1")
    stage = page_of(as_ana, at(selection, "draw/?now=1"))
    assert "4 seats were drawn" in stage
    assert lots.SEED in stage

    as_ana.post(at(selection, "invitations/"), {"minutes": "3"})
    run_last_job()
    assert Invitation.objects.count() == 4
    as_ana.post(at(selection, "publication/"))
    assert "How 4 people were chosen by lot out of 40" in page_of(Client(), f"/proofs/{selection.ref}/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", "0"), ("size", "-1"), ("size", "4,0"), ("size", "9999999999999999999"), ("size", "four"),
        ("rule", "fans first"), ("facets", []), ("facets", ["no-such-facet"]), ("minutes", "-3"), ("minutes", "NaN"),
        ("seconds", "1"), ("seconds", "100000"), ("q", "a\0b"), ("joined_after", "31 June"), ("rested", "-1"),
    ],
)  # fmt: skip
def test_a_wrong_wish_comes_back_with_words(as_ana: Client, field: str, value: object) -> None:
    cast.late_orders()
    lots.customers(6)
    answer = as_ana.post(f"{HERE}new/", {**WISH, field: value})

    assert (answer.status_code, Selection.objects.count()) == (422, 0)
    assert "error-summary" in answer.content.decode()


def test_criteria_that_name_nobody_make_a_pool_of_nobody_and_say_so(as_ana: Client) -> None:
    cast.late_orders()
    lots.customers(6)
    as_ana.post(f"{HERE}new/", {**WISH, "facet_region": ["nowhere"], "joined_after": "2020-01-31"})
    selection = Selection.objects.get()

    assert selection.criteria == {"kind": "customer", "joined_after": "2020-01-31", "facets": {"region": ["nowhere"]}}
    assert "Nobody can be drawn now" in page_of(as_ana, at(selection))
    as_ana.post(at(selection, "lottery/"))
    run_last_job()
    assert "Nobody can be drawn now. Widen the pool." in page_of(as_ana, at(selection))


def test_changing_the_wish_keeps_every_criterion_of_the_study(as_ana: Client) -> None:
    criteria = {"kind": "customer", "account": cast.account().pk, "lived_within": 30, "facets": {"region": ["north"]}}
    lots.customers(6)
    Study.objects.filter(pk=cast.late_orders().pk).update(criteria=criteria)
    filled = dict(re.findall(r'<(?:input|option)[^>]*name="(\w+)"[^>]*value="([^"]+)"', page_of(as_ana, f"{HERE}new/")))
    assert (filled["account"], filled["lived_within"]) == ("XYZ Co.", "30")

    as_ana.post(f"{HERE}new/", {**WISH, "account": "XYZ Co.", "lived_within": "30", "facet_region": ["north"]})
    selection = Selection.objects.get()
    assert selection.criteria == criteria
    assert "XYZ Co." in page_of(as_ana, at(selection))
    as_ana.post(at(selection, "edit/"), {**WISH, "account": "XYZ Co.", "lived_within": "30", "facet_region": ["north"], "size": "3"})
    selection.refresh_from_db()
    assert (selection.criteria, selection.size) == (criteria, 3)


def test_a_panel_without_feelings_is_warned_of(as_ana: Client) -> None:
    lots.customers()

    assert "Is it only fans" in page_of(as_ana, at(lots.described(facets=["region"])))
    assert "Is it only fans" not in page_of(as_ana, at(lots.described()))


def test_quotas_are_edited_line_by_line_and_wrong_ones_are_named(as_ana: Client) -> None:
    selection = lots.described()
    assert "In proportion" in page_of(as_ana, at(selection, "quotas/"))

    wrong = as_ana.post(at(selection, "quotas/"), {"min:region:north": "3", "max:region:north": "1"})
    assert (wrong.status_code, "cannot both hold" in wrong.content.decode()) == (422, True)
    wrong = as_ana.post(at(selection, "quotas/"), {"min:region:north": "<b>2</b>"})
    assert (wrong.status_code, "<b>2" in wrong.content.decode()) == (422, False)
    assert as_ana.post(at(selection, "quotas/"), {"min:region:north": "2", "max:region:north": "2"}).status_code == 302
    selection.refresh_from_db()
    assert {"facet": "region", "value": "north", "min": 2, "max": 2} in selection.quotas

    as_ana.post(at(selection, "quotas/"), {"act": "propose"})
    assert Selection.objects.get().quotas == actions.proposal(selection)


def test_many_quotas_fold_facet_by_facet_and_one_that_is_wrong_stands_open(
    as_ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection = lots.described()
    assert "<details class=\"quotas__fold\"" not in page_of(as_ana, at(selection, "quotas/"))

    monkeypatch.setattr(quotas, "MOST_OPEN", 3)
    assert page_of(as_ana, at(selection, "quotas/")).count("<details class=\"quotas__fold\"") == 2
    wrong = as_ana.post(at(selection, "quotas/"), {"min:region:north": "3", "max:region:north": "1"}).content.decode()
    folded, = re.findall(r'<summary class="quotas__facet">([\w ]+) <', wrong)
    assert folded == "Last rating"


def test_pictures_show_values_in_the_order_of_their_facet_and_say_of_how_many_it_is_not_known(as_ana: Client) -> None:
    page = page_of(as_ana, at(lots.found()))
    assert "it is not: Last rating 4." in " ".join(page.split())
    pictured = page[page.index("Expected seats: Region"):]
    assert re.findall(r'bars__label">(\w+)<', pictured)[:3] == list(lots.REGIONS)


def test_an_infeasible_pool_is_explained_and_one_button_helps(as_ana: Client) -> None:
    cast.late_orders()
    people = lots.customers()
    cast.has(people[0], "Region", "West")
    selection = lots.described()
    quotas = [{**q, "min": 2, "max": 4} if q["value"] == "west" else q for q in selection.quotas]
    actions.set_quotas(selection=selection, by=cast.ana(), quotas=quotas)
    lots.search(selection)

    page = page_of(as_ana, at(selection))
    assert "Region: West: ask for at least 1 instead of 2; the pool has 1 person like that." in page
    as_ana.post(at(selection, "quotas/"), {"act": "apply"})
    as_ana.post(at(selection, "lottery/"))
    run_last_job()
    assert Prepared.objects.get().proof is not None


def test_the_wrong_order_is_refused_with_words(as_ana: Client) -> None:
    selection = lots.described()
    for page, words in (
        ("commitment/", "look for a lottery first"), ("draw/", "committed first"), ("invitations/", "Nobody has been drawn"),
        ("redraw/", "Draw the lottery that is committed first"), ("publication/", "commit the lottery first"),
    ):  # fmt: skip
        answer = as_ana.post(at(selection, page), {"seed": "1 2 3", "minutes": "3"}, follow=True)
        assert words in answer.content.decode(), page
    assert (Commitment.objects.count(), Draw.objects.count(), Publication.objects.count()) == (0, 0, 0)


def test_a_double_press_commits_and_draws_once(as_ana: Client) -> None:
    selection = lots.found()
    for page, told in (("commitment/", {}), ("draw/", {"seed": "first"}), ("publication/", {})):
        as_ana.post(at(selection, page), told)
        as_ana.post(at(selection, page), told | {"seed": "second"})

    assert (Commitment.objects.count(), Publication.objects.count()) == (1, 1)
    assert Draw.objects.get().seed == "first"


@pytest.mark.parametrize(
    "told",
    [{}, {"seed": " "}, {"seed": "x" * 501}, {"seed": "a\0b"}, {"seed": "7", "source": "Lotto"},
     {"seed": "7", "source": "Lotto", "source_on": "1999-01-01"}, {"seed": "7", "source_on": "soon"}],
)  # fmt: skip
def test_a_seed_that_cannot_be_is_refused_and_nothing_is_drawn(as_ana: Client, told: dict[str, str]) -> None:
    answer = as_ana.post(at(lots.committed(), "draw/"), told)

    assert (answer.status_code, Draw.objects.count()) == (422, 0)
    assert "error-summary" in answer.content.decode()


def test_a_seed_that_is_markup_stays_words(as_ana: Client) -> None:
    selection = lots.published(seed="<script>alert(1)</script> 🎲")

    for page in (page_of(as_ana, at(selection, "draw/")), page_of(Client(), f"/proofs/{selection.ref}/")):
        assert "&lt;script&gt;alert(1)&lt;/script&gt; 🎲" in page
        assert "<script>alert" not in page


def test_names_stand_on_the_stage_only_when_asked_for_and_only_for_who_may_see_them(as_ana: Client, as_sam: Client) -> None:
    selection = lots.drawn()
    name = next(seat.person.name for seat in seats_of(standing(selection)) if seat.person)

    assert name not in page_of(as_ana, at(selection, "draw/"))
    assert name in page_of(as_ana, at(selection, "draw/?names=1"))
    for url in (at(selection), at(selection, "draw/?names=1")):
        page = page_of(as_sam, url)
        assert name not in page
        assert "Customer0" not in page


def test_who_does_not_work_on_the_study_only_looks(as_mia: Client, as_sam: Client) -> None:
    selection = lots.found()
    pages = ["new/", *(f"{selection.ref}/{p}" for p in (
        "edit/", "quotas/", "lottery/", "commitment/", "draw/", "invitations/", "redraw/", "publication/", "removal/"))]
    for client in (as_mia, as_sam):
        assert {client.post(HERE + page, {"seed": "1"}).status_code for page in pages} == {403}
        assert client.get(at(selection, "proof.json")).status_code == 403
    assert (Commitment.objects.count(), Selection.objects.count()) == (0, 1)


def test_a_team_s_own_study_hides_its_lotteries(as_mia: Client) -> None:
    selection = lots.drawn(cast.late_orders(team_only=True))

    assert {as_mia.get(url).status_code for url in (HERE, at(selection), at(selection, "draw/"))} == {404}


def test_the_lottery_of_another_study_is_not_found_here(as_ana: Client) -> None:
    other = create_study(by=cast.ana(), title="Returns")
    selection = lots.found()

    assert as_ana.get(f"/studies/{other.slug}/selection/{selection.ref}/").status_code == 404
    assert as_ana.post(f"/studies/{other.slug}/selection/{selection.ref}/commitment/").status_code == 404


def test_what_is_committed_cannot_be_thrown_away_and_a_wish_can(as_ana: Client) -> None:
    committed, wish = lots.committed(), lots.described()
    as_ana.post(at(committed, "removal/"))
    as_ana.post(at(wish, "removal/"))

    assert list(Selection.objects.all()) == [committed]


def test_declined_seats_are_ticked_and_drawn_again(as_ana: Client) -> None:
    selection = lots.drawn()
    as_ana.post(at(selection, "invitations/"), {"minutes": "3"})
    run_last_job()
    decline(invitation=Invitation.objects.earliest("pk"), kind="no_time")
    page = page_of(as_ana, at(selection))
    [ticked] = re.findall(r'name="seat" value="(\w+)" checked', page)

    as_ana.post(at(selection, "redraw/"), {"seat": ticked})
    run_last_job()
    assert "A lottery for the empty seats is ready" in page_of(as_ana, at(selection))
    as_ana.post(at(selection, "commitment/"))
    as_ana.post(at(selection, "draw/"), {"seed": "dice: 2 6 4 4"})
    page = page_of(as_ana, at(selection))
    assert "given back, drawn again" in page
    assert "Redraw 1" in page
    assert "1 seat was drawn" in page_of(as_ana, at(selection, "draw/"))


def test_the_public_page_and_file_hold_no_names_and_no_facets_of_people() -> None:
    selection = lots.published()
    page = Client().get(f"/proofs/{selection.ref}/")
    file = Client().get(f"/proofs/{selection.ref}/proof.json")

    assert not page.cookies
    for text in (page.content.decode(), file.content.decode()):
        assert "Customer0" not in text
        assert "customer.example" not in text
        assert not any(ref in text for ref in Person.objects.values_list("ref", flat=True))
        assert selection.salt not in text
    assert all("values" not in type_ and "nonce" not in type_ for type_ in json.loads(file.content)["pool"]["types"])
    assert selection.study.title in Client().get("/proofs/").content.decode()


def test_a_seed_from_a_source_of_the_same_day_says_after_which_time_it_has_to_have_become_known() -> None:
    selection = lots.committed()
    day = timezone.localdate(Commitment.objects.get().at)
    actions.draw_lottery(selection=selection, by=cast.ana(), seed="7 11 23", source="Lotto", source_on=day)
    actions.publish_proof(selection=selection, by=cast.ana())
    page = Client().get(f"/proofs/{selection.ref}/").content.decode()
    assert "a public source of the same day: Lotto" in page
    assert "which nobody could know before" not in page
    assert '<code class="fingerprint" dir="auto">7 11 23</code>' in page  # its numbers keep their order beside Arabic


def test_the_downloaded_checker_proves_the_downloaded_proof_and_refuses_a_tampered_one(tmp_path: Path) -> None:
    selection = lots.published()
    proof = Client().get(f"/proofs/{selection.ref}/proof.json").content.decode()
    (tmp_path / "checker.py").write_bytes(Client().get("/proofs/checker.py").content)

    def check(text: str) -> tuple[int, str]:
        (tmp_path / "proof.json").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-I", "checker.py", "proof.json"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    assert check(proof)[0] == 0
    assert "PROVEN" in check(proof)[1]
    assert check(proof.replace(lots.SEED, lots.SEED + "!"))[0] == 1
    assert "Only the full file proves quotas" in check(proof)[1]


@pytest.mark.parametrize("example", [True, False])
def test_a_lottery_made_to_show_the_product_says_so_wherever_the_public_reads_it(example: bool) -> None:
    selection = lots.published()
    Study.objects.update(example=example)
    page, proofs = page_of(Client(), f"/proofs/{selection.ref}/"), page_of(Client(), "/proofs/")
    assert ("An example, made to show what Allears does; it did not happen." in page) is example
    assert ("Example" in proofs) is example


def test_somebody_finds_their_chance_by_their_number_and_nothing_by_a_wrong_one() -> None:
    selection = lots.published()
    row = PoolMember.objects.filter(selection=selection).earliest("pk")

    assert "Your chance was" in page_of(Client(), f"/proofs/{selection.ref}/?id={row.token.upper()} ")
    for wrong in ("0" * 32, "x" * 5000, "%27--", "%00x"):
        assert "This number is not in the pool" in page_of(Client(), f"/proofs/{selection.ref}/?id={wrong}")


def test_a_withdrawn_proof_is_gone_with_words(as_ana: Client) -> None:
    selection = lots.published()
    as_ana.post(at(selection, "publication/"), {"withdraw": "1"})

    for url in (f"/proofs/{selection.ref}/", f"/proofs/{selection.ref}/proof.json", "/proofs/0000000000/"):
        assert Client().get(url).status_code == 404
    assert "This proof is not public" in Client().get(f"/proofs/{selection.ref}/").content.decode()
    assert selection.ref not in Client().get("/proofs/").content.decode()


def test_the_full_proof_is_for_the_team_and_holds_in_full(as_ana: Client) -> None:
    selection = lots.drawn()
    answer = as_ana.get(at(selection, "proof.json"))

    assert verify(loads(answer.content.decode())) == []
    assert hashlib.sha256(answer.content).hexdigest() == hashlib.sha256(as_ana.get(at(selection, "proof.json")).content).hexdigest()


@pytest.mark.parametrize("page", ["", "quotas/", "draw/"])
def test_pages_make_as_many_queries_for_many_people_as_for_few(
    as_ana: Client, page: str, django_assert_num_queries: Callable[..., object]
) -> None:
    def queries(selection: Selection) -> int:
        as_ana.get(at(selection, page))
        with CaptureQueriesContext(connection) as found:
            assert as_ana.get(at(selection, page)).status_code == 200
        return len(found)

    few, many = lots.drawn(size=2), lots.drawn(size=6)
    assert queries(few) == queries(many)
    assert queries(few) < 60


def test_a_facet_that_is_gone_after_the_draw_leaves_the_record_whole(as_ana: Client) -> None:
    selection = lots.published()
    Facet.objects.filter(key="region").delete()

    assert "The seats" in page_of(as_ana, at(selection))
    assert "Chosen by lot" in page_of(Client(), f"/proofs/{selection.ref}/")
    assert verify(standing(selection).proof()) == []


def test_the_page_says_who_of_the_pool_and_of_the_drawn_may_no_longer_be_asked(
    as_ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection = lots.committed()
    assert "may not be asked any more" not in page_of(as_ana, at(selection))
    will_be = draw(standing(selection).proof(), lots.SEED)["rounds"][0]["selected"]
    person = PoolMember.objects.get(token=will_be[0]).person
    record_consent(person=person, purpose="contact", given=False, source="a call")
    asked = PoolMember.objects.get(token=will_be[1]).person
    Invitation.objects.create(study=selection.study, person=asked)
    assert "1 person of the pool may not be asked any more" in page_of(as_ana, at(selection))
    assert "People were counted at" not in page_of(as_ana, at(selection))
    monkeypatch.setattr(ahead, "MANY", 3)
    reaching.count_ahead()
    counted = page_of(as_ana, at(selection))
    assert ("1 person of the pool may not be asked any more" in counted, "People were counted at" in counted) == (True, True)

    actions.draw_lottery(selection=selection, by=cast.ana(), seed=lots.SEED)
    page = page_of(as_ana, at(selection))
    assert "does not want to be asked any more" in page
    assert re.findall(r'name="seat" value="(\w+)" checked', page) == will_be[:1]
    reaching.count_ahead()
    assert not Counted.objects.exists()  # it waits for its seed no more


def test_a_large_pool_is_committed_by_a_job_that_leads_to_the_draw(as_ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = lots.found()
    monkeypatch.setattr(pools, "AT_ONCE", 39)
    answer = as_ana.post(at(selection, "commitment/"))

    job = Job.objects.latest("pk")
    assert (answer["Location"], job.kind, job.next_url) == (job_url(job), "studies.commit", at(selection, "draw/"))
    run_last_job()
    assert Commitment.objects.get().digest in page_of(as_ana, at(selection, "draw/"))
    monkeypatch.setattr(pools, "MOST_PEOPLE", 39)
    page = page_of(as_ana, at(lots.described()))
    assert "Too many for a proof that a browser can check" in page
    assert "Find the fairest lottery" not in page
