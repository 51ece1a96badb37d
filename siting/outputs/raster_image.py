"""Small images that need no imaging library: block statistics and palette PNG, the same bytes every time."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np

from siting.arrays import BoolArray
from siting.errors import InvalidInputError
from siting.outputs.mercator import Levels

Rgba = tuple[int, int, int, int]


def palette_png(levels: Levels, palette: Sequence[Rgba]) -> bytes:
    """
    Return a PNG whose pixels index a palette.

    Parameters
    ----------
    levels
        Palette positions, row 0 on top, shape (height, width), both >= 1.
    palette
        Red, green, blue and opacity of each position, 0 to 255, at most 256.

    Raises
    ------
    InvalidInputError
        An empty image, or a pixel without a colour.

    References
    ----------
    ISO/IEC 15948 (PNG), colour type 3.
    """
    if levels.ndim != 2 or 0 in levels.shape:
        raise InvalidInputError("image", "must have a height and a width >= 1", levels.shape)
    if len(palette) > 256 or int(levels.max()) >= len(palette):
        raise InvalidInputError("image", f"must only use the {len(palette)} colours of the palette (256 at most)", int(levels.max()))
    height, width = levels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = b"".join(bytes(colour[:3]) for colour in palette)
    opacities = bytes(colour[3] for colour in palette)
    lines = np.zeros((height, width + 1), dtype=np.uint8)  # each line starts with its filter: 0, none
    lines[:, 1:] = levels
    chunks = [(b"IHDR", header), (b"PLTE", colours), (b"tRNS", opacities), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def data_uri(content: bytes, media_type: str) -> str:
    """Return bytes as a ``data:`` address that a page can show without asking anyone for it."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def block_majority(levels: Levels, factor: int) -> Levels:
    """
    Return the commonest level other than 0 of each block; 0 where a block has no other; ties go to the lower level.

    Parameters
    ----------
    levels
        Shape (height, width).
    factor
        Side of a block [cells], >= 1; blocks at the far edges may be cut short.
    """
    if factor == 1:
        return levels
    height, width = (-(-n // factor) for n in levels.shape)
    best = np.zeros((height, width), dtype=np.uint8)
    best_count = np.zeros((height, width), dtype=np.int64)
    for level in range(1, int(levels.max(initial=0)) + 1):
        count = _block_sums(levels == level, factor)
        is_better = count > best_count
        best[is_better] = level
        best_count[is_better] = count[is_better]
    return best


def block_share_levels(is_set: BoolArray, factor: int) -> Levels:
    """
    Return how many of each block's cells are set, 0 to ``factor ** 2``.

    Parameters
    ----------
    is_set
        Shape (height, width).
    factor
        Side of a block [cells], 1 to 15.
    """
    return _block_sums(is_set, factor).astype(np.uint8)


def _block_sums(is_set: BoolArray, factor: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    height, width = is_set.shape
    padded = np.zeros((-(-height // factor) * factor, -(-width // factor) * factor), dtype=np.uint8)
    padded[:height, :width] = is_set
    blocks = padded.reshape(padded.shape[0] // factor, factor, padded.shape[1] // factor, factor)
    sums: np.ndarray[tuple[int, int], np.dtype[np.int64]] = blocks.sum(axis=(1, 3), dtype=np.int64)
    return sums


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
