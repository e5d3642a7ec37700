"""Compatible curves: the bands of the results, honest words, nothing that overlaps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.literature.reconstruct import Maximum, from_summary
from hpcstats.plots.compatible.drawing import EDGE, INNER, OUTER
from hpcstats.plots.compatible.figure import compatible_curves
from hpcstats.plots.compatible.plan import CompatiblePanel, counted
from hpcstats.plots.page.palette import channels

YLABEL = "Proportion of reported cases without metastasis"
SUMMARY = {"mean": 5, "minimum": 0, "maximum": 16}


@pytest.fixture(scope="module")
def panels():
    others = {
        "In steps of 1/2 years": from_summary(9, **SUMMARY, grid="1/2", n_samples=1, seed=1),
        "Any real values": from_summary(9, **SUMMARY, grid=None),
    }
    return [
        CompatiblePanel(
            label="Mean and range", data_sets=from_summary(9, **SUMMARY), others=others, sources=("a_2004",)
        ),
        CompatiblePanel(
            label="Two known",
            data_sets=from_summary(9, **SUMMARY, known=[5, 8]),
            patients=("b", "a"),
            sources=("a_2004",),
        ),
    ]


@pytest.fixture(scope="module")
def figure(panels, reported_cases):
    return compatible_curves(panels, curve=reported_cases, ylabel=YLABEL)


def test_nothing_is_wrong_with_it(figure, panels):
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 174
    assert hs.plots.problems(compatible_curves(panels[:1], ylabel=YLABEL)) == ()


def test_data_are_those_of_the_results(figure, panels, reported_cases):
    for panel in panels:
        drawn = figure.data[(figure.data["part"] == "band") & (figure.data["panel"] == panel.label)]
        expected = panel.data_sets.survival_band().to_frame()
        names = list(expected)
        assert np.array_equal(drawn[names].to_numpy(float), expected.to_numpy())
    grids = figure.data[(figure.data["part"] == "grid") & (figure.data["panel"] == "Mean and range")]
    assert grids["grid"].tolist() == ["1", "1/2", "none"]
    assert grids["maximum"].tolist() == [8, 8.5, 8.5]
    curve = figure.data[figure.data["part"] == "curve"]
    assert curve["estimate"].tolist() == [1.0, *reported_cases.to_frame()["estimate"]]


def test_the_bands_are_drawn_where_the_data_say(figure, panels):
    upper = figure.figure.axes[0]
    band = panels[0].data_sets.survival_band()
    outline = next(patch.get_xy() for patch in upper.patches if patch.get_fill())
    heights = outline[:, 1]
    assert heights.max() == pytest.approx(band.maximum.max())
    assert outline[outline[:, 0] == 0][:, 1].min() == pytest.approx(band.minimum[0], abs=1e-6)
    bars = [line for line in figure.figure.axes[1].lines if len(line.get_xdata()) == 2]
    medians = panels[0].data_sets.median().distribution()
    assert [line.get_xdata()[0] for line in bars] == medians["value"].tolist()
    assert [line.get_ydata()[1] for line in bars] == pytest.approx(medians["share"].tolist(), abs=1e-6)


def test_numbers_rest_on_patients_and_papers(figure):
    numbers = {number.id: number for number in figure.numbers}
    assert numbers["mean_and_range.data_sets"].value == 12_552
    assert numbers["mean_and_range.median.maximum"].sources == ("a_2004",)
    assert numbers["mean_and_range.median.maximum"].patients == ()
    assert numbers["two_known.data_sets"].text == "961"
    assert numbers["two_known.data_sets"].patients == ("a", "b")
    assert numbers["mean_and_range.in_steps_of_1_2_years.data_sets"].value == 3_057_255
    assert len(numbers["collected_cases.median"].patients) == 17


def test_words_say_what_the_shares_are_not(figure):
    caption = str(figure.caption)
    assert "the shares are no probabilities" in caption
    assert "mean 5 (4.5 to 5.5)" in caption
    assert "Any real values: median 0 to 8.5 years" in caption
    assert "(95% of them" in caption
    assert "Two known: 961 data sets; median 0 to 6 years" in figure.alt_text
    assert "leaves the band by at most 0.11, at 0" in figure.alt_text
    inside = hs.kaplan_meier(hs.Surv.right([0, 1, 2, 3, 4, 5, 6, 8, 16], [1] * 9))
    panel = CompatiblePanel(label="Nine", data_sets=from_summary(9, **SUMMARY))
    told = compatible_curves([panel], curve=inside, ylabel=YLABEL)
    assert "it stays within the band" in told.alt_text


def test_the_bands_can_be_told_apart_in_grey():
    def grey(colour):
        return np.dot(channels(colour), [0.299, 0.587, 0.114])

    steps = [grey(colour) for colour in ("#FFFFFF", OUTER, INNER, EDGE)]
    assert all(earlier - later > 20 for earlier, later in pairwise(steps))


def test_large_numbers_are_readable():
    assert [counted(number) for number in (961, 3_057_255, 4.4049e12)] == ["961", "3,057,255", "4.40 × 10^12"]


def test_it_is_drawn_the_same_twice(panels):
    one, two = (compatible_curves(panels, ylabel=YLABEL).render(["svg"]) for _ in range(2))
    assert one == two


def test_fine_grids_and_other_lengths_are_drawn(reported_cases):
    fine = CompatiblePanel(
        label="Months", data_sets=from_summary(4, mean=2, maximum=5, grid="1/12", n_samples=1, seed=1)
    )
    assert hs.plots.problems(compatible_curves([fine], curve=reported_cases, ylabel=YLABEL)) == ()
    never = hs.kaplan_meier(hs.Surv.right([3, 4, 5, 6], [1, 0, 0, 0]))
    figure = compatible_curves([fine], curve=never, ylabel=YLABEL)
    assert "median not reached" in str(figure.caption)


def test_refusals(panels, two_groups):
    with pytest.raises(DesignError, match="one or two panels"):
        compatible_curves([], ylabel=YLABEL)
    with pytest.raises(DesignError, match="label of its own"):
        compatible_curves([panels[0], panels[0]], ylabel=YLABEL)
    with pytest.raises(DesignError, match="without groups"):
        compatible_curves(panels, curve=two_groups[0], ylabel=YLABEL)
    with pytest.raises(DesignError, match="allows no curve"):
        CompatiblePanel(label="x", data_sets=from_summary(28, mean="5.19"))
    zero = CompatiblePanel(label="x", data_sets=from_summary(2, constraints=Maximum(0, 0)))
    with pytest.raises(DesignError, match="no time axis"):
        compatible_curves([zero], ylabel=YLABEL)
