"""What the desk is asked, and what it answers with."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from assets_db.record import AssetRecord
from window.clocks import Reading
from window.errors import DeskError, InvalidRequestError
from window.events import CaseEvent

MAX_TEXT = 4000
"""Characters a text given by a person may have."""

MAX_AS_BUILT = 200_000
"""Characters as-built data may have: some hundred for each asset."""

MAX_DETAILS = 20
"""Details one action may give."""

MAX_ASSETS = 500
"""Assets one case may name."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Box:
    """A search area in degrees of longitude and latitude."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (-180 <= self.west < self.east <= 180 and -90 <= self.south < self.north <= 90):
            edges = (self.west, self.south, self.east, self.north)
            raise InvalidRequestError("area", "must be west < east and south < north in degrees", edges)


@dataclass(frozen=True, kw_only=True)
class OpenRequest:
    """
    A new inquiry.

    Attributes
    ----------
    title
        What it is about.
    asset_ids
        Assets it names.
    area
        Where it searches; needed where no asset is named.
    is_new_pole
        Whether a new pole is asked for.
    carrier_org
        For whom the window's staff opens it; a carrier opens its own.
    is_synthetic
        Whether it is made up, for a demonstration.
    """

    title: str
    asset_ids: tuple[str, ...] = ()
    area: Box | None = None
    is_new_pole: bool = False
    carrier_org: str = ""
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        checked_text("title", self.title, is_needed=True, is_line=True)
        for name, text in (("carrier_org", self.carrier_org), *(("asset_ids", one) for one in self.asset_ids)):
            checked_text(name, text, is_line=True)
        if not self.asset_ids and self.area is None:
            raise InvalidRequestError("asset_ids", "must name an asset, or area must say where to search", self.asset_ids)
        if len(self.asset_ids) > MAX_ASSETS or len(set(self.asset_ids)) != len(self.asset_ids):
            raise InvalidRequestError("asset_ids", f"must be at most {MAX_ASSETS} different ids", len(self.asset_ids))


@dataclass(frozen=True, kw_only=True)
class Act:
    """
    An action on a case.

    Attributes
    ----------
    action
        As in the table of states.
    why
        Reason, in words.
    detail
        What else the action needs: ``code``, ``day``, ``receipt``, ``as_built``.
    expected_version
        Version of the case the person saw; ``None``: whatever it is now.
    """

    action: str
    why: str = ""
    detail: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    expected_version: int | None = None

    def __post_init__(self) -> None:
        checked_text("action", self.action, longest=60, is_line=True)
        checked_text("why", self.why)
        if len(self.detail) > MAX_DETAILS:
            raise InvalidRequestError("detail", f"must have at most {MAX_DETAILS} entries", f"{len(self.detail)} entries")
        for name, text in self.detail.items():
            checked_text("detail", name, longest=60, is_line=True)
            checked_text(name, text, longest=MAX_AS_BUILT if name == "as_built" else MAX_TEXT)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """
    Proof that something was done, once; the same key gives the same receipt again.

    Attributes
    ----------
    key
        Key of the request.
    case_id, action, state, version
        What was done to which case, its state and version afterwards.
    at
        When.
    audit_seq, audit_hash
        Row of the audit trail that holds it.
    """

    key: str
    case_id: str
    action: str
    state: str
    version: int
    at: dt.datetime
    audit_seq: int
    audit_hash: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one of several actions: a receipt, or the error."""

    case_id: str
    receipt: Receipt | None = None
    error: DeskError | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case in a list."""

    case_id: str
    title: str
    carrier_org: str
    state: str
    is_open: bool
    is_new_pole: bool
    opened_at: dt.datetime
    changed_at: dt.datetime
    due_on: dt.date | None
    version: int
    is_synthetic: bool


@dataclass(frozen=True, kw_only=True)
class TermAlert:
    """A case in service whose term ends soon: days left, and the alert that is due."""

    line: CaseLine
    days_left: int
    alert_days: int


@dataclass(frozen=True, kw_only=True)
class PermitLine:
    """A permit a case needs on an asset."""

    asset_id: str
    permit: str
    state: str


@dataclass(frozen=True, kw_only=True)
class HoldLine:
    """A slot of an asset that a case holds."""

    case_id: str
    asset_id: str
    slot: int
    carrier_org: str
    held_at: dt.datetime
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class WaitingLine:
    """
    The place of a case on the waiting list of an asset; never who else waits.

    Attributes
    ----------
    asset_id
        The asset.
    place
        1 for the first in line.
    since
        When the case joined.
    """

    asset_id: str
    place: int
    since: dt.datetime


@dataclass(frozen=True, kw_only=True)
class CommentLine:
    """A remark on a case."""

    at: dt.datetime
    who: str
    text: str
    is_internal: bool


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    """A document of a case, without its content."""

    seq: int
    name: str
    media_type: str
    digest: str
    is_internal: bool
    at: dt.datetime
    who: str


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case as one person may see it."""

    line: CaseLine
    history: tuple[CaseEvent, ...]
    clocks: tuple[Reading, ...]
    actions: tuple[str, ...]
    assets: tuple[AssetRecord, ...]
    area: Box | None
    permits: tuple[PermitLine, ...]
    holds: tuple[HoldLine, ...]
    comments: tuple[CommentLine, ...]
    documents: tuple[DocumentLine, ...]
    waiting: tuple[WaitingLine, ...] = ()


_OTHERS = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that break lines or turn the direction of text, so that it reads as something else than it is."""


def checked_text(name: str, text: str, *, is_needed: bool = False, longest: int = MAX_TEXT, is_line: bool = False) -> str:
    """
    Return a text a person gave.

    Raises
    ------
    InvalidRequestError
        It is missing, too long, has several lines where one is asked for, or holds control characters, which databases refuse and
        screens obey.
    """
    if is_needed and not text.strip():
        raise InvalidRequestError(name, "must say something", text)
    if len(text) > longest:
        raise InvalidRequestError(name, f"must have at most {longest} characters", f"{len(text)} characters")
    if not is_storable(text):
        raise InvalidRequestError(name, "must hold no control characters", text)
    if is_line and not text.isprintable():
        raise InvalidRequestError(name, "must be one line of visible characters", text)
    return text


def is_storable(text: str) -> bool:
    """Tell whether a text holds only what a database can hold and a screen shows as it is."""
    return not any(
        (ord(sign) < 32 and sign not in "\n\t") or 0x7F <= ord(sign) < 0xA0 or 0xD800 <= ord(sign) < 0xE000 or sign in _OTHERS
        for sign in text
    )


def request_digest(*parts: object) -> str:
    """Return a hash that two requests share only if they ask the same."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()
