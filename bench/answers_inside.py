"""What bench/answers.py and bench/first_page.py do inside the product's own environment: prepare a study, name every way
in, and verify afterwards.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from allears.core.models import Role, User  # noqa: E402
from allears.people.models import Person  # noqa: E402
from allears.questionnaires import authoring  # noqa: E402
from allears.questionnaires.models import Question, Response  # noqa: E402
from allears.questionnaires.translatable import texts_of  # noqa: E402
from allears.studies import actions, translating  # noqa: E402
from allears.studies.asking import opener_of  # noqa: E402
from allears.studies.models import Invitation, Study, WayIn  # noqa: E402
from allears.verbatims.actions import seal_waiting  # noqa: E402
from allears.verbatims.verify import verify as verify_ledger  # noqa: E402
from bench.answers_questions import QUESTIONS  # noqa: E402

TITLE = "Late orders"
PROBLEM = "Your last orders came late, and we want to understand what that did to your day."
ARABIC = {
    TITLE: "طلبات متأخرة",
    PROBLEM: "وصلت طلباتكم الأخيرة متأخرة، ونريد أن نفهم ما الذي غيّره ذلك في يومكم.",
    "What happened when your order came late?": "ماذا حدث عندما تأخر طلبكم؟",
    "Would you order again?": "هل ستطلبون مرة أخرى؟",
    "Were you told in time?": "هل أُخبرتم في الوقت المناسب؟",
    "Was it put right?": "هل صُحّح الأمر؟",
    "not at all": "إطلاقًا", "very much": "كثيرًا جدًا",
    "Who called first?": "من اتصل أولًا؟", "You": "أنتم", "I": "أنا", "Nobody": "لا أحد",
    "How did you order?": "كيف طلبتم؟", "Web": "عبر الموقع", "Shop": "في المتجر", "Phone": "بالهاتف",
    "What did you do?": "ماذا فعلتم؟", "Waited": "انتظرت", "Called": "اتصلت", "Wrote": "كتبت", "Left": "تركت الأمر",
    "How many days late?": "كم يومًا تأخر؟",
    "In one word?": "بكلمة واحدة؟",
    "What would have helped?": "ما الذي كان سيساعدكم؟",
}  # fmt: skip
GERMAN = {
    TITLE: "Verspätete Bestellungen",
    PROBLEM: "Ihre letzten Bestellungen kamen zu spät, und wir möchten verstehen, was das für Ihren Tag bedeutet hat.",
    "What happened when your order came late?": "Was ist geschehen, als Ihre Bestellung zu spät kam?",
    "Would you order again?": "Würden Sie wieder bestellen?",
    "Were you told in time?": "Hat man Ihnen rechtzeitig Bescheid gesagt?",
    "Was it put right?": "Wurde es in Ordnung gebracht?",
    "not at all": "überhaupt nicht", "very much": "auf jeden Fall",
    "Who called first?": "Wer hat zuerst angerufen?", "You": "Sie", "I": "Ich", "Nobody": "Niemand",
    "How did you order?": "Wie haben Sie bestellt?", "Web": "Im Internet", "Shop": "Im Laden", "Phone": "Am Telefon",
    "What did you do?": "Was haben Sie getan?", "Waited": "Gewartet", "Called": "Angerufen", "Wrote": "Geschrieben", "Left": "Es gelassen",
    "How many days late?": "Um wie viele Tage verspätet?",
    "In one word?": "In einem Wort?",
    "What would have helped?": "Was hätte geholfen?",
}  # fmt: skip


def prepare(pages: int) -> None:
    call_command("migrate", verbosity=0)
    ana = User.objects.create_user("ana@house.example", None, name="Ana Ruiz", role=Role.RESEARCHER)
    study = actions.create_study(
        by=ana,
        title=TITLE,
        problem=PROBLEM,
        promise_on=date.today() + timedelta(days=30),
    )
    _open(study, ana, pages, QUESTIONS)
    print(actions.make_public_link(study=study, by=ana).token)


def _open(study: Study, by: User, pages: int, questions: list[dict[str, Any]]) -> None:
    draft = authoring.draft_of(study, by)
    sections = [draft.sections.get(), *(authoring.add_section(version=draft) for _ in range(pages - 1))]
    for at, question in enumerate(questions):
        authoring.add_question(section=sections[at * pages // len(questions)], **question)
    authoring.publish(version=draft, by=by)
    actions.open_study(study=study, by=by)


def ways() -> None:
    """Print the path of the first page by each way in, to a study with the same ten questions, a scale first."""
    ana = User.objects.get()
    study = actions.create_study(by=ana, title=TITLE, problem=PROBLEM, promise_on=date.today() + timedelta(days=30))
    _open(study, ana, 1, QUESTIONS[1:] + QUESTIONS[:1])
    texts = texts_of(study)
    for language, words in (("ar", ARABIC), ("de", GERMAN)):
        said = {text.sign: words[text.source] for text in texts}
        translating.translate(study=study, language=language, texts=texts, said=said, by=ana)
        translating.offer(study=study, language=language, by=ana)
    opener = opener_of(study, "en")
    assert opener
    personal = [_personal(study, name, language) for name, language in (("Bob Hale", ""), ("Amal Nasser", "ar"), ("Ute Kern", "de"))]
    public, kiosk = (actions.make_public_link(study=study, by=ana, kind=kind).token for kind in (WayIn.LINK, WayIn.KIOSK))
    told = {
        "public link": f"/a/{public}/",
        "personal link": f"/a/{personal[0]}/",
        "clicked in a mail": f"/a/{personal[0]}/{opener.clicks[-1].query}",
        "tablet at the counter": f"/a/{kiosk}/",
        "from right to left": f"/a/{personal[1]}/",
        "in longer words": f"/a/{personal[2]}/",
    }
    print(json.dumps(told))


def _personal(study: Study, name: str, language: str) -> str:
    email = f"{name.split()[0].lower()}@customer.example"
    person = Person.objects.create(name=name, email=email, email_key=email, language=language)
    return actions.issue_link(invitation=Invitation.objects.create(study=study, person=person))


def verify(path: str) -> None:
    """Look for every answer that was acknowledged: as it was sent, and for who was thanked its words in the ledger.

    `path` holds a line for each who answered: their marker, whether they were thanked, and their answers by question.
    The database compares; a response is known by the words that only one person said.
    """
    seal_waiting()
    report = verify_ledger()
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.executemany(_SENT, list(_sent(Path(path))))
        for step in _STEPS:
            cursor.execute(step)
        cursor.execute(_BY_KIND)
        answers = {kind: (sent, found) for kind, sent, found in cursor.fetchall()}
        lost, twice, too_many = (_one(cursor, question) for question in (_LOST, _TWICE, _TOO_MANY))
    print(
        json.dumps(
            {
                "lost": lost,
                "twice": twice,
                "answers": answers,
                "answers_lost": sum(sent - found for sent, found in answers.values()),
                "answers_too_many": too_many,
                "stored": Response.objects.filter(submitted_at__isnull=False).count(),
                "verbatims": report.checked,
                "unsealed": report.unsealed,
                "broken": report.broken,
            }
        )
    )


_WORDS = ("long_text", "short_text")
_CHOICES = ("single", "multiple")
_TABLE = (
    "CREATE TEMPORARY TABLE bench_sent"
    " (marker text, thanked integer, question bigint, kind text, choice bigint, number double precision, words text)"
)
_SENT = "INSERT INTO bench_sent VALUES (%s, %s, %s, %s, %s, %s, %s)"
_STEPS = [
    "CREATE TEMPORARY TABLE bench_said AS SELECT a.response_id, coalesce(v.text, a.text) AS words"
    " FROM questionnaires_answer a LEFT JOIN verbatims_verbatim v ON v.id = a.verbatim_id"
    " WHERE a.text <> '' OR v.id IS NOT NULL",
    "CREATE INDEX bench_said_words ON bench_said (words)",
    "CREATE TEMPORARY TABLE bench_response AS SELECT DISTINCT s.marker, s.thanked, said.response_id"
    " FROM bench_sent s JOIN bench_said said ON said.words = s.words",
    "CREATE INDEX bench_response_marker ON bench_response (marker)",
]
_BY_KIND = """SELECT s.kind, count(*), sum(CASE WHEN EXISTS (
        SELECT 1 FROM bench_response r
        JOIN questionnaires_answer a ON a.response_id = r.response_id AND a.question_id = s.question
        LEFT JOIN verbatims_verbatim v ON v.id = a.verbatim_id
        WHERE r.marker = s.marker AND (a.choice_id = s.choice OR a.number = s.number
            OR (coalesce(v.text, a.text) = s.words AND (s.thanked = 0 OR v.id IS NOT NULL)))
    ) THEN 1 ELSE 0 END) FROM bench_sent s GROUP BY s.kind ORDER BY s.kind"""
_LOST = """SELECT count(DISTINCT s.marker) FROM bench_sent s WHERE s.thanked = 1 AND NOT EXISTS (
    SELECT 1 FROM bench_response r JOIN questionnaires_response q ON q.id = r.response_id
    WHERE r.marker = s.marker AND q.submitted_at IS NOT NULL)"""
_TWICE = "SELECT count(*) FROM (SELECT words FROM bench_said GROUP BY words HAVING count(*) > 1) AS again"
_TOO_MANY = """SELECT
    (SELECT count(*) FROM bench_response r JOIN questionnaires_answer a ON a.response_id = r.response_id WHERE r.thanked = 1)
    - (SELECT count(*) FROM bench_sent s WHERE s.thanked = 1 AND EXISTS (
        SELECT 1 FROM bench_response r JOIN questionnaires_answer a ON a.response_id = r.response_id
        WHERE r.marker = s.marker AND a.question_id = s.question))"""


def _sent(path: Path) -> Iterator[tuple[str, int, int, str, int | None, float | None, str | None]]:
    kinds = dict(Question.objects.values_list("id", "kind"))
    for marker, thanked, answers in map(json.loads, path.read_text().splitlines()):
        for question, value in answers:
            kind = kinds[question]
            choice = int(value) if kind in _CHOICES else None
            number = None if kind in _CHOICES + _WORDS else float(value)
            yield marker, int(thanked), question, kind, choice, number, value if kind in _WORDS else None


def _one(cursor: Any, question: str) -> int:
    cursor.execute(question)
    return int(cursor.fetchone()[0])


if __name__ == "__main__":
    verb, *more = sys.argv[1:]
    {"prepare": lambda: prepare(int(more[0])), "ways": ways, "verify": lambda: verify(more[0])}[verb]()
