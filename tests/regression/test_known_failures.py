"""Cox failures seen in other packages at five to twelve patients, each of which must not happen here."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import hpcstats as hs
from tests import oracles

ONE_GROUP_WITHOUT_EVENTS = hs.Surv.right([2, 4, 6, 8, 10, 3, 5, 7, 9, 11], [1] * 5 + [0] * 5)
SECOND_HALF = {"group": [0] * 5 + [1] * 5}


def quietly(*arguments: Any, **options: Any) -> hs.CoxFit:
    """Fit without the warnings, where the test is about the numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        return hs.cox(*arguments, **options)


def test_a_group_without_events_is_named_warned_of_and_not_estimable() -> None:
    with pytest.warns(hs.SeparationWarning, match="group"):
        fit = hs.cox(ONE_GROUP_WITHOUT_EVENTS, SECOND_HALF, ["group"])
    assert fit.status == "not_estimable"
    assert fit.statuses == ("not_estimable",)
    assert "group" in fit.reasons[0]
    assert "group" in fit.reason


def test_a_group_without_events_has_no_coefficient_of_minus_22_with_p_of_one() -> None:
    row = quietly(ONE_GROUP_WITHOUT_EVENTS, SECOND_HALF, ["group"]).to_frame().iloc[0]
    assert not np.isfinite(row["coef"])
    assert np.isnan([row["std_error"], row["statistic"], row["p_value"]]).all()


def test_a_group_without_events_has_a_one_sided_interval() -> None:
    fit = quietly(ONE_GROUP_WITHOUT_EVENTS, SECOND_HALF, ["group"])
    row, limits = fit.to_frame().iloc[0], fit.profile_interval("group")
    assert (row["low"], limits.low) == (0, -np.inf)
    assert 0 < row["high"] < 1
    literal = oracles.PartialLikelihood(
        ONE_GROUP_WITHOUT_EVENTS.time.tolist(), [True] * 5 + [False] * 5, np.array([[0.0]] * 5 + [[1.0]] * 5)
    )
    assert fit.log_likelihood == pytest.approx(literal([-50.0]), abs=1e-9)
    assert 2 * (literal([-50.0]) - literal([limits.high])) == pytest.approx(3.841458820694124, abs=1e-6)


def test_a_group_without_events_keeps_its_valid_tests() -> None:
    fit = quietly(ONE_GROUP_WITHOUT_EVENTS, SECOND_HALF, ["group"])
    assert fit.likelihood_ratio.p_value == pytest.approx(0.0085, abs=5e-5)
    assert fit.score.p_value == pytest.approx(0.0253, abs=5e-5)
    assert np.isnan(fit.wald.p_value)


def test_a_group_without_events_points_to_the_penalised_fit() -> None:
    fit = quietly(ONE_GROUP_WITHOUT_EVENTS, SECOND_HALF, ["group"])
    said = " ".join([fit.reason, *fit.reasons, *fit.warnings]).lower()
    assert "firth" in said or "penal" in said


def test_the_same_group_coded_the_other_way_is_open_above() -> None:
    fit = quietly(ONE_GROUP_WITHOUT_EVENTS, {"group": [1] * 5 + [0] * 5}, ["group"])
    row = fit.to_frame().iloc[0]
    assert row["high"] == np.inf
    assert 1 < row["low"] < np.inf


def test_complete_separation_with_all_events() -> None:
    y = hs.Surv.right(range(1, 11), [True] * 10)
    fit = quietly(y, {"late": [0] * 5 + [1] * 5}, ["late"])
    assert fit.status == "not_estimable"
    assert fit.to_frame()["low"].item() == 0


def test_two_monotone_coefficients_are_both_named() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 1, 1, 1, 0, 0, 0, 0])
    data = {
        "a": [0, 0, 0, 0, 0, 1, 1, 0, 0],
        "b": [0, 0, 0, 0, 0, 0, 0, 1, 1],
        "c": [1, 0, 1, 0, 1, 0, 1, 0, 1],
    }
    with pytest.warns(hs.SeparationWarning) as caught:
        fit = hs.cox(y, data, ["a", "b", "c"])
    assert fit.statuses == ("not_estimable", "not_estimable", "ok")
    said = " ".join(str(warning.message) for warning in caught)
    assert "a" in said
    assert "b" in said
    frame = fit.to_frame().set_index("term")
    assert frame.loc[["a", "b"], "low"].tolist() == [0, 0]
    assert np.isfinite(
        frame.loc["c", ["coef", "std_error", "low", "high", "p_value"]].to_numpy(dtype=float)
    ).all()


