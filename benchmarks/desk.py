"""
Time the desk: queues among many open cases with long histories, one durable action, a synthetic year. One JSON line.

``python -m benchmarks.desk --url postgresql+psycopg://...`` measures on an empty PostgreSQL database.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import sqlalchemy as sa

from assets_db.importing import apply_import
from assets_db.sources import SourceSpec, open_source
from assets_db.store import Register, init_register
from benchmarks.measure import environment
from window.case_rows import CaseFilter
from window.demo import fill_demo
from window.desk import Desk, init_desk, open_desk
from window.people import Organisation
from window.requests import Act, OpenRequest
from window.tables import CASE_ASSETS, CASES, EVENTS, PARTIES

_NOW = dt.datetime(2026, 11, 25, 3, tzinfo=dt.UTC)
_STATES = ("SCREENING", "HELD", "SURVEY", "APPLIED", "REVIEW", "IN_SERVICE")
_ROLES = ("carrier", "carrier", "carrier", "carrier", "window", "auditor", *["bureau"] * 10)
_N_ACTIONS = 60
_N_QUERIES = 200


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--url", default="", help="empty database; by default a file of SQLite in a temporary folder")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        print(json.dumps(_measured(Path(folder), given.cases, given.events, given.url)))


def _measured(folder: Path, n_cases: int, n_events: int, url: str) -> dict[str, object]:
    address = url or f"sqlite:///{folder / 'desk.db'}"
    path = folder / "lamps.csv"
    rows = [f"{n},Lamp {n},streetlight,metropolitan,road,{35.5 + n % 100 / 500:.5f},{139.5 + n / 40_000:.5f}" for n in range(4000)]
    path.write_text("\n".join(["ID,name,asset_type,owner_class,property_class,lat,lon", *rows, ""]), "utf-8")
    register = init_register(address)
    apply_import(register, open_source(path, SourceSpec(source_id="lamps")), who="benchmark", why="benchmark", now=_NOW)
    desk = init_desk(address)
    began = time.perf_counter()
    said = fill_demo(desk, seed=1, n_cases=300, until=_NOW)
    demo_s = time.perf_counter() - began
    desk = open_desk(address, keeps_connections=True)
    _people(desk)
    _fill(register, n_cases, n_events)
    return {
        "benchmark": "desk",
        "database": desk.engine.name,
        "n_cases": n_cases,
        "n_events": n_events,
        "demo_year_s": round(demo_s, 2),
        "demo_year": said,
        "queries_ms": _queries(desk),
        "action_ms": _actions(desk),
        **environment("sqlalchemy", "alembic", "psycopg"),
    }


def _people(desk: Desk) -> None:
    """Bring in who asks."""
    for number, role in enumerate(_ROLES):
        name = f"b{number}"
        desk.add_organisation(Organisation(org_id=name, name=name, role=role), asking="demo-admin", now=_NOW)  # type: ignore[arg-type]
        desk.add_person(f"{name}-1", name, name, asking="demo-admin", now=_NOW)


def _fill(register: Register, n_cases: int, n_events: int) -> None:
    """Write cases and histories straight into the tables: the queries are measured, not the filling."""
    draw = np.random.default_rng(1)
    ids = [f"B-{number:07d}" for number in range(n_cases)]
    due = draw.integers(-60, 200, n_cases)
    carriers = draw.integers(0, 4, n_cases)
    bureaus = draw.integers(6, 16, n_cases)
    common = {"title": "benchmark", "is_open": True, "is_new_pole": False, "version": 20, "is_synthetic": True}
    cases = [
        {
            **common,
            "case_id": one,
            "carrier_org": f"b{carriers[number]}",
            "state": _STATES[number % len(_STATES)],
            "opened_at": _NOW - dt.timedelta(days=200),
            "changed_at": _NOW - dt.timedelta(days=1),
            "due_on": _NOW.date() + dt.timedelta(days=int(due[number])),
        }
        for number, one in enumerate(ids)
    ]
    parties = [
        {"org_id": org, "case_id": one, "why": "benchmark"}
        for number, one in enumerate(ids)
        for org in (f"b{carriers[number]}", f"b{bureaus[number]}")
    ]
    lamps = [(n % 4000, 35.5 + n % 100 / 500, 139.5 + n % 4000 / 40_000) for n in range(n_cases)]
    places = [
        {"case_id": one, "asset_id": f"lamps:{lamp}", "zone": "?", "lat": lat, "lon": lon}
        for one, (lamp, lat, lon) in zip(ids, lamps, strict=True)
    ]
    said = {"role": "window", "who": "b4-1", "why": "benchmark", "detail": {}}
    with register.writing(who="benchmark", why="benchmark", now=_NOW) as session:
        for table, values in ((CASES, cases), (PARTIES, parties), (CASE_ASSETS, places)):
            session.connection.execute(sa.insert(table), values)
        per_case = max(1, n_events // n_cases)
        for first in range(0, n_cases, 500):
            some = [
                {**said, "case_id": one, "seq": seq, "at": _NOW - dt.timedelta(days=200 - seq), "action": "open", "state": "SCREENING"}
                for one in ids[first : first + 500]
                for seq in range(1, per_case + 1)
            ]
            session.connection.execute(sa.insert(EVENTS), some)
    with register.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _queries(desk: Desk) -> dict[str, dict[str, float]]:
    """Return the times of what people ask all day."""
    asked: dict[str, Callable[[], object]] = {
        "overdue, window": lambda: desk.overdue(asking="b4-1", now=_NOW),
        "overdue, carrier": lambda: desk.overdue(asking="b1-1", now=_NOW),
        "overdue, bureau": lambda: desk.overdue(asking="b8-1", now=_NOW),
        "due soon, window": lambda: desk.due_soon(asking="b4-1", now=_NOW),
        "queue of a state, window": lambda: desk.cases(CaseFilter(states=("REVIEW",)), asking="b4-1"),
        "queue, carrier": lambda: desk.cases(asking="b2-1"),
        "cases of an asset": lambda: desk.cases(CaseFilter(asset_id="lamps:77"), asking="b4-1"),
        "one case": lambda: desk.case("B-0000042", asking="b4-1", now=_NOW),
        "duplicates": lambda: desk.duplicates("B-0000042", asking="b4-1"),
    }
    return {name: _times(ask, _N_QUERIES) for name, ask in asked.items()}


def _actions(desk: Desk) -> dict[str, float]:
    """Return the times of durable actions, each in a transaction of its own."""
    ids = [
        desk.open_case(OpenRequest(title="b", asset_ids=(f"lamps:{n}",)), asking="b0-1", key=f"o{n}", now=_NOW).case_id
        for n in range(_N_ACTIONS)
    ]
    waiting = iter(ids)
    return _times(lambda: desk.act((one := next(waiting)), Act(action="acknowledge"), asking="b4-1", key=one, now=_NOW), _N_ACTIONS)


def _times(what: Callable[[], object], count: int) -> dict[str, float]:
    """Return the 50th and 95th percentile of the times of some calls [ms]."""
    seconds = []
    for _ in range(count):
        began = time.perf_counter()
        what()
        seconds.append(time.perf_counter() - began)
    return {"p50": round(float(np.percentile(seconds, 50)) * 1000, 2), "p95": round(float(np.percentile(seconds, 95)) * 1000, 2)}


if __name__ == "__main__":
    main()
