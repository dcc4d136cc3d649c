"""The widget's script: what it says, how small it is, and to whom it says nothing."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from allears.core.clock import now
from allears.people.models import Contact
from allears.questionnaires.answering_widget import SILENT
from allears.studies import actions as studies
from allears.studies.models import Invitation, Study, WayIn
from tests import cast
from tests.questionnaires.asked import asking, invited, public
from tests.questionnaires.robot import Robot

pytestmark = pytest.mark.django_db
AGAIN: dict[str, Any] = {
    "kind": "scale", "text": "Would you order again?", "minimum": 0, "maximum": 10, "low_label": "never",
    "high_label": "surely",
}  # fmt: skip


def on_a_site() -> str:
    return f"/a/{studies.make_public_link(study=cast.late_orders(), by=cast.ana(), kind=WayIn.WIDGET).token}/"


def script(path: str) -> str:
    answer = Client().get(f"{path}widget.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert not answer.cookies
    return answer.content.decode()


def told(path: str) -> Any:
    found = re.search(r"\}\)?\s*\((\{.*\}), document\.currentScript\);\s*$", script(path), re.S)
    assert found
    return json.loads(found[1])


def test_it_tells_who_asks_the_problem_the_minutes_and_the_first_question() -> None:
    asking([AGAIN, {"kind": "long_text", "text": "Why?"}])
    path = on_a_site()

    says = told(path)

    assert says["problem"] == cast.late_orders().problem
    assert says["url"].endswith(path)
    assert [label for label, _query in says["opener"]["clicks"]] == [str(n) for n in range(11)]
    assert "minute" in says["answer"]


def test_it_weighs_less_than_ten_kilobytes() -> None:
    asking([AGAIN])
    body = script(on_a_site()).encode()

    assert len(body) < 10_240
    assert len(gzip.compress(body)) < 4_096


def in_arabic(**study: Any) -> None:
    """Late orders is asked in Arabic."""
    Study.objects.filter(pk=cast.late_orders().pk).update(language="ar", **study)


def test_ordinary_words_in_arabic_weigh_less_than_ten_kilobytes_with_the_first_question() -> None:
    late = [f"وصل طلبي بعد {days} أيام من الموعد" for days in range(3, 11)]
    asking([{"kind": "single", "text": "هل وصل طلبكم في الموعد الذي وعدناكم به؟", "choices": late}])
    in_arabic(problem="تأخّرت طلبات كثيرة هذا الصيف، ونريد أن نعرف ما الذي حدث لكم. " * 4)
    path = on_a_site()

    assert len(script(path).encode()) <= 10_000
    assert len(told(path)["opener"]["clicks"]) == 8


def test_what_would_weigh_more_is_asked_on_the_page_alone() -> None:
    asking([{"kind": "single", "text": "هل وصل طلبكم؟", "choices": [f"{at} {'كلمة طويلة ' * 35}" for at in range(11)]}])
    in_arabic(problem="مشكلة «كبيرة» " * 200)
    path = on_a_site()

    assert len(script(path).encode()) <= 10_000
    assert told(path)["opener"] is None
    assert told(path)["problem"].startswith("مشكلة «كبيرة»")
    assert "هل وصل طلبكم؟" in Robot().open(path).text


def test_it_uses_no_cookie_and_fetches_nothing() -> None:
    asking([AGAIN])
    source = script(on_a_site())

    assert not re.search(r"document\.cookie|fetch\(|XMLHttpRequest|sendBeacon|<iframe|new Image|innerHTML|eval\(", source)
    assert source.count("localStorage.setItem") == 1


def test_words_of_the_study_cannot_leave_the_script() -> None:
    asking([{**AGAIN, "text": "</script><script>alert(1)</script>\u2028 \\' \""}])
    path = on_a_site()

    assert "</script" not in script(path)
    assert "\u2028" not in script(path)
    assert told(path)["opener"]["text"] == "</script><script>alert(1)</script>\u2028 \\' \""


def test_its_click_opens_the_page_with_the_answer_marked() -> None:
    asking([AGAIN])
    path = on_a_site()
    query = told(path)["opener"]["clicks"][3][1]

    assert 'value="3" checked' in Robot().open(path + query).html


@pytest.mark.parametrize("which", ["printed", "nobody's", "closed", "withdrawn"])
def test_where_there_is_nothing_to_ask_it_does_nothing(which: str) -> None:
    asking([AGAIN])
    path = {"printed": public, "nobody's": lambda: f"/a/{'x' * 24}/"}.get(which, on_a_site)()
    if which == "closed":
        studies.close_study(study=cast.late_orders(), by=cast.ana())
    if which == "withdrawn":
        link = cast.late_orders().public_links.get()
        studies.withdraw_public_link(link=link, by=cast.ana())

    assert script(path) == SILENT


def test_a_customer_who_is_known_is_asked_until_they_have_answered() -> None:
    asking([AGAIN])
    path = invited(cast.bob())
    before = told(path)["url"]
    Robot().walk(path)

    assert before.endswith(path)
    assert script(path) == SILENT


@pytest.mark.parametrize("said", ["no", "later", "paused", "nothing more", "too much", "none at all"])
def test_a_customer_who_is_known_is_not_asked_when_they_would_rather_not(said: str) -> None:
    asking([AGAIN])
    path = invited(cast.bob())
    invitation = Invitation.objects.get()
    if said == "no":
        studies.decline(invitation=invitation, kind="rather_not")
    if said == "later":
        studies.ask_later(invitation=invitation, at=now() + timedelta(days=3))
    if said == "paused":
        studies.mark_paused(invitation_id=invitation.pk)
    if said == "nothing more":
        type(cast.bob()).objects.filter(pk=cast.bob().pk).update(contactable=False)
    if said == "too much":
        Contact.objects.create(person=cast.bob(), minutes=Decimal(900), subject="x", topic="y", at=now())

    if said == "none at all":
        type(cast.bob()).objects.filter(pk=cast.bob().pk).update(budget_minutes=0)

    assert script(path) == SILENT


def test_it_is_only_read() -> None:
    asking([AGAIN])

    assert Client().post(f"{on_a_site()}widget.js").status_code == 405


def test_who_looks_at_it_before_they_put_it_on_their_site_notes_nothing(as_ana: Client) -> None:
    asking([AGAIN])
    path = on_a_site()
    page = as_ana.get(reverse("studies:public_link_widget", args=["late-orders"])).content.decode()

    assert re.search(rf'<script src="[^"]*{path}widget.js" data-place="#here" data-preview async>', page)
    assert "if (!preview) localStorage.setItem" in script(path)