def test_a_combination_that_separates_is_found_where_no_covariate_alone_does() -> None:
    x = np.array([[0, 0], [1, 1], [2, 1], [0, 1], [1, 2], [2, 3], [1, 0], [2, 2]])
    # Later failures have the larger second minus first coordinate.
    order = np.argsort(x[:, 1] - x[:, 0], kind="stable")
    x = x[order]
    time = np.unique(x[:, 1] - x[:, 0], return_inverse=True)[1] + 1
    y = hs.Surv.right(time, [True] * 8)
    rows = oracles.differences(time.tolist(), [True] * 8, x.tolist())
    assert oracles.separating_direction(rows, [(1, 0), (-1, 0), (0, 1), (0, -1)]) is None
    assert oracles.separating_direction(rows, [(1, -1)]) == (1, -1)
    fit = quietly(y, {"a": x[:, 0], "b": x[:, 1]}, ["a", "b"])
    assert fit.statuses == ("not_estimable", "not_estimable")
    assert "a" in fit.reason
    assert "b" in fit.reason


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("seed", range(10))
def test_monotone_likelihoods_are_decided_as_by_trying_every_direction(size: int, seed: int) -> None:
    generator = np.random.default_rng([size, seed])
    for _ in range(6):
        n = 12
        x = generator.integers(0, 2, (n, size))
        time = generator.integers(1, 9, n)
        event = generator.random(n) < 0.5
        rows = oracles.differences(time.tolist(), event.tolist(), x.tolist())
        if event.sum() < size or not rows or np.linalg.matrix_rank(np.array(rows)) < size:
            continue
        separating = oracles.separating_direction(rows, oracles.small_directions(size, 2 if size == 3 else 1))
        fit = quietly(
            hs.Surv.right(time, event),
            {f"x{j}": x[:, j] for j in range(size)},
            [f"x{j}" for j in range(size)],
        )
        assert fit.status == ("ok" if separating is None else "not_estimable")


def test_collinear_columns_are_refused_and_both_named() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 1, 1, 1, 0, 1])
    open_ = [0, 1, 1, 0, 1, 0, 0, 1]
    with pytest.raises(
        hs.DesignError, match=r"open_surgery[\s\S]*closed_surgery|closed_surgery[\s\S]*open_surgery"
    ):
        hs.cox(
            y,
            {"open_surgery": open_, "closed_surgery": [1 - v for v in open_]},
            ["open_surgery", "closed_surgery"],
        )


def test_a_constant_column_is_refused_and_named() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 1, 1, 1, 0, 1])
    with pytest.raises(hs.DesignError, match="grade"):
        hs.cox(y, {"age": [3, 1, 4, 1, 5, 9, 2, 6], "grade": [2] * 8}, ["age", "grade"])


def test_no_events_is_refused() -> None:
    with pytest.raises(hs.DesignError, match="no events"):
        hs.cox(hs.Surv.right(range(1, 9), [False] * 8), {"x": [0, 1] * 4}, ["x"])


def test_more_terms_than_events_is_refused() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 0, 1, 0, 0, 0, 0])
    data = {"a": [0, 1, 0, 1, 1, 0, 1, 0], "b": [3, 1, 4, 1, 5, 9, 2, 6], "c": [2, 7, 1, 8, 2, 8, 1, 8]}
    with pytest.raises(hs.DesignError, match="event"):
        hs.cox(y, data, ["a", "b", "c"])


