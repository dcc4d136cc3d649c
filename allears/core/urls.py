"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from allears.core.views import administration, jobs, staff, you

app_name = "core"
urlpatterns = [
    path("", you.settings, name="settings"),
    path("profile/", you.profile, name="profile"),
    path("join/<str:token>/", you.join, name="join"),
    path("organisation/", administration.organisation, name="organisation"),
    path("organisation/test-mail/", administration.test_mail, name="test_mail"),
    path("staff/", staff.staff, name="staff"),
    path("staff/invitations/", staff.invitations, name="invitations"),
    path("staff/invitations/<int:pk>/withdrawal/", staff.withdraw, name="withdraw"),
    path("staff/<int:pk>/", staff.staff_member, name="staff_member"),
    path("staff/<int:pk>/activity/", staff.activity, name="activity"),
    path("outbox/", administration.outbox, name="outbox"),
    path("outbox/pause/", administration.outbox_pause, name="outbox_pause"),
    path("outbox/again/", administration.outbox_again, name="outbox_again"),
    path("outbox/<slug:ref>/", administration.outbox_mail, name="outbox_mail"),
    path("audit/", administration.audit_log, name="audit"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<slug:ref>/", jobs.job, name="job"),
    path("health/", administration.health, name="health"),
]
