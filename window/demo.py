"""A synthetic year of the desk, seeded, made by the desk's own functions and labelled as made up."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assets_db.store import AssetFilter, ReadingSession, StoredAsset, WritingSession
from window import acting, noting, opening, people, permitting
from window.case_rows import all_cases, assets_of, find_case, permits_in
from window.desk import Desk
from window.errors import ActionNotAllowedError, InvalidRequestError
from window.holding import is_lost
from window.people import Organisation
from window.policy import SYSTEM, Person
from window.requests import Act, OpenRequest
from window.row_security import as_desk
from window.working_days import is_open, open_day_after

_CARRIERS = ("甲通信（合成）", "乙モバイル（合成）", "丙テレコム（合成）", "丁ワイヤレス（合成）")
_TITLES = (
    "5G小型基地局の設置について",
    "屋上アンテナの設置相談",
    "街路灯への添架の照会",
    "公園内の基地局設置",
    "Small cell on a pole",
    "Coverage at the station",
)
_ASSETS_USED = 2000
_YEAR = dt.timedelta(days=365)


@dataclass
class _Story:
    """One case on its way: where it stands, and the day of its next step."""

    case_id: str
    carrier: Person
    next_on: dt.date
    steps: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class _Cast:
    """Who plays."""

    window: Person
    officer: Person
    carriers: tuple[Person, ...]
    asset_ids: tuple[str, ...]


def fill_demo(desk: Desk, *, seed: int, n_cases: int, until: dt.datetime) -> str:
    """
    Fill an empty desk with a year of cases and return what came of it, in words.

    Parameters
    ----------
    desk
        A desk without people, on a register with assets.
    seed
        Same seed and register, same year.
    n_cases
        Cases opened over the year.
    until
        Last moment; the year before it is played.

    Raises
    ------
    InvalidRequestError
        The register holds no assets, or people work at the desk already.
    """
    chance = random.Random(seed)  # noqa: S311  # a made-up year, no secret
    start = until - _YEAR
    with desk.writing(SYSTEM.person_id, start, "synthetic demonstration") as (session, _):
        as_desk(session.connection)
        cast = _set_up(session)
        opened = Counter(chance.choices(range(365), k=n_cases))
        stories: list[_Story] = []
        for number in range(366):
            at = start + number * dt.timedelta(days=1)
            scene = _Scene(session=replace(session, now=at), desk=desk, cast=cast, chance=chance, today=desk.settings.local_day(at))
            stories += [_open(scene, len(stories) + index) for index in range(opened[number])]
            if is_open(scene.today):
                _play_day(scene, stories)
    with desk.reading("demo-window") as (session, person):
        counts = Counter(line.state for line in all_cases(session.connection, person))
    return f"{counts.total()} synthetic cases: " + ", ".join(f"{n} {state}" for state, n in sorted(counts.items()))


def _play_day(scene: _Scene, stories: list[_Story]) -> None:
    """Let time pass, and let every case whose day has come do its next step."""
    acting.run_daily(scene.session, SYSTEM, scene.desk.settings)
    for story in stories:
        if story.next_on <= scene.today:
            _step(scene, story)


def _set_up(session: WritingSession) -> _Cast:
    """Bring in made-up organisations and people."""
    asset_ids = tuple(one.asset_id for one in _first_assets(session))
    if not asset_ids:
        raise InvalidRequestError("register", "must hold assets before a demonstration: siting assets import", 0)
    people.add_organisation(session, SYSTEM, _organisation("demo-administration", "管理者（合成）", "administrator"))
    people.add_person(session, SYSTEM, "demo-admin", "合成 管理", "demo-administration")
    admin = people.find_person(session.connection, "demo-admin")
    others = [
        ("demo-desk", "窓口（合成）", "window"),
        ("demo-bureau", "施設所管局（合成）", "bureau"),
        ("demo-audit", "監査（合成）", "auditor"),
    ]
    others += [("demo-planning", "計画課（合成）", "planner")]
    others += [(f"demo-carrier-{number}", name, "carrier") for number, name in enumerate(_CARRIERS, start=1)]
    for org_id, name, role in others:
        people.add_organisation(session, admin, _organisation(org_id, name, role))
        login = {"window": "demo-window", "bureau": "demo-officer", "auditor": "demo-auditor", "planner": "demo-planner"}.get(
            role, f"{org_id}-1"
        )
        people.add_person(session, admin, login, f"合成 {name}", org_id)
    found = {one.person_id: one for one in people.list_people(session.connection, admin)}
    carriers = tuple(one for login, one in found.items() if one.role == "carrier")
    return _Cast(window=found["demo-window"], officer=found["demo-officer"], carriers=carriers, asset_ids=asset_ids)


def _organisation(org_id: str, name: str, role: str) -> Organisation:
    return Organisation(org_id=org_id, name=name, role=people.role_of(role), is_synthetic=True)


def _first_assets(session: ReadingSession) -> Iterator[StoredAsset]:
    """Give the first assets that may be asked for."""
    count = 0
    for one in session.assets(AssetFilter()):
        if count == _ASSETS_USED:
            return
        if not is_lost(session, one.asset_id):
            count += 1
            yield one


def _open(scene: _Scene, number: int) -> _Story:
    """Open a case and bring the bureau in."""
    cast, chance = scene.cast, scene.chance
    carrier = chance.choice(cast.carriers)
    asset_ids = tuple(chance.sample(cast.asset_ids, k=min(len(cast.asset_ids), chance.choice((1, 1, 1, 2, 3)))))
    request = OpenRequest(title=chance.choice(_TITLES), asset_ids=asset_ids, is_new_pole=chance.random() < 0.15, is_synthetic=True)
    receipt = opening.open_case(_as(scene.session, carrier), carrier, request, f"demo-open-{number}", scene.desk.settings)
    by_window = _as(scene.session, cast.window)
    noting.assign(by_window, cast.window, receipt.case_id, cast.officer.org_id, f"demo-assign-{number}")
    return _Story(case_id=receipt.case_id, carrier=carrier, next_on=open_day_after(scene.today, chance.choice((1, 1, 1, 2))))


def _as(session: WritingSession, person: Person) -> WritingSession:
    """Return the session as another person's."""
    return WritingSession(connection=session.connection, who=person.person_id, why=session.why, now=session.now)


