"""OpenStreetMap XML, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from assets_db.errors import InvalidSourceError

_CHUNK_BYTES = 1 << 16
_ELEMENTS = frozenset({"node", "way", "relation", "bounds"})


class OsmElement(NamedTuple):
    """A node, way, relation or the bounds of the file, with its tags, the line it starts in and the nodes of a way."""

    kind: str
    attributes: dict[str, str]
    tags: dict[str, str]
    line: int
    nodes: tuple[str, ...] = ()


class _Handler:
    """Collects elements as the parser meets them."""

    def __init__(self, parser: expat.XMLParserType, source: str) -> None:
        self._parser = parser
        self._source = source
        self._depth = 0
        self._open: OsmElement | None = None
        self._nodes: list[str] = []
        self.finished: list[OsmElement] = []
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and name != "osm":
            raise InvalidSourceError("root element", "must be osm", name, source=self._source)
        if self._depth == 2 and name in _ELEMENTS:
            self._nodes.clear()
            self._open = OsmElement(name, attributes, {}, self._parser.CurrentLineNumber)
        elif self._depth == 3 and name == "tag" and self._open is not None:
            self._open.tags[attributes.get("k", "")] = attributes.get("v", "")
        elif self._depth == 3 and name == "nd" and self._open is not None:
            self._nodes.append(attributes.get("ref", ""))

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._depth == 1 and self._open is not None:
            self.finished.append(self._open._replace(nodes=tuple(self._nodes)) if self._nodes else self._open)
            self._open = None

    def _refuse_doctype(self, name: str, *_rest: object) -> None:
        raise InvalidSourceError(
            "document type declaration", "must not be present: it can define entities without end", name, source=self._source
        )


def iterate_elements(path: Path) -> Iterator[OsmElement]:
    """
    Yield the elements of an OSM XML file in order, without holding the file in memory.

    Raises
    ------
    InvalidSourceError
        The file is missing, unreadable, cut off or no OSM XML, or declares a document type.
    """
    source = str(path)
    parser = expat.ParserCreate()
    handler = _Handler(parser, source)
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                parser.Parse(chunk, False)  # noqa: FBT003  # expat takes no keywords
                yield from handler.finished
                handler.finished.clear()
            parser.Parse(b"", True)  # noqa: FBT003  # as above
    except OSError as error:
        raise InvalidSourceError("file", "must be readable", error.strerror or str(error), source=source) from error
    except InvalidSourceError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InvalidSourceError("file", "must be complete OSM XML", str(error), source=source) from error
