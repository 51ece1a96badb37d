"""The conditions the table of states names. Each answers with the rule that is broken, or with nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from window.reasons import reasons

if TYPE_CHECKING:
    from window.clocks import Reading
    from window.events import CaseEvent


@dataclass(frozen=True, kw_only=True)
class Situation:
    """
    What a guard may look at.

    Attributes
    ----------
    request
        The action as it would be written down.
    today
        Day at the offices.
    clocks
        What the clocks of the state show, by name.
    clock
        The clock the row of the table works on; empty if none.
    n_assets
        Assets the case names.
    lost_assets
        Ids of assets of the case that are gone or retired.
    full_assets
        Ids of assets of the case whose last slot is taken.
    taken_turns
        Ids of assets of the case for which another case waits that comes first and could hold now.
    cap_left
        Further assets the carrier may hold in the zone where least is left.
    open_permits
        Permits still neither granted nor waived.
    survey_day
        Day agreed for the survey.
    notice_from
        First day on which works may start when noticed today.
    """

    request: CaseEvent
    today: dt.date
    clocks: Mapping[str, Reading]
    clock: str = ""
    n_assets: int = 0
    lost_assets: tuple[str, ...] = ()
    full_assets: tuple[str, ...] = ()
    taken_turns: tuple[str, ...] = ()
    cap_left: int = 0
    open_permits: tuple[str, ...] = ()
    survey_day: dt.date | None = None
    notice_from: dt.date | None = None


Guard: TypeAlias = Callable[[Situation], str]


def _day(at: Situation) -> dt.date | None:
    """Return the day given with the action, if it is one."""
    try:
        return dt.date.fromisoformat(at.request.detail.get("day", ""))
    except ValueError:
        return None


def _reason_given(at: Situation) -> str:
    return "" if at.request.why.strip() else "a reason must be given"


def _reason_coded(at: Situation) -> str:
    code = at.request.detail.get("code", "")
    return "" if code in reasons() else f"a coded reason must be given, one of {', '.join(reasons())}"


def _extension_left(at: Situation) -> str:
    shown = at.clocks.get(at.clock)
    return "" if shown and shown.extensions_left > 0 else f"clock {at.clock} may not be extended any further"


def _clock_runs(at: Situation) -> str:
    shown = at.clocks.get(at.clock)
    return "" if shown and not shown.is_stopped else f"clock {at.clock} stands still already"


def _clock_stopped(at: Situation) -> str:
    shown = at.clocks.get(at.clock)
    return "" if shown and shown.is_stopped else f"clock {at.clock} runs already"


def _is_over(at: Situation, name: str) -> bool:
    shown = at.clocks.get(name)
    return bool(shown and shown.is_over)


def _hold_runs(at: Situation) -> str:
    return "the hold has expired" if _is_over(at, "hold") else ""


def _hold_over(at: Situation) -> str:
    return "" if _is_over(at, "hold") else "the hold has not expired yet"


def _return_runs(at: Situation) -> str:
    return "the time to complete the application has passed" if _is_over(at, "returned") else ""


def _return_over(at: Situation) -> str:
    return "" if _is_over(at, "returned") else "the time to complete the application has not passed yet"


def _assets_named(at: Situation) -> str:
    return "" if at.n_assets else "the case must name an asset first (it names a search area only)"


def _assets_there(at: Situation) -> str:
    return f"gone or retired: {', '.join(at.lost_assets)}" if at.lost_assets else ""


def _slots_free(at: Situation) -> str:
    return f"no slot is left on {', '.join(at.full_assets)}; join the waiting list" if at.full_assets else ""


def _turn_come(at: Situation) -> str:
    return f"others wait for {', '.join(at.taken_turns)} and come first; join the waiting list" if at.taken_turns else ""


def _cap_kept(at: Situation) -> str:
    return "" if at.cap_left >= 0 else f"the cap on holds per carrier and zone would be passed by {-at.cap_left}"


def _day_ahead(at: Situation) -> str:
    day = _day(at)
    return "" if day and day >= at.today else f"a day of {at.today} or later must be given (day=YYYY-MM-DD)"


def _dates_set(at: Situation) -> str:
    return "" if at.survey_day else "the day of the survey must be set first"


def _survey_held(at: Situation) -> str:
    return "" if at.survey_day is None or at.survey_day <= at.today else f"the survey is only on {at.survey_day}"


def _permits_granted(at: Situation) -> str:
    return f"permits are still open: {', '.join(at.open_permits)}" if at.open_permits else ""


def _refusal_in_time(at: Situation) -> str:
    is_late = _is_over(at, "refusal_notice") and not at.request.why.strip()
    return "a refusal after more than a month must say why it is late" if is_late else ""


def _receipt_given(at: Situation) -> str:
    return "" if at.request.detail.get("receipt", "").strip() else "the number of the fee receipt must be given (receipt=...)"


def _notice_early(at: Situation) -> str:
    day = _day(at)
    return (
        "" if day and at.notice_from and day >= at.notice_from else f"works may start on {at.notice_from} at the earliest (day=YYYY-MM-DD)"
    )


def _as_built_given(at: Situation) -> str:
    return "" if at.request.detail.get("as_built", "").strip() else "as-built data must be given"


GUARDS: Mapping[str, Guard] = MappingProxyType(
    {
        "reason_given": _reason_given,
        "reason_coded": _reason_coded,
        "extension_left": _extension_left,
        "clock_runs": _clock_runs,
        "clock_stopped": _clock_stopped,
        "hold_runs": _hold_runs,
        "hold_over": _hold_over,
        "return_runs": _return_runs,
        "return_over": _return_over,
        "assets_named": _assets_named,
        "assets_there": _assets_there,
        "slots_free": _slots_free,
        "turn_come": _turn_come,
        "cap_kept": _cap_kept,
        "day_ahead": _day_ahead,
        "dates_set": _dates_set,
        "survey_held": _survey_held,
        "permits_granted": _permits_granted,
        "refusal_in_time": _refusal_in_time,
        "receipt_given": _receipt_given,
        "notice_early": _notice_early,
        "as_built_given": _as_built_given,
    }
)


def broken_rule(guards: tuple[str, ...], situation: Situation) -> str:
    """Return the first rule that is broken among guards, empty if all hold."""
    return next((rule for rule in (GUARDS[name](situation) for name in guards) if rule), "")
