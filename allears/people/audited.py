"""How the page of what was done says what is recorded about people and accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SAID = {
    "people.added": _("added a person"),
    "people.changed": _("changed a person’s data"),
    "people.completed": _("completed a person’s data"),
    "people.merged": _("merged two people"),
    "people.unmerged": _("took a merge apart"),
    "people.told-apart": _("said that two people are not the same"),
    "people.accounts-merged": _("merged two accounts"),
    "people.account-changed": _("changed an account"),
    "people.consent-recorded": _("recorded what somebody agrees to"),
    "people.limits-set": _("set somebody’s minutes and quiet hours"),
    "people.language-set": _("set somebody’s language"),
    "people.time-zone-set": _("set somebody’s time zone"),
    "people.facet-added": _("added a facet"),
    "people.facet-renamed": _("renamed a facet"),
    "people.facet-removed": _("removed a facet"),
    "people.facets-ordered": _("put facets in another order"),
    "people.value-added": _("added a value to a facet"),
    "people.value-renamed": _("renamed a value of a facet"),
    "people.values-merged": _("merged two values of a facet"),
    "people.lived-through": _("recorded what somebody lived through"),
    "people.lived-through-taken-out": _("took out what somebody had lived through"),
    "people.budget-set": _("set how many minutes may be asked of people"),
    "people.budget-overridden": _("asked somebody beyond their minutes, with a reason"),
    "people.links-revoked": _("made somebody’s links useless"),
    "people.mail-came-back": _("noted that a mail came back"),
    "people.address-cleared": _("said that mail reaches an address again"),
    "people.address-trusted": _("trusted a new address before its days had passed"),
    "people.erased": _("erased a person"),
    "people.erased-address-let-in": _("let an erased address be added again"),
    "people.handed-over": _("handed over all that is held about somebody"),
    "people.import-uploaded": _("brought a list of people"),
    "people.import-described": _("said what stands in which column of a list"),
    "people.import-read-anew": _("said in which letters a list is written, and whether its first row holds headings"),
    "people.import-started": _("started to take a list in"),
    "people.import-dropped": _("threw a list away"),
    "people.imported": _("took a list of people in"),
}
