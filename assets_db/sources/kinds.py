"""What kind of thing a row is, told from the words of a list."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, TypeAlias

from pydantic import TypeAdapter

from assets_db.errors import InvalidSourceError
from assets_db.schema import field_of
from assets_db.sources.aliases import header_of
from assets_db.sources.layout import Cells, text_of
from assets_db.sources.null_words import NULL_WORDS
from assets_db.sources.words import words_of

Place: TypeAlias = Literal["kinds", "names", "titles", "vague_titles"]

KIND_HEADERS = frozenset(
    header_of(header).whole
    for header in (
        *(
            "種別",
            "種類",
            "区分",
            "分類",
            "施設種別",
            "施設の種類",
            "施設種類",
            "施設区分",
            "施設分類",
            "公園種別",
            "公園区分",
            "公園の種類",
            "大分類",
        ),
        *(
            "中分類",
            "小分類",
            "分類名",
            "種別名",
            "種別名称",
            "区分名",
            "カテゴリ",
            "カテゴリー",
            "用途",
            "建物用途",
            "財産種別",
            "財産の種類",
            "アセット区分",
        ),
        *(
            "物件種別",
            "設備種別",
            "避難所種別",
            "市独自区分",
            "地域防災計画分類",
            "計画種別",
            "type",
            "kind",
            "category",
            "class",
            "facility_type",
            "asset_kind",
        ),
        *("公共施設", "所有", "所有区分", "灯種別", "柱種別", "施設用途", "工事種別", "事業種別"),
    )
)
"""Headers of columns that may say what kind of thing a row is, or whose it is."""

_REMARKS = frozenset({header_of("備考").whole, header_of("摘要").whole})
_FEW_WORDS = 12
_MANY_ROWS = 20


@cache
def _words() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return words with their asset types, by place."""
    table = tomllib.loads((files("assets_db") / "data" / "kinds.toml").read_text("utf-8"))
    raw = TypeAdapter(dict[str, dict[str, list[str]]]).validate_python(table)
    unknown = [name for name in raw if name not in field_of("asset_type").values]
    if unknown:
        raise InvalidSourceError("kinds.toml", "must name asset types", unknown)
    found: dict[str, list[tuple[str, str]]] = {}
    for asset_type, places in raw.items():
        for place, words in places.items():
            found.setdefault(place, []).extend((unicodedata.normalize("NFKC", word).lower(), asset_type) for word in words)
    return MappingProxyType({place: tuple(words) for place, words in found.items()})


@cache
def _endings() -> tuple[str, ...]:
    """Return the words that names of things end in."""
    return tuple(word for word, _ in _words()["names"])


@lru_cache(maxsize=4096)
def type_in(text: str, place: Place) -> tuple[str, str] | None:
    """
    Return the asset type that words of a list name, and the word; ``None`` if they name none.

    Parameters
    ----------
    text
        Content of a kind column, a name, or the title of a list.
    place
        Which of these.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    if place == "names":
        plain = plain.split("(")[0].rstrip()
        if not plain.endswith(_endings()):  # most names end in none
            return None
        fits = [(len(word), len(word), word, found) for word, found in _words()[place] if plain.endswith(word)]
    else:
        fits = [(plain.rfind(word) + len(word), len(word), word, found) for word, found in _words()[place] if word in plain]
    if not fits:
        return None
    _, _, word, asset_type = max(fits)
    return asset_type, word


@dataclass(frozen=True, slots=True)
class ListKind:
    """
    What kind of things a list holds, as far as its title says.

    Attributes
    ----------
    asset_type
        Their type; empty if unknown.
    word
        The word that says so.
    is_vague
        Whether the list may hold things of other types too.
    """

    asset_type: str
    word: str
    is_vague: bool


def list_kind(texts: Sequence[str]) -> ListKind:
    """
    Return what kind of things a list holds.

    Parameters
    ----------
    texts
        Texts that may say so, the one that says most first: header of the name column, title, name of the file.
    """
    vague: ListKind | None = None
    for text in texts:
        general = type_in(text, "vague_titles")
        if general is not None:
            vague = vague or ListKind(*general, is_vague=True)
            text = unicodedata.normalize("NFKC", text).lower().replace(general[1], " ")  # noqa: PLW2901  # ビル in 避難ビル says nothing
        special = type_in(text, "titles")
        if special is not None:
            return ListKind(*special, is_vague=False)
    return vague or ListKind("", "", is_vague=True)


def type_of(kinds: Sequence[str], name: str, of_list: ListKind) -> tuple[str, str] | None:
    """
    Return the asset type of a row, and the word that says it; ``None`` if nothing does.

    Parameters
    ----------
    kinds
        What its kind columns say, the best first.
    name
        Its name.
    of_list
        What the list holds.
    """
    for kind in kinds:
        found = type_in(kind, "kinds") if kind else None
        if found is not None:
            return found
    if of_list.is_vague and name:
        found = type_in(name, "names")
        if found is not None:
            return found
    return (of_list.asset_type, of_list.word) if of_list.asset_type else None


def kind_columns(headers: Sequence[str], sample: Sequence[Cells]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """
    Return the columns that say whose a thing is, and those that say what kind of thing it is, told from header and content.

    Parameters
    ----------
    headers
        Header of each column.
    sample
        Rows under it.
    """
    owners, kinds = [], []
    for position, header in enumerate(headers):
        whole = header_of(header).whole
        is_remark = whole in _REMARKS
        if not is_remark and whole not in KIND_HEADERS:
            continue
        texts = [text_of(cells[position]) for cells in sample if position < len(cells)]
        filled = [text for text in texts if text and text.lower() not in NULL_WORDS]
        words = set(filled)
        if is_remark and (len(words) > _FEW_WORDS or len(filled) < _MANY_ROWS):
            continue
        if words and not is_remark and any(_is_owner(word) for word in words) and sum(map(_is_owner, filled)) >= 0.3 * len(filled):
            owners.append(position)
        elif sum(type_in(text, "kinds") is not None for text in filled) >= 0.5 * len(filled) and words:
            kinds.append(position)
    kinds.sort(key=lambda position: header_of(headers[position]).whole in _REMARKS)
    return tuple(owners), tuple(kinds)


def owner_in(text: str) -> str | None:
    """Return the owner class that a word of a list names; ``None`` if it names none."""
    return words_of("owner_class").get(unicodedata.normalize("NFKC", text).strip().lower())


def _is_owner(text: str) -> bool:
    """Tell whether a word names an owner class."""
    return owner_in(text) is not None
