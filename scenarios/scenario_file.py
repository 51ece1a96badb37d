"""Read scenario files, and say in one line each what is wrong with them."""

from __future__ import annotations

import difflib
import tomllib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scenarios.errors import ScenarioError
from scenarios.scenario import Scenario, ScenarioFile
from siting.radio import RadioParams


def read_scenario(path: Path) -> ScenarioFile:
    """
    Read and check a scenario file.

    Raises
    ------
    ScenarioError
        Unreadable file, bad TOML, a key that does not exist (the nearest is suggested), or a value against its rule; names
        file, key, rule and value.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ScenarioError(str(path), "file", "must be readable", error.strerror) from None
    try:
        tables = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ScenarioError(str(path), "file", "must be UTF-8 text", f"byte {error.start}: {error.reason}") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(str(path), "file", "must be valid TOML", str(error)) from None
    try:
        scenario = Scenario.model_validate(_tuples(tables))
    except ValidationError as error:
        raise _explain(str(path), error.errors()[0], tables) from None
    return ScenarioFile(path=path, scenario=scenario)


def _tuples(value: object) -> object:
    """Turn TOML's lists into tuples, as strict checking of frozen tables wants them."""
    if isinstance(value, dict):
        return {key: _tuples(one) for key, one in value.items()}
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def _explain(source: str, error: ErrorDetails, tables: Mapping[str, object]) -> ScenarioError:
    """Return the first error of a check in the words of this project."""
    location = [part for part in error["loc"] if not _is_tag(part, error)]
    key = _key(location)
    kind = error["type"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(location[-1]), list(_known_keys(location, tables)), n=1)
        return ScenarioError(source, key, "is not a key of a scenario" + (f" (did you mean {near[0]!r}?)" if near else ""), error["input"])
    if kind == "missing":
        return ScenarioError(source, key, "must be given", "nothing")
    message = error["msg"].removeprefix("Value error, ")
    rule = message if message.startswith("must") else "must fulfil: " + message[0].lower() + message[1:]
    value = error["input"]
    return ScenarioError(source, key, rule, value if isinstance(value, (str, int, float, bool)) else _short(value))


_TAGS = {"csv", "osm_points", "stations", "along_roads", "along_fronts", "on_roofs", "polygons", "circle", "area", "mesh", "facilities"}


def _is_tag(part: int | str, error: ErrorDetails) -> bool:
    """Tell whether a part of an error's place is the kind of a table, which is no key in the file."""
    position = error["loc"].index(part)
    before = error["loc"][position - 1] if position else None
    return part in _TAGS and (isinstance(before, int) or before == "weight")


def _key(location: list[int | str]) -> str:
    """Return the key as it is written: ``candidates[2].path``, counted from 1 as a person would."""
    key = ""
    for part in location:
        key += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if key else str(part))
    return key or "file"


def _short(value: object) -> str:
    """Return a value as text that fits into a line."""
    shown = repr(value)
    return shown if len(shown) <= 120 else shown[:117] + "..."


def _known_keys(location: list[int | str], tables: Mapping[str, object]) -> Iterator[str]:
    """Yield the keys that the table an unknown key stands in may have."""
    models: list[type[BaseModel]] = [Scenario]
    value: object = tables
    for part in location[:-1]:
        value = value[part] if isinstance(value, (dict, list)) else None  # type: ignore[index]  # the place comes from these tables
        if isinstance(part, str):
            models = [found for model in models if part in model.model_fields for found in _models_in(model.model_fields[part].annotation)]
    kind = (value.get("kind") or value.get("by")) if isinstance(value, dict) else None
    for model in models:
        tag = model.model_fields.get("kind") or model.model_fields.get("by")
        if tag is None or kind in get_args(tag.annotation):
            yield from model.model_fields


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # annotations have no common type
    """Yield the table types an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in {Union, types.UnionType, Annotated, tuple}:
        for part in get_args(annotation):
            yield from _models_in(part)


def radio_of(file: ScenarioFile) -> RadioParams:
    """
    Return the radio parameters of a scenario.

    Raises
    ------
    InvalidInputError
        Unknown band or field, or an impossible value.
    """
    overrides = file.scenario.radio.model_extra or {}
    return RadioParams.from_preset(file.scenario.radio.band, **overrides)
