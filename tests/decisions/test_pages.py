"""Who reads and does what on the pages about updates and the public page."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from allears.core.models import AuditEvent
from allears.decisions import actions, telling
from allears.decisions.models import Decision, PublicItem, Update
from allears.insights.actions import claim
from allears.verbatims.queries import said_by
from tests import cast
from tests.decisions.test_actions import decided

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_only_who_may_tell_sees_the_names_of_whom_an_update_is_for(
    as_lea: Client, as_sam: Client, as_mia: Client
) -> None:
    decided()
    cast.said(cast.cleo(), "It was fine for me.")
    address = f"/decisions/updates/{Update.objects.get(decision__isnull=False).ref}/"

    assert "Bob Hale" in page(as_lea, f"{address}?as={cast.bob().ref}")
    for client in (as_sam, as_mia):
        seen = page(client, f"{address}?as={cast.bob().ref}")
        assert "Bob Hale" not in seen
        assert "Cleo Marsh" not in seen
        assert "“Nobody told us”" not in seen
        assert "call before you do" in seen


@pytest.mark.parametrize(
    ("address", "field", "more"),
    [
        ("late-orders/new/", "statement", {"kind": "will"}),
        ("late-orders/new/", "because", {"kind": "will", "statement": "write a mail"}),
        ("late-orders/new/", "until", {"kind": "not_yet", "statement": "write a mail"}),
        ("one/{decision}/changes/", "what", {}),
        ("changes/{change}/", "note", {"state": "started"}),
        ("updates/{update}/", "text_cited", {}),
        ("updates/{update}/", "text_general", {"text_cited": "We call first."}),
        ("one/{decision}/public/", "said", {"did": "We call first."}),
        ("one/{decision}/public/", "did", {"said": "Nobody told us."}),
    ],
)
def test_a_place_that_only_questions_have_is_refused_where_participants_would_read_it(
    as_lea: Client, address: str, field: str, more: dict[str, str]
) -> None:
    decision = decided()
    change = actions.add_change(decision=decision, what="Call", owner=cast.mia(), due_on=None, by=cast.lea())
    update = Update.objects.filter(decision=decision).get()
    options = {"option-TOTAL_FORMS": "0", "option-INITIAL_FORMS": "0", "insights": [i.pk for i in decision.insights.all()]}
    there = address.format(decision=decision.ref, change=change.ref, update=update.ref)

    answer = as_lea.post(f"/decisions/{there}", {**options, "owner": cast.mia().pk, **more, field: "We call you, {name}."})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "“{name}” is filled in only inside questions; here everybody reads “{name}”." in answer.content.decode()


def test_a_change_is_not_promised_for_a_day_that_is_past_but_one_that_has_passed_since_may_stay(as_lea: Client) -> None:
    decision = decided()
    past = {"what": "Call", "owner": cast.mia().pk, "due_on": "2020-01-01"}
    assert as_lea.post(f"/decisions/one/{decision.ref}/changes/", past).status_code == 422
    assert not decision.changes.exists()

    passed = actions.add_change(decision=decision, what="Call", owner=cast.mia(), due_on=date(2020, 1, 1), by=cast.lea())
    as_lea.post(f"/decisions/changes/{passed.ref}/edit/", {**past, "what": "Ring"})
    passed.refresh_from_db()
    assert (passed.what, passed.due_on) == ("Ring", date(2020, 1, 1))


def test_a_text_in_which_a_place_is_left_is_not_approved(as_lea: Client) -> None:
    update = Update.objects.get(decision=decided(statement="call {account|you} before you do"))

    texts = {"text_cited": update.text_cited, "text_general": update.text_general}

    answer = as_lea.post(f"/decisions/updates/{update.ref}/", {**texts, "approve": update.wording})

    assert answer.status_code == 422
    assert "“{account|you}” is filled in only inside questions" in answer.content.decode()
    update.refresh_from_db()
    assert update.approved_at is None


def test_an_unknown_button_on_an_update_is_refused_and_does_nothing(as_lea: Client) -> None:
    decided()
    update = Update.objects.get(decision__isnull=False)

    assert as_lea.post(f"/decisions/updates/{update.ref}/approval/", {"do": "explode"}).status_code == 400
    update.refresh_from_db()
    assert update.approved_at is None


def test_a_forged_quote_is_not_published_and_is_no_error_of_ours(as_lea: Client) -> None:
    decision = decided()
    form = {"said": "You said", "did": "We did"}

    answer = as_lea.post(f"/decisions/one/{decision.ref}/public/", {**form, "quote": ["²", "1" * 400]})

    assert answer.status_code == 302
    assert not PublicItem.objects.get().quotes.exists()


@pytest.mark.parametrize("forged", ["9" * 400, "-1", "abc", "<script>"])
def test_a_forged_insight_is_refused_and_is_no_error_of_ours(as_lea: Client, forged: str) -> None:
    decided()
    form = {"kind": "will", "statement": "write a mail", "insights": [forged], "option-TOTAL_FORMS": "0", "option-INITIAL_FORMS": "0"}
    assert as_lea.post("/decisions/late-orders/new/", form).status_code == 422
    assert Decision.objects.count() == 1


def test_a_persons_page_shows_what_they_took_part_in_said_and_were_told(as_ana: Client) -> None:
    decision = decided()
    update = Update.objects.get(decision=decision)
    actions.approve_update(update=update, by=cast.lea())
    telling.send(cast.late_orders())

    seen = page(as_ana, f"/people/{cast.bob().ref}/")

    assert f'<a href="/studies/{cast.late_orders().slug}/">' in seen
    assert said_by(cast.bob()).get().text in seen
    assert f'href="/sight/verbatim/{said_by(cast.bob()).get().ref}/"' in seen
    assert f'<a href="/decisions/updates/{update.ref}/">' in seen


def test_what_is_not_done_yet_is_not_offered_as_done_for_the_public_page(as_lea: Client) -> None:
    decision = decided(kind="not_yet", until="the dispatch desk is staffed")

    seen = page(as_lea, f"/decisions/one/{decision.ref}/public/")

    assert "Not yet: call before you do" in seen
    assert ">\ncall before you do</textarea>" not in seen
    assert ">\ncall before you do</textarea>" in page(as_lea, f"/decisions/one/{_will().ref}/public/")


def _will() -> Decision:
    decision = Decision.objects.get()
    decision.kind = "will"
    decision.save()
    return decision


def test_what_a_decision_said_and_weighed_before_stays_on_its_page(as_lea: Client, as_mia: Client) -> None:
    decision = decided(against="<b>It costs time</b>", options=[("Call", True, "It is quick"), ("Write", False, "")])
    address = f"/decisions/one/{decision.ref}/"
    assert "What it said before" not in page(as_lea, address)
    other = claim(study=cast.late_orders(), claim="Some do not mind", by=cast.ana())
    actions.change_decision(
        decision=decision, by=cast.lea(), insights=[other], options=[("Call", True, "It is quick")], kind="not_yet",
        until="the desk is staffed", against="",
    )  # fmt: skip

    before = AuditEvent.objects.get(verb="decisions.decision_changed").details["before"]
    assert before["options"] == [["Call", True, "It is quick"], ["Write", False, ""]]
    seen = page(as_mia, address).partition("What it said before")[2]
    parts = ("Lea Brandt changed it on", "We will", "It is not lateness", "Call (taken): It is quick<br>Write", "nothing")
    for part in (*parts, "&lt;b&gt;It costs time"):
        assert part in seen


def test_two_who_change_a_decision_at_once_replace_nothing_unseen(as_lea: Client, as_ana: Client) -> None:
    decision = decided(options=[("Call", True, "It is quick")])
    address = f"/decisions/one/{decision.ref}/edit/"
    context = as_lea.get(address).context
    opened = {field.name: field.value() for field in context["form"] if field.value()}
    opened |= {"option-TOTAL_FORMS": 1, "option-INITIAL_FORMS": 1, "option-0-text": "Call", "option-0-chosen": "on"}
    opened["option-0-why"] = "It is quick"

    as_ana.post(address, {**opened, "against": "It costs time", "option-0-why": "They ask for it"})
    refused = as_lea.post(address, {**opened, "statement": "call them", "option-0-why": "It is kind"})

    assert refused.status_code == 422
    assert "It says now: “✓ Call: They ask for it”" in refused.content.decode()
    again = {**opened, "statement": "call them", "option-0-why": "It is kind", "against": refused.context["form"]["against"].value()}
    assert as_lea.post(address, {**again, "seen": refused.context["form"]["seen"].value()}).status_code == 302
    decision.refresh_from_db()
    assert (decision.statement, decision.against) == ("call them", "It costs time")
    assert decision.options.get().why == "It is kind"


def test_a_no_without_a_reason_is_shown_again_with_its_options(as_lea: Client) -> None:
    decision = decided(options=[("Call", True, "It is quick")])
    typed = {"kind": "wont", "statement": "call", "insights": [decision.insights.get().pk], "option-TOTAL_FORMS": 1}
    typed |= {"option-INITIAL_FORMS": 0, "option-0-text": "Call", "option-0-why": "It is quick"}

    answer = as_lea.post(f"/decisions/one/{decision.ref}/edit/", typed)

    assert answer.status_code == 422
    assert "A no is owed a reason: say why you won’t." in answer.content.decode()
    assert 'value="It is quick"' in answer.content.decode()


def test_the_last_look_before_sending_says_what_was_told_before(as_lea: Client) -> None:
    decision = decided()
    actions.approve_update(update=Update.objects.get(decision=decision), by=cast.lea())
    sending = "/decisions/late-orders/hearing-back/sending/"
    assert "told before" not in page(as_lea, sending)

    telling.send(cast.late_orders())
    change = actions.add_change(decision=decision, what="A call list", owner=cast.sam(), by=cast.lea())
    actions.approve_update(update=Update.objects.get(change_step__change=change), by=cast.lea())
    last = page(as_lea, sending)
    assert last.count("told before: it goes only to those whom it has not reached") == 1
    assert last.index("told before") < last.index("Planned: A call list")
