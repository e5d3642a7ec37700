"""Files of every figure: exact size, embedded fonts, equal bytes, words and numbers beside the picture."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from PIL import Image
from pypdf import PdfReader

import hpcstats as hs
from hpcstats.errors import DesignError, UnsupportedError
from hpcstats.plots.page.figure import IMAGE_FORMATS

MILLIMETRE = 72 / 25.4


EVERY_DAY, FOR_PRINT = ("pdf", "svg", "png"), ("tiff", "eps")


@pytest.fixture(scope="module")
def files(figure):
    return figure.render(EVERY_DAY)


@pytest.fixture(scope="module")
def print_files(double):
    return double.render(FOR_PRINT)


def test_a_figure_has_no_visible_defect(figure):
    assert hs.plots.problems(figure) == ()


def test_pdf_has_the_size_and_truetype_fonts(figure, files):
    page = PdfReader(io.BytesIO(files[".pdf"])).pages[0]
    width, height = (float(side) / MILLIMETRE for side in page.mediabox[2:])
    assert (width, height) == pytest.approx(figure.size, abs=0.01)
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert font["/Subtype"] == "/Type0"
        [descendant] = font["/DescendantFonts"]
        assert descendant.get_object()["/Subtype"] == "/CIDFontType2"
        assert "/FontFile2" in descendant.get_object()["/FontDescriptor"].get_object()
        assert "DejaVuSans" in font["/BaseFont"]


def test_pdf_is_not_dated_and_carries_the_alternative_text(figure, files):
    about = PdfReader(io.BytesIO(files[".pdf"])).metadata
    assert about.subject == figure.alt_text
    assert not {"/CreationDate", "/Producer", "/Creator"} & set(about)


def test_png_has_three_hundred_dots_an_inch(figure, files):
    image = Image.open(io.BytesIO(files[".png"]))
    assert image.size == pytest.approx([side / 25.4 * 300 for side in figure.size], abs=1.01)
    assert float(image.info["dpi"][0]) == pytest.approx(300, abs=0.1)
    assert "Software" not in image.info
    assert image.info["Description"] == figure.alt_text


def test_tiff_has_six_hundred_compressed_and_opaque(double, print_files):
    image = Image.open(io.BytesIO(print_files[".tiff"]))
    assert image.size == pytest.approx([side / 25.4 * 600 for side in double.size], abs=1.01)
    assert float(image.info["dpi"][0]) == 600
    assert image.mode == "RGB"
    assert image.info["compression"] == "tiff_lzw"


def test_svg_is_outlined_and_described(figure, files):
    svg = files[".svg"].decode()
    assert "<text" not in svg
    assert "<desc>" in svg
    assert svg.index("</title>") < svg.index("<desc>")
    assert "<dc:date>" not in svg


def test_eps_embeds_truetype_and_has_no_date_of_today(print_files):
    eps = print_files[".eps"].decode("latin-1")
    assert "%%CreationDate: Thu Jan 01 00:00:00 1970" in eps
    assert "/FontType 42" in eps
    assert "Matplotlib v" not in eps


def test_rendering_again_gives_the_same_bytes(figure, files):
    assert figure.render(EVERY_DAY) == files


def test_rendering_for_print_again_gives_the_same_bytes(double, print_files):
    assert double.render(FOR_PRINT) == print_files
    assert set(EVERY_DAY + FOR_PRINT) == set(IMAGE_FORMATS)


@pytest.mark.parametrize("before", [{}, {"SOURCE_DATE_EPOCH": "86400"}])
def test_environment_is_left_as_it_was(single, monkeypatch, before):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for name, value in before.items():
        monkeypatch.setenv(name, value)
    single.render(["svg"])
    assert {key: os.environ[key] for key in ("SOURCE_DATE_EPOCH",) if key in os.environ} == before


def test_bytes_do_not_depend_on_time_zone_hash_seed_or_settings(tmp_path):
    code = (
        "import hashlib, json, hpcstats as hs\n"
        "km = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 5, 8], [1, 0, 1, 1, 0]), list('aabba'))\n"
        "figure = hs.plots.survival_curves(km, ylabel='Proportion', caption=hs.Text.of('Words.'))\n"
        "files = figure.render(['pdf', 'svg', 'png', 'eps'])\n"
        "print(json.dumps({k: hashlib.sha256(v).hexdigest() for k, v in files.items()}))\n"
    )
    (tmp_path / "matplotlibrc").write_text("font.size: 14\naxes.grid: True\nsvg.fonttype: none\n")
    plain = {"TZ": "UTC", "PYTHONHASHSEED": "1"}
    other = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "77", "MATPLOTLIBRC": str(tmp_path), "LC_ALL": "C"}
    one, two = (_printed(code, environment) for environment in (plain, other))
    assert one == two
    assert set(one) == {".pdf", ".svg", ".png", ".eps", ".csv", ".txt"}


def _printed(code: str, environment: dict[str, str]) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_last_bits_change_no_byte(statement):
    def drawn(shift: float) -> dict[str, str]:
        y = hs.Surv.right([1 / 3 * (1 + shift), 2, 3], [1, 1, 0])
        km = hs.kaplan_meier(y)
        files = hs.plots.survival_curves(km, ylabel="Proportion", reported=statement).render(["pdf", "svg"])
        return {suffix: hashlib.sha256(content).hexdigest() for suffix, content in files.items()}

    assert drawn(0) == drawn(2.3e-16)


def test_data_and_words_always_come_along(figure):
    files = figure.render([])
    assert set(files) == {".csv", ".txt"}
    caption, empty, alternative = files[".txt"].decode().splitlines()
    assert (caption, empty, alternative) == (str(figure.caption), "", figure.alt_text)
    frame = pd.read_csv(io.BytesIO(files[".csv"]))
    assert list(frame.columns) == list(figure.data.columns)
    assert len(frame) == len(figure.data)
    assert b"\r" not in files[".csv"]


def test_an_unknown_format_is_refused(single):
    with pytest.raises(UnsupportedError, match="format='jpeg'"):
        single.render(["pdf", "jpeg"])


def test_formats_may_carry_a_dot_and_capitals(single):
    assert set(single.render([".PDF"])) == {".pdf", ".csv", ".txt"}


def test_numbers_have_one_meaning_an_id(figure):
    ids = [number.id for number in figure.numbers]
    assert len(ids) == len(set(ids)) > 1


def test_one_id_for_two_numbers_is_refused(single):
    number = single.numbers[0]
    doubled = replace(single, drawn_numbers=(number, replace(number, text="other")))
    with pytest.raises(DesignError, match="stands for"):
        _ = doubled.numbers


def test_notebooks_show_a_picture(single):
    assert single._repr_png_().startswith(b"\x89PNG")
