"""The room's addresses: nouns. A person is named by their `ref`."""

from __future__ import annotations

from django.urls import path, register_converter

from allears.people import leaving
from allears.people.views import bounced, facets, imports, merges, people, privacy, settings


class Ref:
    """The name of a row in an address: ten letters and figures (core.ids)."""

    regex = "[0-9a-z]{10}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Ref, "people_ref")

app_name = "people"
urlpatterns = [
    path("", people.people, name="list"),
    path("new/", people.new_person, name="new"),
    path("leave/<str:token>/", leaving.leave, name="leave"),
    path("back/<str:token>/", leaving.back, name="back"),
    path("accounts/", settings.accounts, name="accounts"),
    path("accounts/<int:pk>/", settings.account, name="account"),
    path("erased-addresses/", privacy.erased_addresses, name="erased-addresses"),
    path("budget/", settings.budget, name="budget"),
    path("facets/", facets.facets, name="facets"),
    path("facets/<int:pk>/", facets.facet, name="facet"),
    path("facets/<int:pk>/name/", facets.facet_name, name="facet-name"),
    path("facets/<int:pk>/place/", facets.facet_place, name="facet-place"),
    path("facets/<int:pk>/removal/", facets.facet_removal, name="facet-removal"),
    path("values/<int:pk>/name/", facets.value_name, name="value-name"),
    path("values/<int:pk>/place/", facets.value_place, name="value-place"),
    path("values/<int:pk>/merge/", facets.value_merge, name="value-merge"),
    path("to-mend/", bounced.to_mend, name="to-mend"),
    path("lookalikes/", merges.pairs, name="lookalikes"),
    path("lookalikes/<int:pk>/apart/", merges.apart, name="apart"),
    path("merges/<int:pk>/undo/", merges.undo, name="undo-merge"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<people_ref:ref>/", imports.import_, name="import"),
    path("imports/<people_ref:ref>/report.csv", imports.report, name="import-report"),
    path("<people_ref:ref>/", people.person, name="person"),
    path("<people_ref:ref>/details/", people.details, name="details"),
    path("<people_ref:ref>/consents/", people.consents, name="consents"),
    path("<people_ref:ref>/address/", bounced.address, name="address"),
    path("<people_ref:ref>/lived/", people.lived, name="lived"),
    path("<people_ref:ref>/lived/<int:pk>/removal/", people.lived_removal, name="lived-removal"),
    path("<people_ref:ref>/limits/", people.limits, name="limits"),
    path("<people_ref:ref>/links/", people.revoke_links, name="revoke-links"),
    path("<people_ref:ref>/merges/", merges.choose, name="merge-choose"),
    path("<people_ref:ref>/merges/<people_ref:other>/", merges.merge, name="merge"),
    path("<people_ref:ref>/new-address/", privacy.new_address, name="new-address"),
    path("<people_ref:ref>/holdings/", privacy.holding, name="holdings"),
    path("<people_ref:ref>/erasure/", privacy.erasure, name="erasure"),
]
