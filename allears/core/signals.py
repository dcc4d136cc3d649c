"""News from this room, for the rooms above it."""

from __future__ import annotations

from django.dispatch import Signal

# message, bounce: a `core.bounces.Bounce`. A mail came back, at the door of the mail server or later by mail.
mail_came_back = Signal()
# addresses: an administrator lets mail to them leave again. by: the administrator.
mail_tried_again = Signal()
