"""What bench/answers.py does inside the product's own environment: prepares a study, and verifies afterwards."""

from __future__ import annotations

import json
import os
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from allears.core.models import Role, User  # noqa: E402
from allears.questionnaires import authoring  # noqa: E402
from allears.questionnaires.models import Answer, Response  # noqa: E402
from allears.studies import actions  # noqa: E402
from allears.verbatims.actions import seal_waiting  # noqa: E402
from allears.verbatims.verify import verify as verify_ledger  # noqa: E402

ENDS = {"low_label": "not at all", "high_label": "very much", "required": True}
QUESTIONS = [
    {"kind": "long_text", "text": "What happened when your order came late?", "required": True},
    {"kind": "scale", "text": "Would you order again?", "minimum": 0, "maximum": 10, **ENDS},
    {"kind": "scale", "text": "Were you told in time?", "minimum": 1, "maximum": 5, **ENDS},
    {"kind": "scale", "text": "Was it put right?", "minimum": 1, "maximum": 5, **ENDS},
    {"kind": "single", "text": "Who called first?", "choices": ["You", "I", "Nobody"], "required": True},
    {"kind": "single", "text": "How did you order?", "choices": ["Web", "Shop", "Phone"], "required": True},
    {"kind": "multiple", "text": "What did you do?", "choices": ["Waited", "Called", "Wrote", "Left"]},
    {"kind": "number", "text": "How many days late?", "minimum": 0, "maximum": 365, "required": True},
    {"kind": "short_text", "text": "In one word?"},
    {"kind": "long_text", "text": "What would have helped?"},
]


def prepare(pages: int) -> None:
    call_command("migrate", verbosity=0)
    ana = User.objects.create_user("ana@house.example", None, name="Ana Ruiz", role=Role.RESEARCHER)
    study = actions.create_study(
        by=ana,
        title="Late orders",
        problem="Your last orders came late, and we want to understand what that did to your day.",
        promise_on=date.today() + timedelta(days=30),
    )
    draft = authoring.draft_of(study, ana)
    sections = [draft.sections.get(), *(authoring.add_section(version=draft) for _ in range(pages - 1))]
    for at, question in enumerate(QUESTIONS):
        authoring.add_question(section=sections[at * pages // len(QUESTIONS)], **question)
    authoring.publish(version=draft, by=ana)
    actions.open_study(study=study, by=ana)
    print(actions.make_public_link(study=study, by=ana).token)


def verify(path: str) -> None:
    """Every acknowledged response has been sent, with its ten answers and the words of its open ones in the ledger."""
    seal_waiting()
    report = verify_ledger()
    wanted = set(Path(path).read_text().split())
    said = Answer.objects.filter(response__submitted_at__isnull=False, verbatim__isnull=False)
    words: dict[str, int] = {}
    for text in said.values_list("verbatim__text", flat=True).iterator(chunk_size=2000):
        words[text.split()[0]] = words.get(text.split()[0], 0) + 1
    print(
        json.dumps(
            {
                "lost": sum(words.get(marker, 0) < 3 for marker in wanted),
                "twice": sum(count > 3 for count in words.values()),
                "stored": Response.objects.filter(submitted_at__isnull=False).count(),
                "verbatims": report.checked,
                "unsealed": report.unsealed,
                "broken": report.broken,
            }
        )
    )


if __name__ == "__main__":
    prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else verify(sys.argv[2])
