"""The worker: computes the plans that were asked for, one after the other, in a process of its own."""

from __future__ import annotations

import datetime as dt
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from assets_db.errors import AssetsError
from assets_db.record import Json
from scenarios.caching import cache_folder
from scenarios.errors import ScenarioError
from scenarios.run import run_scenario
from scenarios.run_result import Run
from siting.errors import SitingError
from siting.progress import Closing
from window.desk import Desk
from window.planning.plans import PlanRow, beat, claim_plan, end_plan
from window.policy import SYSTEM
from window.problem_words import in_both, problem_text
from window.words import text

logger = logging.getLogger(__name__)

_BEAT_S = 1.0
_IDLE_S = 0.5
_MOST_CLOSINGS = 400


class _Abandoned(BaseException):
    """The plan is not this worker's any more: cancelled, or taken up by another."""


def work(desk: Desk, plans: Path, *, until: Callable[[], bool] = lambda: False) -> None:
    """
    Compute plans as they are asked for.

    Parameters
    ----------
    desk
        Where they are asked for.
    plans
        Folder that gets one run folder for each.
    until
        Asked between plans whether to stop.
    """
    while not until():
        with desk.writing(SYSTEM.person_id, _now(), "worker") as (session, _):
            claimed = claim_plan(session)
        if claimed is None:
            time.sleep(_IDLE_S)
        else:
            _compute(desk, claimed, plans)


def _compute(desk: Desk, claimed: PlanRow, plans: Path) -> None:
    """Compute one plan; its folder appears whole before the row says that it is done."""
    life = _Life(desk, claimed)
    try:
        with life, tempfile.TemporaryDirectory(prefix=f".{claimed.plan_id}.", dir=_made(plans)) as folder:
            scenario = Path(folder) / "scenario.toml"
            scenario.write_text(claimed.scenario, encoding="utf-8", newline="\n")
            run = run_scenario(scenario, plans / claimed.plan_id, cache_folder=cache_folder(), progress=life.progress, watch=life.watch)
        summary, problem = _summary(run), ""
    except _Abandoned:
        return
    except (ScenarioError, SitingError, AssetsError) as error:
        problem, summary = in_both(partial(problem_text, error)), None
    except Exception:
        logger.exception("plan %s", claimed.plan_id)
        problem, summary = in_both(partial(text, "studio.program_failed")), None
    with desk.writing(SYSTEM.person_id, _now(), claimed.title) as (session, _):
        end_plan(session, claimed, summary=summary, problem=problem)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _summary(run: Run) -> dict[str, Json]:
    """Return what the list of plans shows of a run."""
    plan = run.plan
    return {
        "n_sites": len(plan.chosen),
        "cost_yen": plan.cost_yen,
        "share": run.kpis.share,
        "gap": plan.gap,
        "status": plan.status,
        "objective": plan.objective,
        "upper_bound": plan.upper_bound,
        "unit": run.demand.unit,
        "band": run.radio.band,
    }


class _Life:
    """Gives signs of life of one plan while it is computed, and stops it once it is not ours any more."""

    def __init__(self, desk: Desk, claimed: PlanRow) -> None:
        self._desk, self._claimed = desk, claimed
        self._stage, self._done, self._total = "", 0, 0
        self._closings: list[tuple[float, float, float]] = []
        self._is_lost, self._is_over = False, threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> _Life:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def progress(self, stage: str, done: int, total: int) -> None:
        """Take note of the stage, and stop where the plan is not ours any more."""
        self._stage, self._done, self._total = stage, done, total
        if self._is_lost:
            raise _Abandoned

    def watch(self, closing: Closing) -> None:
        """Take note of plan and bound."""
        if closing.objective == closing.objective:  # not NaN: there is a plan
            self._closings = [*self._closings[-_MOST_CLOSINGS:], (round(closing.seconds, 2), closing.objective, closing.bound)]
        if self._is_lost:
            raise _Abandoned

    def _beat(self) -> None:
        while not self._is_over.wait(_BEAT_S):
            with self._desk.writing(SYSTEM.person_id, _now(), "worker") as (session, _):
                self._is_lost = not beat(
                    session, self._claimed, stage=self._stage, done=self._done, total=self._total, closing=self._closings
                )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def parent_is_gone(parent: int) -> Callable[[], bool]:
    """Return a question whether the process that started this one has ended."""
    return lambda: os.getppid() != parent
