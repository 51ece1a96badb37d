"""What of the register a person may see, as the policy says."""

from __future__ import annotations

from assets_db.publish.audience import PUBLIC, Audience
from assets_db.schema import View
from window.policy import Person, demand, reach

_RESTRICTED = Audience(view="restricted")


def audience_of(person: Person) -> Audience:
    """Return the widest view of a person."""
    return _RESTRICTED if reach(person.role, "see", "restricted fields") == "everything" else PUBLIC


def audience_for(person: Person, view: View) -> Audience:
    """
    Return the view that a person asks for.

    Raises
    ------
    NotAllowedError
        The restricted view is not for the person's role.
    """
    if view == "restricted":
        demand(person, "see", "restricted fields")
        return _RESTRICTED
    return PUBLIC


def may_change(person: Person) -> bool:
    """Tell whether a person may change the register."""
    return reach(person.role, "change", "register") == "everything"
