"""Pages from templates: every value that reaches one is made safe, whether or not the template remembers to."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from siting.outputs.escape import js_safe
from siting.outputs.text import both


def render(template: str, **values: object) -> str:
    """
    Return a filled template of ``siting/templates``.

    Parameters
    ----------
    template
        File name.
    **values
        What the template uses; text is escaped with :func:`siting.outputs.escape.js_safe`.

    Raises
    ------
    jinja2.UndefinedError
        The template uses a value that was not given.
    """
    return _environment().get_template(template).render(**values)


def template_text(name: str) -> str:
    """Return a file of ``siting/templates`` as it is: scripts and style sheets, which hold no data."""
    return files("siting.outputs").joinpath(f"templates/{name}").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("siting.outputs", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["both"] = both
    return environment


def _safe(value: object) -> object:
    """Escape text for every surface; what a macro has already escaped stays as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return Markup(js_safe(value))  # noqa: S704 - this is the escape itself
    return value
