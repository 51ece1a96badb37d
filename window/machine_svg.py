"""A table of states as a picture: the way through the states from top to bottom, its ends at the right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from window.machine import Machine, Row, State

_WIDTH, _HEIGHT, _STEP = 210, 46, 92
_LEFT, _TOP = 230, 40
_BUS_FIRST, _BUS_STEP = 200, 150
_COLOURS = ("#9a3412", "#1d4ed8", "#6d28d9", "#047857", "#be185d")


def diagram(machine: Machine) -> str:
    """Return the diagram of a table of states as SVG."""
    inner = [state for state in machine.states if not state.is_final]
    ends = [state for state in machine.states if state.is_final]
    top = {state.name: _TOP + index * _STEP for index, state in enumerate(inner)}
    bottom = _TOP + len(inner) * _STEP
    bus = {state.name: _LEFT + _WIDTH + _BUS_FIRST + index * _BUS_STEP for index, state in enumerate(ends)}
    width = max(bus.values()) + 110
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + 70}" font-family="Helvetica, Arial, sans-serif">',
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#334155"/></marker></defs>',
        f'<rect width="{width}" height="{bottom + 70}" fill="#ffffff"/>',
        *_ways_down(machine, top),
        *_ways_to_ends(machine, top, bus, bottom),
        *(_box(_LEFT, top[state.name], state, _own_actions(machine, state.name)) for state in inner),
        *(_box(bus[state.name] - 65, bottom, state, "", width=130) for state in ends),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _own_actions(machine: Machine, name: str) -> str:
    """Return the actions that leave a state as it is."""
    return ", ".join(row.action for row in machine.rows if row.state == row.next == name)


def _box(left: int, top: int, state: State, own: str, *, width: int = _WIDTH) -> str:
    """Draw a state."""
    fill = "#f1f5f9" if state.is_final else "#e0f2fe"
    middle = left + width / 2
    centred = f'x="{middle:g}" text-anchor="middle"'
    title = f'<text {centred} y="{top + (19 if own else 27)}" font-size="14" font-weight="bold">{escape(state.name)}</text>'
    extra = f'<text {centred} y="{top + 36}" font-size="10" fill="#475569">{escape(own)}</text>' if own else ""
    return f'<rect x="{left}" y="{top}" width="{width}" height="{_HEIGHT}" rx="7" fill="{fill}" stroke="#334155"/>{title}{extra}'


def _moves(machine: Machine) -> Iterator[Row]:
    """Give the rows that lead to another state."""
    return (row for row in machine.rows if row.state != row.next)


def _ways_down(machine: Machine, top: Mapping[str, int]) -> Iterator[str]:
    """Draw the ways between states that are not ends: straight to the next, in an arc at the left otherwise."""
    middle = _LEFT + 60
    pairs = dict.fromkeys((row.state, row.next) for row in _moves(machine) if row.next in top)
    for here, there in pairs:
        start, goal = top[here], top[there]
        actions = escape(", ".join(row.action for row in machine.rows if (row.state, row.next) == (here, there)))
        if goal == start + _STEP:
            yield f'<path d="M{middle} {start + _HEIGHT} V{goal}" stroke="#334155" marker-end="url(#arrow)"/>'
            yield f'<text x="{middle + 8}" y="{start + _HEIGHT + 28}" font-size="12">{actions}</text>'
            continue
        reach = 40 + abs(goal - start) // _STEP * 45
        is_up = goal < start
        y_from, y_to = start + (14 if is_up else 32), goal + (32 if is_up else 14)
        yield (
            f'<path d="M{_LEFT} {y_from} C{_LEFT - reach} {y_from} {_LEFT - reach} {y_to} {_LEFT} {y_to}" fill="none" stroke="#334155" '
            'marker-end="url(#arrow)"/>'
        )
        yield (
            f'<text x="{_LEFT - reach * 0.75 - 6:g}" y="{(y_from + y_to) / 2 + (-4 if is_up else 12):g}" text-anchor="end" font-size="12">'
            f"{actions}</text>"
        )


def _ways_to_ends(machine: Machine, top: Mapping[str, int], bus: Mapping[str, int], bottom: int) -> Iterator[str]:
    """Draw the ways to ends: a line to the right, joining the end's own vertical line."""
    colour = {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(bus)}
    for name, x in bus.items():
        rows = [row for row in _moves(machine) if row.next == name]
        offset = 8 + list(bus).index(name) * 8
        first = min(top[row.state] for row in rows) + offset
        yield f'<path d="M{x} {first} V{bottom}" stroke="{colour[name]}" stroke-width="1.5" fill="none" marker-end="url(#arrow)"/>'
        for row in rows:
            y = top[row.state] + offset
            yield f'<path d="M{_LEFT + _WIDTH} {y} H{x}" stroke="{colour[name]}" fill="none"/>'
            yield f'<circle cx="{x}" cy="{y}" r="3" fill="{colour[name]}"/>'
            yield (
                f'<text x="{x - 6}" y="{y - 2}" text-anchor="end" font-size="10" fill="{colour[name]}" '
                f'paint-order="stroke" stroke="#ffffff" stroke-width="3">{escape(row.action)}</text>'
            )
