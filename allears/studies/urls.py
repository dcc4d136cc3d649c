"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from allears.studies.views import asking, home, invitations, named, planning, public, rounds, selection

app_name = "studies"
urlpatterns = [
    path("", home.studies, name="list"),
    path("new/", planning.new, name="new"),
    path("problem/", planning.problem, name="problem"),
    path("named/<str:token>/", named.named, name="named"),
    path("<slug:slug>/", home.study, name="study"),
    path("<slug:slug>/edit/", planning.edit, name="edit"),
    path("<slug:slug>/opening/", planning.opening, name="opening"),
    path("<slug:slug>/closing/", planning.closing, name="closing"),
    path("<slug:slug>/team/", planning.team, name="team"),
    path("<slug:slug>/link/", public.link, name="public_link"),
    path("<slug:slug>/link/widget/", public.widget, name="public_link_widget"),
    path("<slug:slug>/link/code.svg", public.code, name="public_link_code"),
    path("<slug:slug>/people/", asking.people, name="people"),
    path("<slug:slug>/people/criteria/", asking.criteria, name="criteria"),
    path("<slug:slug>/people/round/", asking.invitation_round, name="round"),
    path("<slug:slug>/people/letter/", asking.letter, name="letter"),
    path("<slug:slug>/invitations/", invitations.invitations, name="invitations"),
    path("<slug:slug>/invitations.csv", invitations.as_csv, name="invitations_csv"),
    path("<slug:slug>/invitations/rounds/<slug:ref>/", rounds.rest, name="rest"),
    path("<slug:slug>/invitations/anew/", invitations.sent_anew, name="anew"),
    path("<slug:slug>/invitations/<slug:ref>/", invitations.invitation, name="invitation"),
    path("<slug:slug>/selection/", selection.selections, name="selections"),
    path("<slug:slug>/selection/new/", selection.new, name="selection_new"),
    path("<slug:slug>/selection/<slug:ref>/", selection.selection, name="selection"),
    path("<slug:slug>/selection/<slug:ref>/edit/", selection.edit, name="selection_edit"),
    path("<slug:slug>/selection/<slug:ref>/quotas/", selection.quotas, name="selection_quotas"),
    path("<slug:slug>/selection/<slug:ref>/lottery/", selection.lottery, name="selection_lottery"),
    path("<slug:slug>/selection/<slug:ref>/commitment/", selection.commitment, name="selection_commitment"),
    path("<slug:slug>/selection/<slug:ref>/draw/", selection.draw, name="selection_draw"),
    path("<slug:slug>/selection/<slug:ref>/invitations/", selection.invite, name="selection_invite"),
    path("<slug:slug>/selection/<slug:ref>/redraw/", selection.redraw, name="selection_redraw"),
    path("<slug:slug>/selection/<slug:ref>/publication/", selection.publication, name="selection_publication"),
    path("<slug:slug>/selection/<slug:ref>/proof.json", selection.full_proof, name="selection_proof"),
    path("<slug:slug>/selection/<slug:ref>/removal/", selection.removal, name="selection_removal"),
]
