"""The room's name, and the checks that run when it starts."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "allears.design"
    label = "design"
    verbose_name = "Design"

    def ready(self) -> None:
        from allears.design import checks  # noqa: F401  (registers itself)
