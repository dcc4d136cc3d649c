"""A furnished house: one of everything, so that every page has something to show."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from allears.core import audit, mail, progress, staff
from allears.core.models import Job, Message, StaffInvitation
from allears.decisions import actions as decisions
from allears.decisions.models import Update
from allears.design import gallery
from allears.people import actions as people
from allears.people import links, living, returning
from allears.people.erasing import forget_mails
from allears.people.models import Facet, FacetValue, Person
from allears.questionnaires import answering_agreed, authoring
from allears.questionnaires.models import Question, SentFile, Version
from allears.studies import actions as studies
from allears.studies import naming
from allears.studies.models import Invitation, WayIn
from allears.web import statements
from tests import cast
from tests.insights import stories
from tests.people.test_importing import GUESTS, upload
from tests.questionnaires import asked
from tests.questionnaires.robot import Robot
from tests.questionnaires.test_importing import taken
from tests.studies.selection import lots

WORDS = {
    "Nobody told us that it would be late. We called twice, and the second time somebody knew.": "Not told",
    "The driver rang me an hour before. That was all I wanted to know.": "A call before",
    "I have waited three days at home, and <b>nobody</b> came. 🙂 شكرا": "Waiting",
}

ABOUT_WORDS = tuple(f"insights:{act}" for act in ["verbatim", "code", "uncode", "cite", "uncite"])
ABOUT_A_THEME = (
    "insights:theme",
    *(f"insights:theme_{act}" for act in ["change", "merge", "place", "retirement", "split", "unmerge"]),
)


def _begun(version: Version) -> str:
    """The link of somebody who came by the public one and has begun to answer."""
    field = f"q{asked.question(version, 'What happened?').pk}"
    words = [(field, "It came late.\nNobody had said so."), ("go", "pause")]
    return Robot().open(asked.public()).post(words).url.split("/")[2]


def _agreed(photo: SentFile) -> str:
    """The token in a mail that asks Bob once more what he agreed to when he sent a photo."""
    question = photo.question.version.questions.get(kind="consent")
    return answering_agreed._agreeing.sign_object([photo.response_id, question.pk, answering_agreed._print(cast.bob())])


def furnish() -> dict[str, dict[str, Any]]:
    """Fill the house; return what stands in for the parameters of addresses, by address or by parameter."""
    cast.everybody()
    # The leader signs in with a second step; what nobody has set up has no pages to look at.
    TOTP.activate(cast.lea(), generate_totp_secret())
    RecoveryCodes.activate(cast.lea())
    version = asked.asking(asked.ALL_KINDS)
    photo = _photo(version)
    for person, (words, theme) in zip((cast.bob(), cast.cleo(), cast.dev()), WORDS.items(), strict=True):
        stories.coded(stories.said(words, by=person), theme)
    cast.has(cast.bob(), "Region", "North")
    cast.has(cast.cleo(), "Region", "South")
    living.live_through(person=cast.bob(), touchpoint="Delivery", on="2026-11-02", by=cast.ana())
    people.change_person(person=cast.dev(), by=cast.ana(), email="dev@elsewhere.example")
    insight = stories.claimed()
    verbatim = stories.said("It came late, and they had told me the day before.", by=cast.nia())
    stories.cited(insight, verbatim, side="against")
    stories.cited(insight, stories.said("Again, nobody told us.", by=cast.bob()))
    decision = decisions.decide(
        study=cast.late_orders(), kind="will", statement="call before you do", insights=[insight], by=cast.lea()
    )
    change = decisions.add_change(decision=decision, what="A call the day before", owner=cast.sam(), by=cast.lea())
    invitation, _ = Invitation.objects.get_or_create(study=cast.late_orders(), person=cast.cleo())
    token = studies.issue_link(invitation=invitation)
    for kind in WayIn.values:
        studies.make_public_link(study=cast.late_orders(), by=cast.ana(), kind=kind)
    own = links.page_link(cast.bob()).rstrip("/").rsplit("/", 1)[1]
    _, join = staff.invite(email="nora@house.example", role="researcher", by=cast.ada())
    facet = Facet.objects.get(label="Region")
    year = _statement(facet)
    return {
        **_machinery(),
        **_beginnings(),
        **_lotteries(),
        "core:join": {"token": join.rstrip("/").rsplit("/", 1)[1]},
        "core:withdraw": {"pk": StaffInvitation.objects.get().pk},
        "answering": {"token": token, "number": 1},
        "answering:review": {"token": _begun(version)},
        "answering:agreed": {"token": _agreed(photo)},
        "web": {"token": own, "kind": "insight", "ref": insight.ref, "year": year},
        "web:statement": {"year": year},
        "people": {"ref": cast.bob().ref, "other": cast.cleo().ref, "pk": facet.pk},
        **{
            key: {"token": links.issue(cast.bob(), "fresh")}
            for key in ("web:personal", "web:personal_time", "web:own_consent", "web:own_export", "web:own_erasure")
        },
        "design:sheet": {"page": next(iter(gallery.SHEETS))},
        "studies:named": {"token": _named()},
        "people:back": {"token": returning._returning.sign(cast.dev().ref)},
        "people:leave": {"token": links.leaving_link(cast.dev()).rstrip("/").rsplit("/", 1)[1]},
        "people:lived-removal": {"pk": living.lived_by(cast.bob()).get().pk},
        "people:new-address": {"ref": cast.dev().ref},
        "people:account": {"pk": cast.account().pk},
        "people:value-name": {"pk": FacetValue.objects.filter(facet=facet).earliest("pk").pk},
        "verbatims": {"name": verbatim.ref},
        "studies": {"ref": invitation.ref},
        "studies:rest": {"ref": _cut_off().ref},
        "insights": {"ref": insight.ref},
        **{key: {"ref": verbatim.ref} for key in ABOUT_WORDS},
        **{key: {"ref": stories.theme("Waiting").ref} for key in ABOUT_A_THEME},
        "decisions": {"ref": decision.ref},
        "decisions:change": {"ref": change.ref},
        "decisions:edit_change": {"ref": change.ref},
        **{key: {"ref": Update.objects.earliest("pk").ref} for key in ("decisions:update", "decisions:approval")},
        "questionnaires:import": {"ref": taken(into=cast.late_orders()).ref},
        "questionnaires:import_problems": {"ref": taken(into=cast.late_orders()).ref},
        **{f"questionnaires:language{page}": {"code": "ar"} for page in ("", "_csv", "_file")},
        "questionnaires:files": {"key": photo.question.key},
        **{key: {"ref": photo.ref} for key in ("questionnaires:file", "web:own_file")},
        "questionnaires": {"number": version.number, "key": version.questions.earliest("pk").key},
        "*": {"slug": "late-orders", "page": "words"},
    }


def _statement(facet: Facet) -> int:
    """Six people were asked, one beyond their limit; the year is published, after one that was taken back."""
    people = [cast.person(f"{name} Low") for name in ("Una", "Vic", "Wes", "Xia", "Yul", "Zoe")]
    for person in people:
        cast.has(person, facet.label, "North")
    reason = "A recall of their boiler."
    studies.invite(study=cast.late_orders(), people=people, by=cast.ana(), minutes=31, override_reason=reason)
    year = timezone.localtime().year
    statements.publish(year=year, by=cast.lea(), facet=facet, words="We asked too much in March.")
    statements.withdraw(year=year, by=cast.lea())
    statements.publish(year=year, by=cast.lea(), facet=facet, words="We asked too much in March.")
    return year


def _cut_off() -> Job:
    """A round of one person that was given up before her turn came."""
    left = Person.objects.filter(pk=cast.person("Lara Left").pk)
    job = studies.ask_to_invite(study=cast.late_orders(), people=left, by=cast.ana(), minutes=3)
    job.ended_at, job.error = timezone.now(), "Given up: the server stopped 3 times while this was running."
    job.save()
    return job


def _photo(version: Version) -> SentFile:
    """Bob answers everything, with a photo."""
    token = asked.invited(cast.bob())
    Robot(answers={r"\.x\d$": ""}).walk(token)
    question = version.questions.get(kind="file")
    picture = BytesIO()
    Image.new("RGB", (64, 48), "tan").save(picture, "PNG")
    sent = SimpleUploadedFile("parcel.png", picture.getvalue(), "image/png")
    Client().post(f"{token}1/", {f"q{question.pk}.f0": sent, "seen": ""})
    return SentFile.objects.get()


def _named() -> str:
    """Dev named Dora; returns the token in her mail."""
    dev, _ = Invitation.objects.get_or_create(study=cast.late_orders(), person=cast.dev())
    why = "She takes the deliveries."
    row = naming.name_somebody(invitation=dev, name="Dora Finch", email="dora@customer.example", note=why)
    assert row.message
    return row.message.text.partition("/studies/named/")[2].partition("/")[0]


def _beginnings() -> dict[str, dict[str, Any]]:
    """What is not ready yet: a study whose questions are being written, and a file of people just uploaded."""
    question = _being_written()
    draft = {"slug": "returns", "pk": question.section.pk, "key": question.key}
    editor = (
        "questionnaire", "draft", "section", "sections", "question", "new_question", "publishing", "place", "wording",
        "wording_answer", "rule", "trial", "typed", "order", "undo",
    )  # fmt: skip
    file = {"ref": upload(GUESTS).ref}
    return {
        **{f"questionnaires:{page}": draft for page in editor},
        "questionnaires:wording_rule": {"code": "length"},
        "studies:opening": draft,
        "people:import": file,
        "people:import-report": file,
    }


def _lotteries() -> dict[str, dict[str, Any]]:
    """A panel that was drawn, with its proof; another lottery that was found and waits to be committed."""
    lots.customers(12)  # those of the cast have been asked already
    drawn = {"ref": lots.published(size=2).ref}
    found = {"ref": lots.found(size=2).ref}
    late = ("invite", "publication", "proof", "draw", "redraw")
    early = ("edit", "quotas", "lottery", "commitment", "removal")
    return {
        "proofs": drawn,
        "studies:selection": drawn,
        **{f"studies:selection_{page}": drawn for page in late},
        **{f"studies:selection_{page}": found for page in early},
    }


def _being_written() -> Question:
    draft = authoring.draft_of(studies.create_study(by=cast.ana(), title="Returns", slug="returns"), cast.ana())
    for question in asked.ALL_KINDS:
        authoring.add_question(section=draft.sections.get(), **question)
    return authoring.add_question(section=draft.sections.get(), **asked.BADLY_ASKED)


def _machinery() -> dict[str, dict[str, Any]]:
    waiting = mail.put(to="bob@customer.example", subject="What became of your words", text="Hello", key="house:1")
    failed = mail.put(to="gone@customer.example", subject="Please tell us", text="Hello", key="house:2")
    failed.failed_at, failed.error = timezone.now(), "550 5.1.1 No such person here"
    failed.save()
    mail.put(to="erased@customer.example", subject="Of somebody who was erased", text="Hello", key="house:3")
    forget_mails(Message.objects.filter(key="house:3"))
    job = Job.objects.create(
        kind="test", title="Bring responses", started_by=cast.ada(), started_at=timezone.now(), done=420, total=1706
    )
    Job.objects.create(
        kind="test", title="Send updates", started_by=cast.ada(), ended_at=timezone.now(), result={"sent": 12}
    )
    audit.record(by=cast.ada(), verb="core.job_stopped", target=job, note="a line")
    assert progress.job_url(job)
    return {
        "core": {"pk": cast.ana().pk},
        "core:outbox_mail": {"ref": waiting.ref},
        "core:job": {"ref": job.ref},
    }
