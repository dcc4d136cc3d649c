"""News of this room, for the rooms above. Each is sent inside the transaction that made it true."""

from __future__ import annotations

from django.dispatch import Signal

insight_claimed = Signal()  # insight, by
insight_withdrawn = Signal()  # insight, by
insight_restored = Signal()  # insight, by
words_cited = Signal()  # citation, by
words_uncited = Signal()  # insight, verbatim_id, by
looked_against = Signal()  # insight, by
