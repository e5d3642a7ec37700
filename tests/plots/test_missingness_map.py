"""Missingness maps: every cell where its patient stands, shares and patterns as the result counts them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.plots.missing_values.drawing import DARK, LIGHT, LINE
from hpcstats.plots.missing_values.figure import missingness_map
from hpcstats.plots.missing_values.plan import ROW, plan_of
from hpcstats.sensitivity.missing import missingness


def table(n, groups=("case", "other"), few=12):
    random = np.random.default_rng(9)
    role = np.where(np.arange(n) < few, groups[0], groups[1])
    gaps = random.random((n, 5)) < [0.1, 0.3, 0.5, 0.8, 0.4]
    data = pd.DataFrame(np.where(gaps, np.nan, 1.0), columns=["age", "sex", "site", "grade", "route"])
    data["route"] = data["route"].where(role == groups[0])
    return data.assign(id=[f"p{k:03d}" for k in range(n)], role=role, paper=np.arange(n) // 2)


@pytest.fixture(scope="module")
def result():
    data = table(60)
    return missingness(
        data,
        ["age", "sex", "site", "grade", "route"],
        id="id",
        by="role",
        source="paper",
        applicable={"route": data["role"] == "case"},
        items={"age": "5a", "route": "8c"},
    )


@pytest.fixture(scope="module")
def figure(result):
    return missingness_map(result, labels={"role=case": "Spinal metastasis", "role=other": "Comparators"})


def words(figure):
    return [text.get_text() for text in figure.figure.texts]


def boxes(figure, colour):
    return [box.get_bbox() for box in figure.figure.findobj(Rectangle) if matches(box, colour)]


def matches(box, colour):
    return to_rgba(box.get_facecolor()) == to_rgba(colour)


def test_it_is_fit_to_print(figure):
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 174
    assert figure.data.equals(figure.data.sort_values(["group", "place"], kind="stable"))


def test_the_dark_area_is_what_is_missing(figure, result):
    plan = plan_of(result, {"role=case": "Spinal metastasis", "role=other": "Comparators"}, True)
    width, height = figure.size
    for colour, state in ((DARK, "missing"), (LIGHT, "known")):
        area = sum(box.width * width * box.height * height for box in boxes(figure, colour))
        cell = plan.blocks[0].cell * (ROW - 1.0)
        key = 4.4 * (ROW - 1.0)
        expected = (figure.data["state"] == state).sum() * cell
        assert area - key == pytest.approx(expected, rel=1e-4)


def test_a_cell_is_dark_where_its_patient_stands(figure, result):
    plan = plan_of(result, {"role=case": "Spinal metastasis", "role=other": "Comparators"}, True)
    dark = [(box.x0 * 174, box.x1 * 174, box.y0 * figure.size[1]) for box in boxes(figure, DARK)]
    heights = sorted({round(y, 3) for _, _, y in dark}, reverse=True)[1:]  # without the key
    rows = [name for name in result.variables if (figure.data["variable"] == name).any()]
    for block in plan.blocks:
        for row, name in enumerate(rows):
            cells = figure.data[(figure.data["group"] == block.group) & (figure.data["variable"] == name)]
            for place, state in zip(cells["place"], cells["state"], strict=True):
                x = block.left + (place - 0.5) * block.cell
                inside = any(left < x < right and round(y, 3) == heights[row] for left, right, y in dark)
                assert inside == (state == "missing")


def test_shares_and_patterns_are_printed_and_traced(figure, result):
    numbers = {number.id: number for number in figure.numbers}
    frame = result.by_variable().set_index(["group", "variable"])
    share = numbers["missing.case.grade.share_missing"]
    assert share.value == frame.loc[("case", "grade"), "share"]
    assert share.patients == result.patients("case")
    assert str(share) in words(figure)
    assert "missing.other.route.share_missing" not in numbers
    assert "\N{EN DASH}" in words(figure)
    patterns = result.by_pattern().set_index(["group", "pattern"])["patients"]
    printed = [(key, number) for key, number in numbers.items() if ".pattern." in key]
    assert printed
    for key, number in printed:
        _, group, _, pattern, _ = key.split(".")
        assert number.value == patterns[(group, int(pattern))]
    assert numbers["missing.all.share"].value == result.share
    assert numbers["missing.all.papers"].value == 30


def test_the_line_of_what_does_not_apply_is_whole(figure):
    """The white lines between patients do not cut it into dashes, which the key does not show."""
    lines = figure.figure.findobj(Line2D)
    level = [line for line in lines if len(set(line.get_ydata())) == 1 and line.get_color() == LINE]
    between = [line for line in lines if line.get_color() == "white"]
    assert len(level) >= 2
    assert between
    assert min(line.get_zorder() for line in level) > max(line.get_zorder() for line in between)


def test_labels_carry_their_item(figure, result):
    assert {"Age (5a)", "Sex", "Route (8c)", "Comparators", "n = 48"} <= set(words(figure))
    bare = missingness_map(result, items=False)
    assert "Age" in words(bare)
    assert "CARE" in str(figure.caption)
    assert "CARE" not in str(bare.caption)


def test_the_alternative_text_sorts_by_what_is_missing(figure, result):
    frame = result.by_variable()
    case = frame[(frame["group"] == "case") & frame["share"].notna()].sort_values("share", ascending=False)
    first = case["variable"].iloc[0]
    assert f"Spinal metastasis (n = 12), missing: {first.capitalize()}" in figure.alt_text
    assert "60 patients" in figure.alt_text


def test_one_group_and_nothing_missing():
    figure = missingness_map(missingness({"age": [1, 2, 3], "sex": ["m", "f", "m"]}))
    assert hs.plots.problems(figure) == ()
    assert "0/3" in words(figure)
    assert "All patients" in words(figure)
    assert len(boxes(figure, DARK)) == 0


@pytest.mark.parametrize("n", [157, 300])
def test_many_patients_fit_and_too_many_are_refused(n):
    found = missingness(table(n).drop(columns=["paper"]), id="id", by="role")
    assert hs.plots.problems(missingness_map(found)) == ()
    with pytest.raises(DesignError, match="too many for one map"):
        missingness_map(missingness(table(1200).drop(columns=["paper"]), id="id", by="role"))


def test_the_same_figure_gives_the_same_bytes(result):
    first, second = (missingness_map(result).render(["svg", "pdf"]) for _ in range(2))
    assert first == second
    own = hs.Text.of("My words.")
    assert missingness_map(result, caption=own).caption == own
