"""E-values: published numbers, identities, fits and refusals."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError
from hpcstats.sensitivity import e_value

SIX_MP = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
Y = hs.Surv.right(SIX_MP + PLACEBO, RELAPSE + [1] * 21, id=[f"p{k}" for k in range(42)], unit="weeks")
GROUP = ["6-MP"] * 21 + ["placebo"] * 21


def test_the_e_value_solves_its_equation():
    """Both associations E give the bounding factor E^2 / (2 E - 1) = RR."""
    ratio = np.array([1.0, 1.3, 3.9, 50.0])
    found = e_value(ratio).e_value
    assert found**2 / (2 * found - 1) == pytest.approx(ratio)


def test_a_ratio_and_its_inverse_have_one_e_value():
    ratio = np.array([0.2, 0.5, 0.9])
    assert e_value(ratio).e_value == pytest.approx(e_value(1 / ratio).e_value)
    low, high = e_value(0.5, 0.3, 0.8), e_value(2.0, 1 / 0.8, 1 / 0.3)
    assert low.e_value_limit == pytest.approx(high.e_value_limit)


def test_published_numbers():
    assert e_value(0.79, of="hazard-ratio", outcome="common").e_value[0] == pytest.approx(1.634, abs=5e-4)
    assert e_value(0.64, of="odds-ratio", outcome="common").ratio[0] == pytest.approx(0.8)
    assert e_value(0.64, of="odds-ratio", outcome="rare").ratio[0] == 0.64


@pytest.mark.parametrize(
    ("given", "options", "expected"),
    [
        # Breastfeeding and leukaemia, of VanderWeele & Ding 2017; then the examples of R's EValue.
        ((0.80, 0.71, 0.91), {}, (1.81, 1.43)),
        ((0.86, 0.75, 0.99), {"of": "odds-ratio", "outcome": "common"}, (1.37, 1.08)),
        ((0.56, 0.46, 0.69), {"of": "hazard-ratio", "outcome": "common"}, (2.35, 1.91)),
    ],
)
def test_published_intervals(given, options, expected):
    found = e_value(*given, **options)
    assert (round(found.e_value[0], 2), round(found.e_value_limit[0], 2)) == expected


def test_one_limit_is_enough_where_it_is_the_nearer():
    assert e_value(2.0, 1.3).e_value_limit[0] == pytest.approx(1.3 + np.sqrt(1.3 * 0.3))
    assert e_value(0.5, None, 0.8).e_value_limit[0] == pytest.approx(e_value(1.25).e_value[0])
    # On the other side of the null nothing needs to be explained.
    assert e_value([2.0, 0.5], [0.8, np.nan], [np.nan, 1.2]).e_value_limit.tolist() == [1.0, 1.0]
    assert np.isnan(e_value([2.0, 0.5], [np.nan, 0.3], [3.0, np.nan]).e_value_limit).all()


def test_an_interval_that_holds_the_null_needs_no_confounding():
    found = e_value([1.8, 0.6], [0.9, 0.3], [3.6, 1.0])
    assert found.e_value_limit.tolist() == [1.0, 1.0]
    assert np.isnan(e_value(2.0).e_value_limit[0])


def test_another_null_is_explained_by_the_ratio_to_it():
    assert e_value(3.0, null=1.5).e_value[0] == pytest.approx(e_value(2.0).e_value[0])
    moved = e_value(0.56, of="hazard-ratio", outcome="common", null=0.8)
    plain = (
        e_value(0.56, of="hazard-ratio", outcome="common").ratio
        / e_value(0.8, of="hazard-ratio", outcome="common").ratio
    )
    assert moved.ratio == pytest.approx(plain)


def test_of_a_fit_every_term_has_one():
    fit = hs.cox(Y, {"placebo": [0] * 21 + [1] * 21, "odd": [0, 1] * 21})
    found, frame = e_value(fit), fit.to_frame()
    again = e_value(frame["hazard_ratio"], frame["low"], frame["high"], of="hazard-ratio", outcome="common")
    assert found.names == fit.terms
    assert found.e_value == pytest.approx(again.e_value)
    assert found.e_value_limit == pytest.approx(again.e_value_limit)
    assert found.patients() == fit.patients()
    assert "common outcome" in found.conventions[0]
    assert found.to_frame().columns.tolist() == [
        "name", "estimate", "low", "high", "ratio", "ratio_low", "ratio_high", "e_value", "e_value_limit",
    ]  # fmt: skip


def test_a_rare_outcome_is_read_off_the_curve():
    time = np.arange(1, 41)
    y = hs.Surv.right(time, np.isin(time, [3, 8, 11]))
    fit = hs.cox(y, {"x": np.arange(40) % 2})
    assert "rare outcome" in e_value(fit).conventions[0]
    assert "common outcome" in e_value(fit, outcome="common").conventions[0]
    assert e_value(fit).ratio == pytest.approx(np.exp(fit.coef))


def test_restricted_means():
    compared = hs.rmst_difference(Y, GROUP, 20, method="asymptotic")
    found = e_value(compared)
    assert found.names == ("ratio", "lost-time-ratio")
    assert found.estimate.tolist() == compared.estimate[1:].tolist()
    difference = e_value(
        compared.estimate[0],
        compared.low[0],
        compared.high[0],
        of="rmst-difference",
        reference=compared.mean[0],
    )
    assert difference.e_value[0] == pytest.approx(found.e_value[0])


def test_what_is_not_estimable_stays_so():
    found = e_value([2.0, np.nan, np.inf, 0.0])
    assert np.isnan(found.e_value[1])
    assert found.e_value[2:].tolist() == [np.inf, np.inf]
    assert (found.status, found.reason) == ("not_estimable", "no estimate of 2")
    y = hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0])
    with pytest.warns(hs.SeparationWarning):
        fit = hs.cox(y, {"x": [1, 1, 1, 0, 0, 0]})
    assert np.isnan(e_value(fit).e_value[0])


@pytest.mark.parametrize(
    ("given", "options", "error", "words"),
    [
        ((-0.5,), {}, DataError, "exp\\(coefficient\\)"),
        ((2.0, 2.5, 3.0), {}, DataError, "between their limits"),
        ((2.0,), {"of": "hazard-ratio"}, DataError, "outcome='common'"),
        ((2.0,), {"of": "rmst-difference"}, DataError, "reference="),
        ((2.0,), {"reference": 3.0}, DataError, "reference="),
        ((-4.0,), {"of": "rmst-difference", "reference": 3.0}, DesignError, "no ratio is possible"),
        (([1.0, 2.0], [1.0, 1.0, 1.0]), {}, DataError, "one length"),
        (("many",), {}, DataError, "must be numbers"),
        ((2.0,), {"null": 0.0}, DataError, "positive ratio"),
        ((2.0,), {"null": "1"}, DataError, "positive ratio"),
        (
            (1.0,),
            {"of": "rmst-difference", "reference": 3.0, "null": np.nan},
            DataError,
            "difference of means",
        ),
        (
            (1.0,),
            {"of": "rmst-difference", "reference": 3.0, "null": -5},
            DesignError,
            "no ratio is possible",
        ),
        ((1.0,), {"of": "rmst-difference", "reference": True}, DataError, "positive time"),
        ((0.5,), {"outcome": "common"}, DataError, "no meaning for a risk ratio"),
        ((0.5,), {"outcome": "seldom"}, DataError, "no meaning for a risk ratio"),
        (("2",), {}, DataError, "not numbers"),
        ((True,), {}, DataError, "must be numbers"),
        ((None,), {}, DataError, "not NoneType"),
        (([],), {}, DataError, "not 0, 1, 1 values"),
        ((hs.kaplan_meier(Y),), {}, DataError, "not SurvivalCurves"),
    ],
)
def test_wrong_input_is_refused(given, options, error, words):
    with pytest.raises(error, match=words):
        e_value(*given, **options)


def test_a_comparison_brings_its_scale_and_null():
    compared = hs.rmst_difference(Y, GROUP, 20, method="asymptotic")
    with pytest.raises(DataError, match="two ratios"):
        e_value(compared, null=1.5)
    with pytest.raises(DataError, match="no meaning for a ratio of restricted means"):
        e_value(compared, outcome="rare")


def test_a_fit_brings_its_scale():
    fit = hs.cox(Y, {"placebo": [0] * 21 + [1] * 21})
    with pytest.raises(DataError, match="leave out"):
        e_value(fit, of="risk-ratio")
