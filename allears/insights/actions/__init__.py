"""The verbs of this room: give words themes, keep the codebook, make insights and try them.

Each is keyword-only, whole or not at all, leaves an audit event and names its refusals (`errors`).
"""

from __future__ import annotations

from allears.insights.actions.codings import Coded, code, code_many, uncode
from allears.insights.actions.errors import (
    AlreadyWithdrawn,
    AnotherStudy,
    NameTaken,
    NoClaim,
    NoName,
    NothingToMove,
    NotMerged,
    NotNow,
    OutsideTheWords,
    SayHow,
    ThemeNotInUse,
    WordsAreGone,
    WouldLoop,
)
from allears.insights.actions.insights import change_claim, cite, claim, look_against, restore, uncite, withdraw
from allears.insights.actions.reading import mark_read, mark_unread
from allears.insights.actions.themes import (
    add_theme,
    change_theme,
    merge_themes,
    move_theme,
    nest_theme,
    restore_theme,
    retire_theme,
    split_theme,
    unmerge_theme,
)

__all__ = [
    "AlreadyWithdrawn", "AnotherStudy", "Coded", "NameTaken", "NoClaim", "NoName", "NotMerged", "NotNow", "NothingToMove",
    "OutsideTheWords", "SayHow", "ThemeNotInUse", "WordsAreGone", "WouldLoop",
    "add_theme", "change_claim", "change_theme", "cite", "claim", "code", "code_many", "look_against",
    "mark_read", "mark_unread", "merge_themes", "move_theme", "nest_theme", "restore", "restore_theme",
    "retire_theme", "split_theme", "uncite", "uncode", "unmerge_theme", "withdraw",
]  # fmt: skip
