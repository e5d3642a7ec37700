"""The mark of synthetic data: found in any table, drawn across any picture, refused to nothing."""

from __future__ import annotations

import matplotlib.colors
import numpy as np
import pytest
from PIL import Image

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.reproduce.synthetic_marks import holds_synthetic, marked

KM = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4], [1, 1, 0, 1], id=list("abcd")))
VERMILLION = np.array(matplotlib.colors.to_rgb("#D55E00")) * 255


def picture(figure: hs.plots.Figure, tmp_path) -> np.ndarray:
    (tmp_path / "figure.png").write_bytes(figure.render(["png"])[".png"])
    with Image.open(tmp_path / "figure.png") as image:
        return np.asarray(image.convert("RGB"), dtype=float)


@pytest.mark.parametrize("width", ["single", "double"])
def test_a_picture_is_crossed_from_corner_to_corner_and_never_left(tmp_path, width):
    def drawn() -> hs.plots.Figure:
        return hs.plots.survival_curves(KM, ylabel="Proportion", width=width)

    plain, stamped = picture(drawn(), tmp_path), picture(marked(drawn()), tmp_path)
    assert plain.shape == stamped.shape
    inked = np.abs(stamped - VERMILLION).max(axis=2) < 8
    inked &= np.abs(plain - stamped).max(axis=2) > 8
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    height, across = inked.shape
    assert columns[0] > 1
    assert columns[-1] < across - 2
    assert rows[0] > 1
    assert rows[-1] < height - 2
    assert max(np.ptp(columns) / across, np.ptp(rows) / height) > 0.85


def test_the_same_stamp_has_the_same_bytes():
    one, other = (
        marked(hs.plots.survival_curves(KM, ylabel="Proportion")).render(["svg", "pdf"]) for _ in range(2)
    )
    assert one == other


@pytest.mark.parametrize("journal", ["springer", "elsevier", "jns", "nature"])
def test_a_stamped_figure_keeps_the_rules_of_a_journal(journal):
    figure = marked(hs.plots.survival_curves(KM, ylabel="Proportion"))
    others = [told for told in hs.plots.check(figure, journal) if "The letters are" not in told]
    assert others == []
    assert hs.plots.problems(figure) == ()


def test_an_output_without_a_place_for_the_mark_is_refused():
    class Own:
        numbers = ()

        def render(self, formats):
            return {".md": b"12 patients"}

    with pytest.raises(DesignError, match="kind Own has no place for a mark"):
        marked(Own())


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("patients.csv", "patient_id,source_id\nsynthetic_3,smith"),
        ("patients.csv", "patient_id,source_id\nsmith_1,Synthetic"),
        ("cohort_statistics.csv", "study_id,title\nsynthetic_b,"),
        ("sources.csv", "source_id,title\nsmith,SYNTHETIC: replace"),
    ],
)
def test_a_marked_row_is_found_in_any_table(tmp_path, file, row):
    (tmp_path / file).write_text(f"{row}\n", encoding="utf-8-sig")
    assert holds_synthetic(tmp_path)


@pytest.mark.parametrize(
    "row",
    ["source_id,title\nsynthetics_2003,A case", "source_id,title\nsmith,Synthetic grafts", "", "a,b\n\xe9"],
)
def test_a_word_alone_is_no_mark(tmp_path, row):
    (tmp_path / "sources.csv").write_bytes(row.encode("latin-1"))
    assert not holds_synthetic(tmp_path)
