"""What this room adds to every study's pages for whoever brings files in and takes everything out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from allears.studies.loop import Tab, add_tab
from allears.studies.rules import can_work_on

add_tab(Tab(90, gettext_lazy("Files"), "questionnaires:imports", can_work_on))
