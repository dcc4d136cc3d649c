"""News from this room, for the rooms above it."""

from __future__ import annotations

from django.dispatch import Signal

# person: the row that stays; by: a user or None (the person); reason: in words. Sent inside the transaction:
# a listener that fails stops the erasure.
person_erased = Signal()
# keep, other: two rows are one person now.
people_merged = Signal()
# person, purpose, given: somebody allowed or withdrew something.
consent_changed = Signal()
