"""Forest plots: what is printed and drawn is what the models say; arrows, reference rows, axes."""

from __future__ import annotations

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.lines import Line2D

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.plots.page import ratio_axis
from hpcstats.plots.page.ratio_axis import RatioAxis
from tests.plots import colour_vision

NUMBERS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
COLOURS = {"univariable": "#0072B2", "multivariable": "#D55E00"}


def words(figure):
    return [text.get_text() for text in figure.figure.texts]


def coefficients(figure):
    return figure.data[figure.data["kind"] == "term"].set_index(["model", "term"])


def lines(figure):
    return figure.figure.findobj(Line2D)


def drawn(figure, colour):
    """Horizontal strokes of a colour: left end, right end and height, as parts of the page."""
    strokes = [(line.get_xdata(), line.get_ydata()) for line in lines(figure) if line.get_color() == colour]
    return [(x[0], x[1], y[0]) for x, y in strokes if len(x) == 2 and y[0] == y[1] and x[0] != x[1]]


@pytest.fixture(scope="module")
def separated():
    """A coefficient that rises for ever, and one that falls for ever."""
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1] * 4 + [0] * 4)
    data = {"up": ["b"] * 4 + ["a"] * 4, "down": ["a"] * 4 + ["b"] * 4, "x": [1, 2, 1, 3, 2, 1, 2, 1]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.SeparationWarning)
        alone = {name: hs.cox(y, data, [name], interval="profile") for name in data}
    return alone, hs.plots.forest(alone)


def test_data_are_those_of_the_models(forest, models):
    alone, together = models
    found = coefficients(forest)
    for key, fits in {"univariable": alone.values(), "multivariable": [together]}.items():
        for fit in fits:
            for row in fit.to_frame().itertuples():
                told = found.loc[(key, row.term)]
                assert [told["hazard_ratio"], told["low"], told["high"]] == [
                    row.hazard_ratio, row.low, row.high,
                ]  # fmt: skip
    assert len(found) == sum(len(fit.terms) for fit in [*alone.values(), together])


def test_printed_numbers_are_those_of_table_3(forest, models):
    alone, together = models
    labels = {"arm": "Treatment", "arm=old": "Old treatment"}
    table = {number.id: number for number in hs.tables.cox_models(alone, together, labels=labels).numbers}
    inside = [number for number in forest.drawn_numbers if number.id in table]
    assert len(inside) == len(forest.drawn_numbers)
    assert all(table[number.id] == number for number in inside)
    ratio = table["multivariable.arm.old.hazard_ratio.estimate"]
    assert any(text.startswith(f"{ratio} (") for text in words(forest))


def test_levels_stand_below_their_factor_with_the_reference(forest):
    rows = forest.data[forest.data["model"] == "univariable"]
    assert list(rows["kind"]) == [
        "factor",
        "reference",
        "term",
        "factor",
        "reference",
        "term",
        "term",
        "term",
    ]
    assert list(rows["level"]) == ["", "new", "old", "", "a", "b", "c", ""]
    assert words(forest).count("1 (reference)") == 3
    assert {"Treatment", "Old treatment", "Site"} <= set(words(forest))


def test_counts_of_the_levels_add_up(forest, twelve):
    arm = forest.data[(forest.data["factor"] == "arm") & (forest.data["model"] == "univariable")]
    whole, levels = arm.iloc[0], arm.iloc[1:]
    assert (whole["events"], whole["n"]) == (twelve.event.sum(), 12)
    assert (levels["events"].sum(), levels["n"].sum()) == (whole["events"], whole["n"])
    assert "9/12" in words(forest)


def test_a_factor_of_one_model_only_is_drawn_once(forest):
    assert set(forest.data.loc[forest.data["factor"] == "site", "model"]) == {"univariable"}


def test_intervals_are_drawn_where_the_axis_says(models):
    low, high = 0.02, 50.0
    figure = hs.plots.forest({"age": models[0]["age"]}, limits=(low, high))
    row = figure.data.iloc[0]
    [(first, last, _)] = drawn(figure, COLOURS["univariable"])
    [(left, right, _)] = [stroke for stroke in drawn(figure, "#000000") if stroke[1] - stroke[0] > 0.1]
    for x, ratio in ((first, row["low"]), (last, row["high"])):
        share = math.log(ratio / low) / math.log(high / low)
        assert (x - left) / (right - left) == pytest.approx(share, abs=1e-5)


def test_the_two_models_of_a_line_do_not_cover_each_other(forest):
    heights = [
        {round(y, 6) for _, _, y in drawn(forest, COLOURS[key])} for key in ("univariable", "multivariable")
    ]
    assert all(heights)
    assert not heights[0] & heights[1]


def test_markers_tell_the_models_apart_without_colour(forest):
    found = {
        (line.get_marker(), line.get_markeredgecolor())
        for line in lines(forest)
        if line.get_marker() in ("o", "s")
    }
    assert found == {("o", COLOURS["univariable"]), ("s", COLOURS["multivariable"])}
    for vision in ("normal", "protanopia", "deuteranopia", "tritanopia"):
        assert colour_vision.smallest_distance(list(COLOURS.values()), vision) > 20


def test_intervals_beyond_the_axis_end_in_arrows(models):
    figure = hs.plots.forest({"arm": models[0]["arm"]}, limits=(0.9, 1.1))
    row = figure.data[figure.data["kind"] == "term"].iloc[0]
    assert row["low"] < 1.1 < row["high"]
    expected = "both" if row["low"] < 0.9 else "right"
    assert row["arrow"] == expected
    markers = [line.get_marker() for line in lines(figure)]
    assert markers.count(">") == 1
    assert markers.count("<") == (expected == "both")
    assert "Arrow: the interval goes on beyond the axis" in str(figure.caption)
    assert hs.plots.problems(figure) == ()


