"""The worker is killed in the middle of a plan, again and again: the plan is taken up again, and there is one of it."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from window.desk import open_desk
from window.planning.areas import Areas
from window.planning.draft import Wish
from window.planning.keeper import PlanKeeper
from window.settings import VARIABLE, read_settings

N_KILLS = 20 if os.environ.get("SITING_STRESS") == "1" else 2
_PATIENCE_S = 60.0


def start(settings: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "window.command", "window", "worker"]
    environment = {**os.environ, VARIABLE: str(settings)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # ours


def test_a_killed_worker_loses_nothing(own_window: Path) -> None:
    settings = read_settings(own_window)
    desk = open_desk(settings.database)
    plans = PlanKeeper(desk, Areas(settings.scenarios), settings.plans)
    with desk.reading("demo-planner") as (_, person):
        pass
    plan_id = plans.ask(person, "demo_register", Wish(title="長い計画", max_sites=45, effort=4.0), now=dt.datetime.now(dt.UTC))
    chance = random.Random(1)  # noqa: S311  # no secret
    for kill in range(N_KILLS):
        worker = start(own_window)
        until = time.monotonic() + _PATIENCE_S
        while plans.plan(person, plan_id).attempt < kill + 1 and time.monotonic() < until:
            os.sched_yield()
        resume = time.monotonic() + chance.uniform(0.1, 2.0)
        while time.monotonic() < resume:
            os.sched_yield()
        worker.kill()
        worker.wait()
        assert plans.plan(person, plan_id).state == "running"
        assert plans.plan(person, plan_id).attempt == kill + 1
    worker = start(own_window)
    until = time.monotonic() + 3 * _PATIENCE_S
    while plans.plan(person, plan_id).state == "running" and time.monotonic() < until:
        os.sched_yield()
    worker.terminate()
    worker.wait()
    done = plans.plan(person, plan_id)
    assert (done.state, done.attempt) == ("done", N_KILLS + 1)
    opened = plans.opened(person, plan_id)
    assert len(opened.plan.chosen) == 45
    folders = [one.name for one in settings.plans.iterdir() if not one.name.startswith(".")]
    assert folders == [plan_id]
    audit = desk.audit(asking="demo-auditor")[0]
    assert audit == ()
