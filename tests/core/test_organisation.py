"""What administrators change about the organisation on different pages stays side by side."""

from __future__ import annotations

import pytest

from allears.core.clock import now
from allears.core.models import AuditEvent, Organisation
from allears.core.organisation import change_organisation, pause_mail
from allears.core.queries import the_organisation
from tests import cast

pytestmark = pytest.mark.django_db


def test_mail_that_was_paused_while_the_form_of_the_organisation_was_saved_stays_paused() -> None:
    read_before = the_organisation()
    Organisation.objects.update(mail_trouble="Nothing answers there.", mail_trouble_at=now())  # no change of anybody's
    pause_mail(by=cast.ada())

    read_before.name = "The Boiler House"
    change_organisation(organisation=read_before, by=cast.ada())

    house = the_organisation()
    assert (house.name, house.mail_paused_by) == ("The Boiler House", cast.ada())
    assert house.mail_paused_at is not None
    assert AuditEvent.objects.get(verb="core.organisation_changed").details["changed"] == ["name"]


def test_a_password_that_was_set_meanwhile_stays_where_none_was_typed() -> None:
    read_before = the_organisation()
    change_organisation(organisation=the_organisation(), by=cast.ada(), password="a long secret")

    change_organisation(organisation=read_before, by=cast.ada())

    assert the_organisation().smtp_password_sealed != ""
