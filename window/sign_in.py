"""Which person of the database an identity of the organisation's own sign-in is: by one claim, and by nothing else it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

LoginClaim: TypeAlias = Literal["email", "sub", "preferred_username", "upn"]


def login_of(identity: Mapping[str, object], claim: LoginClaim) -> str:
    """
    Return the login that an identity stands for; empty for none.

    Parameters
    ----------
    identity
        Claims of a token that has been checked, with ``is_logged_in``.
    claim
        The one that names the person. An e-mail address that the provider says is not verified names nobody: anybody may have
        written it there.

    References
    ----------
    OpenID Connect Core 1.0, section 5.1 (standard claims) and 5.7 (claim stability and uniqueness).
    """
    if identity.get("is_logged_in") is not True:
        return ""
    if claim == "email" and identity.get("email_verified", True) not in (True, "true"):
        return ""
    found = identity.get(claim)
    return found if isinstance(found, str) else ""
