"""Options of the beta product confidence procedure: draws, grouped times, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.nonparametric import BetaProduct
from tests.reference.loader import dataset, response


def six_mp() -> hs.Surv:
    return response(dataset("leuk"))


# Monte Carlo


def test_monte_carlo_is_close_to_moments_and_repeats_with_its_seed() -> None:
    procedure = BetaProduct(method="monte-carlo", seed=7, n_resamples=50_000)
    first = hs.kaplan_meier(six_mp(), interval=procedure)
    assert "50,000 Monte-Carlo resamples, seed 7" in first.method
    assert first.pieces().equals(hs.kaplan_meier(six_mp(), interval=procedure).pieces())
    frame, moments = first.pieces(), hs.kaplan_meier(six_mp()).pieces()
    for side, most in (("low", 0.02), ("high", 0.004)):
        gap, error = (frame[side] - moments[side]).abs(), frame[f"{side}_error"]
        assert (gap <= most + 4 * error).all()
        assert (gap <= 0.004 + 4 * error)[frame["start"] < 32].all()
        assert error.max() < 0.002
    # With a few patients left one beta describes the product less well: its lower limit is too high.
    assert moments["low"].iloc[-2] - frame["low"].iloc[-2] > 0.01


def test_without_a_seed_the_one_drawn_is_said_and_repeats_the_numbers() -> None:
    free = hs.kaplan_meier(six_mp(), interval=BetaProduct(method="monte-carlo", n_resamples=1_000))
    seed = int(free.method.rsplit("seed ", 1)[1].rstrip(")."))
    again = BetaProduct(method="monte-carlo", n_resamples=1_000, seed=seed)
    assert hs.kaplan_meier(six_mp(), interval=again).pieces().equals(free.pieces())


def test_the_order_in_which_groups_are_looked_at_does_not_change_their_draws() -> None:
    data = dataset("leuk2")
    procedure = BetaProduct(method="monte-carlo", n_resamples=1_000, seed=3)
    first, second = (hs.kaplan_meier(response(data), data["treatment"], interval=procedure) for _ in "ab")
    late = second.curves[1].low, second.curves[0].low
    assert (first.curves[0].low == late[1]).all()
    assert (first.curves[1].low == late[0]).all()


@pytest.mark.parametrize("mid_p", [False, True])
def test_the_errors_are_the_spread_over_seeds(mid_p: bool) -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 1, 1, 0, 1, 1, 0])
    frames = [
        hs.kaplan_meier(
            y, interval=BetaProduct(method="monte-carlo", mid_p=mid_p, n_resamples=2_000, seed=seed)
        ).pieces()
        for seed in range(150)
    ]
    for side in ("low", "high"):
        spread = np.std([frame[side] for frame in frames], axis=0, ddof=1)
        error = np.mean([frame[f"{side}_error"] for frame in frames], axis=0)
        assert (spread[error == 0] == 0).all()
        ratio = spread[error > 0] / error[error > 0]
        assert np.mean(ratio) == pytest.approx(1, abs=0.08)
        assert ratio.min() > 0.75
        assert ratio.max() < 1.3


def test_the_side_not_asked_for_has_no_error() -> None:
    procedure = BetaProduct(method="monte-carlo", n_resamples=1_000, seed=3)
    frame = hs.kaplan_meier(six_mp(), interval=procedure, sided="lower").pieces()
    assert (frame["high"] == 1).all()
    assert (frame["high_error"] == 0).all()
    assert frame["low_error"].iloc[0] > 0


# Grouped times


def test_grouped_times_widen_only_within_their_intervals() -> None:
    exact = hs.kaplan_meier(six_mp()).pieces().set_index("start")
    grouped = hs.kaplan_meier(six_mp(), interval=BetaProduct(grouping=1)).pieces().set_index("start")
    # From 12 to 13 the event at 13 may have happened: its lower limit, with the upper limit from before.
    assert grouped.loc[12, "low"] == exact.loc[13, "low"]
    assert grouped.loc[12, "high"] == exact.loc[11, "high"]
    assert grouped.loc[11, "low"] == exact.loc[11, "low"]
    # 10 and 11 adjoin: there is no piece between them.
    assert grouped.loc[10, "low"] == exact.loc[11, "low"]
    assert grouped.index.is_monotonic_increasing


def test_grouped_times_hold_for_draws_and_decimals() -> None:
    y = hs.Surv.right([0.1, 0.2, 3 * 0.1, 0.7], [1, 1, 0, 1])
    frame = hs.kaplan_meier(y, interval=BetaProduct(grouping=0.1)).pieces()
    assert frame["start"].tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 0.6, 0.7])
    drawn = BetaProduct(grouping=0.1, method="monte-carlo", n_resamples=1_000, seed=1)
    assert hs.kaplan_meier(y, interval=drawn).pieces()["low_error"].notna().all()


def test_the_quantile_of_grouped_times_may_lie_within_an_interval() -> None:
    y = hs.Surv.right([2, 4, 6, 8, 10, 12], [1] * 6)
    exact = hs.kaplan_meier(y).quantile(0.9).iloc[0]
    grouped = hs.kaplan_meier(y, interval=BetaProduct(grouping=2)).quantile(0.9).iloc[0]
    assert (exact["low"], grouped["low"]) == (8, 6)
    assert exact["high"] == grouped["high"] == math.inf


@pytest.mark.parametrize(("times", "shown"), [([1, 2, 2.5], "2.5"), ([0.5, 2, 4], "0.5"), ([0, 2, 4], "0")])
def test_times_that_no_such_interval_ends_at_are_refused(times, shown) -> None:
    with pytest.raises(hs.DataError, match=rf"\({shown}\)"):
        hs.kaplan_meier(hs.Surv.right(times, [1, 1, 1]), interval=BetaProduct(grouping=1))


# Options


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"method": "exact"}, hs.UnsupportedError),
        ({"grouping": 0}, hs.DataError),
        ({"grouping": -1}, hs.DataError),
        ({"grouping": math.inf}, hs.DataError),
        ({"grouping": "year"}, hs.DataError),
        ({"grouping": True}, hs.DataError),
        ({"n_resamples": 10}, hs.DataError),
        ({"n_resamples": 1e5}, hs.DataError),
        ({"n_resamples": 10**9}, hs.DataError),
        ({"seed": 1}, hs.DataError),
        ({"method": "monte-carlo", "seed": -1}, hs.DataError),
        ({"method": "monte-carlo", "seed": "x"}, hs.DataError),
    ],
)
def test_options_that_mean_nothing_are_refused(options, error) -> None:
    with pytest.raises(error):
        BetaProduct(**options)


def test_an_unknown_interval_is_answered_with_the_names_there_are() -> None:
    for wrong in ("greenwood", BetaProduct, None, 0.95):
        with pytest.raises(hs.UnsupportedError, match="'bpcp-midp'"):
            hs.kaplan_meier(six_mp(), interval=wrong)


@pytest.mark.parametrize("mid_p", ["no", None, 1])
def test_mid_p_is_yes_or_no(mid_p: object) -> None:
    with pytest.raises(hs.DataError, match="mid_p must be True or False"):
        BetaProduct(mid_p=mid_p)


@pytest.mark.parametrize("n_resamples", [1_000, 1_001])
def test_the_mid_p_limit_at_level_one_half_is_on_the_far_side_of_the_flat(n_resamples: int) -> None:
    """Where W+ is 1 and W- is 0 or nearly, every value has probability one half below it."""
    y = hs.Surv.right([1, 2, 3], [0, 0, 0])
    drawn = BetaProduct(method="monte-carlo", mid_p=True, n_resamples=n_resamples, seed=1)
    for interval, close in (("bpcp-midp", 0), (drawn, 0.01)):
        upper = hs.kaplan_meier(y, interval=interval, sided="upper", level=0.5).pieces()["high"]
        assert upper.tolist() == pytest.approx([1, 1, 1, 1], abs=close)
        lower = hs.kaplan_meier(y, interval=interval, sided="lower", level=0.5).pieces()["low"]
        assert lower.tolist() == pytest.approx([1, 1, 1, 0], abs=close)
    gone = hs.kaplan_meier(hs.Surv.right([1], [1]), interval="bpcp-midp", sided="upper", level=0.5)
    assert gone.pieces()["high"].tolist() == [1, 0]


def test_curves_made_from_drawn_ones_use_the_seed_that_is_said() -> None:
    free = hs.kaplan_meier(six_mp(), interval=BetaProduct(method="monte-carlo", n_resamples=1_000))
    assert f"seed {free.procedure.seed})" in free.method
    again = hs.kaplan_meier(six_mp(), interval=free.procedure)
    for answer in (lambda km: km.conditional(20, given=10), lambda km: km.median_follow_up()):
        assert answer(free).equals(answer(free))
        assert answer(free).equals(answer(again))