def test_an_estimate_beyond_the_axis_has_no_marker(models):
    ratio = float(models[0]["arm"].to_frame()["hazard_ratio"].iloc[0])
    assert ratio > 1.1
    figure = hs.plots.forest({"arm": models[0]["arm"]}, limits=(0.9, 1.1))
    filled = [line for line in lines(figure) if line.get_markerfacecolor() == COLOURS["univariable"]]
    assert [line.get_marker() for line in filled if line.get_marker() == "o"] == ["o"]  # the key alone


def test_a_coefficient_without_estimate_is_a_one_sided_arrow(separated):
    alone, figure = separated
    found = coefficients(figure)
    up, down = found.loc[("univariable", "up[T.b]")], found.loc[("univariable", "down[T.b]")]
    assert (up["arrow"], down["arrow"]) == ("right", "left")
    assert (up["status"], math.isnan(up["hazard_ratio"]), up["high"]) == ("not_estimable", True, math.inf)
    assert up["low"] == alone["up"].to_frame()["low"].iloc[0]
    assert sum(text.startswith("NE (") for text in words(figure)) == 2
    assert "NE: not estimable" in str(figure.caption)
    assert hs.plots.problems(figure) == ()


def test_one_kind_of_model_alone_can_be_drawn(models):
    alone, together = models
    only = hs.plots.forest(multivariable=together)
    assert set(only.data["model"]) == {"multivariable"}
    assert hs.plots.problems(only) == ()
    assert set(hs.plots.forest(alone).data["model"]) == {"univariable"}


@pytest.mark.parametrize("both", [False, True])
def test_forty_lines_with_long_names_fit_on_a_page(both):
    random = np.random.default_rng(3)
    n = 150
    y = hs.Surv.right(random.exponential(5, n) + 0.1, random.random(n) < 0.7)
    data = {
        f"factor_{k}": random.choice(["one", "two", "a third level with a long name"], n) for k in range(9)
    }
    data["a_long_name_of_a_number_in_the_model"] = random.normal(size=n)
    alone = {name: hs.cox(y, data, [name]) for name in data}
    figure = hs.plots.forest(alone, hs.cox(y, data, list(data)) if both else None)
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 174


def test_too_many_lines_and_too_long_words_are_refused(twelve):
    fit = hs.cox(twelve, {"x": NUMBERS}, ["x"])
    with pytest.raises(DesignError, match="no room for its axis"):
        hs.plots.forest({"x": fit}, labels={"x": "Verylongword" * 12})
    big = np.random.default_rng(1)
    y = hs.Surv.right(big.exponential(size=90), [1] * 90)
    data = {f"x{k}": big.normal(size=90) for k in range(60)}
    alone = {name: hs.cox(y, data, [name]) for name in data}
    with pytest.raises(DesignError, match="60 lines do not fit"):
        hs.plots.forest(alone)


def test_models_must_be_alike_and_there_must_be_one(models, twelve):
    alone, together = models
    with pytest.raises(DesignError, match="no model to draw"):
        hs.plots.forest()
    with pytest.raises(DesignError, match="same interval, but age differs"):
        hs.plots.forest({"age": hs.cox(twelve, {"age": NUMBERS}, ["age"], interval="wald")}, together)
    firth = hs.cox(twelve, {"arm": [0, 1] * 6}, ["arm"], interval="profile", penalty="firth")
    with pytest.raises(DesignError, match="same penalty, but arm differs from the first"):
        hs.plots.forest({"age": alone["age"], "arm": firth})
    with pytest.raises(DesignError, match="no ends of a ratio axis"):
        hs.plots.forest(alone, limits=(0, 10))


def test_caption_and_alternative_text_tell_the_results(forest, models):
    _, together = models
    assert f"{together.n} patients, {together.n_events} events" in str(forest.caption)
    assert together.method in str(forest.caption)
    assert forest.alt_text.startswith("Forest plot of hazard ratios with 95% intervals")
    assert "Treatment, Old treatment: univariable " in forest.alt_text
    own = hs.Text.of("My words.")
    assert hs.plots.forest(multivariable=together, caption=own).caption == own


# The axis


def test_the_axis_is_logarithmic_and_ends_where_it_ends():
    axis = RatioAxis(0.1, 10.0, 20.0, 40.0)
    assert [axis.at(ratio) for ratio in (0.1, 1, 10, 0.001, math.inf)] == [20, 40, 60, 20, 60]
    assert axis.holds(10)
    assert not axis.holds(10.1)


@pytest.mark.parametrize(
    ("low", "high", "width"),
    [(0.5, 2, 30), (0.1, 10, 30), (0.1, 10, 120), (0.001, 1000, 30), (0.9, 1.1, 40), (1e-9, 1e9, 30)],
)
def test_ticks_are_round_and_do_not_touch(low, high, width):
    ticks = RatioAxis(low, high, 0, width).ticks
    assert 1 in ticks
    assert all(low <= tick <= high for tick in ticks)
    ends = [(RatioAxis(low, high, 0, width).at(t), ratio_axis.text_width(ratio_axis.words(t))) for t in ticks]
    for (one, its), (other, width_of_other) in pairwise(ends):
        assert one + its / 2 < other - width_of_other / 2


def test_limits_hold_all_estimates_but_not_every_interval():
    low, high = ratio_axis.limits_of([0.3, 4.0], [0.0, 1e9])
    assert low <= 0.3
    assert 4 <= high <= 50
    assert ratio_axis.limits_of([1.0], [0.99, 1.01]) == (0.5, 2.0)
    assert ratio_axis.limits_of([math.nan], [math.nan, math.inf]) == (0.5, 2.0)
