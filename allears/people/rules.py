"""Who may do what with people."""

from __future__ import annotations

from allears.core.rules import is_administrator, is_leader, is_researcher

may_read = is_researcher | is_leader | is_administrator
may_change = is_researcher | is_administrator
# Everything that is held about somebody includes words from studies that a researcher may not see.
may_hand_over = is_administrator
may_erase = is_administrator
may_trust_addresses = is_administrator
may_set_budget = is_administrator
may_override_budget = is_researcher | is_leader | is_administrator
