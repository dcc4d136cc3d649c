"""Nothing is drawn that was not committed, nothing changes that was, and everything can be recomputed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import DatabaseError, connection, transaction

from allears.core.clock import now, today
from allears.core.models import AuditEvent, Job
from allears.people.actions import erase, record_consent
from allears.people.merging import merge
from allears.people.models import Contact, Person, PersonFacet
from allears.selection import accepted, draw, public, token, verify
from allears.selection.checker import Wrong
from allears.studies import anew, rounds
from allears.studies.about_person import lotteries
from allears.studies.hearing import Outcome
from allears.studies.models import Commitment, Draw, Invitation, PoolMember, Prepared, Publication, Selection
from allears.studies.selection import actions, guards
from allears.studies.selection import pool as pools
from allears.studies.selection.checking import Report, check_all
from allears.studies.selection.queries import account_of, chances_of, published, seats_of, standing
from allears.studies.selection.reaching import why_not
from allears.studies.selection.words import fairness, one_in, trouble
from allears.studies.tasks import commit_in_background, find_lottery, find_redraw, send_invitations
from tests import cast
from tests.gate import lifted
from tests.studies.selection import lots

pytestmark = pytest.mark.django_db


def test_quotas_are_proposed_from_all_customers_with_a_seat_of_slack() -> None:
    selection = lots.described(size=6)

    assert {(q["facet"], q["value"]): (q["min"], q["max"]) for q in selection.quotas if q["facet"] == "region"} == {
        ("region", "north"): (1, 4), ("region", "south"): (0, 3), ("region", "east"): (0, 3),
    }  # fmt: skip
    assert selection.criteria == {"kind": "customer"}


def test_only_who_may_be_asked_is_in_the_pool() -> None:
    people = lots.customers(8)
    record_consent(person=people[0], purpose="contact", given=False, source="a call")
    Person.objects.filter(pk=people[1].pk).update(email="", email_key=None)
    Contact.objects.create(person=people[2], minutes=29, subject="Another", topic="study:x")
    cast.nia()
    Invitation.objects.create(study=cast.late_orders(), person=people[3])

    assert set(pools.people_of(lots.described())) == set(people[4:])


def test_the_pool_is_counted_in_the_database_and_a_missing_value_counts_as_one() -> None:
    lots.customers(30)
    selection = lots.described()
    names = pools.naming(selection.facets)
    people = pools.people_of(selection)

    pool = pools.counted(people, names)
    assert (pool.people, pool.members) == (30, None)
    assert pool.counts()["Last rating"][""] == 3
    assert pool.counts() == pools.with_references(people, names).counts()


def test_counting_takes_as_many_queries_for_many_as_for_few(django_assert_num_queries: object) -> None:
    lots.customers(30)
    selection = lots.described()
    names = pools.naming(selection.facets)

    with django_assert_num_queries(2):  # type: ignore[operator]
        pools.counted(pools.people_of(selection), names)


def test_a_lottery_is_found_in_the_background_and_kept_with_what_it_promises() -> None:
    selection = lots.found()
    found = Prepared.objects.get(selection=selection)

    assert found.trouble is None
    assert (found.facts["rule"], found.facts["people"], found.facts["certified"]) == ("panel", 40, True)
    assert Fraction(found.facts["least"]) >= Fraction(4, 5) * Fraction(4, 40) * Fraction(99, 100)
    assert verify(found.proof) == ["draw 1: committed, not drawn yet"]
    assert Job.objects.get().state == "done"
    assert "Low" not in json.dumps(found.proof)
    assert "customer.example" not in json.dumps(found.proof)


def test_a_pool_that_cannot_meet_the_quotas_says_so_and_the_change_that_helps_can_be_applied() -> None:
    people = lots.customers()
    cast.has(people[0], "Region", "West")
    selection = lots.described()
    quotas = [{**q, "min": 2, "max": 4} if q["value"] == "west" else q for q in selection.quotas]
    actions.set_quotas(selection=selection, by=cast.ana(), quotas=quotas)
    lots.search(selection)
    trouble = Prepared.objects.get().trouble

    assert trouble["code"] == "infeasible"
    assert trouble["changes"] == [{"facet": "Region", "value": "West", "held": 1, "before": [2, 4], "after": [1, 4]}]
    with pytest.raises(actions.NotFound):
        actions.commit_lottery(selection=selection, by=cast.ana())

    actions.apply_changes(selection=selection, by=cast.ana())
    lots.search(selection)
    assert Prepared.objects.get().proof is not None


def test_who_gave_no_value_may_be_of_any_so_that_the_proposal_takes_no_seat_from_them() -> None:
    people = lots.customers()
    PersonFacet.objects.filter(facet__label="Region", person__in=people[:20]).delete()
    selection = lots.described(size=12)
    regions = [(quota["min"], quota["max"]) for quota in selection.quotas if quota["value"] in ("north", "south", "east")]
    assert regions == [(1, 6), (0, 5), (1, 6)]  # of 12 seats 2 are the share of all, and 4 that of who told; one of slack
    lots.search(selection)
    assert Fraction(Prepared.objects.get().facts["least"]) == pytest.approx(Fraction(12, 40))


def test_a_chance_is_said_as_people_say_it() -> None:
    said = [one_in(share) for share in (Fraction(2, 5), 0.0431, Fraction(1, 557), 1 / 1701, 4e-7, 0)]
    assert said == ["1 in 2.5", "1 in 23.2", "1 in 557", "1 in 1,700", "1 in 2,500,000", "none"]


def test_minimums_that_add_up_to_more_than_the_seats_are_said_and_the_change_that_helps_can_be_applied() -> None:
    lots.customers()
    selection = lots.described()
    quotas = [{**q, "min": 3, "max": 4} if q["value"] in ("north", "south") else q for q in selection.quotas]
    actions.set_quotas(selection=selection, by=cast.ana(), quotas=quotas)
    lots.search(selection)
    told = Prepared.objects.get().trouble or {}

    assert trouble(told) == "The minimums of “Region” add up to 6, more than the 4 seats. Lower some."
    assert sum(change["before"][0] - change["after"][0] for change in told["changes"]) == 2
    actions.apply_changes(selection=selection, by=cast.ana())
    lots.search(selection)
    assert Prepared.objects.get().proof is not None


def test_who_can_have_no_seat_is_said_before_how_fair_it_is_for_the_others() -> None:
    lots.customers()
    selection = lots.described()
    quotas = [{**q, "max": 0} if q["value"] == "north" else {**q, "max": 4} for q in selection.quotas]
    actions.set_quotas(selection=selection, by=cast.ana(), quotas=[{**q, "min": 0} for q in quotas])
    lots.search(selection)

    said = fairness(Prepared.objects.get().facts)
    assert said.startswith("14 of 40 people can have no seat")
    assert "Nobody’s chance is below" in said


def test_whoever_stops_the_search_keeps_the_best_lottery_so_far() -> None:
    selection = lots.described(size=12)
    job = actions.ask_for_lottery(selection=selection, by=cast.ana())
    Job.objects.filter(pk=job.pk).update(stopped_at="2026-01-01T00:00Z")
    find_lottery.func(job.pk)

    found = Prepared.objects.get(selection=selection)
    assert found.proof is not None or found.trouble["code"] == "timed_out"


def test_a_late_search_is_not_taken_for_wishes_that_have_changed() -> None:
    selection = lots.described()
    job = actions.ask_for_lottery(selection=selection, by=cast.ana())
    actions.change(selection=selection, by=cast.ana(), size=5)
    find_lottery.func(job.pk)

    assert Prepared.objects.count() == 0
    assert Selection.objects.get().quotas == actions.proposal(Selection.objects.get())


def test_nothing_is_drawn_before_it_is_committed_and_nothing_twice() -> None:
    selection = lots.found()
    with pytest.raises(actions.NotCommitted):
        actions.draw_lottery(selection=selection, by=cast.ana(), seed=lots.SEED)

    actions.commit_lottery(selection=selection, by=cast.ana())
    with pytest.raises(actions.NotCommitted):
        actions.commit_lottery(selection=selection, by=cast.ben())
    actions.draw_lottery(selection=selection, by=cast.ana(), seed=lots.SEED)
    with pytest.raises(actions.NotCommitted):
        actions.draw_lottery(selection=selection, by=cast.ben(), seed="another")

    assert Draw.objects.get().seed == lots.SEED
    assert len(seats_of(standing(selection))) == 4


@pytest.mark.parametrize("seed", ["", "  \t "])
def test_an_empty_seed_is_none(seed: str) -> None:
    with pytest.raises(actions.BadSeed):
        actions.draw_lottery(selection=lots.committed(), by=cast.ana(), seed=seed)


def test_a_source_must_not_have_been_known_when_the_lottery_was_committed() -> None:
    selection = lots.committed()
    for day in (today() - timedelta(days=1), today() + timedelta(days=1)):
        with pytest.raises(actions.BadSeed):
            actions.draw_lottery(selection=selection, by=cast.ana(), seed="7 11 23", source="Lotto", source_on=day)

    made = actions.draw_lottery(selection=selection, by=cast.ana(), seed="7 11 23", source="Lotto", source_on=today())
    assert (made.source, made.source_on) == ("Lotto", today())


def test_what_is_committed_does_not_change_any_more() -> None:
    selection = lots.committed()

    for act in (
        lambda: actions.change(selection=selection, by=cast.ana(), size=5),
        lambda: actions.set_quotas(selection=selection, by=cast.ana(), quotas=[]),
        lambda: actions.ask_for_lottery(selection=selection, by=cast.ana()),
        lambda: actions.withdraw(selection=selection, by=cast.ana()),
    ):
        with pytest.raises(actions.Fixed):
            act()


@pytest.mark.parametrize("table", ["studies_commitment", "studies_draw"])
def test_the_database_itself_keeps_commitments_and_draws(table: str) -> None:
    lots.drawn()

    assert guards.missing(connection) == []
    for statement in (f"UPDATE {table} SET by_id = by_id", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_pool_that_has_changed_since_is_not_committed() -> None:
    selection = lots.found()
    record_consent(person=Person.objects.earliest("pk"), purpose="contact", given=False, source="a call")

    with pytest.raises(actions.PoolChanged):
        actions.commit_lottery(selection=selection, by=cast.ana())
    assert PoolMember.objects.count() == Commitment.objects.count() == 0


def test_everybody_in_the_pool_has_the_chance_that_the_proof_gives_them() -> None:
    selection = lots.committed()
    rows = PoolMember.objects.filter(selection=selection)

    assert rows.count() == 40
    assert sum(Fraction(row.chance) for row in rows) == 4
    assert min(Fraction(row.chance) for row in rows) == Fraction(Commitment.objects.get().facts["least"])
    assert {row.token for row in rows} == {token(selection.salt, row.person.ref) for row in rows}


def test_the_proof_holds_full_and_public_and_a_tampered_one_does_not() -> None:
    proof = standing(lots.drawn()).proof()

    assert verify(proof) == []
    assert verify(public(proof)) == []
    proof["rounds"][0]["seed"] += "."
    with pytest.raises(Wrong, match="the seed gives another"):
        verify(proof)


def test_the_same_seed_draws_the_same_people_from_what_is_on_record() -> None:
    selection = lots.drawn()
    proof = standing(selection).proof()
    again = {**proof, "rounds": [{**Commitment.objects.get().lottery}]}
    assert draw(again, lots.SEED)["rounds"][0]["selected"] == proof["rounds"][0]["selected"]


def test_who_was_drawn_is_invited_through_the_budget() -> None:
    selection = lots.drawn()
    job = actions.ask_to_invite_drawn(selection=selection, by=cast.ana(), minutes=3)
    send_invitations.func(job.pk)

    drawn = {seat.person for seat in seats_of(standing(selection))}
    assert len(drawn) == 4
    assert {row.person for row in Invitation.objects.all()} == drawn
    assert Contact.objects.count() == 4


def test_a_round_of_those_who_were_drawn_goes_on_with_whoever_holds_a_seat_by_then() -> None:
    selection = lots.drawn()
    job = _cut_off(actions.ask_to_invite_drawn(selection=selection, by=cast.ana(), minutes=3))
    first, *others = seats_of(standing(selection))
    lots.search_again(selection, first.token)
    actions.commit_lottery(selection=selection, by=cast.ana())
    actions.draw_lottery(selection=selection, by=cast.ana(), seed="dice: 2 6 4 4")

    onward = rounds.go_on(job=job, by=cast.ana())
    send_invitations.func(rounds.go_on(job=_cut_off(onward), by=cast.ana()).pk)

    assert {row.person for row in Invitation.objects.all()} == {seat.person for seat in others}


def test_whose_letter_was_called_back_and_whose_seat_was_drawn_again_does_not_get_it_anew() -> None:
    selection = lots.drawn()
    send_invitations.func(actions.ask_to_invite_drawn(selection=selection, by=cast.ana(), minutes=3).pk)
    first, second, *_others = seats_of(standing(selection))
    for seat, given in ((first, False), (second, False), (first, True), (second, True)):
        record_consent(person=seat.person, purpose="contact", given=given, source="By telephone", by=cast.ana())
    before = {row.person for row in anew.lost(selection.study)}

    lots.search_again(selection, first.token)
    actions.commit_lottery(selection=selection, by=cast.ana())

    assert before == {first.person, second.person}
    assert [row.person for row in anew.lost(selection.study)] == [second.person]


def _cut_off(job: Job) -> Job:
    Job.objects.filter(pk=job.pk).update(ended_at=now(), error="Given up.")
    return job


def test_an_empty_seat_is_drawn_again_by_the_same_rules_and_the_proof_grows() -> None:
    selection = lots.drawn()
    first = accepted(standing(selection).proof())
    with pytest.raises(actions.NobodyDeclined):
        actions.ask_for_redraw(selection=selection, by=cast.ana(), declined=["0" * 32])

    lots.search_again(selection, first[0])
    actions.commit_lottery(selection=selection, by=cast.ana())
    with pytest.raises(actions.NotDrawn):
        actions.ask_for_redraw(selection=selection, by=cast.ana(), declined=[first[1]])
    actions.draw_lottery(selection=selection, by=cast.ana(), seed="dice: 2 6 4 4")

    proof = standing(selection).proof()
    assert len(proof["rounds"]) == 2
    assert first[0] not in accepted(proof)
    assert set(first[1:]) < set(accepted(proof))
    assert verify(proof) == []
    seats = seats_of(standing(selection))
    kinds = Counter(
        tuple(type_["values"]) for type_ in proof["pool"]["types"] for _ in set(type_["tokens"]).difference(s.token for s in seats)
    )
    assert [seat.alternates for seat in seats] == [kinds[tuple(value for _, value in seat.values)] for seat in seats]
    assert [(seat.round, seat.gone) for seat in seats] == [
        (0, True), (0, False), (0, False), (0, False), (1, False),
    ]  # fmt: skip


def test_when_nobody_left_can_take_the_seat_the_quotas_are_loosened_on_record() -> None:
    people = lots.customers()
    cast.has(people[0], "Region", "West")
    selection = lots.described()
    west = [{**q, "min": 1, "max": 1} if q["value"] == "west" else q for q in selection.quotas]
    actions.set_quotas(selection=selection, by=cast.ana(), quotas=west)
    lots.search(selection)
    actions.commit_lottery(selection=selection, by=cast.ana())
    actions.draw_lottery(selection=selection, by=cast.ana(), seed=lots.SEED)
    only = PoolMember.objects.get(person=people[0]).token
    with pytest.raises(actions.NotFound):
        actions.ask_for_looser_redraw(selection=selection, by=cast.ana())

    lots.search_again(selection, only)
    trouble = Prepared.objects.get().trouble
    assert trouble["changes"] == [{"facet": "Region", "value": "West", "held": 0, "before": [1, 1], "after": [0, 1]}]
    find_redraw.func(actions.ask_for_looser_redraw(selection=selection, by=cast.ana()).pk)
    actions.commit_lottery(selection=selection, by=cast.ana())
    actions.draw_lottery(selection=selection, by=cast.ana(), seed="dice: 2 6 4 4")

    proof = standing(selection).proof()
    assert {"facet": "Region", "value": "West", "min": 0, "max": 1} in proof["rounds"][1]["quotas"]
    assert verify(proof) == []


def test_publishing_can_be_taken_back_and_leaves_its_trace() -> None:
    selection = lots.published()
    assert published(selection.ref) is not None
    actions.publish_proof(selection=selection, by=cast.ben())
    actions.withdraw_proof(selection=selection, by=cast.ana())
    actions.withdraw_proof(selection=selection, by=cast.ana())

    assert published(selection.ref) is None
    assert Publication.objects.count() == 1
    verbs = AuditEvent.objects.filter(verb__startswith="studies.proof").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["studies.proof_published", "studies.proof_withdrawn"]


def test_a_person_learns_their_own_chance_once_the_proof_is_public() -> None:
    selection = lots.drawn()
    row = PoolMember.objects.filter(selection=selection).earliest("pk")
    assert chances_of(row.person) == []

    actions.publish_proof(selection=selection, by=cast.ana())
    [own] = chances_of(row.person)
    assert (own.token, own.chance, own.study) == (row.token, Fraction(row.chance), cast.late_orders())
    assert own.drawn == (row.token in accepted(standing(selection).proof()))


def test_what_earlier_panels_owe_weighs_in_the_next() -> None:
    lots.drawn()
    following = lots.described()
    names = pools.naming(following.facets)
    base = pools.base_of(following, names)
    account = account_of(following, base)

    assert account.panels == 1
    assert account.weights is not None
    assert sum(account.weights.values()) == 1
    for name in base:
        assert sum(debt for (facet, _), debt in account.owed.items() if facet == name) == 0, name
    lots.search(following)
    assert Prepared.objects.get().facts["owed"] != []
    assert account_of(lots.described(carries=False), base).weights is None
    assert account_of(lots.described(criteria={"kind": "staff"}), base).panels == 0


def test_a_larger_group_is_drawn_from_whole_panels_and_a_sample_at_once() -> None:
    larger = lots.drawn(size=12)
    assert standing(larger).proof()["rule"] == "leximin"

    sample = lots.drawn(size=10, rule="sample")
    proof = standing(sample).proof()
    assert (proof["rule"], len(accepted(proof))) == ("sample", 10)
    assert verify(proof) == []


def test_two_facets_or_values_of_one_name_are_told_apart() -> None:
    lots.customers(4)
    facet = cast.facet("Region")
    facet.values.create(key="north-2", label="North")

    names = pools.naming(["region"])
    assert names.values["region", "north"] == "North (north)"
    assert names.keys_of("Region", "North (north-2)") == ("region", "north-2")
    assert names.keys_of("Region", "Nowhere") is None


def test_everything_on_record_can_be_recomputed_and_what_was_changed_behind_the_guards_is_named() -> None:
    assert check_all().checked == 0
    selection = lots.drawn()
    assert check_all() == Report(1)

    first, other = PoolMember.objects.filter(selection=selection, token__in=accepted(standing(selection).proof()))[:2]
    PoolMember.objects.filter(pk=other.pk).update(person=Person.objects.create(name="Somebody Else"))
    assert check_all().broken == f"lottery {selection.ref}: the number {other.token} leads to somebody else"
    PoolMember.objects.filter(pk=other.pk).update(person=other.person)
    assert first.person_id
    with lifted(connection):
        Draw.objects.update(result={**Draw.objects.get().result, "ticket": 0})
    assert "the seed gives another “ticket”" in check_all().broken
    guards.remove(connection)
    assert "no longer guards" in check_all().broken
    guards.install(connection)


def drawn_again(selection: Selection) -> list[str]:
    """The seats that the page ticks as empty are drawn again; their numbers in the proof."""
    empty = [seat.token for seat in seats_of(standing(selection)) if seat.empty]
    lots.search_again(selection, *empty)
    actions.commit_lottery(selection=selection, by=cast.ana())
    actions.draw_lottery(selection=selection, by=cast.ana(), seed="dice: 2 6 4 4")
    return empty


def lose(way: str, first: Person, second: Person) -> None:
    """What may happen to somebody who is in a committed pool; `second` is in it, too."""
    if way == "withdrew":
        record_consent(person=first, purpose="contact", given=False, source="a call")
    elif way == "erased":
        erase(person=first, by=None, reason="person")
    elif way == "spent":
        Contact.objects.create(person=first, minutes=29, subject="Another", topic="study:x")
    elif way == "merged":
        merge(keep=second, other=first, by=cast.ana())
    else:
        Person.objects.filter(pk=first.pk).update(email="", email_key=None)


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("withdrew", "does not want to be asked any more"),
        ("erased", "erased since"),
        ("spent", "has not enough minutes left in the contact budget"),
        ("merged", "the same person as in seat 1, as turned out since"),
        ("unreachable", "has no e-mail address that works"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_who_may_no_longer_be_asked_is_drawn_as_committed_never_asked_and_their_seat_drawn_again(
    way: str, why: str, before: bool
) -> None:
    """Before the draw or after it: what was committed decides, and the proof goes on holding."""
    selection = lots.committed()
    will_be = draw(standing(selection).proof(), lots.SEED)["rounds"][0]["selected"]
    first, second = (PoolMember.objects.get(token=will_be[at]).person for at in (1, 0))
    if not before:
        actions.draw_lottery(selection=selection, by=cast.ana(), seed=lots.SEED)
    lose(way, first, second)
    if before:
        actions.draw_lottery(selection=selection, by=cast.ana(), seed=lots.SEED)

    seats = seats_of(standing(selection))
    assert [(seat.token, seat.why_not) for seat in seats] == [
        (token, why if at == 1 else "") for at, token in enumerate(will_be)
    ]
    send_invitations.func(actions.ask_to_invite_drawn(selection=selection, by=cast.ana(), minutes=3).pk)
    assert {row.person for row in Invitation.objects.all()} == {seats[at].person for at in (0, 2, 3)}

    assert drawn_again(selection) == [will_be[1]]
    proof = standing(selection).proof()
    assert proof["rounds"][1]["declined"] == [will_be[1]]
    assert verify(proof) == []
    assert check_all() == Report(1)
    assert [seat.why_not for seat in seats_of(standing(selection))][:4] == [""] * 4


def test_who_withdraws_once_they_were_invited_gives_their_seat_back_unless_they_answered() -> None:
    selection = lots.drawn()
    send_invitations.func(actions.ask_to_invite_drawn(selection=selection, by=cast.ana(), minutes=3).pk)
    seats = seats_of(standing(selection))
    for seat in seats[:2]:
        record_consent(person=seat.person, purpose="contact", given=False, source="a call")  # type: ignore[arg-type]

    assert [seat.empty for seat in seats_of(standing(selection))] == [True, True, False, False]
    assert [seat.why_not for seat in seats_of(standing(selection))][2:] == ["", ""]
    by_person = {seat.person.pk: Outcome.ANSWERED for seat in seats[:1] if seat.person}
    holders = [(seat.number, Person.objects.get(pk=seat.person.pk)) for seat in seats[:2] if seat.person]
    assert why_not(selection, holders, by_person) == {2: "does not want to be asked any more"}


def test_erasure_takes_every_row_that_leads_from_a_number_to_the_person() -> None:
    selection = lots.committed()
    one, other = PoolMember.objects.filter(selection=selection).order_by("pk")[:2]
    merge(keep=one.person, other=other.person, by=cast.ana())
    erase(person=one.person, by=None, reason="person")

    assert not PoolMember.objects.filter(token__in=[one.token, other.token]).exists()
    assert PoolMember.objects.filter(selection=selection).count() == 38
    assert check_all() == Report(1)


def test_erasure_takes_the_salt_of_the_lotteries_that_the_person_was_in_and_of_no_other() -> None:
    selection, later = lots.drawn(), lots.found(cast.late_orders())
    gone = PoolMember.objects.filter(selection=selection).earliest("pk").person
    erase(person=gone, by=None, reason="person")

    assert list(Selection.objects.order_by("pk").values_list("salt", flat=True)) == ["", later.salt]
    assert check_all() == Report(1)


def test_a_large_pool_is_committed_in_the_background_and_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "A_PIECE", 10)
    selection = lots.found()
    told: list[int] = []
    actions.commit_lottery(selection=selection, by=cast.ana(), told=told.append)
    assert told == [5, 10, 15, 20, 25, 30, 35, 40]

    other = lots.found()
    job = actions.ask_to_commit(selection=other, by=cast.ana())
    assert job.total == 40
    commit_in_background.func(job.pk)
    commit_in_background.func(job.pk)
    assert Job.objects.get(pk=job.pk).result == {"found": "A lottery is committed already and waits for its seed."}
    assert Commitment.objects.filter(selection=other).count() == 1
    assert PoolMember.objects.filter(selection=other).count() == 40


class Cut(BaseException):
    """What a worker that is asked to stop raises: no `Exception`, so that nothing tidies up."""


def in_between(at: int, act: Callable[[], object]) -> Callable[[int], None]:
    """What a commitment tells how far it is; once that is `at`, somebody else acts, with nothing locked."""
    outside = len(connection.savepoint_ids)

    def told(people: int) -> None:
        assert len(connection.savepoint_ids) == outside
        if people == at:
            act()

    return told


def test_others_write_while_a_large_pool_is_written_down_and_who_is_erased_leaves_no_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One whose row is there already, one whose row is yet to come: both are numbers that lead to nobody."""
    monkeypatch.setattr(actions, "A_PIECE", 10)
    selection = lots.found()
    gone: list[Person] = []

    def erase_two() -> None:
        written = PoolMember.objects.values("person")
        gone.extend([Person.objects.filter(pk__in=written)[0], Person.objects.exclude(pk__in=written)[0]])
        for person in gone:
            erase(person=person, by=None, reason="person")

    actions.commit_lottery(selection=selection, by=cast.ana(), told=in_between(30, erase_two))

    assert PoolMember.objects.count() == 38
    assert not PoolMember.objects.filter(person__in=gone).exists()
    assert Selection.objects.get().salt == ""
    assert check_all() == Report(1)


