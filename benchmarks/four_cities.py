"""
The four-cities format of the maximal covering location problem: street corners with demand, and stored solutions.

An instance is a text of ``KEY : VALUE`` lines, then ``NODE_COORD_SECTION`` with latitude and longitude [degrees] of each corner,
``DEMAND_SECTION`` with its demand, and ``EOF``. Every corner is a possible site. A stored solution lies in the folder
``OtimosFinais`` beside the instance as ``NAME_SITES_RADIUS.txt``: its value (``f:``) and its corners counted from 0
(``Facilidade:``). ``best_known.csv`` beside the instance holds the best values of the literature.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from siting import InvalidInputError, cover_points
from siting.arrays import FloatArray, IntArray

_COORDINATES, _DEMAND = "NODE_COORD_SECTION", "DEMAND_SECTION"
_HEADER = re.compile(r"([A-Za-z_ ]+?)\s*:\s*(.*)")
_SOLUTIONS = "OtimosFinais"
_BEST_KNOWN = "best_known.csv"


@dataclass(frozen=True, kw_only=True, eq=False)
class Instance:
    """
    Street corners and their demand.

    Attributes
    ----------
    name
        Name of the instance.
    path
        The file it came from.
    longitude_latitude
        Corners [degrees], shape (n, 2).
    demand
        Whole demand of each corner, >= 0, shape (n,).
    """

    name: str
    path: Path
    longitude_latitude: FloatArray
    demand: IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredSolution:
    """A solution of the literature: its value, its corners, and the radius [m] it holds for."""

    path: Path
    n_sites: int
    radius_m: float
    value: int
    corners: IntArray


def read_instance(path: Path) -> Instance:
    """
    Read an instance.

    Raises
    ------
    InvalidInputError
        No such text, a section that is missing or has not as many lines as ``DIMENSION`` says, a line that is not what its
        section holds, or a place that is not on the sphere; names file, line and value.
    """
    header: dict[str, str] = {}
    rows: dict[str, list[list[float]]] = {_COORDINATES: [], _DEMAND: []}
    section = ""
    for number, line in _lines(path):
        word = line.rstrip(": \t").upper()
        if word == "EOF":
            break
        if word in rows:
            section = word
        elif section:
            rows[section].append(_numbers(path, number, line, most=3 if section == _COORDINATES else 2))
        else:
            found = _HEADER.fullmatch(line)
            if found is None:
                raise InvalidInputError(f"line {number}", f"must be KEY : VALUE or {_COORDINATES}", line, source=str(path))
            header[found[1].strip().upper()] = found[2].strip()
    n = _dimension(path, header, rows)
    corners = np.array([row[-2:] for row in rows[_COORDINATES]]).reshape(n, 2)
    is_beyond = (np.abs(corners) > (90.0, 180.0)).any(axis=1)
    if is_beyond.any():
        row = int(np.argmax(is_beyond))
        raise InvalidInputError(f"corner {row}", "must be latitude and longitude in degrees", corners[row].tolist(), source=str(path))
    demand = np.array([row[-1] for row in rows[_DEMAND]])
    is_wrong = (demand < 0) | (demand != np.floor(demand))
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        raise InvalidInputError(f"demand of corner {row}", "must be a whole number >= 0", float(demand[row]), source=str(path))
    name = header.get("NAME") or path.stem
    return Instance(name=name, path=path, longitude_latitude=corners[:, ::-1].copy(), demand=demand.astype(np.int64))


def instance_text(name: str, longitude_latitude: FloatArray, demand: IntArray) -> str:
    """
    Return the text of an instance.

    Parameters
    ----------
    name
        Its name.
    longitude_latitude
        Corners [degrees], shape (n, 2).
    demand
        Whole demand of each corner, >= 0, shape (n,).
    """
    corners = [f"{latitude:.7f} {longitude:.7f}" for longitude, latitude in longitude_latitude.tolist()]
    header = [f"NAME : {name}", "TYPE : MCLP", "EDGE_WEIGHT_TYPE : COORD", f"DIMENSION : {len(demand)}"]
    return "\n".join([*header, _COORDINATES, *corners, _DEMAND, *map(str, demand.tolist()), "EOF", ""])


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, with their numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("instance", "must be a text file that can be read", str(error), source=str(path)) from None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, line.strip()


def _numbers(path: Path, number: int, line: str, *, most: int) -> list[float]:
    """Return the numbers of a line: ``most`` of them where it begins with the number of its corner, else one fewer."""
    try:
        values = [float(word) for word in line.split()]
    except ValueError:
        values = []
    if not most - 1 <= len(values) <= most or not np.isfinite(values).all():
        raise InvalidInputError(f"line {number}", f"must hold {most - 1} numbers", line, source=str(path))
    return values


def _dimension(path: Path, header: dict[str, str], rows: dict[str, list[list[float]]]) -> int:
    """Return the number of corners, checked against the sections."""
    text = header.get("DIMENSION", "")
    if not re.fullmatch(r"[1-9][0-9]*", text):
        raise InvalidInputError("DIMENSION", "must be a whole number >= 1", text, source=str(path))
    n = int(text)
    for section, lines in rows.items():
        if len(lines) != n:
            raise InvalidInputError(section, f"must have {n} lines, as DIMENSION says", len(lines), source=str(path))
    return n


def stored_solutions(instance: Instance) -> list[StoredSolution]:
    """
    Return the solutions stored for an instance, by radius and sites; none where the folder is missing.

    Raises
    ------
    InvalidInputError
        A file that is no solution, or names a corner that does not exist.
    """
    found = []
    for path in sorted((instance.path.parent / _SOLUTIONS).glob("*.txt")):
        match = re.fullmatch(r"(.+)_([0-9]+)_([0-9]+(?:\.[0-9]+)?)", path.stem)
        if match is None or match[1].lower() not in {instance.name.lower(), instance.path.stem.lower()}:
            continue
        text = " ".join(line for _, line in _lines(path))
        content = re.search(r"f\s*:\s*([0-9]+)(?:\.0*)?\s+Facilidades?\s*:\s*((?:[0-9]+\s*)+)", text, flags=re.IGNORECASE)
        if content is None:
            raise InvalidInputError("solution", "must hold 'f: VALUE' and 'Facilidade: CORNERS'", text[:60], source=str(path))
        corners = np.array(content[2].split(), dtype=np.int64)
        if corners.max() >= len(instance.demand):
            raise InvalidInputError("Facilidade", f"must name corners 0..{len(instance.demand) - 1}", int(corners.max()), source=str(path))
        found.append(StoredSolution(path=path, n_sites=int(match[2]), radius_m=float(match[3]), value=int(content[1]), corners=corners))
    return sorted(found, key=lambda one: (one.radius_m, one.n_sites))


def check_stored(instance: Instance, solution: StoredSolution) -> None:
    """
    Check that the corners of a stored solution are as many as it says and cover what it says.

    Raises
    ------
    InvalidInputError
        They are not, or do not.
    """
    if len(set(solution.corners.tolist())) != solution.n_sites:
        found = len(set(solution.corners.tolist()))
        raise InvalidInputError("Facilidade", f"must name {solution.n_sites} corners", found, source=str(solution.path))
    places = instance.longitude_latitude
    coverage = cover_points(places[solution.corners], places, radius_m=solution.radius_m, distance="great_circle")
    covered = int(instance.demand[np.unique(coverage.cells)].sum())
    if covered != solution.value:
        raise InvalidInputError("f", f"must be the demand its corners cover, {covered}", solution.value, source=str(solution.path))


def best_known(instance: Instance) -> dict[tuple[int, float], int]:
    """
    Return the best known values by sites and radius [m]: of the table and of the stored solutions, the larger.

    Raises
    ------
    InvalidInputError
        A table without its columns, or with a value that is no number.
    """
    values: dict[tuple[int, float], int] = {}
    table = instance.path.parent / _BEST_KNOWN
    if table.is_file():
        for row in csv.DictReader(line for _, line in _lines(table)):
            try:
                if row["instance"].lower() in {instance.name.lower(), instance.path.stem.lower()}:
                    values[int(row["p"]), float(row["radius_m"])] = int(row["best_known"])
            except (KeyError, TypeError, ValueError):
                rule = "must hold instance, p, radius_m and best_known"
                raise InvalidInputError("row", rule, list(row.values()), source=str(table)) from None
    for one in stored_solutions(instance):
        key = (one.n_sites, one.radius_m)
        values[key] = max(values.get(key, 0), one.value)
    return values
