"""People, assets and whole ways of a case, for tests of the desk."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from assets_db.record import AssetRecord, Value
from assets_db.store import Register
from window.desk import Desk
from window.errors import DeskError
from window.people import Organisation
from window.requests import Act, CaseView, OpenRequest, Receipt

START = dt.datetime(2026, 4, 1, 1, 0, tzinfo=dt.UTC)
CARRIERS = ("alpha", "beta", "gamma", "delta")
ORGANISATIONS = (
    Organisation(org_id="office", name="事務局", role="administrator"),
    Organisation(org_id="desk", name="窓口", role="window"),
    *(Organisation(org_id=name, name=name.title(), role="carrier") for name in CARRIERS),
    Organisation(org_id="roads", name="建設局", role="bureau", bureau="建設局"),
    Organisation(org_id="parks", name="公園緑地部", role="bureau", bureau="公園緑地部"),
    Organisation(org_id="shibuya", name="渋谷区", role="municipal", lg_code="131130"),
    Organisation(org_id="lab", name="専門家", role="expert"),
    Organisation(org_id="plan", name="計画課", role="planner"),
    Organisation(org_id="audit", name="監査", role="auditor"),
)


def asset(number: int, **more: Value) -> AssetRecord:
    """Return an asset near Shibuya."""
    values: dict[str, Value] = {
        "source_id": "test",
        "source_key": str(number),
        "name": f"Lamp {number}",
        "asset_type": "streetlight",
        "property_class": "road",
        "owner_class": "metropolitan",
        "bureau": "建設局",
        "lg_code": "131130",
        "lat": 35.66 + number * 0.001,
        "lon": 139.70,
        "contact": "03-0000-0000",
    }
    return AssetRecord(values=values | more)


ASSETS = tuple(asset(number, **({"carrier_capacity": 2} if number == 2 else {})) for number in range(10))


def furnish(desk: Desk) -> None:
    """Put people and assets in."""
    for one in ORGANISATIONS:
        desk.add_organisation(one, asking="system" if one.org_id == "office" else "admin", now=START)
        if one.org_id == "office":
            desk.add_person("admin", "管理者", "office", asking="system", now=START)
        else:
            desk.add_person(f"{one.org_id}-1", f"{one.name} 1", one.org_id, asking="admin", now=START)
    with Register(engine=desk.engine).writing(who="test", why="samples", now=START) as session:
        for one in ASSETS:
            session.put_asset(f"test:{one.text('source_key')}", one)


@dataclass
class Walk:
    """One case walked through its states, with a clock that is moved by hand."""

    desk: Desk
    carrier: str = "alpha"
    now: dt.datetime = START
    case_id: str = ""
    keys: Iterator[int] = field(default_factory=itertools.count)

    def open(self, *asset_ids: str, is_new_pole: bool = False) -> Receipt:
        request = OpenRequest(title="Small cell", asset_ids=asset_ids or ("test:0",), is_new_pole=is_new_pole)
        receipt = self.desk.open_case(request, asking=f"{self.carrier}-1", key=f"open-{id(self)}", now=self.now)
        self.case_id = receipt.case_id
        return receipt

    def act(self, action: str, who: str = "", why: str = "because", **detail: str) -> Receipt:
        key = f"{self.case_id}-{next(self.keys)}"
        return self.desk.act(
            self.case_id, Act(action=action, why=why, detail=detail), asking=who or f"{self.carrier}-1", key=key, now=self.now
        )

    def permits(self, action: str = "grant_permit", who: str = "roads-1") -> None:
        for one in self.view().permits:
            for what, asking in (("ask_permit", f"{self.carrier}-1"), (action, who)):
                self.desk.act_on_permit(
                    self.case_id,
                    one.asset_id,
                    one.permit,
                    Act(action=what, why="ok"),
                    asking=asking,
                    key=f"p-{next(self.keys)}-{self.case_id}",
                    now=self.now,
                )

    def view(self, who: str = "desk-1") -> CaseView:
        return self.desk.case(self.case_id, asking=who, now=self.now)

    def days(self, count: int) -> None:
        self.now += dt.timedelta(days=count)

    def tried(self, action: str, who: str = "", why: str = "", **detail: str) -> str:
        try:
            self.act(action, who, why, **detail)
        except DeskError as error:
            return str(error)
        return ""

    def to_review(self, *asset_ids: str) -> None:
        self.open(*asset_ids)
        self.act("acknowledge", "desk-1")
        self.act("hold")
        self.act("ask_survey")
        self.act("set_dates", "roads-1", day=(self.now + dt.timedelta(days=3)).date().isoformat())
        self.days(4)
        self.act("report")
        self.act("apply")
        self.act("accept", "roads-1")

    def to_service(self, *asset_ids: str, **built: object) -> None:
        self.to_review(*asset_ids)
        self.permits()
        self.act("permit", "roads-1")
        self.act("confirm_fee", "desk-1", receipt="F-1")
        self.act("give_notice", day=(self.now + dt.timedelta(days=14)).date().isoformat())
        self.days(20)
        self.act("hand_over", as_built=json.dumps({asset_ids[0] if asset_ids else "test:0": built or {"mount_type": "pole"}}))
        self.act("accept_handover", "roads-1")
