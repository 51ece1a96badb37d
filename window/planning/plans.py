"""Plans that people ask for: rows of the database, computed by a worker beside the pages, seen by their own organisation alone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import sqlalchemy as sa

from assets_db.record import Json
from assets_db.store import ReadingSession, WritingSession
from window.errors import InvalidRequestError, NotFoundError
from window.policy import Person, demand
from window.problem_words import in_both
from window.requests import checked_text
from window.tables import PLANS
from window.words import text

PlanState: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled"]

LIFE_SIGN = dt.timedelta(seconds=10)
"""A worker that has given no sign of life for so long is taken for dead, and its plan is taken up again."""

MOST_ATTEMPTS = 25
"""Workers that may die over one plan before it counts as failed."""

_LONGEST_SCENARIO = 200_000


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """
    A plan that was asked for.

    Attributes
    ----------
    plan_id, org_id, person_id
        Which, and whose.
    title, area, scenario
        What people call it, the area it began from, and the scenario file as text.
    state
        ``queued``, ``running``, ``done``, ``failed`` or ``cancelled``.
    asked_at, changed_at, beat_at
        When it was asked for, last changed, and when its worker last gave a sign of life.
    attempt
        How many workers have taken it up.
    stage, done, total
        How far it is.
    closing
        Seconds, plan and bound, whenever either improved.
    summary
        What came of it.
    problem
        Why it failed, as :func:`window.problem_words.in_both` keeps it.
    """

    plan_id: str
    org_id: str
    person_id: str
    title: str
    area: str
    scenario: str
    state: PlanState
    asked_at: dt.datetime
    changed_at: dt.datetime
    beat_at: dt.datetime | None
    attempt: int
    stage: str
    done: int
    total: int
    closing: Sequence[Sequence[float]]
    summary: Mapping[str, Json]
    problem: str


def ask_plan(session: WritingSession, person: Person, *, title: str, area: str, scenario: str) -> str:
    """
    Ask for a plan and return its id.

    Raises
    ------
    NotAllowedError
        The person makes no plans.
    InvalidRequestError
        A title that is missing or too long.
    """
    demand(person, "make", "plan")
    checked_text("title", title, is_needed=True, longest=200)
    if len(scenario) > _LONGEST_SCENARIO:
        raise InvalidRequestError("scenario", f"must have at most {_LONGEST_SCENARIO} characters", len(scenario))
    plan_id = f"P-{uuid.uuid4().hex[:12]}"
    values = {"plan_id": plan_id, "org_id": person.org_id, "person_id": person.person_id, "title": title, "area": area}
    values |= {"scenario": scenario, "state": "queued", "stage": "", "problem": ""}
    fresh = {"asked_at": session.now, "changed_at": session.now, "attempt": 0, "done": 0, "total": 0, "closing": [], "summary": {}}
    session.connection.execute(PLANS.insert().values(**values, **fresh))
    session.audit("desk.plan_asked", {"plan_id": plan_id, "area": area})
    return plan_id


def list_plans(
    session: ReadingSession, person: Person, *, area: str = "", states: Sequence[PlanState] = (), limit: int = 50
) -> tuple[PlanRow, ...]:
    """Return plans of the person's own organisation, the newest first."""
    demand(person, "make", "plan")
    query = sa.select(PLANS).where(PLANS.c.org_id == person.org_id)
    if area:
        query = query.where(PLANS.c.area == area)
    if states:
        query = query.where(PLANS.c.state.in_(states))
    rows = session.connection.execute(query.order_by(PLANS.c.asked_at.desc(), PLANS.c.plan_id).limit(limit)).mappings()
    return tuple(_row(cast("Mapping[str, object]", row)) for row in rows)


def find_plan(session: ReadingSession, person: Person, plan_id: str) -> PlanRow:
    """
    Return a plan.

    Raises
    ------
    NotFoundError
        There is none of that id for the person's organisation.
    """
    demand(person, "make", "plan")
    row = session.connection.execute(sa.select(PLANS).where(PLANS.c.plan_id == plan_id, PLANS.c.org_id == person.org_id)).mappings().first()
    if row is None:
        raise NotFoundError("plan", plan_id)
    return _row(cast("Mapping[str, object]", row))


def cancel_plan(session: WritingSession, person: Person, plan_id: str) -> None:
    """
    Cancel a plan that is not done; its worker stops at its next sign of life.

    Raises
    ------
    NotFoundError
        There is none of that id for the person's organisation.
    """
    found = find_plan(session, person, plan_id)
    if found.state in {"queued", "running"}:
        _change(session, plan_id, {"state": "cancelled"})
        session.audit("desk.plan_cancelled", {"plan_id": plan_id})


def claim_plan(session: WritingSession) -> PlanRow | None:
    """Take up the plan that waits longest, or one whose worker is dead; ``None`` if there is none."""
    is_dead = (PLANS.c.state == "running") & (PLANS.c.beat_at < session.now - LIFE_SIGN)
    query = sa.select(PLANS).where((PLANS.c.state == "queued") | is_dead).order_by(PLANS.c.asked_at, PLANS.c.plan_id).limit(1)
    row = session.connection.execute(query).mappings().first()
    if row is None:
        return None
    found = _row(cast("Mapping[str, object]", row))
    if found.attempt >= MOST_ATTEMPTS:
        _change(
            session, found.plan_id, {"state": "failed", "problem": in_both(lambda one: text("studio.workers_ended", one, n=MOST_ATTEMPTS))}
        )
        session.audit("desk.plan_failed", {"plan_id": found.plan_id})
        return None
    _change(session, found.plan_id, {"state": "running", "attempt": found.attempt + 1, "beat_at": session.now, "closing": []})
    row = session.connection.execute(sa.select(PLANS).where(PLANS.c.plan_id == found.plan_id)).mappings().one()
    return _row(cast("Mapping[str, object]", row))


def beat(session: WritingSession, claimed: PlanRow, *, stage: str, done: int, total: int, closing: Sequence[Sequence[float]]) -> bool:
    """Give a sign of life and return whether the plan is still this worker's."""
    changes = {"beat_at": session.now, "stage": stage, "done": done, "total": total, "closing": [list(one) for one in closing]}
    return _change(session, claimed.plan_id, changes, attempt=claimed.attempt)


def end_plan(session: WritingSession, claimed: PlanRow, *, summary: Mapping[str, Json] | None = None, problem: str = "") -> bool:
    """Say what came of a plan, or why it failed, and return whether it was still this worker's to say."""
    state: PlanState = "failed" if summary is None else "done"
    is_ours = _change(
        session, claimed.plan_id, {"state": state, "summary": dict(summary or {}), "problem": problem}, attempt=claimed.attempt
    )
    if is_ours:
        session.audit(f"desk.plan_{state}", {"plan_id": claimed.plan_id, "attempt": claimed.attempt})
    return is_ours


def _change(session: WritingSession, plan_id: str, changes: Mapping[str, object], *, attempt: int | None = None) -> bool:
    """Change a plan; with an attempt, only while it runs in that one."""
    query = PLANS.update().where(PLANS.c.plan_id == plan_id)
    if attempt is not None:
        query = query.where(PLANS.c.attempt == attempt, PLANS.c.state == "running")
    return session.connection.execute(query.values(changed_at=session.now, **changes)).rowcount == 1


def _row(row: Mapping[str, object]) -> PlanRow:
    return PlanRow(**{name: row[name] for name in PlanRow.__dataclass_fields__})  # type: ignore[arg-type]  # the columns have these types
