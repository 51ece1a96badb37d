"""Options the commands of the desk share."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.register_place import database_url

if TYPE_CHECKING:
    from window.desk import Desk
    from window.requests import CaseLine, Receipt

CaseId = Annotated[str, typer.Argument(help="Number of the case.", show_default=False)]
Asking = Annotated[str, typer.Option("--as", help="Who asks: the login of a person of the desk.", show_default=False)]
Now = Annotated[
    str, typer.Option("--now", help="Moment to work at, such as 2026-04-01T10:00+09:00; by default this one.", show_default=False)
]
Key = Annotated[
    str, typer.Option("--key", help="Key of the request: sent twice, it is done once. By default a new one.", show_default=False)
]
Why = Annotated[str, typer.Option("--why", help="Reason, in words.", show_default=False)]
Details = Annotated[
    list[str] | None, typer.Option("--detail", help="name=value, such as code=space or day=2026-05-01; may be given again.")
]


def moment(given: str) -> dt.datetime:
    """
    Return the moment to work at.

    Raises
    ------
    InvalidRequestError
        It is no time, or says no zone.
    """
    from window.errors import InvalidRequestError  # noqa: PLC0415

    if not given:
        return dt.datetime.now(dt.UTC)
    try:
        found = dt.datetime.fromisoformat(given)
    except ValueError:
        raise InvalidRequestError("--now", "must be a time such as 2026-04-01T10:00+09:00", given) from None
    if found.tzinfo is None:
        raise InvalidRequestError("--now", "must end in its zone, such as +09:00", given)
    return found


def request_key(given: str) -> str:
    """Return the key of a request, a new one if none is given."""
    return given or str(uuid.uuid4())


def desk_at(db: str) -> Desk:
    """Return the desk of the register."""
    from window.desk import open_desk  # noqa: PLC0415

    return open_desk(database_url(db))


def pairs(given: list[str]) -> dict[str, str]:
    """
    Return ``name=value`` options as a table.

    Raises
    ------
    InvalidRequestError
        One has no equals sign.
    """
    from window.errors import InvalidRequestError  # noqa: PLC0415

    for one in given:
        if "=" not in one:
            raise InvalidRequestError("--detail", "must be name=value", one)
    return dict(one.split("=", 1) for one in given)


def receipt_text(receipt: Receipt) -> str:
    """Return a receipt on one line."""
    audited = f"audit {receipt.audit_seq} {receipt.audit_hash[:16]}"
    return "\t".join([receipt.case_id, receipt.action, receipt.state, f"version {receipt.version}", audited, f"key {receipt.key}"])


def case_list(lines: Iterable[CaseLine]) -> str:
    """Return cases, one a line."""
    rows = ((str(line.due_on or "-"), line.case_id, line.state, line.carrier_org, " ".join(line.title.split())) for line in lines)
    return "".join("\t".join(row) + "\n" for row in rows)
