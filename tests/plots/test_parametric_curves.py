"""Figures of parametric curves: what is extrapolated is dashed, on grey, and named."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DesignError

WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


@pytest.fixture(scope="module")
def remission():
    return hs.Surv.right(WEEKS, RELAPSE, unit="weeks", id=[f"p{k}" for k in range(21)])


@pytest.fixture(scope="module")
def fits(remission):
    names = {"Exponential": "exponential", "Weibull": "weibull", "Log-normal": "log-normal"}
    return {name: hs.parametric(remission, distribution=d, engine="own") for name, d in names.items()}


@pytest.fixture(scope="module")
def figure(remission, fits):
    km = hs.kaplan_meier(remission)
    return hs.plots.parametric_models(km, fits, ylabel="Proportion in remission", limit=60)


def test_nothing_overlaps_or_leaves_the_page(remission, fits, figure):
    km = hs.kaplan_meier(remission)
    double = hs.plots.parametric_models(km, fits, ylabel="Proportion in remission", width="double")
    assert hs.plots.problems(figure) == ()
    assert hs.plots.problems(double) == ()


def test_curves_are_solid_until_the_last_observation_and_dashed_after_it(figure):
    [axes] = figure.figure.axes
    curves = [line for line in axes.lines if np.isnan(line.get_ydata()).any()]
    solid = [line for line in curves if line.get_linestyle() == "-"]
    dashed = [line for line in curves if line.get_linestyle() != "-"]
    assert len(solid) == len(dashed) == 3
    for line in solid:
        assert line.get_xdata()[np.isfinite(line.get_ydata())].max() == 35
    for line in dashed:
        drawn = line.get_xdata()[np.isfinite(line.get_ydata())]
        assert (drawn.min(), drawn.max()) == (35, 60)


def test_the_ground_beyond_is_grey_and_named(figure):
    [axes] = figure.figure.axes
    ground = axes.patches[0]
    assert (ground.get_x(), ground.get_x() + ground.get_width()) == (35, 60)
    assert "extrapolated" in [text.get_text() for text in figure.figure.texts]


def test_each_curve_has_a_marker_of_its_own(figure):
    [axes] = figure.figure.axes
    markers = [line.get_marker() for line in axes.lines if line.get_linestyle() == "None"]
    assert len(set(markers)) == len(markers) == 3


def test_data_say_what_is_extrapolated(figure, fits):
    model = figure.data[(figure.data["part"] == "model") & (figure.data["curve"] == "Weibull")]
    assert (model["extrapolated"] == (model["time"] > 35)).all()
    expected = fits["Weibull"].survival(model["time"].to_numpy()).to_frame()["estimate"]
    assert model["estimate"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)


def test_printed_numbers_are_those_of_the_models(figure, fits):
    numbers = {number.id: number for number in figure.numbers}
    assert numbers["weibull.aic"].value == fits["Weibull"].aic
    value = fits["Weibull"].survival(60).to_frame()["estimate"].iloc[0]
    assert numbers["weibull.60.estimate"].value == value
    assert "extrapolated" in numbers["weibull.60.estimate"].how
    assert numbers["weibull.60.estimate"].patients == fits["Weibull"].patients()
    assert "extrapolated" in str(figure.caption)
    assert "dashed" in figure.alt_text


def test_an_axis_that_ends_within_follow_up_has_no_grey_ground(remission, fits):
    km = hs.kaplan_meier(remission)
    drawn = hs.plots.parametric_models(km, fits, ylabel="Proportion", limit=30)
    assert "extrapolated" not in [text.get_text() for text in drawn.figure.texts]
    assert not drawn.data["extrapolated"].any()


def test_a_cure_model_can_be_drawn(remission):
    fit = hs.cure(remission, engine="own")
    drawn = hs.plots.parametric_models(hs.kaplan_meier(remission), {"Cure": fit}, ylabel="Proportion")
    plateau = drawn.data[drawn.data["part"] == "model"]["estimate"].iloc[-1]
    assert plateau > fit.cured_fraction()["estimate"].iloc[0]


def test_what_cannot_be_drawn_is_refused(remission, fits):
    km = hs.kaplan_meier(remission)
    groups = [k % 2 for k in range(21)]
    with pytest.raises(DesignError, match="one Kaplan-Meier curve"):
        hs.plots.parametric_models(hs.kaplan_meier(remission, groups), fits, ylabel="P")
    with pytest.raises(DesignError, match="one to 4 models"):
        hs.plots.parametric_models(km, {}, ylabel="P")
    fit = hs.parametric(remission, {"x": groups}, engine="own")
    with pytest.raises(DesignError, match="has covariates"):
        hs.plots.parametric_models(km, {"Weibull": fit}, ylabel="P")
    with pytest.raises(DesignError, match="no time axis"):
        hs.plots.parametric_models(km, fits, ylabel="P", limit=0)
