"""The figure of residual risk repeats the results and says what lies beyond."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.literature.pooling import pool_proportions
from hpcstats.literature.synthesis import residual_risk
from hpcstats.plots.residual_risk.curves import residual_risk_curves

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

VALUES = {f"{p:g}": p for p in (0.0, 0.1, 0.2, 0.4)}
POOLED = pool_proportions(
    [5, 6, 2, 10, 16], [43, 60, 39, 44, 88], sources=["one", "two", "three", "four", "five"]
)
GIVEN = (1, 5, 10, 15)


def risk(response, **options):
    ever = VALUES | {"pooled": POOLED}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.SmallSampleWarning)
        return residual_risk(response, ever, given=GIVEN, n_draws=400, seed=1, **options)


CORRECTED = risk(hs.Surv.right_truncated([13, 1.23, 2, 10, 9], [13, 3, 9, 13, 11], id=list("abcde")))
REPORTED = risk(hs.Surv.right([1, 2, 2, 5, 9, 17], [1] * 6, id=list("fghijk")))


@pytest.fixture(scope="module")
def figure():
    return residual_risk_curves({"Corrected": CORRECTED, "As reported": REPORTED}, event="spinal metastasis")


def part(figure, name, curve):
    data = figure.data
    return data[(data["part"] == name) & (data["curve"] == curve)]


def test_it_is_fit_to_print(figure) -> None:
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 174
    assert figure.render(["svg"])[".svg"] == figure.render(["svg"])[".svg"]


def test_the_data_repeat_the_results(figure) -> None:
    drawn = part(figure, "risk", "Corrected").sort_values(["given", "ever"])
    frame = CORRECTED.to_frame().sort_values(["given", "ever_estimate"])
    np.testing.assert_array_equal(drawn["estimate"], frame["estimate"])
    np.testing.assert_array_equal(drawn["high"], frame["high"])
    steps = part(figure, "distribution", "As reported")
    assert steps["time"].tolist() == [1, 2, 5, 9, 17]
    needed = part(figure, "follow_up", "Corrected")
    assert needed["estimate"].tolist() == CORRECTED.follow_up()["estimate"].tolist()


def test_a_time_beyond_the_last_is_called_not_identified(figure) -> None:
    written = " ".join(text.get_text() for axes in figure.figure.axes for text in axes.texts)
    assert written.count("not identified") == 1
    assert "beyond 13" in written
    assert "Corrected, without it for 15 years: not identified." in figure.alt_text
    assert "Corrected, without it for 1 year: 40%" in figure.alt_text


def test_numbers_name_patients_and_publications(figure) -> None:
    numbers = {number.id: number for number in figure.numbers}
    answer = numbers["corrected.free_at_5.estimate"]
    assert answer.patients == tuple("abcde")
    assert answer.sources == ("five", "four", "one", "three", "two")
    assert answer.value == pytest.approx(
        CORRECTED.to_frame().query("ever == 'pooled' and given == 5")["estimate"].iloc[0]
    )
    assert "corrected.free_at_15.estimate" not in numbers
    assert numbers["as_reported.n"].value == 6
    assert numbers["corrected.t_star"].text == "13"


def test_a_share_that_never_comes_is_written_as_beyond() -> None:
    figure = residual_risk_curves({"All": risk(REPORTED.curve, reached=0.85)})
    texts = [number.text for number in figure.numbers if number.id.startswith("all.catch_0_9.")]
    assert texts == [">17", ">17", ">17"]
    assert "85% of all are taken to have come" in str(figure.caption)
    assert hs.plots.problems(figure) == ()


def test_one_curve_without_estimates_has_no_answers() -> None:
    alone = residual_risk_curves({"All": residual_risk(REPORTED.curve, VALUES, given=[1, 2], seed=1)})
    assert not any("free_at" in number.id for number in alone.numbers)
    assert "Diamonds" not in str(alone.caption)
    assert hs.plots.problems(alone) == ()


@pytest.mark.parametrize(
    ("risks", "words"),
    [
        (dict, "one or two curves"),
        (lambda: dict.fromkeys("abc", REPORTED), "one or two curves"),
        (
            lambda: {"a": CORRECTED, "b": residual_risk(REPORTED.curve, VALUES, given=[1])},
            "'b' has other given",
        ),
        (lambda: {"a": residual_risk(REPORTED.curve, [0.1])}, "two or more assumed"),
        (lambda: {"a": residual_risk(REPORTED.curve, VALUES, given=list(range(7)))}, "at most 6"),
    ],
)
def test_what_does_not_go_together_is_refused(risks, words) -> None:
    with pytest.raises(hs.DesignError, match=words):
        residual_risk_curves(risks())
