"""Tipping maps: what is drawn is what the result says, on grey paper too."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.patches import Rectangle

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.plots import tipping_map
from hpcstats.plots.page import palette
from hpcstats.plots.tipping.plan import plan
from hpcstats.sensitivity import best_and_worst_case, tipping_point

RANDOM = np.random.default_rng(2)
GROUP = np.array(["complete", "incomplete"] * 15)
TIME = RANDOM.exponential(np.where(GROUP == "complete", 9, 4)).round(1) + 0.1
Y = hs.Surv.right(TIME, RANDOM.random(30) < 0.5, id=[f"p{k}" for k in range(30)])
LABELS = {"complete": "Gross total resection", "incomplete": "Subtotal resection or biopsy"}
BOX = ((0.5, 2), (0.25, 1))


@pytest.fixture(scope="module")
def result():
    return tipping_point(Y, GROUP, n_imputations=40, seed=1)


@pytest.fixture(scope="module")
def figure(result):
    return tipping_map(result, bounds=best_and_worst_case(Y, GROUP), plausible=BOX, labels=LABELS)


def test_the_map_is_fit_to_print(figure):
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 85.0


def test_cells_have_the_classes_of_their_p_values(figure, result):
    [mesh] = figure.figure.findobj(QuadMesh)
    drawn = np.asarray(mesh.get_array()).reshape(13, 13)
    limits = [0.01, 0.05, 0.1, 0.5]
    for a in range(13):
        for b in range(13):
            assert drawn[b, a] == sum(result.p_value[a, b] >= limit for limit in limits)


def test_the_data_are_those_of_the_result(figure, result):
    assert figure.data.equals(result.to_frame())


def test_the_contour_lies_where_p_crosses(figure, result):
    """Ends of the pieces of the drawn line lie on grid lines, at the turning points of the result."""
    sets = [one for axes in figure.figure.axes for one in axes.collections if not isinstance(one, QuadMesh)]
    lines = [path.vertices for path in sets[0].get_paths()]
    drawn = np.exp(np.concatenate(lines))
    turns = result.turning_points()[["delta_first", "delta_second"]].to_numpy()
    for point in turns:
        assert np.abs(np.log(drawn / point)).max(axis=1).min() < 1e-4


def test_shades_darken_with_the_evidence_on_grey_paper_too(result):
    planned = plan(result, None, None, {})
    grey = [np.dot(palette.channels(colour), [0.299, 0.587, 0.114]) for colour in planned.colours]
    assert (np.diff(grey) > 15).all()
    assert planned.class_words == ("p < 0.01", "0.01 to 0.05", "0.05 to 0.1", "0.1 to 0.5", "0.5 or more")


def test_printed_numbers_are_the_results(figure, result):
    printed = {number.id: number for number in figure.numbers}
    place = result.centre
    assert printed["delta_1.p_value"].value == result.p_value[place]
    assert printed["delta_1.hazard_ratio"].value == result.hazard_ratio[place]
    assert printed["as_observed.p_value"].value == result.main[3]
    rows, columns = (np.isclose(result.delta_first, 0), np.isclose(result.delta_second, 0))
    rows |= (result.delta_first > 0.49) & (result.delta_first < 2.01)
    columns |= (result.delta_second > 0.24) & (result.delta_second < 1.01)
    inside = result.p_value[rows][:, columns]
    assert printed["plausible.smallest_p"].value == inside.min()
    assert printed["plausible.largest_p"].value == inside.max()
    bounds = best_and_worst_case(Y, GROUP)
    assert printed["best_worst.hazard_ratio"].value == bounds.case("best", "worst")[0]
    turn = result.turning_points().iloc[0]
    assert printed["nearest_turn.delta_first"].value == turn["delta_first"]
    assert all(number.patients == tuple(sorted(Y.patients())) for number in figure.numbers)
    assert "subtotal resection or biopsy against gross total resection" in str(figure.caption)
    assert "13 by 13 pairs" in figure.alt_text


def test_the_seed_is_told_where_it_is_a_number(figure):
    assert "seed 1." in str(figure.caption)
    drawn = tipping_map(
        tipping_point(Y, GROUP, deltas=[0.5, 1, 2], n_imputations=5, seed=np.random.default_rng(1))
    )
    assert "Rubin's rules." in str(drawn.caption)
    assert "generator" not in str(drawn.caption)


def test_cells_overlap_so_that_no_line_shows_between_them(figure):
    [mesh] = figure.figure.findobj(QuadMesh)
    assert min(mesh.get_linewidth()) >= 0.5
    assert str(mesh.get_edgecolor()) != "none"


def test_a_difference_to_the_other_side_is_hatched():
    deltas = [0.1, 1, 10]
    group = ["a"] * 30 + ["b"] * 30
    y = hs.Surv.right(list(range(1, 31)) * 2, [1, 0, 0] * 20)
    found = tipping_point(y, group, deltas=deltas, n_imputations=40, seed=1)
    other = found.shown & (found.hazard_ratio < 1)
    assert other.any()
    drawn = [
        box for box in tipping_map(found).figure.axes[0].findobj(Rectangle) if box.get_hatch() is not None
    ]
    assert len(drawn) == other.sum()
    assert hs.plots.problems(tipping_map(found)) == ()


def test_a_map_without_a_turn_says_so():
    y = hs.Surv.right(np.arange(1, 21), [1] * 18 + [0] * 2)
    found = tipping_point(y, ["a", "b"] * 10, deltas=[0.5, 1, 2], n_imputations=10, seed=1)
    assert found.turning_points().empty
    assert "turns nowhere on this map" in str(tipping_map(found).caption)


def test_files_are_the_same_every_time(figure, result):
    again = tipping_map(result, bounds=best_and_worst_case(Y, GROUP), plausible=BOX, labels=LABELS)
    assert figure.render(["svg"]) == again.render(["svg"])


@pytest.mark.parametrize("box", [(0.5, 2), ((0.5, 2),), ((2, 0.5), (1, 2)), "wide"])
def test_boxes_that_are_none_are_refused(result, box):
    with pytest.raises(DesignError, match="is no box"):
        tipping_map(result, plausible=box)


def test_what_makes_no_map_is_refused(result):
    with pytest.raises(DesignError, match="two or more deltas"):
        tipping_map(tipping_point(Y, GROUP, deltas=[1], n_imputations=5, seed=1))
    with pytest.raises(DesignError, match="The bounds compare"):
        tipping_map(result, bounds=best_and_worst_case(Y, np.where(GROUP == "complete", "x", "y")))
