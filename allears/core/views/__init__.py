"""Pages of this room: about oneself, for administrators, about long work, and where something went wrong."""

from allears.core.views.errors import bad_request, csrf_failure, forbidden, not_found, server_error

__all__ = ["bad_request", "csrf_failure", "forbidden", "not_found", "server_error"]