@dataclass(frozen=True, kw_only=True)
class _Scene:
    """One day."""

    session: WritingSession
    desk: Desk
    cast: _Cast
    chance: random.Random
    today: dt.date

    def act(self, person: Person, story: _Story, action: str, why: str = "合成データ", **detail: str) -> None:
        """Do an action."""
        key = f"demo-{story.case_id}-{story.steps.total()}-{action}"
        request = Act(action=action, why=why, detail=detail)
        acting.act(_as(self.session, person), person, story.case_id, request, key=key, settings=self.desk.settings)
        story.steps[action] += 1


# What usually happens in each state: action, who, open days until it is done at the least and at the most.
_USUAL = {
    "INQUIRY": ("acknowledge", "window", 1, 2),
    "SCREENING": ("hold", "carrier", 3, 10),
    "HELD": ("ask_survey", "carrier", 1, 14),
    "SURVEY": ("report", "carrier", 5, 8),
    "REPORTED": ("apply", "carrier", 2, 12),
    "APPLIED": ("accept", "officer", 2, 7),
    "RETURNED": ("resubmit", "carrier", 3, 24),
    "REVIEW": ("permit", "officer", 12, 43),
    "PERMITTED": ("confirm_fee", "window", 5, 20),
    "FEE_PAID": ("give_notice", "carrier", 3, 20),
    "BUILD": ("hand_over", "carrier", 15, 50),
    "HANDOVER": ("accept_handover", "officer", 2, 9),
}


def _step(scene: _Scene, story: _Story) -> None:
    """Let a case do its next step, mostly the usual one, and set the day of the one after."""
    case = find_case(scene.session.connection, SYSTEM, story.case_id, "act")
    if case.state not in _USUAL:
        story.next_on = dt.date.max
        return
    try:
        _play(scene, story, case.state, _USUAL[case.state][0])
    except ActionNotAllowedError:
        _wait_or_withdraw(scene, story, case.state)
    after = find_case(scene.session.connection, SYSTEM, story.case_id, "act").state
    _, _, least, most = _USUAL.get(after, ("", "", 1, 1))
    story.next_on = open_day_after(scene.today, scene.chance.randint(least, most))


def _play(scene: _Scene, story: _Story, state: str, action: str) -> None:
    """Play one step."""
    cast, luck = scene.cast, scene.chance.random()
    who = {"window": cast.window, "officer": cast.officer, "carrier": story.carrier}[_USUAL[state][1]]
    if state in {"SCREENING", "HELD", "REPORTED"} and luck < 0.03:
        scene.act(story.carrier, story, "withdraw", "計画の見直し（合成）")
    elif state == "SCREENING" and luck < 0.10:
        scene.act(cast.window, story, "decline", code=scene.chance.choice(("structure", "planned_works", "not_ours")))
    elif state == "SCREENING" and luck < 0.3 and not story.steps["extend"]:
        scene.act(cast.window, story, "extend", "現況図の確認（合成）")
    elif state == "SURVEY" and not story.steps["set_dates"]:
        scene.act(cast.officer, story, "set_dates", day=open_day_after(scene.today, 4).isoformat())
    elif state == "APPLIED" and luck < 0.25:
        scene.act(cast.officer, story, "return", "構造計算書の不足（合成）")
    elif state == "REVIEW":
        _decide(scene, story, luck)
    elif action == "give_notice":
        scene.act(who, story, action, day=open_day_after(scene.today, 7).isoformat())
    elif action == "hand_over":
        built = {asset_id: {"power_available": True} for asset_id in assets_of(scene.session.connection, story.case_id)}
        scene.act(who, story, action, as_built=json.dumps(built))
    elif action == "confirm_fee":
        scene.act(who, story, action, receipt=f"D-{story.case_id}")
    else:
        scene.act(who, story, action)


def _decide(scene: _Scene, story: _Story, luck: float) -> None:
    """Decide the permits of a case, then the case."""
    officer = scene.cast.officer
    if luck < 0.08:
        scene.act(officer, story, "refuse", "合成データ", code=scene.chance.choice(("structure", "landscape", "safety")))
        return
    for one in permits_in(scene.session.connection, story.case_id):
        for action, person in (("ask_permit", story.carrier), ("grant_permit", officer)):
            key = f"demo-{story.case_id}-{one.asset_id}-{one.permit}-{action}"
            where = (one.asset_id, one.permit)
            permitting.act_on_permit(_as(scene.session, person), person, story.case_id, where, Act(action=action), key=key)
    scene.act(officer, story, "permit")


def _wait_or_withdraw(scene: _Scene, story: _Story, state: str) -> None:
    """Go on the waiting list where the slot is taken; give up after a while."""
    if state != "SCREENING":
        return
    if story.steps["wait"]:
        scene.act(story.carrier, story, "withdraw", "空きなし（合成）")
        return
    noting.wait(_as(scene.session, story.carrier), story.carrier, story.case_id, f"demo-{story.case_id}-wait")
    story.steps["wait"] += 1
