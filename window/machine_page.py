"""The table of states as a page and a diagram for people: written by ``python -m window.machine_page docs/desk``."""

from __future__ import annotations

import sys
from pathlib import Path

from window.clock_settings import ClockRule, Settings, default_settings
from window.machine import Machine, case_machine, permit_machine
from window.machine_svg import diagram
from window.reasons import reasons

_HEAD = """# States of a case

Written by `python -m window.machine_page docs/desk` from `window/data/states.toml` and `window/data/clocks.toml`; not to be edited by hand.

![Diagram of the states](states.svg)
"""


def states_page() -> str:
    """Return the page on states, actions, clocks and reasons, in Markdown."""
    latest = default_settings().versions[-1]
    parts = [_HEAD, "## Cases\n", _rows(case_machine()), "## Clocks\n", _clocks(latest), "## Permits of a case\n"]
    parts += ["![Diagram of a permit](permit_states.svg)\n", _rows(permit_machine()), "## Coded reasons\n", _reasons()]
    return "\n".join(parts)


def _rows(machine: Machine) -> str:
    """Return the rows of a table of states."""
    lines = ["| state | action | who | guard | next state | clock |", "|---|---|---|---|---|---|"]
    for row in machine.rows:
        started = [name for name in machine.state(row.next).clocks if row.next != row.state]
        shown = "; ".join([*row.clock, *(f"{name} runs" for name in started if not any(name in effect for effect in row.clock))])
        guards = ", ".join(row.guard).replace("_", " ")
        who = ", ".join(row.who)
        lines.append(f"| {row.state} | {row.action} | {who} | {guards} | {row.next} | {shown.replace('_', ' ')} |")
    return "\n".join([*lines, ""])


def _clocks(settings: Settings) -> str:
    """Return the durations in force."""
    lines = [f"In force from {settings.valid_from} ({settings.source}).\n", "| clock | length | may be extended |", "|---|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {_length(rule)} | {_extension(rule)} |" for name, rule in settings.clocks.items()]
    lines.append(f"\nA carrier may hold {settings.holds_per_carrier_and_zone} assets at once in one municipality.\n")
    return "\n".join(lines)


def _length(rule: ClockRule) -> str:
    """Return a duration in words."""
    pole = f", {rule.new_pole_days} for a new pole" if rule.new_pole_days else ""
    return f"{rule.days} {rule.kind} days{pole}" + (", to the next open day" if rule.rolls_forward else "")


def _extension(rule: ClockRule) -> str:
    """Return in words how far a clock may be extended."""
    return f"{rule.extensions_max} x {rule.extension_days} days" if rule.extensions_max else "no"


def _reasons() -> str:
    """Return the coded reasons."""
    lines = ["| code | Japanese | English |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {code} | {one.ja} | {one.en} |" for code, one in reasons().items()), ""])


def write_pages(folder: Path) -> tuple[Path, ...]:
    """Write the page and its diagrams into a folder and return their paths."""
    texts = {"states.md": states_page(), "states.svg": diagram(case_machine()), "permit_states.svg": diagram(permit_machine())}
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return tuple(folder / name for name in texts)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
