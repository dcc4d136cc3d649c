"""News of this room, for the rooms above. Each is sent inside the transaction that made it true."""

from __future__ import annotations

from django.dispatch import Signal

study_opened = Signal()  # study, by; also when it is opened again
study_closed = Signal()  # study, by
