"""What the web server runs."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.config.settings")
_django = get_wsgi_application()

from allears.core.places import Places, with_places  # noqa: E402
from allears.questionnaires.answering_door import QuickDoor  # noqa: E402

_places = Places(16)
application = QuickDoor(with_places(_django, _places), _places)
