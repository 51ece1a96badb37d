"""No carrier ever sees a row of another: through the desk, and past it in the database itself."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from tests.window.desk_samples import CARRIERS, START, Walk
from window.case_rows import CaseFilter, CasePlace
from window.desk import Desk, open_desk
from window.errors import DeskError, NotAllowedError, NotFoundError
from window.requests import Act, Box, CaseLine, CaseView, OpenRequest, Outcome
from window.tables import CASES, OF_A_CASE

N_QUERIES = 500 if os.environ.get("SITING_STRESS") == "1" else 40


@pytest.fixture
def busy_desk(desk: Desk, desk_url: str) -> Iterator[tuple[Desk, dict[str, str]]]:
    """A desk with cases of every carrier, on one connection that everybody shares, and whose each case is."""
    owners: dict[str, str] = {}
    for number, name in enumerate(CARRIERS * 2):
        walk = Walk(desk, name)
        walk.open(f"test:{number}") if number % 4 != 2 else walk.open("test:2")
        owners[walk.case_id] = name
        walk.act("acknowledge", "desk-1")
        walk.tried("hold")
        desk.comment(walk.case_id, f"secret of {name}", is_internal=False, asking=f"{name}-1", key=f"c{number}", now=START)
        desk.comment(walk.case_id, "office only", is_internal=True, asking="desk-1", key=f"i{number}", now=START)
        desk.add_document(walk.case_id, "plan.txt", f"plan of {name}".encode(), asking=f"{name}-1", key=f"d{number}", now=START)
        area = OpenRequest(title=f"area of {name}", area=Box(west=1, south=1, east=2, north=2))
        owners[desk.open_case(area, asking=f"{name}-1", key=f"a{number}", now=START).case_id] = name
    kept = open_desk(desk_url, keeps_connections=True)
    yield kept, owners
    kept.engine.dispose()


def foreign(found: object, carrier: str, owners: dict[str, str]) -> list[object]:
    """Return what of an answer is not the carrier's."""
    if isinstance(found, tuple) and found and isinstance(found[0], Outcome):
        return [one for one in found if "does not exist or is not yours" not in str(one.error)]
    if isinstance(found, tuple) and found and isinstance(found[0], tuple):  # counts by state
        return [] if sum(count for _, count in found) <= list(owners.values()).count(carrier) else [found]
    if isinstance(found, tuple):
        return [line for line in found if isinstance(line, CaseLine | CasePlace) and owners[line.case_id] != carrier]
    if isinstance(found, CaseView):
        holds = [one for one in found.holds if one.carrier_org != carrier]
        remarks = [one for one in found.comments if one.is_internal or not one.text.endswith(carrier)]
        return [*holds, *remarks, *foreign((found.line,), carrier, owners)]
    if isinstance(found, bytes):
        return [] if found.decode().endswith(carrier) else [found]
    return [] if found is None else [found]


def questions(desk: Desk, chance: random.Random, who: str, case_id: str) -> list[Callable[[], object]]:
    """Everything one may ask, with chosen and guessed arguments."""
    other = chance.choice(CARRIERS)
    key = f"q{chance.random()}"
    chosen = CaseFilter(is_open=chance.choice((True, False, None)), carrier_org=other, asset_id=f"test:{chance.randrange(8)}")
    act = Act(action=chance.choice(("hold", "withdraw", "ask_survey", "apply")), why="x")
    note = {"asking": who, "key": key, "now": START}
    return [
        lambda: desk.cases(asking=who),
        lambda: desk.cases(chosen, asking=who),
        lambda: desk.all_cases(asking=who),
        lambda: desk.overdue(asking=who, now=START.replace(year=2030)),
        lambda: desk.due_soon(asking=who, now=START.replace(year=2030)),
        lambda: desk.case(case_id, asking=who, now=START),
        lambda: desk.document(case_id, chance.randrange(3), asking=who),
        lambda: desk.people(asking=who),
        lambda: desk.organisations(asking=who),
        lambda: desk.audit(asking=who),
        lambda: desk.weekly_figures(asking=who, now=START),
        lambda: desk.duplicates(case_id, asking=who),
        lambda: desk.similar(case_id, asking=who),
        lambda: desk.draft(case_id, "to_carrier", "en", asking=who, now=START),
        lambda: desk.act(case_id, act, **note),  # type: ignore[arg-type]
        lambda: desk.wait(case_id, **note),  # type: ignore[arg-type]
        lambda: desk.case_places(asking=who),
        lambda: desk.term_alerts(asking=who, now=START.replace(year=2030)),
        lambda: tuple(sorted(desk.counts(asking=who).items())),
        lambda: desk.assign(case_id, "lab", **note),  # type: ignore[arg-type]
        lambda: desk.act_on_many([case_id], act, **note),  # type: ignore[arg-type]
        lambda: desk.comment(case_id, f"by {who}", is_internal=False, **note),  # type: ignore[arg-type]
        lambda: desk.add_document(case_id, "x.txt", b"x", **note),  # type: ignore[arg-type]
        lambda: desk.act_on_permit(case_id, "test:0", "road_occupancy", act, **note),  # type: ignore[arg-type]
    ]


