"""Links by which people answer: personal ones (only a hash is kept) and public ones."""

from __future__ import annotations

from django.conf import settings

from allears.core.links import hash_token, new_token
from allears.studies.models import Invitation, InvitationLink, PublicLink, WayIn


def answering_url(token: str) -> str:
    """Return the absolute address behind `token`, personal or public."""
    return f"{settings.BASE_URL}/a/{token}/"


def fresh(invitation: Invitation) -> tuple[str, InvitationLink]:
    """Return a new token and its link, which is not saved yet."""
    token = new_token()
    return token, InvitationLink(invitation=invitation, token_hash=hash_token(token))


def invitation_for(token: str) -> Invitation | None:
    """Return the invitation that a personal link opens, with its study and person; None: unknown or revoked."""
    link = (
        InvitationLink.objects.filter(token_hash=hash_token(token), revoked_at=None)
        .select_related("invitation__study", "invitation__person")
        .first()
    )
    return link.invitation if link else None


def public_link_for(token: str) -> PublicLink | None:
    """Return the public link that stands for `token`, with its study; None: unknown or withdrawn."""
    # Not by equality of hashes: a public token is no secret, it hangs on the wall.
    return PublicLink.objects.filter(token=token, withdrawn_at=None).select_related("study").first()


def current_public_link(study_id: int, kind: str = WayIn.LINK) -> PublicLink | None:
    """Return the study's public link of this kind that has not been withdrawn, if there is one."""
    return PublicLink.objects.filter(study_id=study_id, kind=kind, withdrawn_at=None).first()


def working_links(study_id: int) -> dict[str, PublicLink]:
    """Return the study's public links that have not been withdrawn, by kind."""
    return {link.kind: link for link in PublicLink.objects.filter(study_id=study_id, withdrawn_at=None)}
