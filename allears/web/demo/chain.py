"""What the demo adds to the 2015 words: two insights, two decisions, changes and updates, all marked as examples.

The quotations are found by their words in what was imported; nothing is typed anew.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from allears.core.clock import today
from allears.core.models import User
from allears.decisions.actions import add_change, approve_update, decide, move_change
from allears.decisions.models import Update
from allears.decisions.publishing import publish
from allears.insights.actions import cite, claim, look_against
from allears.insights.models import Insight
from allears.studies.models import Study
from allears.verbatims.models import Verbatim

VERSIONS = "A notebook’s file hides what a person changed, so working on one together hurts"
VERSIONS_FOR = (
    "(diffs don't look nice and it is hard to see what has changed)",
    "lots of unimportant / temporary changes distracting from the real differences in a commit",
    "I find it difficult to collaborate with colleagues who are all using Git",
    "They are difficult to use with version control",
    "one line of code doesn't correspond to one line in the notebook file",
)
VERSIONS_AGAINST = ("Displays beautifully in GitHub Repos", "Standard .ipynb format incl. GitHub integration")
STATE = "People cannot see in which order their cells ran, and lose trust in what stands on the page"
STATE_FOR = (
    "Harder to reason about program state than in simple scripts",
    "it is incredible unclear what the current state of all variables is",
    "Easy to get cells out of place in workflow order",
    "you don't know if your change broke something in another cell!",
    "Re-running a notebook is cumbersome",
    "there should be a way to view the execution history in order",
)
STATE_AGAINST = (
    "Maintaining state in a running notebook",
    "No need to rerun entire scripts",
    "Easy to re-run previous pieces of code without retyping",
    "Saving state between statements (not possible with anything else)",
)


@transaction.atomic
def make(study: Study, users: dict[str, User]) -> None:
    """Begin the loop on the imported words; made once, whole or not at all."""
    if Insight.objects.filter(study=study).exists():
        return
    researcher, leader = users["researcher"], users["leader"]
    versions = _insight(study, VERSIONS, VERSIONS_FOR, VERSIONS_AGAINST, researcher)
    state = _insight(study, STATE, STATE_FOR, STATE_AGAINST, researcher)
    look_against(
        insight=state, by=researcher,
        how="Searched “state”, “rerun” and “order” among what makes notebooks pleasant: for some, kept state is the point.",
    )  # fmt: skip
    _decide_versions(study, versions, leader, users["staff"])
    _decide_state(study, state, leader)


def _insight(study: Study, words: str, speaks_for: tuple[str, ...], against: tuple[str, ...], by: User) -> Insight:
    insight = claim(study=study, claim=words, by=by, example=True)
    for side, passages in (("for", speaks_for), ("against", against)):
        for passage in passages:
            _cite(study, insight, passage, side, by)
    return insight


def _cite(study: Study, insight: Insight, passage: str, side: str, by: User) -> None:
    said = Verbatim.objects.filter(collection=study.collection, text__contains=passage).order_by("pk").first()
    if said:
        start = said.text.index(passage)
        cite(insight=insight, verbatim=said, start=start, end=start + len(passage), side=side, by=by)


def _decide_versions(study: Study, insight: Insight, leader: User, owner: User) -> None:
    decision = decide(
        study=study, kind="will", insights=[insight], by=leader, example=True,
        statement="show what a person changed in a notebook, and nothing else",
        because="People who share notebooks spend their time on changes that no person made.",
        options=[
            ("A comparison made for notebooks", True, "It helps everybody, whatever they use to share"),
            ("Change the file’s format", False, "Every tool that reads notebooks would have to follow"),
            ("Leave it to others", False, "It is the first thing that teams run into"),
        ],
        against="Some are well served by how their notebooks are displayed today.",
        impact_customers="Teams can review each other’s notebooks line by line.",
        impact_teams="Those who keep the file’s format have one more reader to look after.",
    )  # fmt: skip
    change = add_change(
        decision=decision, what="A comparison of two notebooks that leaves out what no person changed", owner=owner,
        by=leader, due_on=today() + timedelta(days=60), example=True,
    )  # fmt: skip
    move_change(change=change, state="started", by=owner, note="A first version compares cells by what they hold.")
    for update in Update.objects.filter(decision=decision):
        approve_update(update=update, by=leader)
    publish(
        decision=decision, by=leader,
        said="When a notebook is shared, its file hides what a person changed among much that no person touched.",
        did="A comparison of two notebooks that leaves out what no person changed has been started.",
    )  # fmt: skip


def _decide_state(study: Study, insight: Insight, leader: User) -> None:
    decide(
        study=study, kind="not_yet", insights=[insight], by=leader, example=True,
        statement="run cells in order by themselves",
        until="we have asked those for whom kept state is the point what they would lose",
        because="Nearly as many people praise the very thing that others stumble over.",
        against="For some, state that is kept while they try things out is why they use a notebook at all.",
    )  # fmt: skip