def test_four_carriers_ask_everything_and_see_nothing_foreign(
    busy_desk: tuple[Desk, dict[str, str]], printed: Callable[[str], None]
) -> None:
    desk, owners = busy_desk
    chance = random.Random(7)  # noqa: S311  # a fixed choice, no secret
    n_asked = 0
    for _ in range(N_QUERIES):
        carrier = chance.choice(CARRIERS)
        theirs = [case_id for case_id, owner in owners.items() if owner != carrier]
        for number, ask in enumerate(questions(desk, chance, f"{carrier}-1", chance.choice(theirs))):
            n_asked += 1
            try:
                found = ask()
            except (NotFoundError, NotAllowedError):
                continue
            assert foreign(found, carrier, owners) == [], number
    assert n_asked >= N_QUERIES * 24
    printed(f"4 carriers, {n_asked} questions: 0 foreign rows")


def test_each_carrier_does_see_its_own(busy_desk: tuple[Desk, dict[str, str]]) -> None:
    desk, owners = busy_desk
    for carrier in CARRIERS:
        own = {case_id for case_id, owner in owners.items() if owner == carrier}
        assert {line.case_id for line in desk.all_cases(asking=f"{carrier}-1")} == own
        assert foreign(desk.case(min(own), asking=f"{carrier}-1", now=START), carrier, owners) == []


def test_the_database_itself_hides_foreign_rows(busy_desk: tuple[Desk, dict[str, str]]) -> None:
    desk, owners = busy_desk
    if desk.engine.dialect.name != "postgresql":
        return
    chance = random.Random(3)  # noqa: S311  # a fixed choice, no secret
    for _ in range(N_QUERIES):
        carrier = chance.choice(CARRIERS)
        with desk.reading(f"{carrier}-1") as (session, _person):
            for table in OF_A_CASE:
                found = session.connection.execute(sa.select(table.c.case_id)).scalars().all()
                assert {owners[case_id] for case_id in found} <= {carrier}, table.name
            internal = session.connection.execute(sa.text("SELECT count(*) FROM desk_comments WHERE is_internal")).scalar()
            assert internal == 0
    with desk.reading("desk-1") as (session, _person):
        assert session.connection.execute(sa.text("SELECT count(*) FROM desk_cases")).scalar() == len(owners)


def test_a_connection_used_again_remembers_nobody(busy_desk: tuple[Desk, dict[str, str]]) -> None:
    desk, _ = busy_desk
    if desk.engine.dialect.name != "postgresql":
        return
    desk.all_cases(asking="desk-1")
    with desk.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT coalesce(current_setting('desk.sees', true), '')")).scalar() == ""
        connection.execute(sa.text("SET LOCAL ROLE siting_desk"))
        assert connection.execute(sa.text("SELECT count(*) FROM desk_cases")).scalar() == 0
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text("DELETE FROM desk_events"))


def test_the_history_cannot_be_changed_on_sqlite(small_desk: Desk) -> None:
    walk = Walk(small_desk)
    walk.open()
    with small_desk.engine.connect() as connection:
        for statement in ("DELETE FROM desk_events", "UPDATE desk_receipts SET state = 'X'"):
            with pytest.raises(sa.exc.IntegrityError, match="only ever added"):
                connection.exec_driver_sql(statement)


def test_planners_get_counts_and_no_case(busy_desk: tuple[Desk, dict[str, str]]) -> None:
    desk, owners = busy_desk
    figures = desk.weekly_figures(asking="plan-1", now=START)
    assert figures.n_received == len(owners)
    assert not any(name in repr(figures) for name in CARRIERS)
    for ask in (lambda: desk.all_cases(asking="plan-1"), lambda: desk.case(min(owners), asking="plan-1", now=START)):
        with pytest.raises(DeskError):
            ask()


def test_officers_see_cases_about_their_assets_only(desk: Desk) -> None:
    own, foreign_ = Walk(desk), Walk(desk, "beta")
    own.open("test:3")
    foreign_.open("test:1")
    assert [line.case_id for line in desk.all_cases(asking="shibuya-1")] == [own.case_id]
    assert [line.case_id for line in desk.all_cases(asking="roads-1")] == [foreign_.case_id]
    assert desk.all_cases(asking="lab-1") == ()
    desk.assign(own.case_id, "lab", asking="desk-1", key="k", now=START)
    assert [line.case_id for line in desk.all_cases(asking="lab-1")] == [own.case_id]
    with pytest.raises(DeskError, match="must be a bureau, municipality, owner"):
        desk.assign(own.case_id, "beta", asking="desk-1", key="k2", now=START)


def test_an_administrator_who_sees_no_case_still_finds_one_that_was_tampered_with(desk: Desk) -> None:
    walk = Walk(desk)
    walk.open()
    with pytest.raises(NotAllowedError):
        desk.all_cases(asking="admin")
    with desk.engine.begin() as connection:
        connection.execute(sa.update(CASES).values(state="PERMITTED"))
    assert desk.audit(asking="admin")[0] == (f"case {walk.case_id} is in PERMITTED, its history ends in INQUIRY",)
