"""The errors of the window. Each says what was asked, which rule stands against it and what is allowed instead."""

from __future__ import annotations

from assets_db.errors import AssetsError


class DeskError(AssetsError):
    """Base of every error the window raises on purpose."""


class InvalidRequestError(DeskError, ValueError):
    """
    Something given cannot be used.

    Parameters
    ----------
    field
        The name of what was given.
    rule
        What it has to fulfil.
    value
        What was given instead.
    """

    def __init__(self, field: str, rule: str, value: object) -> None:
        self.field = field
        self.rule = rule
        self.value = value
        super().__init__(f"{field} {rule}, got {_short(repr(value))}")


class InvalidTableError(InvalidRequestError):
    """A data file of the window (states, clocks, permits, policy) contradicts itself."""


class UnknownHolidaysError(InvalidRequestError):
    """The public holidays of a year are not known, so working days cannot be counted."""


class ActionNotAllowedError(DeskError):
    """
    An action does not fit the state of a case, the person's role, or a guard.

    Parameters
    ----------
    action
        What was asked for.
    why
        The rule against it.
    allowed
        Actions that are possible instead.
    """

    def __init__(self, action: str, why: str, allowed: tuple[str, ...] = ()) -> None:
        self.action = action
        self.why = why
        self.allowed = allowed
        instead = f"; allowed instead: {', '.join(allowed)}" if allowed else "; nothing else is allowed here"
        super().__init__(f"action {action!r} is not possible: {why}{instead}")


class NotFoundError(DeskError, LookupError):
    """Nothing of that id exists for the one who asks; what others own is answered the same way."""

    def __init__(self, what: str, key: str) -> None:
        self.what = what
        self.key = key
        super().__init__(f"{what} {_short(repr(key))} does not exist or is not yours to see")


class NotAllowedError(DeskError):
    """The policy gives a role no right to a thing."""

    def __init__(self, role: str, verb: str, thing: str) -> None:
        self.role = role
        super().__init__(f"role {role} may not {verb} {thing}")


class StaleCaseError(DeskError):
    """Somebody else changed the case in between."""

    def __init__(self, case_id: str, expected: int, found: int) -> None:
        self.expected = expected
        self.found = found
        super().__init__(f"case {case_id} is at version {found}, not {expected}: read it again and decide anew")


class KeyReusedError(DeskError):
    """An idempotency key came again with something else."""

    def __init__(self, key: str) -> None:
        super().__init__(f"key {key!r} was used for another request: give each request its own key")


def _short(shown: str) -> str:
    """Return what was given, shortened to what an error message can hold."""
    return shown if len(shown) <= 200 else shown[:200] + "..."
