"""What a demo tells newcomers: whom to sign in as, and which questionnaire to answer.

It is kept in a file beside the demo's database, never in the product: its passwords are known to everybody who reads
this, so a demo must not hold what is not public.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from allears.core.models import Role, User
from allears.core.whole_files import write_whole


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as."""

    role: str
    name: str
    email: str
    password: str


@dataclass(frozen=True)
class DemoNotes:
    """`answer_path` is where the open study's public link leads ("/a/.../"), `answer_title` what it is about."""

    people: tuple[DemoPerson, ...] = ()
    answer_path: str = ""
    answer_title: str = ""

    @property
    def answer_url(self) -> str:
        """The public link, whole; empty when there is none."""
        return settings.BASE_URL + self.answer_path if self.answer_path else ""


PEOPLE = (
    DemoPerson("researcher", "Rosa Lindqvist", "researcher@demo.example", "demo researcher"),
    DemoPerson("leader", "Leo Marchetti", "leader@demo.example", "demo leader here"),
    DemoPerson("staff", "Sami Okafor", "staff@demo.example", "demo staff member"),
    DemoPerson("administrator", "Ada Whitfield", "administrator@demo.example", "demo administrator"),
)


def people() -> dict[str, User]:
    """Return one user of each role, by role, made on first use."""
    return {person.role: _made(person) for person in PEOPLE}


def _made(person: DemoPerson) -> User:
    found = User.objects.filter(email=person.email).first()
    return found or User.objects.create_user(
        person.email, person.password, name=person.name, role=Role(person.role)
    )


def remember(demo: DemoNotes) -> None:
    """Keep what the sign-in page and the command line tell newcomers; the file is there whole or not at all."""
    write_whole(_file(), json.dumps(asdict(demo), indent=1))


def notes() -> DemoNotes | None:
    """Return what was remembered; None where no demo was loaded, or not to its end."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # cut off, an older version may have left half a file behind
        return None
    people = tuple(DemoPerson(**person) for person in kept["people"])
    return DemoNotes(people, kept["answer_path"], kept["answer_title"])


def _file() -> Path:
    return Path(settings.DATA_DIR) / "demo.json"
