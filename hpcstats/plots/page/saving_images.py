"""The image files of a drawing: PDF, SVG, EPS, PNG and TIFF, the same bytes for the same drawing.

With a `Fit` the drawing is cut and scaled on its way into the file: rasters by their resolution, the others
by one factor before the first operation. Nothing in the drawing moves.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from matplotlib.backends.backend_pdf import Op, PdfFile, PdfPages
from matplotlib.figure import Figure as Canvas

from hpcstats.plots.page import style
from hpcstats.plots.publishers.fit import Fit

SCREEN_DPI = 300
PRINT_DPI = 600


def image_bytes(
    canvas: Canvas, name: str, title: str, alt_text: str, *, fit: Fit | None = None, dpi: int = PRINT_DPI
) -> bytes:
    """Write a drawing in one format.

    Parameters
    ----------
    canvas : matplotlib.figure.Figure
        The drawing.
    name : str
        One of pdf, svg, png, tiff, eps.
    title, alt_text : str
        Stored in the file, where the format has a place for them.
    fit : Fit, optional
        How to cut and scale it; default: as drawn.
    dpi : int
        Resolution of a TIFF.
    """
    with style.context(), _fixed_date():
        if name == "tiff":
            return _tiff(canvas, dpi, fit)
        if name == "png":
            about = {"Software": None, "Title": title, "Description": alt_text}
            return _raster(canvas, SCREEN_DPI, fit, metadata=about)
        if name == "pdf":
            return _pdf(canvas, title, alt_text, fit)
        if name == "svg":
            about = {"Date": None, "Creator": None, "Title": title}
            return _described(_scaled_svg(_print(canvas, "svg", fit, metadata=about), fit), alt_text)
        return _scaled_eps(_print(canvas, "eps", fit, metadata={"Creator": "hpcstats"}), fit)


def _print(canvas: Canvas, name: str, fit: Fit | None, **options: Any) -> bytes:
    stream = BytesIO()
    if fit is not None:
        options["bbox_inches"] = fit.inches
    canvas.savefig(stream, format=name, facecolor="white", **options)
    return stream.getvalue()


def _raster(canvas: Canvas, dpi: int, fit: Fit | None, **options: Any) -> bytes:
    if fit is None:
        return _print(canvas, "png", None, dpi=dpi, **options)
    return _print(canvas, "png", fit, dpi=dpi * fit.scale, pil_kwargs={"dpi": (dpi, dpi)}, **options)


def _tiff(canvas: Canvas, dpi: int, fit: Fit | None) -> bytes:
    from PIL import Image

    image = Image.open(BytesIO(_raster(canvas, dpi, fit))).convert("RGB")
    stream = BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(
        stream, format="TIFF", compression="tiff_lzw", dpi=(dpi, dpi)
    )
    return stream.getvalue()


def _pdf(canvas: Canvas, title: str, alt_text: str, fit: Fit | None) -> bytes:
    undated: dict[str, Any] = {"Creator": None, "Producer": None, "CreationDate": None}
    about = undated | {"Title": title, "Subject": alt_text}
    if fit is None:
        return _print(canvas, "pdf", None, metadata=about)
    stream = BytesIO()
    with _ScaledPages(stream, about, fit.scale) as pages:
        pages.savefig(canvas, bbox_inches=fit.inches, facecolor="white")
    return stream.getvalue()


class _ScaledFile(PdfFile):
    """A PDF whose pages begin with one factor for all that follows."""

    def __init__(self, stream: BytesIO, metadata: dict[str, Any], scale: float) -> None:
        super().__init__(stream, metadata=metadata)  # type: ignore[no-untyped-call]
        self.scale = scale

    def newPage(self, width: float, height: float) -> None:  # noqa: N802 - Matplotlib's name
        super().newPage(width * self.scale, height * self.scale)  # type: ignore[no-untyped-call]
        self.width, self.height = width, height  # the drawing's own, to which the writer clips its paths
        self.output(self.scale, 0, 0, self.scale, 0, 0, Op.concat_matrix)  # type: ignore[no-untyped-call]


class _ScaledPages(PdfPages):
    def __init__(self, stream: BytesIO, metadata: dict[str, Any], scale: float) -> None:
        super().__init__(stream, metadata=metadata)
        self._file = _ScaledFile(stream, metadata, scale)


def _scaled_svg(svg: bytes, fit: Fit | None) -> bytes:
    if fit is None:
        return svg
    width, height = fit.size
    told = f'width="{width:g}mm" height="{height:g}mm" viewBox='.encode()
    scaled, times = re.subn(rb'width="[0-9.]+pt" height="[0-9.]+pt" viewBox=', told, svg, count=1)
    assert times == 1
    return scaled


def _scaled_eps(eps: bytes, fit: Fit | None) -> bytes:
    """Write the size into the header, and the factor before the first operation of the drawing."""
    if fit is None:
        return eps
    width, height = (side / style.MILLIMETRES_PER_INCH * style.POINTS_PER_INCH for side in fit.size)
    header = (
        f"%%BoundingBox: 0 0 {-int(-width // 1)} {-int(-height // 1)}\n"
        f"%%HiResBoundingBox: 0.000000 0.000000 {width:.6f} {height:.6f}\n"
    ).encode()
    eps, sized = re.subn(rb"%%BoundingBox: .*\n%%HiResBoundingBox: .*\n", header, eps, count=1)
    begin = f"%%EndProlog\nmpldict begin\n{fit.scale:.8g} {fit.scale:.8g} scale\n".encode()
    eps, begun = re.subn(rb"%%EndProlog\nmpldict begin\n", begin, eps, count=1)
    assert sized == begun == 1
    return eps


def _described(svg: bytes, words: str) -> bytes:
    description = f"</title>\n <desc>{escape(words)}</desc>".encode()
    return svg.replace(b"</title>", description, 1)


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let the EPS writer, which knows no other way, see a fixed date; the environment is restored after."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
