"""What comes round by itself in this room."""

from __future__ import annotations

from allears.core.heartbeat import every
from allears.studies import counting, later, naming, reminding, rounds


@every(seconds=60)
def ask_who_said_later() -> None:
    """Ask whoever wanted to be asked by now."""
    later.ask_those_due()


@every(seconds=300)
def remind() -> None:
    """Send the one reminder to who has said nothing."""
    reminding.remind_those_due()


@every(seconds=3600)
def forget_who_was_named() -> None:
    """Forget the addresses of people who were named and said nothing."""
    naming.forget_the_silent()


@every(seconds=3600)
def let_old_rounds_be() -> None:
    """Throw away the lists of rounds that stopped long ago."""
    rounds.let_old_ones_be()


@every(seconds=60)
def count_invitations() -> None:
    """Count what became of very many invitations."""
    counting.count_ahead()