def test_a_commitment_that_was_cut_off_counts_for_nothing_and_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "A_PIECE", 10)
    selection, salt = lots.found(), Selection.objects.get().salt

    def cut() -> None:
        raise Cut

    with pytest.raises(Cut):
        actions.commit_lottery(selection=selection, by=cast.ana(), told=in_between(30, cut))
    person = PoolMember.objects.earliest("pk").person
    assert PoolMember.objects.count() == 20
    assert lotteries(person) == ("lotteries", [])

    erase(person=person, by=None, reason="person")
    with pytest.raises(actions.PoolChanged):
        actions.commit_lottery(selection=selection, by=cast.ana())
    lots.search(selection)
    actions.commit_lottery(selection=selection, by=cast.ana())
    assert PoolMember.objects.count() == 39
    assert Selection.objects.get().salt not in ("", salt)
    assert check_all() == Report(1)


@pytest.mark.parametrize("faster", ["commits", "changes"])
def test_who_is_overtaken_while_a_large_pool_is_written_down_leaves_what_the_other_did(
    faster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "A_PIECE", 10)
    selection, by = lots.found(), cast.ana()
    acts = {
        "commits": lambda: actions.commit_lottery(selection=selection, by=by),
        "changes": lambda: actions.change(selection=selection, by=by, size=6),
    }

    with pytest.raises(actions.NotCommitted if faster == "commits" else actions.NotFound):
        actions.commit_lottery(selection=selection, by=by, told=in_between(30, acts[faster]))

    assert Commitment.objects.count() == (faster == "commits")
    assert PoolMember.objects.count() == (40 if faster == "commits" else 0)
    assert check_all() == Report(int(faster == "commits"))


def test_who_is_erased_while_the_pool_is_read_leaves_no_row_behind() -> None:
    selection = lots.found()
    person = Person.objects.earliest("pk")

    looked = Prepared.objects.get(selection=selection)
    members = actions._members(selection, looked.proof or {}, lambda people: None)
    erase(person=person, by=None, reason="person")
    actions._commit(selection, cast.ana(), looked, members)
    assert PoolMember.objects.filter(selection=selection).count() == 39
    assert check_all() == Report(1)


def test_a_pool_that_is_too_large_for_a_file_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MOST_PEOPLE", 39)
    selection = lots.found()

    assert Prepared.objects.get().proof is None
    assert "bin/allears selection draw" in trouble(Prepared.objects.get().trouble or {})
    with pytest.raises(actions.NotFound):
        actions.ask_to_commit(selection=selection, by=cast.ana())
