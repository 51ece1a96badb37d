"""Shapefiles as sources, alone or in a ZIP archive; copied under plain names first, so that no name or neighbour says anything."""

from __future__ import annotations

import codecs
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from assets_db.errors import InvalidSourceError
from assets_db.row_checks import RowProblem
from assets_db.rows import RejectCode
from assets_db.sources.archives import MAX_EXPANDED_BYTES, check_archive
from assets_db.sources.features import Feature, FeatureFile, open_features
from assets_db.sources.shapes import in_degrees, system_of
from assets_db.sources.source_file import Format, SourceFile
from assets_db.sources.spec import SourceSpec

_MAGIC = b"\x00\x00\x27\x0a"
_NEEDED = (".shp", ".shx", ".dbf", ".prj")
_ENCODINGS = {"utf-8": "UTF-8", "shift_jis": "CP932", "cp932": "CP932"}


def open_shapefile(path: Path, spec: SourceSpec) -> SourceFile:
    """
    Open a shapefile, or a ZIP archive with one in it, as a source.

    Raises
    ------
    InvalidSourceError
        It is damaged, a part is missing, or the archive is not safe.
    """
    where = str(path)
    with tempfile.TemporaryDirectory() as folder:
        parts = _from_archive(path, Path(folder)) if path.suffix.lower() == ".zip" else _from_files(path, Path(folder))
        missing = [suffix for suffix in _NEEDED if suffix not in parts]
        if missing:
            raise InvalidSourceError("file", f"must come with its {', '.join(missing)}", path.name, source=where)
        if not parts[".shp"].read_bytes().startswith(_MAGIC):
            raise InvalidSourceError("file", "must be a shapefile", path.name, source=where)
        system, encoding = _system(parts[".prj"], where), _encoding(parts.get(".cpg"), where)
        features = _read(parts[".shp"], encoding, system, where)
    return open_features(FeatureFile(path=path, format="shapefile", features=lambda: iter(features), encoding=encoding), spec)


def _from_files(path: Path, folder: Path) -> dict[str, Path]:
    """Copy the parts of a shapefile that lies in a folder."""
    parts = {}
    for suffix in (*_NEEDED, ".cpg"):
        found = next((one for one in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if one.is_file()), None)
        if suffix == ".shp":
            found = path
        if found is None:
            continue
        if found.is_symlink():
            raise InvalidSourceError("file", "must not be a link", found.name, source=str(path))
        if found.stat().st_size > MAX_EXPANDED_BYTES:
            raise InvalidSourceError("file", f"must have at most {MAX_EXPANDED_BYTES:,} bytes", found.name, source=str(path))
        parts[suffix] = folder / f"layer{suffix}"
        if suffix != ".prj":
            shutil.copyfile(found, parts[suffix])
        else:
            parts[suffix] = found
    return parts


def _from_archive(path: Path, folder: Path) -> dict[str, Path]:
    """Unpack the parts of the one shapefile in an archive."""
    where = str(path)
    names = check_archive(path)
    stems = [PurePosixPath(name).with_suffix("") for name in names if name.lower().endswith(".shp")]
    if len(stems) != 1 or any(name.lower().endswith(".zip") for name in names):
        raise InvalidSourceError("file", "must hold one shapefile and no archives", ", ".join(names)[:80], source=where)
    parts = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in names:
                suffix = PurePosixPath(name).suffix.lower()
                if PurePosixPath(name).with_suffix("") == stems[0] and suffix in {*_NEEDED, ".cpg"}:
                    parts[suffix] = folder / (f"layer{suffix}" if suffix != ".prj" else "system.txt")
                    parts[suffix].write_bytes(archive.read(name))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise InvalidSourceError("file", "must be a readable ZIP archive", str(error), source=where) from error
    return parts


def _system(path: Path, where: str) -> str:
    """Return the coordinate system that a .prj file describes."""
    from pyproj import CRS  # noqa: PLC0415
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    text = path.read_bytes()[:20_000].decode("utf-8", "replace").strip()
    try:
        return system_of(CRS.from_wkt(text))
    except CRSError as error:
        raise InvalidSourceError(".prj", "must describe a coordinate system", text[:80], source=where) from error


def _encoding(path: Path | None, where: str) -> str:
    """Return the encoding that a .cpg file names; that of Japanese offices where there is none."""
    name = path.read_bytes()[:40].decode("ascii", "replace").strip() if path is not None else "cp932"
    try:
        return _ENCODINGS[codecs.lookup(name).name]
    except (LookupError, ValueError) as error:
        raise InvalidSourceError(".cpg", "must be UTF-8 or Shift_JIS", name, source=where) from error


def _read(path: Path, encoding: str, system: str, where: str) -> list[Feature]:
    """Return the features of a shapefile."""
    import pyogrio  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, _, shapes, columns = pyogrio.raw.read(path, encoding=encoding)
    except (RuntimeError, ValueError, MemoryError, LookupError) as error:
        raise InvalidSourceError("file", "must be a complete shapefile", type(error).__name__, source=where) from error
    names = [str(name) for name in meta["fields"]]
    values = [[None if one != one else one for one in column.tolist()] for column in columns]  # noqa: PLR0124  # NaN stands for none
    rows = zip(*values, strict=True) if values else iter([()] * len(shapes))
    return list(_features([dict(zip(names, row, strict=True)) for row in rows], shapes, system))


def _features(properties: list[dict[str, object]], shapes: list[bytes | None], system: str) -> Iterator[Feature]:
    """Yield features with their shapes in degrees."""
    from shapely import GEOSException, from_wkb  # noqa: PLC0415

    for row, (own, raw) in enumerate(zip(properties, shapes, strict=True), start=1):
        try:
            yield Feature(row, own, None if raw is None else in_degrees(from_wkb(raw), system))
        except GEOSException as error:
            yield Feature(row, own, None, RowProblem("geometry", RejectCode.INVALID_GEOMETRY, "must be a shape", str(error)))
        except RowProblem as problem:
            yield Feature(row, own, None, problem)


def _recognises(path: Path, head: bytes) -> bool:
    """Tell whether a file is a shapefile or an archive that may hold one."""
    if path.suffix.lower() == ".shp":
        return True
    return path.suffix.lower() == ".zip" and head.startswith(b"PK")


FORMAT = Format(name="shapefile", recognises=_recognises, open=open_shapefile)
"""Shapefiles."""
