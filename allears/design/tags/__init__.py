"""The components, as template tags with declared arguments. One template in `templates/design/components/`
each.
"""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


def drawn(component: str, **arguments: Any) -> SafeString:
    """The component's template with these arguments; everything in it is escaped unless it is
    already safe.
    """
    return render_to_string(f"design/components/{component}.html", arguments)
