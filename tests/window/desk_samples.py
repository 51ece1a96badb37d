"""People, assets and whole ways of a case, for tests of the desk."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

from assets_db.importing import apply_import
from assets_db.sources import SourceSpec, open_source
from assets_db.store import Register
from window.command import app
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


HEADER = "ID,name,asset_type,property_class,owner_class,bureau,lg_code,lat,lon,contact,carrier_capacity"
N_ASSETS = 12
OPENED = itertools.count()


def asset_list(n_assets: int = N_ASSETS) -> str:
    """Return a list of lamps near Shibuya; the third takes two carriers, every fourth is the municipality's."""
    rows = []
    for number in range(n_assets):
        owner = ("municipal", "") if number % 4 == 3 else ("metropolitan", "建設局")
        capacity = 2 if number == 2 else ""
        rows.append(f"{number},Lamp {number},streetlight,road,{','.join(owner)},131130,{35.66 + number * 0.001:.4f},139.70,03,{capacity}")
    return "\n".join([HEADER, *rows, ""])


def furnish(desk: Desk, n_assets: int = N_ASSETS) -> None:
    """Put people and assets in."""
    for one in ORGANISATIONS:
        desk.add_organisation(one, asking="system" if one.org_id == "office" else "admin", now=START)
        if one.org_id == "office":
            desk.add_person("admin", "管理者", "office", asking="system", now=START)
        else:
            desk.add_person(f"{one.org_id}-1", f"{one.name} 1", one.org_id, asking="admin", now=START)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lamps.csv"
        path.write_text(asset_list(n_assets), "utf-8")
        receipt = apply_import(Register(engine=desk.engine), open_source(path, SourceSpec(source_id="test")), who="test", why="", now=START)
    if receipt.n_new != n_assets:
        raise AssertionError(receipt)


def run(*words: str, code: int = 0) -> str:
    """Run a command and return what it prints."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == code, result.output
    return result.output


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
        receipt = self.desk.open_case(request, asking=f"{self.carrier}-1", key=f"open-{next(OPENED)}", now=self.now)
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
