"""News from the ledger for the rooms above."""

from __future__ import annotations

from django.dispatch import Signal

# Sent inside the transaction of a redaction, with `verbatim_ids`: the words of these rows are gone.
words_redacted = Signal()
