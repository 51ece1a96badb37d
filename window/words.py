"""The sentences of the window, added to the one catalogue."""

from __future__ import annotations

from importlib.resources import files

from siting.outputs.text import Language, add_texts, catalogue, text

__all__ = ["Language", "catalogue", "text", "word"]

for _file in sorted(files("window").joinpath("data", "text").iterdir(), key=lambda one: one.name):
    add_texts(_file)


def word(group: str, code: str, language: Language) -> str:
    """Return what people call a code, such as a state or an asset type; one that is not in the catalogue stands for itself."""
    key = f"{group}.{code}"
    return text(key, language) if key in catalogue() else code
