"""Why a file's rows cannot come into a study now."""

from __future__ import annotations

from django.utils.translation import gettext as _


class AsksSomethingElse(Exception):
    """The study is open and asks other questions: they may not change under the people who answer."""

    def __init__(self) -> None:
        super().__init__(_("This study is open and asks other questions. Close it first, or import into a new study."))


class DraftInTheWay(Exception):
    """Somebody is writing the study's next questionnaire, which the import would have to publish."""

    def __init__(self) -> None:
        super().__init__(_("Somebody is writing this study’s next questionnaire. Publish it or throw it away first."))


class NothingToImport(Exception):
    """The plan takes no question."""

    def __init__(self) -> None:
        super().__init__(self.words())

    @staticmethod
    def words() -> str:
        return _("No question is chosen. Choose at least one column to import.")


class NoRows(NothingToImport):
    """Below its headings the file is empty."""

    @staticmethod
    def words() -> str:
        return _(
            "This file holds headings and no answers below them. Export it again with its answers; or, if its one row is an"
            " answer, say that the first row holds no headings."
        )


class NothingLeft(Exception):
    """The file is being brought, has been brought, or is gone."""

    def __init__(self) -> None:
        super().__init__(_("This file is being brought already, or there is nothing left of it to bring."))
