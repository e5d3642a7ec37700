"""The files for a journal: size, letters, lines, fonts, opacity, resolution, and a grey copy."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import hpcstats as hs
from hpcstats.errors import DesignError, HpcstatsWarning, UnsupportedError
from hpcstats.numbers import Text
from hpcstats.plots import JOURNALS
from hpcstats.plots.page import palette, style
from hpcstats.plots.page.sheet import Sheet
from hpcstats.plots.publishers.contrast import contrast
from hpcstats.plots.publishers.fit import fit_to, inked
from hpcstats.plots.step_curves import steps as step_curves
from tests.plots import colour_vision
from tests.plots.print_files import fonts, opacities, printed

# Width of a figure over one column and over the page; the greatest height; letters and lines in points.
RULES = {
    "springer": ((84, 174), 234, (8, 12), (0.3, np.inf)),
    "elsevier": ((90, 190), 240, (7, np.inf), (0.1, 1.5)),
    "jns": ((84, 178), 229, (7, np.inf), (0.3, np.inf)),
    "nature": ((89, 183), 247, (5, 7), (0.25, 1)),
}
IN_OTHER_LETTERS = "ignore:The letters are DejaVu Sans"
pytestmark = pytest.mark.filterwarnings(f"{IN_OTHER_LETTERS}:hpcstats.errors.HpcstatsWarning")


def test_every_journal_has_its_rules_here():
    assert set(RULES) == set(JOURNALS)


@pytest.fixture(scope="module", params=RULES)
def journal(request):
    return request.param


@pytest.fixture(scope="module")
def pdf(figure, journal):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=HpcstatsWarning)
        return figure.render(["pdf"], journal=journal)[".pdf"]


def test_a_pdf_has_the_width_letters_and_lines_of_the_journal(figure, journal, pdf):
    widths, height, letters, lines = RULES[journal]
    page = printed(pdf)
    wide = figure.size[0] > 100
    if journal == "jns" and wide:
        assert 127 - 0.05 <= page.size[0] <= 178.05
    else:
        assert page.size[0] == pytest.approx(widths[wide], abs=0.05)
    assert page.size[1] <= height + 0.05
    assert letters[0] - 0.01 <= min(page.letters)
    assert max(page.letters) <= min(letters[1], 9) + 0.01
    assert lines[0] - 0.001 <= min(page.lines)
    assert max(page.lines) <= lines[1] + 0.001


def test_a_pdf_embeds_truetype_and_has_no_transparency(pdf):
    assert fonts(pdf)
    assert set(fonts(pdf).values()) == {"/CIDFontType2 embedded=True"}
    assert opacities(pdf) <= {0.0, 1.0}  # painted, or not painted


@pytest.fixture(scope="module")
def painted(figure):
    """What is painted without a journal."""
    return printed(figure.render(["pdf"])[".pdf"]).painted


def test_nothing_is_lost_on_the_way(painted, pdf):
    assert printed(pdf).painted == painted


def test_the_drawing_is_left_as_it_was(figure):
    before = figure.render(["pdf"])
    figure.render(["svg"], journal="nature")
    assert figure.render(["pdf"]) == before


def test_the_same_bytes_every_time(single):
    formats = ["pdf", "svg", "eps", "tiff"]
    assert single.render(formats, journal="nature") == single.render(formats, journal="nature")


def test_raster_and_vector_have_one_size(single, journal):
    files = single.render(["pdf", "svg", "eps", "png", "tiff"], journal=journal)
    width, height = printed(files[".pdf"]).size
    told = re.search(rb'width="([0-9.]+)mm" height="([0-9.]+)mm"', files[".svg"])
    assert (float(told[1]), float(told[2])) == pytest.approx((width, height), abs=0.01)
    box = re.search(rb"%%HiResBoundingBox: 0.000000 0.000000 ([0-9.]+) ([0-9.]+)", files[".eps"])
    assert (float(box[1]), float(box[2])) == pytest.approx((width * 72 / 25.4, height * 72 / 25.4), abs=0.01)
    for suffix, dpi in ((".png", 300), (".tiff", 600)):
        image = Image.open(io.BytesIO(files[suffix]))
        assert float(image.info["dpi"][0]) == pytest.approx(dpi, abs=0.1)
        assert image.size == pytest.approx((width / 25.4 * dpi, height / 25.4 * dpi), abs=1.01)
        assert inside(image)


def inside(image: Image.Image) -> bool:
    """Whether the ink stops before the edge on every side: nothing was cut."""
    dark = np.asarray(image.convert("L")) < 200
    return not (dark[0].any() or dark[-1].any() or dark[:, 0].any() or dark[:, -1].any())


def test_a_tiff_is_rgb_with_lzw(double):
    image = Image.open(io.BytesIO(double.render(["tiff"], journal="springer")[".tiff"]))
    assert image.mode == "RGB"
    assert image.info["compression"] == "tiff_lzw"


def test_a_tiff_in_black_and_white_alone_has_twelve_hundred(sheet):
    with style.context():
        sheet.line([1.5, 83], [20, 20], color="black", linewidth=1)
        sheet.write(10, 10, "black letters")
    image = Image.open(io.BytesIO(figure_of(sheet).render(["tiff"], journal="springer")[".tiff"]))
    assert float(image.info["dpi"][0]) == 1200
    assert image.size[0] == pytest.approx(84 / 25.4 * 1200, abs=1.01)


@pytest.mark.parametrize("journal", ["springer", "nature"])
def test_an_eps_has_type_42_solid_tints_and_its_scale(double, journal):
    eps = double.render(["eps"], journal=journal)[".eps"].decode("latin-1")
    assert "/FontType 42" in eps
    assert not re.search(r"setopacity|setfillconstantalpha|/SMask|/ca ", eps)
    [scale] = re.findall(r"mpldict begin\n([0-9.]+) \1 scale", eps)
    assert float(scale) == pytest.approx(fit_to(double.figure, JOURNALS[journal]).scale, rel=1e-6)


def test_curves_and_bands_are_told_apart_on_a_grey_copy_of_the_file(double):
    image = Image.open(io.BytesIO(double.render(["tiff"], journal="springer")[".tiff"]))
    used = {f"#{red:02X}{green:02X}{blue:02X}" for _, (red, green, blue) in image.getcolors(1 << 24)}
    for series in palette.series(2):
        band = palette.tint(series.colour, step_curves.BAND_TINT)
        assert {series.colour, band} <= used
        assert colour_vision.distance(series.colour, palette.WHITE, "grey") > 30
        assert colour_vision.distance(series.colour, band, "grey") > 20
        assert colour_vision.distance(band, palette.WHITE, "grey") > 4


def test_letters_are_black_where_the_journal_wants_it_or_colour_would_be_pale(double):
    for journal, allowed in (("springer", {"#000000", "#0072b2"}), ("nature", {"#000000"})):
        svg = double.render(["svg"], journal=journal)[".svg"].decode()
        assert letter_colours(svg) <= allowed
    assert "#d55e00" in letter_colours(double.render(["svg"])[".svg"].decode())


def letter_colours(svg: str) -> set[str]:
    """Colours of the outlined texts of an SVG."""
    groups = re.findall(r'<g id="text_\d+">(.*?)</g>', svg, re.DOTALL)
    return {found for group in groups for found in re.findall(r"fill: (#[0-9a-f]{6})", group)} | {"#000000"}


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000") == 21
    assert contrast("#767676") == pytest.approx(4.54, abs=0.005)


@pytest.fixture
def sheet():
    with style.context():
        return Sheet(85, 40)


def figure_of(sheet: Sheet) -> hs.plots.Figure:
    import pandas as pd

    return hs.plots.Figure(
        figure=sheet.canvas, data=pd.DataFrame({"x": [1]}), caption=Text.of("Words."), alt_text="Words."
    )


def refused(sheet: Sheet, journal: str) -> str:
    problems = hs.plots.check(figure_of(sheet), journal)
    with pytest.raises(DesignError, match="would not print this figure"):
        figure_of(sheet).render(["pdf"], journal=journal)
    return " ".join(problems)


def test_letters_too_small_beside_large_ones_are_refused(sheet):
    with style.context():
        sheet.write(1.5, 5, "small", fontsize=5)
        sheet.write(60, 15, "large letters", fontsize=8)
    assert "smallest letters have 5.5 points; Springer asks for at least 8" in refused(sheet, "springer")


def test_what_is_transparent_is_refused(sheet):
    with style.context():
        sheet.line([1.5, 83.5], [20, 20], color="black", linewidth=1, alpha=0.5)
    assert "transparent" in refused(sheet, "elsevier")


def test_pale_lines_are_refused(sheet):
    with style.context():
        sheet.line([1.5, 83.5], [20, 20], color=palette.YELLOW, linewidth=1)
    assert "too pale: #f0e442" in refused(sheet, "nature")


def test_a_drawing_too_narrow_for_a_journal_without_white_is_refused(sheet):
    with style.context():
        sheet.write(40, 10, "middle")
    assert "mm wide; The Journal of Neurosurgery asks for at least 84" in refused(sheet, "jns")
    assert hs.plots.check(figure_of(sheet), "springer") == ()


def test_lines_are_brought_inside_the_limits(sheet):
    with style.context():
        sheet.line([1.5, 83.5], [20, 20], color="black", linewidth=0.1)
        sheet.line([1.5, 83.5], [25, 25], color="black", linewidth=1.8)
    lines = printed(figure_of(sheet).render(["pdf"], journal="nature")[".pdf"]).lines
    assert (min(lines), max(lines)) == pytest.approx((0.25, 1))


def test_a_bar_drawn_with_a_broad_pen_is_no_line(sheet):
    with style.context():
        sheet.line([1.5, 83.5], [25, 25], color=palette.tint(palette.GREY, 0.1), linewidth=8)
        sheet.write(1.5, 5, "letters")
    figure = figure_of(sheet)
    scale = fit_to(figure.figure, JOURNALS["nature"]).scale
    assert hs.plots.check(figure, "nature") == ()
    assert max(printed(figure.render(["pdf"], journal="nature")[".pdf"]).lines) == pytest.approx(8 * scale)


def test_an_empty_drawing_is_cut_to_nothing(sheet):
    assert inked(sheet.canvas) == pytest.approx((0, 0, 85, 40))


def test_the_journal_of_neurosurgery_is_told_of_other_letters(single):
    with pytest.warns(HpcstatsWarning, match="accepts Arial"):
        single.render(["pdf"], journal="jns")
    [told] = hs.plots.check(single, "jns")
    assert "DejaVu Sans" in told


def test_another_font_is_embedded_and_the_layout_stays(single):
    pdf = single.render(["pdf"], journal="springer", font="STIXGeneral")[".pdf"]
    assert any("STIXGeneral" in name for name in fonts(pdf))
    assert "STIXGeneral accepts" not in str(hs.plots.check(single, "springer", font="STIXGeneral"))
    assert "The letters are STIXGeneral" in hs.plots.check(single, "jns", font="STIXGeneral")[0]


@pytest.mark.parametrize(
    ("font", "reason"),
    [("No Such Font", "is not installed"), ("DejaVu Sans Mono", "is wider than DejaVu Sans")],
)
def test_a_font_that_cannot_be_used_is_refused(single, font, reason):
    with pytest.raises(DesignError, match=reason):
        single.render(["pdf"], journal="springer", font=font)


def test_a_font_without_a_journal_is_refused(single):
    with pytest.raises(DesignError, match="Name the journal too"):
        single.render(["pdf"], font="Arial")


def test_an_unknown_journal_is_refused(single):
    with pytest.raises(UnsupportedError, match="journal='lancet' is not known"):
        hs.plots.check(single, "lancet")


def test_rules_of_ones_own(single):
    mine = replace(JOURNALS["springer"], name="mine", title="Mine", single=(120.0, 120.0))
    assert printed(single.render(["pdf"], journal=mine)[".pdf"]).size[0] == pytest.approx(120, abs=0.05)


def test_save_writes_the_formats_of_the_journal(single, tmp_path):
    written = hs.plots.save(single, tmp_path / "Fig1", journal="springer")
    assert [path.name for path in written] == ["Fig1.eps", "Fig1.pdf", "Fig1.tiff", "Fig1.csv", "Fig1.txt"]
    assert all(path.stat().st_size for path in written)
    plain = hs.plots.save(single, tmp_path / "plain.v2")
    assert [path.name for path in plain][:3] == ["plain.v2.pdf", "plain.v2.svg", "plain.v2.png"]
    assert plain[0].read_bytes() == single.render()[".pdf"]
