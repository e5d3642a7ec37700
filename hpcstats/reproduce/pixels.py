"""Raster images, compared as an eye sees them rather than by their bytes."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

_BLOCK = 4
_MEAN_LEVELS = 1.0
_BLOCK_LEVELS = 64.0
_SHARE = 0.001

HOW = (
    f"by pixels (mean difference at most {_MEAN_LEVELS:g} of 255 levels, "
    f"at most {_SHARE:.1%} of the {_BLOCK} x {_BLOCK} blocks off by more than {_BLOCK_LEVELS:g})"
)


def compare(old: bytes, new: bytes) -> str:
    """Return how two raster images differ beyond the thresholds of `HOW`; empty where they do not.

    Blocks are averaged first, because another font library shades the rims of letters otherwise; a line or a
    mark that moved or is gone fills whole blocks.
    """
    before, after = _pixels(old), _pixels(new)
    if before.shape != after.shape:
        (rows, columns), (new_rows, new_columns) = before.shape[:2], after.shape[:2]
        return f"the size differs ({columns} x {rows} -> {new_columns} x {new_rows} pixels)"
    mean = float(np.abs(before - after).mean())
    blocks = np.abs(_averaged(before) - _averaged(after)).max(axis=2)
    share = float((blocks > _BLOCK_LEVELS).mean())
    if mean <= _MEAN_LEVELS and share <= _SHARE:
        return ""
    return f"the pictures differ (mean {mean:.2f} levels, {share:.2%} of the blocks)"


def _pixels(content: bytes) -> NDArray[np.float64]:
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float64)


def _averaged(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns, channels = pixels.shape
    padded = np.pad(pixels, ((0, -rows % _BLOCK), (0, -columns % _BLOCK), (0, 0)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // _BLOCK, _BLOCK, -1, _BLOCK, channels)
    averaged: NDArray[np.float64] = blocks.mean(axis=(1, 3))
    return averaged