def test_two_patients_one_a_group_are_monotone_and_not_a_number() -> None:
    fit = quietly(hs.Surv.right([1, 2], [1, 1]), {"x": [0, 1]}, ["x"])
    assert fit.status == "not_estimable"
    assert not np.isfinite(fit.to_frame()["coef"].item())
    assert fit.score.statistic == pytest.approx(1)
    assert fit.score.p_value == pytest.approx(0.317, abs=5e-4)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_all_tied_at_one_time_says_nothing_about_a_balanced_group(ties: str) -> None:
    fit = quietly(hs.Surv.right([3] * 8, [True] * 8), {"x": [0, 1] * 4}, ["x"], ties=ties)
    assert fit.coef[0] == pytest.approx(0, abs=1e-9)
    assert fit.likelihood_ratio.statistic == pytest.approx(0, abs=1e-12)


def test_a_group_that_left_before_the_first_event_is_refused_and_named() -> None:
    y = hs.Surv.right([1, 1, 2, 5, 6, 7], [0, 0, 0, 1, 1, 0])
    with pytest.raises(hs.DesignError, match="early"):
        hs.cox(y, {"early": [1, 1, 1, 0, 0, 0]}, ["early"])


def test_a_censoring_at_time_zero_does_not_hide_a_monotone_likelihood() -> None:
    y = hs.Surv.right([0, 1, 2, 3, 4, 5], [0, 1, 1, 1, 0, 0])
    fit = quietly(y, {"x": [1, 1, 1, 1, 0, 0]}, ["x"])
    assert fit.status == "not_estimable"
    assert fit.to_frame()["high"].item() == np.inf


def test_delayed_entry_with_a_gap() -> None:
    y = hs.Surv.right([3, 3, 6, 7, 8, 9], [0, 1, 1, 0, 1, 1], entry=[2, 2, 4, 4, 5, 5])
    x = [0, 1, 0, 1, 1, 0]
    fit = quietly(y, {"x": x}, ["x"])
    literal = oracles.PartialLikelihood(
        [3, 3, 6, 7, 8, 9], [0, 1, 1, 0, 1, 1], np.array(x, dtype=float)[:, None], entry=[2, 2, 4, 4, 5, 5]
    )
    rows = oracles.differences(literal.time, literal.event, [[v] for v in x], literal.entry)
    assert oracles.separating_direction(rows, [(1,), (-1,)]) is None
    found, top = literal.maximise()
    assert fit.coef[0] == pytest.approx(found[0], abs=1e-6)
    assert fit.log_likelihood == pytest.approx(top, abs=1e-10)


def test_a_fit_does_not_stop_early() -> None:
    # A step factor of .95 and a loose test left errors of 4e-4 in another package's coefficients.
    generator = np.random.default_rng(8)
    for _ in range(40):
        n = int(generator.integers(8, 21))
        x = generator.normal(size=n)
        y = hs.Surv.right(generator.exponential(size=n) + 0.01, generator.random(n) < 0.8)
        try:
            fit = quietly(y, {"x": x}, ["x"])
        except hs.DesignError:
            continue
        if fit.status == "ok":
            literal = oracles.PartialLikelihood(y.time.tolist(), y.event.tolist(), x[:, None])
            slope = (literal([fit.coef[0] + 1e-5]) - literal([fit.coef[0] - 1e-5])) / 2e-5
            assert abs(slope * fit.covariance[0, 0]) < 1e-7


def test_few_clusters_are_summed_before_squaring() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 1, 0, 1, 1, 1, 0, 1, 1, 1])
    data = {"x": [1, 0, 1, 1, 0, 0, 1, 0, 1, 0]}
    papers = ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"]
    clustered, robust = quietly(y, data, ["x"], cluster=papers), quietly(y, data, ["x"], robust=True)
    influence = np.array([_weight_derivative(y, data["x"], row) for row in range(10)])
    pairs = influence.reshape(5, 2).sum(axis=1)
    assert clustered.covariance[0, 0] == pytest.approx((pairs**2).sum(), rel=1e-4)
    assert robust.covariance[0, 0] == pytest.approx((influence**2).sum(), rel=1e-4)


def _weight_derivative(y: hs.Surv, x: list[int], row: int) -> float:
    """How the coefficient moves with the weight of one row, by differences: the infinitesimal jackknife."""
    step = 1e-4
    moved = []
    for sign in (1, -1):
        weights = np.ones(len(y))
        weights[row] += sign * step
        moved.append(quietly(y, {"x": x}, ["x"], weights=weights, interval="wald").coef[0])
    return (moved[0] - moved[1]) / (2 * step)
