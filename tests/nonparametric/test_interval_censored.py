"""The curve of interval-censored times: closed forms, regions, bounds, limits, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs

OPEN = np.inf


def curve(lower, upper, **options):
    return hs.turnbull(hs.Surv.interval(lower, upper), seed=1, **options)


def test_masses_that_can_be_worked_out_by_hand():
    # (0,2], (1,3], (2,4], (2,inf), (3,5]: masses 1/3, 1/6, 1/2 as icenReg, Icens and survfit have them.
    found = curve([0, 1, 2, 2, 3], [2, 3, 4, OPEN, 5])
    assert found.left.tolist() == [1, 2, 3]
    assert found.right.tolist() == [2, 3, 4]
    np.testing.assert_allclose(found.mass, [1 / 3, 1 / 6, 1 / 2], atol=1e-12)
    np.testing.assert_allclose(found.estimate, [2 / 3, 1 / 2, 0], atol=1e-12)


def test_exact_times_given_as_intervals_step_at_their_times():
    # lifelines steps one time late, never to 0, and has the median 4.
    found = curve([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    np.testing.assert_allclose(found.estimate, [0.8, 0.6, 0.4, 0.2, 0], atol=1e-15)
    assert found.quantile(0.5)[["estimate_low", "estimate_high"]].to_numpy().tolist() == [[3, 3]]


def test_disjoint_intervals_share_equally():
    found = curve([0, 2, 4, 6], [1, 3, 5, 7])
    np.testing.assert_allclose(found.mass, [0.25] * 4, atol=1e-14)
    assert found.log_likelihood == pytest.approx(4 * np.log(0.25))


def test_ends_that_touch_do_not_overlap():
    # (0, 2] and (2, 4] share no time: two regions; an exact 2 lies in the first.
    found = curve([0, 2, 2], [2, 4, 2])
    assert found.left.tolist() == [2, 2]
    assert found.right.tolist() == [2, 4]
    np.testing.assert_allclose(found.mass, [2 / 3, 1 / 3], atol=1e-14)


def test_an_event_at_a_time_precedes_a_censoring_there():
    y = hs.Surv.right([3, 3], [1, 0])
    found = hs.turnbull(y, seed=1)
    np.testing.assert_allclose(found.mass, [0.5, 0.5])
    assert found.left.tolist() == [3, 3]
    assert found.right.tolist() == [3, OPEN]


def test_ends_equal_up_to_rounding_are_equal():
    found = curve([0.0, 0.3], [3 * 0.1, 0.5])
    assert found.left.size == 2


@pytest.mark.parametrize("kind", ["right", "interval"])
def test_exact_and_censored_times_give_kaplan_meier(kind):
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    y = hs.Surv.right(times, relapse)
    km = hs.kaplan_meier(y)
    if kind == "interval":
        y = hs.Surv.interval(times, np.where(relapse, times, OPEN))
    found = hs.turnbull(y, seed=1)
    low, high = found.bounds.at(np.array(times, dtype=float))
    np.testing.assert_allclose(low[0], km.at(times)["estimate"], atol=1e-12)
    np.testing.assert_array_equal(low, high)
    assert found.quantile(0.5)["estimate_low"].item() == km.quantile(0.5)["estimate"].item()


def test_the_median_of_four_exact_times_is_all_of_the_flat():
    found = curve([1, 2, 3, 4], [1, 2, 3, 4]).quantile(0.5)
    assert found[["estimate_low", "estimate_high"]].to_numpy().tolist() == [[2, 3]]


def test_inside_a_region_both_bounds_are_given():
    found = curve([0, 4, 4], [2, 6, OPEN])
    frame = found.at([0, 1, 2, 3, 5, 6, 99])
    np.testing.assert_allclose(frame["estimate_low"], [1, 2 / 3, 2 / 3, 2 / 3, 0, 0, 0], atol=1e-14)
    np.testing.assert_allclose(frame["estimate_high"], [1, 1, 2 / 3, 2 / 3, 2 / 3, 0, 0], atol=1e-14)


def test_what_is_not_reached_is_infinite():
    found = curve([0, 4, 4, 5], [2, OPEN, OPEN, OPEN])
    assert found.right.tolist() == [2, OPEN]
    median = found.quantile(0.5)
    assert median["estimate_low"].item() == 5
    assert median["estimate_high"].item() == OPEN
    assert np.isnan(found.to_frame()["low"].iloc[-1])


def test_nobody_has_the_event():
    found = curve([3, 5], [OPEN, OPEN])
    assert found.status == "boundary"
    assert found.n_events == 0
    assert found.at(5)["estimate_low"].item() == 1
    # Clopper and Pearson for 2 of 2; later, resamples without the second patient know nothing.
    assert found.at(3)["low"].item() == pytest.approx(0.025 ** (1 / 2))
    assert found.at(5)["low"].item() == 0


def test_a_maximum_that_the_first_step_reaches_is_kept():
    # Five equal times among eleven: self-consistency is there at once, before any slack is known.
    times = [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(curve(times, times).mass, [5 / 11] + [1 / 11] * 6, atol=1e-14)


def test_one_patient():
    found = curve([2], [5])
    assert found.to_frame()[["left", "right", "mass", "estimate"]].to_numpy().tolist() == [[2, 5, 1, 0]]
    assert found.log_likelihood == 0


def test_whole_weights_are_repeated_rows():
    lower, upper, weights = [0, 1, 2, 2, 3], [2, 3, 4, OPEN, 5], [1, 3, 0, 2, 1]
    once = curve(lower, upper, weights=weights)
    rows = np.repeat(np.arange(5), weights)
    repeated = curve(np.array(lower)[rows], np.array(upper)[rows])
    np.testing.assert_allclose(once.mass, repeated.mass, atol=1e-12)
    assert once.left.tolist() == repeated.left.tolist()
    assert once.log_likelihood == pytest.approx(repeated.log_likelihood)
    assert (once.n, once.n_events) == (repeated.n, repeated.n_events) == (7, 5)


def test_limits_are_drawn_late_and_again_from_the_seed():
    lower, upper = [0, 1, 2, 2, 3, 4], [2, 3, 4, OPEN, 5, 9]
    found = curve(lower, upper, n_resamples=200)
    assert not found._limits
    frame = found.to_frame()
    assert found._limits
    again = hs.turnbull(found.response, n_resamples=200, seed=int(found.seed)).to_frame()
    assert frame.equals(again)
    fresh = hs.turnbull(found.response, n_resamples=200)
    assert (
        hs.turnbull(found.response, n_resamples=200, seed=int(fresh.seed)).to_frame().equals(fresh.to_frame())
    )


def test_limits_are_percentiles_of_resampled_curves():
    """A loop over the same resamples, each estimated by itself."""
    from hpcstats.core.resampling.resampling_weights import Units, block_of_weights

    lower, upper = np.array([0, 1, 2, 2, 3, 4, 6.0]), np.array([2, 3, 4, OPEN, 5, 9, OPEN])
    found = curve(lower, upper, n_resamples=99, level=0.9)
    [weights] = block_of_weights(Units.of_rows(np.ones(7)), "multinomial", found.entropy, 0, 99)
    at = np.arange(0, 9.5, 0.5)
    lows, highs = [], []
    for row in weights:
        rows = np.repeat(np.arange(7), row.astype(int))
        low, high = curve(lower[rows], upper[rows]).bounds.at(at)
        lows.append(low[0])
        highs.append(high[0])
    frame = found.at(at)
    sure = 0.05 ** (1 / 7)
    np.testing.assert_allclose(frame["low"], np.minimum(np.quantile(lows, 0.05, axis=0), sure), atol=1e-9)
    np.testing.assert_allclose(
        frame["high"], np.maximum(np.quantile(highs, 0.95, axis=0), 1 - sure), atol=1e-9
    )


def test_limits_do_not_depend_on_how_the_work_is_cut(monkeypatch):
    from hpcstats.core.interval import bootstrap as turnbull_bootstrap

    lower, upper = [0, 1, 2, 2, 3, 4], [2, 3, 4, OPEN, 5, 9]
    whole = curve(lower, upper, n_resamples=50).to_frame()
    monkeypatch.setattr(turnbull_bootstrap, "_CELLS", 30)
    np.testing.assert_allclose(curve(lower, upper, n_resamples=50).to_frame(), whole, atol=1e-12)


def test_pieces_cover_the_time_axis():
    found = curve([0, 4, 4], [2, 6, OPEN], n_resamples=20)
    frame = found.pieces()
    assert frame["start"].iloc[0] == 0
    assert frame["end"].iloc[-1] == OPEN
    np.testing.assert_array_equal(frame["end"].iloc[:-1], frame["start"].iloc[1:])
    assert (frame["estimate_low"] <= frame["estimate_high"]).all()
    assert (frame["low"] <= frame["estimate_low"] + 1e-9).all()


def test_the_bootstrap_and_leave_one_out_take_its_statistic():
    y = hs.Surv.interval([0, 1, 2, 2, 3], [2, 3, 4, OPEN, 5], id=list("abcde"))
    found = hs.turnbull(y, seed=1)
    statistic = found.statistic([2, 3.5])
    assert statistic.names == ("smallest S(2)", "largest S(2)", "smallest S(3.5)", "largest S(3.5)")
    drawn = hs.bootstrap(y, 100, statistic=statistic, kind="percentile", seed=1).to_frame()
    np.testing.assert_allclose(drawn["estimate"], [2 / 3, 2 / 3, 0, 0.5], atol=1e-12)
    left_out = hs.leave_one_out(y, statistic=statistic).to_frame()
    assert len(left_out) == 20
    without_a = hs.turnbull(y.take([1, 2, 3, 4]), seed=1).at([2, 3.5])
    first = left_out[left_out["left_out"] == "a"]["estimate"].to_numpy()
    np.testing.assert_allclose(
        first, without_a[["estimate_low", "estimate_high"]].to_numpy().ravel(), atol=1e-9
    )


def test_an_uncertified_maximum_says_so(monkeypatch):
    from hpcstats.core.interval import turnbull

    monkeypatch.setattr(turnbull, "_MOST_STEPS", 1)
    monkeypatch.setattr(turnbull, "_LAST_STEPS", 0)
    with pytest.warns(hs.ConvergenceWarning, match="certified to a Karush-Kuhn-Tucker gap of"):
        found = curve([0, 1, 2, 2, 3], [2, 3, 4, OPEN, 5])
    assert found.warnings
    assert "certified" not in found.method
    assert found.kkt_gap > 1e-8


def test_the_text_names_what_was_done():
    found = curve([0, 1, 2], [2, 3, 4], n_resamples=20)
    assert found.title().startswith("Turnbull estimate, n = 3, events = 3, time in years, log-likelihood")
    assert "20 resamples, seed 1" in found.method
    assert found.as_dict()["rows"][0]["left"] == 1
    assert found.interval_shown == "95% bootstrap"
    named = hs.turnbull(hs.Surv.interval([0, 1], [2, 3], id=["b", "a"]), seed=1, weights=[1, 0])
    assert named.patients() == ("b",)


def test_what_has_no_definition_is_refused(monkeypatch):
    from hpcstats.nonparametric import interval_censored

    y = hs.Surv.interval([0, 1], [2, 3])
    with pytest.raises(hs.UnsupportedError, match="not defined for delayed entry"):
        hs.turnbull(hs.Surv.right([2, 3], [1, 1], entry=[0, 1]))
    with pytest.raises(hs.UnsupportedError, match="not defined for Surv.competing"):
        hs.turnbull(hs.Surv.competing([2, 3], [1, 0], causes=["a"]))
    with pytest.raises(hs.UnsupportedError, match="interval='log-log' is not known"):
        hs.turnbull(y, interval="log-log")
    with pytest.raises(hs.DataError, match="n_resamples must be"):
        hs.turnbull(y, n_resamples=1)
    with pytest.raises(hs.DataError, match="seed must be"):
        hs.turnbull(y, seed="x")
    with pytest.raises(hs.DataError, match="level must be"):
        hs.turnbull(y, level=95)
    monkeypatch.setattr(interval_censored, "MOST_REGIONS", 0)
    with pytest.raises(hs.UnsupportedError, match="innermost regions; at most 0"):
        hs.turnbull(y)


def test_without_a_last_newton_step_the_maximum_is_still_certified(monkeypatch):
    """Weights of more than sixteen orders of magnitude may leave no curvature to divide by."""
    solve = np.linalg.solve

    def singular(curvature, wanted):
        if wanted.shape[-1] == 1:
            raise np.linalg.LinAlgError
        return solve(curvature, wanted)

    monkeypatch.setattr(np.linalg, "solve", singular)
    found = curve([0, 1, 2, 2, 3], [2, 3, 4, OPEN, 5])
    np.testing.assert_allclose(found.mass[:3], [1 / 3, 1 / 6, 1 / 2], atol=1e-9)
    assert found.kkt_gap < 1e-8


@pytest.mark.parametrize("seed", [31, 34, 45, 47, 57, 62, 71, 83])
def test_no_region_is_left_with_the_mass_of_rounding_errors(seed):
    """Mass and slack of some regions are 0 together in such data: these are no regions of the curve."""
    random = np.random.default_rng(seed)
    for _ in range(25):
        lower = random.integers(0, 8, 12).astype(float)
        found = curve(lower, lower + random.choice([0, 1, 2, 4, OPEN], 12))
        assert found.mass.min() > 1e-10
        assert found.kkt_gap <= 1e-8
