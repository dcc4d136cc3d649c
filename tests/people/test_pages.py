"""The pages about people, as they are met."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from allears.core.models import AuditEvent
from allears.people import actions, budget, holdings, listing, lookalikes, panels, queries
from allears.people.listing import list_page
from allears.people.models import Account, Consent, ContactBudget, Facet, FacetValue, Lookalike, Merge, Person
from tests import cast

pytestmark = pytest.mark.django_db
ROLES = ("researcher", "leader", "staff", "administrator")


def page(client: Client, name: str, *args: object, status: int = 200, **query: object) -> str:
    answer = client.get(reverse(f"people:{name}", args=args), query)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_list_shows_who_is_there_and_leads_to_them(as_ana: Client) -> None:
    bob = cast.bob()
    cast.has(bob, "Region", "North")

    shown = page(as_ana, "list")

    assert f'<a href="/people/{bob.ref}/">Bob Hale</a>' in shown
    assert "XYZ Co." in shown
    assert "North" in shown
    assert "1 person" in shown


def test_an_empty_list_says_how_to_get_the_first_person(as_ana: Client, as_lea: Client) -> None:
    assert "Bring a file of people" in page(as_ana, "list")
    assert "Bring a file of people" not in page(as_lea, "list")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "hale"}, ["Bob Hale"]),
        ({"kind": "neighbour"}, ["Nia Quist"]),
        ({"kind": "nonsense"}, ["Bob Hale", "Dev Rao", "Nia Quist"]),
        ({"facet": "region:north"}, ["Bob Hale"]),
        ({"facet": ["region:north", "region:south"]}, ["Bob Hale", "Dev Rao"]),
        ({"facet": "region:\0"}, ["Bob Hale", "Dev Rao", "Nia Quist"]),
        ({"facet": "region:west"}, []),
        ({"contactable": "no"}, ["Dev Rao"]),
        ({"contactable": "no", "facet": "region:north"}, []),
        ({"account": "99999999999999999999999"}, ["Bob Hale", "Dev Rao", "Nia Quist"]),
        ({"after": "x", "before": "-1"}, ["Bob Hale", "Dev Rao", "Nia Quist"]),
        ({"q": "\0' OR 1=1 --"}, []),
        ({"q": "x" * 10_000}, []),
    ],
)
def test_the_list_is_narrowed_down_by_its_address(as_ana: Client, query: dict[str, Any], names: list[str]) -> None:
    cast.has(cast.bob(), "Region", "North"), cast.has(cast.dev(), "Region", "South")
    cast.nia()
    actions.record_consent(person=cast.dev(), purpose="contact", given=False, source="mail")

    shown = page(as_ana, "list", **query)

    assert [name for name in ("Bob Hale", "Dev Rao", "Nia Quist") if f">{name}</a>" in shown] == names


def test_filters_stand_as_chips_that_can_be_taken_away(as_ana: Client) -> None:
    cast.has(cast.bob(), "Region", "North")

    shown = page(as_ana, "list", facet="region:north", q="bob")

    assert "Region: North" in shown
    assert 'href="?facet=region%3Anorth"' in shown
    assert 'href="?q=bob"' in shown


def test_pages_go_on_and_back_without_losing_or_doubling_anybody(as_ana: Client) -> None:
    Person.objects.bulk_create(
        [Person(name=name) for name in ["anna", "Anna", "ANNA", *map("Guest {:03}".format, range(117))]]
    )

    seen, after, cursors = [], "", []
    while True:
        some = list_page({}, after=after, size=50)
        seen += [p.pk for p in some.people]
        cursors.append(some)
        if not (after := some.after):
            break
    back = list_page({}, before=cursors[-1].before, size=50)

    assert (len(seen), len(set(seen)), len(cursors)) == (120, 120, 3)
    assert [p.pk for p in back.people] == [p.pk for p in cursors[1].people]
    assert (cursors[0].before, cursors[-1].after) == ("", "")
    assert "120 people" in page(as_ana, "list")


@pytest.mark.parametrize("criteria", [{}, {"facets": {"region": ["north"]}}, {"q": "guest"}])
def test_counts_stop_and_both_ways_of_listing_agree(criteria: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    cast.bob()
    for n in range(30):
        cast.has(cast.person(f"Guest {n:02}", email="", email_key=None), "Region", "North")
    few = listing.list_page(criteria, size=7)
    monkeypatch.setattr(listing, "MOST_COUNTED", 20)
    many = listing.list_page(criteria, size=7)

    assert (few.more, many.more, many.count) == (False, True, 20)
    assert many.newest_first == ("q" in criteria)
    if not many.newest_first:
        assert many.people == few.people
        assert listing.list_page(criteria, size=7, after=many.after).people == (
            listing.list_page(criteria, size=7, after=few.after).people
        )
        return
    seen, after = [], ""
    while True:
        some = listing.list_page(criteria, size=7, after=after)
        seen += [p.pk for p in some.people]
        if not (after := some.after):
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 30


def test_one_person_and_three_make_the_same_number_of_queries(
    as_ana: Client,
) -> None:
    page(as_ana, "list")  # makes the organisation's row
    counts = []
    for who in (cast.bob, cast.cleo, cast.dev):
        cast.has(who(), "Region", "North")
        with CaptureQueriesContext(
            connection,
        ) as some:
            page(as_ana, "list")
            page(as_ana, "accounts")
            page(as_ana, "facets")
        counts.append(len(some))

    assert counts[0] == counts[2]


def test_a_persons_page_tells_what_is_known_asked_and_agreed(as_ana: Client) -> None:
    bob = cast.bob()
    cast.has(bob, "Region", "North")
    budget.ask_minutes(person=bob, minutes=12, subject="Late orders", topic="study:1")
    actions.record_consent(person=bob, purpose="quote_named", given=True, source="on the telephone", by=cast.ana())

    shown = page(as_ana, "person", bob.ref)

    for words in ("bob@customer.example", "XYZ Co.", "North", "12 of 30", "Late orders", "on the telephone"):
        assert words in shown


def test_who_was_merged_leads_to_the_row_that_stays_and_who_was_erased_says_so(as_ana: Client) -> None:
    bob, cleo = cast.bob(), cast.cleo()
    actions.merge(keep=cleo, other=bob, by=None)

    assert as_ana.get(f"/people/{bob.ref}/").headers["Location"] == f"/people/{cleo.ref}/"
    actions.erase(person=cleo, by=None, reason="law")
    assert "This person was forgotten" in page(as_ana, "person", cleo.ref)
    assert "Cleo" not in page(as_ana, "person", cleo.ref)


def test_what_was_typed_about_somebody_who_was_merged_meanwhile_is_said_of_the_row_that_stays(as_ana: Client) -> None:
    bob, cleo = cast.bob(), cast.cleo()
    address = reverse("people:details", args=[bob.ref])
    opened = as_ana.get(address).context["form"]
    typed = {name: opened[name].value() or "" for name in opened.fields}
    actions.merge(keep=cleo, other=bob, by=None)

    answer = as_ana.post(address, {**typed, "phone": "+43 1 58858", "seen": opened["seen"].value()}, follow=True)

    cleo.refresh_from_db()
    assert (cleo.name, cleo.phone) == ("Cleo Marsh", "+43 1 58858")  # what only the merging has changed stays
    assert "was merged with" in answer.content.decode()
    actions.erase(person=cleo, by=None, reason="law")
    assert as_ana.get(address).status_code == 404


@pytest.mark.parametrize("ref", ["zzzzzzzzzz", "%00aaaaaaaaa", "../../etc", "x" * 500])
def test_who_is_nobody_is_not_found(as_ana: Client, ref: str) -> None:
    assert as_ana.get(f"/people/{ref}/").status_code == 404


def test_somebody_is_added_with_facets_by_the_form(as_ana: Client) -> None:
    cast.facet("Region", "North", "South")

    answer = as_ana.post(
        "/people/new/",
        {"kind": "customer", "name": "<b>Zoë</b> 👋", "email": "zoe@x.example", "account_name": "New & Co",
         "facet_region": "South", "time_zone": "Europe/Vienna", "joined_on": "2024-05-31"},
    )  # fmt: skip

    zoe = Person.objects.get(email_key="zoe@x.example")
    assert answer.headers["Location"] == f"/people/{zoe.ref}/"
    assert [v.label for v in queries.facets_of([zoe.pk])[zoe.pk]] == ["South"]
    shown = page(as_ana, "person", zoe.ref)
    assert "&lt;b&gt;Zoë&lt;/b&gt; 👋" in shown
    assert "<b>Zoë" not in shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "Give at least a name"),
        ({"name": "Bob", "email": "nonsense"}, "This is not a mail address"),
        ({"name": "Bob", "email": "a@b.example\r\nBcc: c@d.example"}, "This is not a mail address"),
        ({"name": "x" * 1_000_000}, "1000000"),
        ({"name": "Bob", "language": "<script>"}, "language code"),
        ({"name": "Bob", "language": "xx-bogus"}, "language code"),
        ({"name": "Bob", "time_zone": "Moon/Sea"}, "Please choose one of those shown"),
        ({"name": "Bob\0"}, "Null characters"),
    ],
)
def test_a_wrong_form_comes_back_with_what_to_do(as_ana: Client, typed: dict[str, str], words: str) -> None:
    answer = as_ana.post("/people/new/", {"kind": "customer", **typed})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Person.objects.exists()


def test_the_address_of_somebody_else_is_refused_beside_its_field(as_ana: Client) -> None:
    bob, cleo = cast.bob(), cast.cleo()

    answer = as_ana.post(f"/people/{bob.ref}/details/", {"kind": "customer", "name": "Bob", "email": cleo.email})

    assert answer.status_code == 422
    assert "Cleo Marsh has this already" in answer.content.decode()


def test_a_form_that_is_sent_back_as_it_came_changes_nothing(as_ana: Client) -> None:
    bob = cast.person("Bob Hale", account=cast.account(), language="de", phone="+43 1 58858", phone_key="+43158858")
    cast.has(bob, "Region", "North")
    form = as_ana.get(f"/people/{bob.ref}/details/").context["form"]
    typed = {bound.name: bound.value() or "" for bound in form}

    as_ana.post(f"/people/{bob.ref}/details/", typed)

    assert not AuditEvent.objects.filter(verb="people.changed").exists()


def test_a_consent_is_written_down_with_where_it_was_said(as_ana: Client) -> None:
    bob = cast.bob()
    as_ana.post(f"/people/{bob.ref}/consents/", {"purpose": "contact", "given": "no", "source": "by telephone"})

    entry = Consent.objects.get()
    assert (entry.purpose, entry.given, entry.source, entry.by) == ("contact", False, "by telephone", cast.ana())
    assert "Does not want to be asked" in page(as_ana, "person", bob.ref)
    assert as_ana.post(f"/people/{bob.ref}/consents/", {"purpose": "x"}).status_code == 422


def test_their_limit_and_quiet_hours_are_set(as_ana: Client) -> None:
    bob = cast.bob()
    as_ana.post(f"/people/{bob.ref}/limits/", {"budget_minutes": "5", "quiet_from": "12:00", "quiet_to": "14:00"})
    half = as_ana.post(f"/people/{bob.ref}/limits/", {"budget_minutes": "5", "quiet_from": "12:00"})

    assert Person.objects.get(pk=bob.pk).budget_minutes == 5
    assert half.status_code == 422
    assert "12:00–14:00" in page(as_ana, "person", bob.ref)


def opened(client: Client, address: str) -> dict[str, str]:
    """What a browser sends that opens this form and presses its button."""
    return as_shown(client.get(address))


def as_shown(answer: Any) -> dict[str, str]:
    """What a browser sends that presses the button of the form on this page once more."""
    shown = {bound.name: bound.value() for bound in answer.context["form"]}
    return {name: f"{value:%H:%M}" if isinstance(value, time) else "" if value is None else value for name, value in shown.items()}


def test_two_who_set_somebodys_limits_at_once_replace_nothing_unseen(as_ana: Client) -> None:
    bob = actions.set_limits(person=cast.bob(), by=None, budget_minutes=0, quiet_from=time(12), quiet_to=time(14))
    address = f"/people/{bob.ref}/limits/"
    first = opened(as_ana, address)

    as_ana.post(address, {**first, "budget_minutes": "5"})
    kept = as_ana.post(address, {**first, "quiet_from": "11:00"})
    refused = as_ana.post(address, {**first, "budget_minutes": "20"})

    bob.refresh_from_db()
    assert (kept.status_code, refused.status_code) == (302, 422)
    assert (bob.budget_minutes, bob.quiet_from, bob.quiet_to) == (5, time(11), time(14))
    assert "It says now: “5”" in refused.content.decode()
    assert as_ana.post(address, as_shown(refused)).status_code == 302
    bob.refresh_from_db()
    assert (bob.budget_minutes, bob.quiet_from) == (20, time(11))


def test_two_who_change_a_person_at_once_replace_nothing_unseen(as_ana: Client) -> None:
    bob = cast.bob()
    cast.has(bob, "Region", "North")
    cast.has(cast.dev(), "Region", "South")
    cast.has(cast.dev(), "Size", "Small")
    address = f"/people/{bob.ref}/details/"
    first = opened(as_ana, address)

    as_ana.post(address, {**first, "phone": "+1 555 0100", "facet_region": "", "facet_size": "Small"})
    kept = as_ana.post(address, {**first, "label": "Participant 7"})
    refused = as_ana.post(address, {**first, "facet_region": "South"})

    bob.refresh_from_db()
    assert (kept.status_code, refused.status_code) == (302, 422)
    assert (bob.phone, bob.label, bob.account.name) == ("+1 555 0100", "Participant 7", "XYZ Co.")  # type: ignore[union-attr]
    assert [value.label for value in queries.facets_of([bob.pk])[bob.pk]] == ["Small"]
    assert "It says now: “nothing”" in refused.content.decode()
    assert as_ana.post(address, as_shown(refused)).status_code == 302
    assert [value.label for value in queries.facets_of([bob.pk])[bob.pk]] == ["South", "Small"]


def test_a_time_zone_that_no_list_offers_stays_when_something_else_is_changed(as_ana: Client) -> None:
    bob = actions.change_person(person=cast.bob(), by=None, time_zone="EST")
    address = f"/people/{bob.ref}/details/"

    assert '<option value="EST" selected>' in as_ana.get(address).content.decode()
    as_ana.post(address, {**opened(as_ana, address), "phone": "+1 555 0100"})

    bob.refresh_from_db()
    assert (bob.time_zone, bob.phone) == ("EST", "+1 555 0100")


def test_two_who_rename_an_account_at_once_replace_nothing_unseen(as_ana: Client) -> None:
    address = f"/people/accounts/{cast.bob().account_id}/"
    first = opened(as_ana, address)

    as_ana.post(address, {**first, "external_id": "K-7"})
    kept = as_ana.post(address, {**first, "name": "XYZ Group"})
    refused = as_ana.post(address, {**first, "name": "XYZ Limited"})

    account = Account.objects.get()
    assert (kept.status_code, refused.status_code) == (302, 422)
    assert (account.name, account.external_id) == ("XYZ Group", "K-7")
    assert "It says now: “XYZ Group”" in refused.content.decode()


def test_rows_are_compared_merged_and_parted_by_their_pages(as_ana: Client) -> None:
    bob = cast.bob()
    twin = cast.person("bob hale", email="", email_key=None, account=cast.account(), phone="+43 1 58858")
    assert "May be the same person" in page(as_ana, "person", bob.ref)
    assert "Compare" in page(as_ana, "merge-choose", bob.ref)
    assert "Nobody else is found" in page(as_ana, "merge-choose", bob.ref, q="zzz")
    compared = LexborHTMLParser(page(as_ana, "merge", bob.ref, twin.ref)).css_first("table.table--stacks tbody")
    telephone = [(cell.attributes["data-label"], cell.text()) for cell in compared.css("tr")[2].css("td")]
    assert telephone == [("This row stays", ""), ("This row joins it", "+43 1 58858"), ("The one person", "+43 1 58858")]

    as_ana.post(f"/people/{bob.ref}/merges/{twin.ref}/")
    assert Person.objects.get(pk=twin.pk).merged_into == bob
    assert "Merged rows" in page(as_ana, "person", bob.ref)
    as_ana.post(reverse("people:undo-merge", args=[Merge.objects.get().pk]))

    assert Person.objects.get(pk=twin.pk).merged_into is None
    assert as_ana.post(f"/people/{bob.ref}/merges/{bob.ref}/").status_code == 422


def test_lookalikes_are_found_shown_and_told_apart(as_ana: Client) -> None:
    cast.bob(), cast.person("BOB HALE", email="", email_key=None, account=cast.account())
    cast.person("Somebody", email="", email_key=None, phone_key="+431")
    cast.person("Else", email="", email_key=None, phone_key="+431")

    assert (lookalikes.find(), lookalikes.find()) == (2, 0)
    assert [w.text for w in queries.waiting_for(cast.ana())] == ["2 pairs may be one person"]
    assert queries.waiting_for(cast.sam()) == []
    assert "same telephone" in page(as_ana, "lookalikes")

    for pair in Lookalike.objects.all():
        as_ana.post(reverse("people:apart", args=[pair.pk]))
    assert "No two rows look like one person" in page(as_ana, "lookalikes")
    assert lookalikes.find() == 0
    assert "May be the same person" not in page(as_ana, "person", cast.bob().ref)


def test_facets_are_added_ordered_renamed_merged_and_removed(as_ana: Client) -> None:
    as_ana.post("/people/facets/", {"label": " Sales  region "})
    facet = Facet.objects.get()
    assert (facet.key, facet.label) == ("sales-region", "Sales region")
    assert as_ana.post("/people/facets/", {"label": "sales REGION"}).status_code == 422

    for label in ("North", "Nort", "South"):
        as_ana.post(f"/people/facets/{facet.pk}/", {"label": label})
    assert as_ana.post(f"/people/facets/{facet.pk}/", {"label": "south"}).status_code == 422
    assert "North&nbsp;· Nort&nbsp;· South" in as_ana.get("/people/facets/").content.decode()  # no line begins with a dot
    north, nort, south = facet.values.all()
    actions.set_facet(cast.bob(), nort)
    as_ana.post(f"/people/values/{south.pk}/place/", {"to": "up"})
    assert [v.label for v in facet.values.all()] == ["North", "South", "Nort"]
    as_ana.post(f"/people/values/{nort.pk}/merge/", {"into": north.pk})
    assert [v.label for v in queries.facets_of([cast.bob().pk])[cast.bob().pk]] == ["North"]
    assert as_ana.post(f"/people/values/{north.pk}/name/", {"label": "South"}).status_code == 422
    as_ana.post(f"/people/values/{north.pk}/name/", {"label": "Up north"})
    as_ana.post(f"/people/facets/{facet.pk}/name/", {"label": "Where"})
    assert "Up north" in page(as_ana, "facet", facet.pk)
    assert (Facet.objects.get().key, Facet.objects.get().label) == ("sales-region", "Where")

    assert "1 person loses its value" in page(as_ana, "facet-removal", facet.pk)
    as_ana.post(f"/people/facets/{facet.pk}/removal/")
    assert (Facet.objects.count(), FacetValue.objects.count(), Person.objects.count()) == (0, 0, 1)


def test_accounts_are_found_renamed_and_made_one(as_ana: Client) -> None:
    cast.bob(), cast.cleo()
    other = Account.objects.create(name="Other", key="other")
    assert "XYZ Co." in page(as_ana, "accounts", q="xyz")
    assert "No account begins so" in page(as_ana, "accounts", q="qqq\0")
    assert "Bob Hale" in page(as_ana, "account", cast.account().pk)

    clash = as_ana.post(f"/people/accounts/{other.pk}/", {"name": "xyz CO."})
    assert clash.status_code == 422
    as_ana.post(f"/people/accounts/{other.pk}/", {"name": "xyz CO.", "merge_into": cast.account().pk})
    as_ana.post(f"/people/accounts/{cast.account().pk}/", {"name": "Quince"})

    assert [a.name for a in Account.objects.all()] == ["Quince"]


def test_a_leader_reads_and_cannot_change(as_lea: Client) -> None:
    bob = cast.bob()
    assert "Bob Hale" in page(as_lea, "person", bob.ref)
    assert "Forget" not in page(as_lea, "person", bob.ref)
    as_lea.post(f"/people/accounts/{cast.account().pk}/", {"name": "Mine"})

    assert cast.account().name == "XYZ Co."
    for name in ("new", "facets", "lookalikes", "imports", "budget"):
        page(as_lea, name, status=403)
    for name in ("details", "consents", "limits", "merge-choose", "erasure"):
        page(as_lea, name, bob.ref, status=403)


def test_staff_members_do_not_see_people(as_sam: Client) -> None:
    for name in ("list", "accounts", "new"):
        page(as_sam, name, status=403)


def test_forgetting_asks_for_a_reason_and_a_second_thought(as_ada: Client, as_ana: Client) -> None:
    bob = cast.bob()
    page(as_ana, "erasure", bob.ref, status=403)
    assert "cannot be undone" in page(as_ada, "erasure", bob.ref)
    assert as_ada.post(f"/people/{bob.ref}/erasure/", {"reason": "law"}).status_code == 422
    assert as_ada.post(f"/people/{bob.ref}/erasure/", {"sure": "on"}).status_code == 422

    as_ada.post(f"/people/{bob.ref}/erasure/", {"reason": "asked by mail", "sure": "on"})

    assert Person.objects.get().erased_at is not None
    assert as_ada.get(f"/people/{bob.ref}/details/").status_code == 404


def test_all_that_is_held_is_one_file_and_its_going_out_is_on_record(as_ada: Client, as_ana: Client) -> None:
    bob = cast.bob()
    cast.has(bob, "Region", "North")
    budget.ask_minutes(person=bob, minutes=3, subject="Late orders", topic="study:1")
    actions.record_consent(person=bob, purpose="contact", given=True, source="form")
    assert as_ana.post(f"/people/{bob.ref}/holdings/").status_code == 403

    answer = as_ada.post(f"/people/{bob.ref}/holdings/")
    held = json.loads(answer.content)

    assert answer.headers["Content-Disposition"] == f'attachment; filename="person-{bob.ref}.json"'
    assert (held["person"][0]["name"], held["person"][0]["facets"]) == ("Bob Hale", {"Region": "North"})
    assert (held["asked"][0]["subject"], held["consents"][0]["source"]) == ("Late orders", "form")
    assert AuditEvent.objects.filter(verb="people.handed-over", actor=cast.ada()).exists()


def test_rooms_above_add_to_a_persons_page_and_holdings(as_ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "_panels", [])
    monkeypatch.setattr(holdings, "_holdings", [*holdings._holdings])
    panels.panel(2, "Second")(lambda person, user: None)
    panels.panel(1, "Their studies")(lambda person, user: ("people/candidate.html", {"about": person.ref}))
    holdings.holding(lambda person: ("words", ["Hello"]))

    assert [p.title for p in panels.panels_of(cast.bob(), cast.ana())] == ["Their studies"]
    assert holdings.hand_over(person=cast.bob(), by=None)["words"] == ["Hello"]


def test_the_organisations_minutes_are_set_by_an_administrator(as_ada: Client) -> None:
    as_ada.post("/people/budget/", {"minutes": "20", "days": "30", "quiet_from": "", "quiet_to": ""})
    wrong = as_ada.post("/people/budget/", {"minutes": "-1", "days": "0", "quiet_from": "20:00", "quiet_to": ""})

    made = ContactBudget.objects.get()
    assert (made.minutes, made.days, made.quiet_from) == (20, 30, None)
    assert wrong.status_code == 422


def test_two_who_set_the_organisations_minutes_at_once_replace_nothing_unseen(as_ada: Client) -> None:
    first = opened(as_ada, "/people/budget/")

    as_ada.post("/people/budget/", {**first, "minutes": "0", "quiet_from": "", "quiet_to": ""})
    kept = as_ada.post("/people/budget/", {**first, "days": "30"})
    refused = as_ada.post("/people/budget/", {**first, "minutes": "60"})

    made = ContactBudget.objects.get()
    assert (kept.status_code, refused.status_code) == (302, 422)
    assert (made.minutes, made.days, made.quiet_from, made.quiet_to) == (0, 30, None, None)
    assert "It says now: “0”" in refused.content.decode()
    assert as_ada.post("/people/budget/", as_shown(refused)).status_code == 302
    made.refresh_from_db()
    assert (made.minutes, made.days, made.quiet_from) == (60, 30, None)
