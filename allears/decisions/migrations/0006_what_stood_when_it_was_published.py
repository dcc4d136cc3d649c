"""What stands in public since before this was kept: as the decision stood then, told from the trail of its changes."""

from __future__ import annotations

from typing import Any

from django.db import migrations

TOLD = ("kind", "statement", "because", "until")


def fill(apps: Any, _editor: Any) -> None:
    """Say since when each decision says what it says, and what stood there when its item was published."""
    for decision in apps.get_model("decisions", "Decision").objects.order_by("pk"):
        changes = _changes(apps, decision)
        decision.changed_at = next((at for at, before in changes if before.keys() & set(TOLD)), None)
        decision.save(update_fields=["changed_at"])
        item = apps.get_model("decisions", "PublicItem").objects.filter(decision=decision, published_at__isnull=False)
        for published in item.filter(decided=[]):
            _as_it_stood(apps, published, decision, changes)


def _changes(apps: Any, decision: Any) -> list[tuple[Any, dict[str, Any]]]:
    """When it was changed and what stood there before, the newest first."""
    trail = apps.get_model("core", "AuditEvent").objects.filter(
        target=f"decisions.decision:{decision.pk}", verb="decisions.decision_changed"
    )
    return [(event.at, event.details.get("before", {})) for event in trail.order_by("-id")]


def _as_it_stood(apps: Any, item: Any, decision: Any, changes: list[tuple[Any, dict[str, Any]]]) -> None:
    ground = apps.get_model("decisions", "Ground").objects.filter(decision=decision)
    stood: dict[str, Any] = {name: getattr(decision, name) for name in TOLD}
    stood["grounds"] = list(ground.values_list("insight", flat=True))
    for at, before in changes:
        if at > item.published_at:
            stood |= {name: old for name, old in before.items() if name in stood}
    since = (at for at, before in changes if at <= item.published_at and before.keys() & set(TOLD))
    grounds = apps.get_model("insights", "Insight").objects.filter(pk__in=stood.pop("grounds"))
    item.decided = [stood | {"on": next(since, decision.decided_at).isoformat()}]
    item.save(update_fields=["decided"])
    PublicGround = apps.get_model("decisions", "PublicGround")
    PublicGround.objects.bulk_create(PublicGround(item=item, insight=insight) for insight in grounds)


class Migration(migrations.Migration):
    dependencies = [("core", "0006_mail_that_failed"), ("decisions", "0005_what_stands_in_public")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
