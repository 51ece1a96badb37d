"""Read scenario files, and say in one line each what is wrong with them."""

from __future__ import annotations

import difflib
import re
import tomllib
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from assets_db.errors import one_of
from scenarios.demand_tables import Radio
from scenarios.errors import ScenarioError
from scenarios.scenario import Scenario, ScenarioFile
from siting.radio import RadioParams

_RULES: Mapping[str, str] = types.MappingProxyType(
    {
        "rule": "{rule}",
        "missing": "must be given",
        "string_type": "must be a text",
        "string_too_short": "must not be empty",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "float_type": "must be a number",
        "finite_number": "must be a finite number",
        "bool_type": "must be true or false",
        "literal_error": "must be {expected}",
        "greater_than": "must be > {gt:,.16g}",
        "greater_than_equal": "must be >= {ge:,.16g}",
        "less_than": "must be < {lt:,.16g}",
        "less_than_equal": "must be <= {le:,.16g}",
        "tuple_type": "must be a list",
        "too_short": "must have at least {min_length} entry",
        "too_long": "must have at most {max_length} entries",
        "dict_type": "must be a table",
        "model_type": "must be a table",
        "model_attributes_type": "must be a table",
    }
)
"""Pydantic's kinds of error that a scenario can bring about, in the words of this project."""


def read_scenario(path: Path) -> ScenarioFile:
    """
    Read and check a scenario file.

    Raises
    ------
    ScenarioError
        Unreadable file, bad TOML, a key that does not exist (the nearest is suggested), or a value against its rule; names
        file, key, rule and value.
    """
    tables = _tables(path)
    try:
        scenario = Scenario.model_validate(_tuples(tables))
    except ValidationError as error:
        raise _explain(str(path), error.errors(), tables) from None
    return ScenarioFile(path=path, scenario=scenario)


def _tables(path: Path) -> dict[str, object]:
    """Return what a TOML file holds."""
    source = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ScenarioError(source, "file", "must be readable", error.strerror) from None
    except UnicodeDecodeError as error:
        raise ScenarioError(source, "file", "must be UTF-8 text", f"byte {error.start}: {error.reason}") from None
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ScenarioError(source, "file", "must not be nested so deep", "too many levels") from None
    except ValueError as error:  # bad TOML, or a number of thousands of digits
        raise ScenarioError(source, "file", "must be valid TOML", _with_line(str(error), text)) from None


def _with_line(message: str, text: str) -> str:
    """Return what the parser says, and the line it says it of."""
    found = re.search(r"at line (\d+)", message)
    lines = text.splitlines()
    return f"{message}: {lines[int(found[1]) - 1].strip()[:80]}" if found and int(found[1]) <= len(lines) else message


def _tuples(value: object) -> object:
    """Turn TOML's lists into tuples, as strict checking of frozen tables wants them."""
    if isinstance(value, dict):
        return {key: _tuples(one) for key, one in value.items()}
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def _explain(source: str, errors: Sequence[ErrorDetails], tables: Mapping[str, object]) -> ScenarioError:
    """Return what to mend first: a misspelt key (which another rule may miss), else the first error."""
    for error in errors:
        if error["type"] == "extra_forbidden" and (near := _near(error, tables)):
            return ScenarioError(source, _key(error["loc"]), f"is not a key of a scenario (did you mean {near!r}?)", error["input"])
    return _in_words(source, errors[0])


def _in_words(source: str, error: ErrorDetails) -> ScenarioError:
    """Return one error in the words of this project."""
    kind, key, value, context = error["type"], _key(error["loc"]), error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return ScenarioError(source, key, "is not a key of a scenario", value)
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        name = context["discriminator"].strip("'")
        known = [tag for model in _models_at(error["loc"]) for tag in get_args(model.model_fields[name].annotation)]
        tag = value.get(name)
        return ScenarioError(source, f"{key}.{name}", one_of(str(tag or ""), known), tag)
    if kind == "missing":
        keys = {one for model in _models_at(error["loc"][:-1]) for one in model.model_fields}
        meant = difflib.get_close_matches(str(error["loc"][-1]), [one for one in value if one not in keys], n=1)
        return ScenarioError(source, key, _RULES[kind] + (f" (is it {meant[0]!r}?)" if meant else ""), None)
    if kind == "tuple_type" and isinstance(value, dict):
        return ScenarioError(source, key, f"must be a list of tables, each under [[{key}]]", value)
    rule = _RULES[kind].format(**context) if kind in _RULES else f"must fulfil: {error['msg']}"
    if kind == "rule":
        return ScenarioError(source, context["key"] or key, rule, context["value"])
    return ScenarioError(source, key, rule, value)


def _is_tag(location: Sequence[int | str], position: int) -> bool:
    """Tell whether a part of an error's place is the kind of a table, which is no key in the file."""
    return any(location[position] in _tags_of(model) for model in _models_at(location[:position]))


def _key(location: Sequence[int | str]) -> str:
    """Return the key as it is written: ``candidates[2].path``, counted from 1 as a person would."""
    key = ""
    for position, part in enumerate(location):
        if isinstance(part, int):
            key += f"[{part + 1}]"
        elif not _is_tag(location, position):
            key += f".{part}" if key else part
    return key or "file"


def _near(error: ErrorDetails, tables: Mapping[str, object]) -> str | None:
    """Return the key that an unknown one may have been meant as, rather one that the table does not have yet."""
    *place, name = error["loc"]
    table: Any = tables
    for position, part in enumerate(place):
        table = table if _is_tag(place, position) else table[part]
    known = [one for model in _models_at(place) for one in model.model_fields]
    free = [one for one in known if one not in table]
    near = difflib.get_close_matches(str(name), free, n=1) or difflib.get_close_matches(str(name), known, n=1)
    return near[0] if near else None


def _models_at(location: Sequence[int | str]) -> list[type[BaseModel]]:
    """Return the types that the table at a place of the file may have: one, or several where its kind is not known."""
    models: list[type[BaseModel]] = [Scenario]
    for part in location:
        if tagged := [model for model in models if part in _tags_of(model)]:
            models = tagged
        elif isinstance(part, str):
            models = [found for model in models for found in _models_in(model.model_fields[part].annotation)]
    return models


def _tags_of(model: type[BaseModel]) -> tuple[object, ...]:
    """Return the values of ``kind`` or ``by`` that a table of this type has."""
    field = model.model_fields.get("kind") or model.model_fields.get("by")
    return () if field is None else get_args(field.annotation)


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
        As :func:`radio_params`.
    """
    return radio_params(file.scenario.radio)


def radio_params(radio: Radio) -> RadioParams:
    """
    Return the radio parameters that a table of a scenario describes.

    Raises
    ------
    InvalidInputError
        Unknown band or field, or an impossible value.
    """
    return RadioParams.from_preset(radio.band, **(radio.model_extra or {}))
