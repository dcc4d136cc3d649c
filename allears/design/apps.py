"""The room's name, and what is settled when it starts."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "allears.design"
    label = "design"
    verbose_name = "Design"

    def ready(self) -> None:
        from allears.design import checks, wording  # noqa: F401  (the check registers itself)

        wording.settle()
