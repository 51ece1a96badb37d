"""Files that attack or are damaged end in one typed error, or in rows and rejects; never in anything else."""

from __future__ import annotations

import random
import stat
import zipfile
from pathlib import Path

import openpyxl
import pytest
from source_samples import SPEC, accepted, write

from assets_db.errors import InvalidSourceError
from assets_db.sources import Reject, SourceRow, open_source
from assets_db.sources.archives import check_archive
from assets_db.sources.mesh import read_mesh_population
from assets_db.sources.proposal import propose_mapping

CSV = "ID,名称,住所,緯度,経度,面積（㎡）\n" + "".join(f'{n},施設{n},中央{n}-1,35.{n},139.{n},"1,{n:03d}"\n' for n in range(1, 30))


def workbook(path: Path) -> Path:
    """Write a small workbook."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["名称", "住所", "緯度", "経度"])
    for number in range(30):
        book.active.append([f"施設{number}", f"中央{number}", 35.1, 139.1])
    book.save(path)
    return path


def archive(path: Path, name: str, content: bytes, *, mode: int = 0) -> Path:
    """Write an archive that calls itself a workbook, with one more file in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/workbook.xml", "<workbook/>")
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        member.compress_type = zipfile.ZIP_DEFLATED
        out.writestr(member, content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "mode", "rule"),
    [
        ("xl/a.xml", b"0" * 20_000_000, 0, "grow"),
        ("../evil.xml", b"x", 0, "lead elsewhere"),
        ("/etc/passwd", b"x", 0, "lead elsewhere"),
        ("..\\evil.xml", b"x", 0, "lead elsewhere"),
        ("C:/evil.xml", b"x", 0, "lead elsewhere"),
        ("xl/link.xml", b"/etc/passwd", stat.S_IFLNK | 0o777, "links"),
        ("xl/sharedStrings.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', 0, "entities"),
    ],
)
def test_workbooks_that_attack_are_refused(tmp_path: Path, name: str, content: bytes, mode: int, rule: str) -> None:
    path = archive(tmp_path / "evil.xlsx", name, content, mode=mode)
    with pytest.raises(InvalidSourceError, match=rule):
        open_source(path, SPEC)


def test_archives_with_too_much_in_them_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "big.xlsx", "a.bin", bytes(range(256)) * 12)
    monkeypatch.setattr("assets_db.sources.archives.MAX_EXPANDED_BYTES", 2000)
    with pytest.raises(InvalidSourceError, match="at most 2,000 bytes"):
        check_archive(path)


def test_a_formula_is_not_evaluated(tmp_path: Path) -> None:
    path = write(tmp_path, "f.csv", '名称,住所\n"=HYPERLINK(""http://x"")",中央1\n@SUM(A1),中央2\n')
    assert [row.record.text("name") for row in accepted(open_source(path, SPEC))] == ['=HYPERLINK("http://x")', "@SUM(A1)"]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return content with bytes changed, dropped or put in, or its end cut off."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(20, len(changed)) if len(changed) > 20 else 0
        action = chance.randrange(4)
        if action == 0:
            changed[place] = chance.randrange(256)
        elif action == 1:
            del changed[place : place + chance.randint(1, 20)]
        elif action == 2:
            changed[place:place] = bytes(chance.choices(b'\x00\xff",\n\r\t;\x81\xe3=-', k=chance.randint(1, 6)))
        else:
            del changed[place + 1 :]
    return bytes(changed)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_lists_end_in_rows_rejects_or_one_error(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # damage, not secrets
    contents = [CSV.encode(), CSV.encode("cp932"), CSV.encode("utf-16"), workbook(tmp_path / "a.xlsx").read_bytes()]
    for number in range(100):
        content = contents[number % 4]
        path = tmp_path / ("fuzzed.xlsx" if number % 4 == 3 else "fuzzed.csv")
        path.write_bytes(damaged(content, chance))
        try:
            for one in open_source(path, SPEC).rows():
                assert isinstance(one, SourceRow | Reject)
        except InvalidSourceError:
            pass
        for reads in (propose_mapping, read_mesh_population):
            try:
                reads(path)
            except InvalidSourceError:
                continue
