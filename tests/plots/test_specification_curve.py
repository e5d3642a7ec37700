"""Specification curves: everything where its number says, the main analysis marked, fit to read."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from matplotlib.lines import Line2D

import hpcstats as hs
from hpcstats.plots.specifications.drawing import CELLS, CLEAR, MAIN, OPEN
from hpcstats.plots.specifications.figure import specification_curve
from hpcstats.plots.specifications.plan import columns_of, plan, printed
from hpcstats.sensitivity.specifications import CoxTerm, Outcome, multiverse

LABELS = {"penalty": "Penalty of the likelihood", "penalty=firth": "Firth's", "arm=old": "Old"}


def words(figure):
    return [text.get_text() for text in figure.figure.texts]


def lines(figure, colour=None, marker=None):
    found = figure.figure.findobj(Line2D)
    found = [one for one in found if colour is None or one.get_color() == colour]
    return [one for one in found if marker is None or one.get_marker() == marker]


def in_mm(line):
    width, height = (inches * 25.4 for inches in line.figure.get_size_inches())
    xs, ys = np.array(line.get_xdata(), float), np.array(line.get_ydata(), float)
    return xs * width, (1 - ys) * height


@pytest.fixture(scope="module")
def curve():
    generator = np.random.default_rng(2)
    x = np.repeat([0, 1], 12)
    y = hs.Surv.right(
        generator.exponential(np.where(x, 3, 7)).round(1) + 0.1, generator.random(24) < 0.8, id=range(24)
    )
    data = {"x": x, "z": generator.normal(size=24)}

    def build(covariates, penalty, interval):
        return CoxTerm(
            response=y,
            data=data,
            formula=["x", *covariates],
            penalty=None if penalty == "none" else penalty,
            interval=interval,
        )

    options = {
        "covariates": {"none": [], "z": ["z"]},
        "penalty": ["firth", "none"],
        "interval": ["profile", "wald"],
    }
    main = {"covariates": "none", "penalty": "firth", "interval": "profile"}
    exclude = {"not held": {"penalty": "firth", "interval": "wald"}}
    return multiverse(options, build, main=main, exclude=exclude)


@pytest.fixture(scope="module")
def tested(curve):
    return curve.permutation_test(99, seed=1)


@pytest.fixture(scope="module")
def figure(curve, tested):
    return specification_curve(curve, tested, labels=LABELS)


def test_the_data_are_the_specifications_in_order(figure, curve):
    frame = curve.to_frame()
    assert figure.data["estimate"].is_monotonic_increasing
    assert figure.data["place"].tolist() == list(range(1, 7))
    told = figure.data.set_index("specification").loc[frame["specification"]].reset_index()
    for name in ("estimate", "low", "high", "p_value", "main", "covariates"):
        assert told[name].tolist() == frame[name].tolist()


def test_nothing_overlaps_or_leaves_the_page(figure):
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 174


def test_numbers_are_those_of_the_result(figure, curve):
    numbers = {number.id: number for number in figure.numbers}
    main = curve.to_frame().query("main").iloc[0]
    assert numbers["main.estimate"].value == main["estimate"]
    assert (numbers["main.low"].value, numbers["main.high"].value) == (main["low"], main["high"])
    assert numbers["main.n"].value == 24
    assert numbers["specifications"].value == 6
    assert numbers["excluded.1"].value == 2
    assert numbers["other_side.share"].value == curve.share_other_side
    assert numbers["other_conclusion.share"].value == curve.share_other_conclusion
    for row in curve.options().itertuples():
        assert numbers[f"{row.choice}.{row.option}.median"].value == pytest.approx(row.median)
        assert hs.formats.ratio(row.median) in words(figure)
    assert all(number.patients == curve.patients() for number in figure.numbers)


def test_the_test_stands_in_the_caption(figure, tested):
    for p in tested.p_value:
        assert hs.formats.p_value(p) in str(figure.caption)
    assert "99 permutations" in str(figure.caption)
    assert "2 (not held)" in str(figure.caption)


def test_the_main_analysis_is_marked_in_every_choice(figure, curve):
    marks = [line for line in lines(figure, marker="D") if line.get_markerfacecolor() == MAIN]
    assert len(marks) == 1 + 1 + len(curve.choices)
    upright = lines(figure, colour=MAIN)[-1] if lines(figure, colour=MAIN) else None
    assert upright is not None
    xs = {round(float(in_mm(line)[0][0]), 3) for line in marks[1:]}
    assert len(xs) == 1
    bold = [text.get_text() for text in figure.figure.texts if text.get_weight() == "bold"]
    assert {"None", "Firth's", "Profile", "Penalty of the likelihood"} <= set(bold)
    assert "Wald" not in bold


def test_cells_and_limits_stand_where_the_plan_says(curve):
    found = plan(curve, None, {})
    drawn = specification_curve(curve)
    cells = [in_mm(line) for line in lines(drawn, colour=CELLS[-1])]
    options = [line for line in found.lines if line.having]
    assert len(cells) == len(options)
    by_height = sorted(cells, key=lambda one: one[1][0])
    for line, (xs, _) in zip(options, by_height, strict=True):
        covered = np.zeros(found.columns, dtype=bool)
        for first, last in zip(xs[::3], xs[1::3], strict=True):
            covered |= (found.edges[:-1] >= first - 1e-3) & (found.edges[1:] <= last + 1e-3)
        assert covered.tolist() == [share == 1 for share in line.having]
    sides = [one.side for one in curve.outcomes]
    for colour, number in ((OPEN, sides.count("open")), (CLEAR, 6 - sides.count("open"))):
        limits = [line for line in lines(drawn, colour=colour) if len(line.get_xdata()) % 3 == 0]
        assert sum(len(line.get_xdata()) // 3 for line in limits) == number


def many(size, *, seed=0):
    """A multiverse of `size` by 12 by 3 specifications with effects on both sides."""
    generator = np.random.default_rng(seed)
    noise = {key: generator.normal(0, 0.1) for key in itertools.product(range(size), range(12), range(3))}

    def build(paper, rounding, model):
        value = 0.05 * (paper - size / 2) + 0.02 * rounding + 0.2 * model + noise[paper, rounding, model]
        return Outcome(
            estimate=value,
            low=value - 0.5,
            high=value + 0.6,
            null=0.0,
            logarithmic=True,
            label="Hazard ratio",
            n=9,
        )

    options = {"paper": range(size), "rounding": range(12), "model": range(3)}
    return multiverse(options, build, main={"paper": 0, "rounding": 0, "model": 0})


@pytest.mark.parametrize(("size", "together"), [(3, 1), (10, 1), (15, 2)])
def test_neighbours_share_a_column_where_there_are_many(size, together):
    found = many(size)
    made = plan(found, None, {})
    assert made.together == together
    sizes = [np.dot(line.having, np.bincount(made.column)) for line in made.lines if line.having]
    told = found.options()
    expected = [
        told.loc[told["choice"] == name, "n_specifications"].tolist() for name in found.influence()["choice"]
    ]
    assert sizes == pytest.approx([number for numbers in expected for number in numbers])


def test_two_thousand_specifications_fit_on_a_page():
    copies = multiverse(
        {"copy": range(4), "half": range(3), "paper": range(10), "rounding": range(6), "model": range(3)},
        lambda copy, half, paper, rounding, model: Outcome(
            estimate=0.1 * copy - 0.05 * paper + 0.01 * rounding * model - 0.1 * half,
            low=-1.0,
            high=1.5,
            null=0.0,
            label="Difference",
        ),
        main={"copy": 0, "half": 0, "paper": 3, "rounding": 0, "model": 0},
    )
    assert copies.size == 2_160
    figure = specification_curve(copies)
    assert hs.plots.problems(figure) == ()
    assert len(figure.render(["svg"])[".svg"]) < 1_500_000
    assert "Each column holds" in str(figure.caption)
    strokes = [line.get_linewidth() for line in lines(figure) if line.get_linestyle() == "-"]
    assert min(strokes) >= 0.3


def test_columns_hold_equally_many():
    assert np.bincount(columns_of(2_000, 380)).max() == 6
    assert columns_of(3, 380).tolist() == [0, 1, 2]
    assert columns_of(760, 380)[-1] == 379


def test_what_lies_beyond_any_number_stands_at_the_end():
    def build(a):
        if a == "x":
            return Outcome(
                estimate=math.nan, low=-math.inf, high=0.4, beyond=-1, status="not_estimable",
                reason="monotone", label="Hazard ratio", logarithmic=True, null=0.0,
            )  # fmt: skip
        if a == "y":
            raise hs.DesignError("nobody")
        return Outcome(estimate=0.3, low=0.1, high=0.5, label="Hazard ratio", logarithmic=True, null=0.0)

    with pytest.warns(hs.SmallSampleWarning):
        found = multiverse({"a": ["v", "w", "x", "y"]}, build, main={"a": "v"})
    assert (found.share_other_side, found.n_not_estimable) == (pytest.approx(1 / 3), 2)
    figure = specification_curve(found)
    assert figure.data["a"].tolist() == ["x", "v", "w"]
    assert len(lines(figure, marker="v")) == 2
    assert "No finite estimate" in words(figure)
    assert "1 of them lie beyond any number" in str(figure.caption)
    assert hs.plots.problems(figure) == ()


def test_the_range_told_is_that_of_the_finite_estimates():
    def build(a):
        if a == "x":
            return Outcome(
                estimate=math.nan, low=-math.inf, high=0.4, beyond=-1, status="not_estimable",
                reason="monotone", label="Hazard ratio", logarithmic=True, null=0.0,
            )  # fmt: skip
        return Outcome(
            estimate=math.log(a), low=-1.0, high=2.0, label="Hazard ratio", logarithmic=True, null=0.0
        )

    with pytest.warns(hs.SmallSampleWarning):
        found = multiverse({"a": [2, 3, "x"]}, build, main={"a": 2})
    told = specification_curve(found).alt_text
    assert "2 sorted estimates, 2.00 to 3.00; 1 without a finite one stand at the ends, above" in told


def test_a_column_is_as_dark_as_what_it_draws():
    """Of two neighbours one leaves out the null value: the interval drawn for both holds it, or not."""

    def build(a, b, c, d):
        low = (0.1 if b else -1.5) if c % 2 else 0.2
        place = 1 + 0.3 * a + 0.03 * d + 0.002 * c
        return Outcome(estimate=place, low=low, high=9.0, label="Hazard ratio", logarithmic=True, null=0.0)

    options = {"a": range(8), "b": [0, 1], "c": range(10), "d": range(5)}
    found = multiverse(options, build, main={"a": 0, "b": 0, "c": 0, "d": 0})
    drawn = specification_curve(found)
    made = plan(found, None, {})
    assert made.together == 2
    null = in_mm(next(line for line in lines(drawn) if line.get_linestyle() == "--"))[1][0]
    for colour, clear in ((OPEN, False), (CLEAR, True)):
        limits = [in_mm(one)[1] for one in lines(drawn, colour=colour) if len(one.get_xdata()) % 3 == 0]
        lowest = np.concatenate([ys[::3] for ys in limits])
        assert lowest.size
        assert ((lowest < null) == clear).all()


def test_other_scales_have_a_plain_axis():
    def build(a):
        return Outcome(estimate=5.0 + a, low=4.0, high=9.0, label="Median time", n=4)

    figure = specification_curve(multiverse({"a": [1, 2, 3]}, build, main={"a": 1}))
    assert {"6", "Estimate", "Main analysis: 6 (4 to 9), 95% interval; 4 patients, 0 events"} <= set(
        words(figure)
    )
    assert hs.plots.problems(figure) == ()
    assert [printed(value, ratio=False) for value in (-1.25, math.inf, math.nan)] == ["−1.25", "∞", "NE"]
    assert [printed(value, ratio=True) for value in (0.0, 0.5)] == ["0", "0.50"]


def test_what_cannot_be_drawn_is_refused(curve, tested):
    other = multiverse({"a": [1, 2]}, lambda a: Outcome(estimate=1.0 * a), main={"a": 1})
    with pytest.raises(hs.DesignError, match="not of this multiverse"):
        specification_curve(other, tested)
    with pytest.raises(hs.DesignError, match="is too long"):
        specification_curve(
            curve, labels={"penalty=none": "No penalty at all, which is to say maximum likelihood"}
        )


def test_the_same_figure_has_the_same_bytes(curve, tested, figure):
    again = specification_curve(curve, tested, labels=LABELS)
    assert again.render(["svg", "png"]) == figure.render(["svg", "png"])


def test_the_alternative_text_says_what_moves_the_estimate(figure, curve):
    assert figure.alt_text.startswith("Specification curve of 6 sorted estimates")
    assert "Penalty of the likelihood: median" in figure.alt_text
    first = curve.influence()["choice"].iloc[0]
    headings = [
        text for text in words(figure) if text in {"Covariates", "Penalty of the likelihood", "Interval"}
    ]
    assert headings[0] == (LABELS.get(first) or first.capitalize())
