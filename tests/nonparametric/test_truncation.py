"""F of truncated times: from its definition, where it ends, where it cannot be had, and what is refused."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy import optimize

import hpcstats as hs
from hpcstats.core.truncation.double_truncation import estimate_masses, strongly_connected
from hpcstats.core.truncation.reverse_time import place_windows
from hpcstats.errors import DataError, DesignError, NonIdentifiableWarning, UnsupportedError
from hpcstats.nonparametric.truncation.band import truncation_band
from hpcstats.nonparametric.truncation.estimate import lynden_bell

TIMES, SEEN = [1, 2, 2, 3, 4, 5], [4, 3, 6, 5, 6, 7]
SIX = hs.Surv.right_truncated(TIMES, SEEN, id=list("abcdef"))
GAP = hs.Surv.right_truncated([1, 2, 9], [4, 4, 10], id=list("abc"))


def by_definition(time: list[float], seen: list[float], t: float) -> Fraction:
    """F(t) as an exact fraction, risk set after risk set from the latest time down."""
    f = Fraction(1)
    for u in {x for x in time if x > t}:
        at_risk = sum(x <= u <= v for x, v in zip(time, seen, strict=True))
        f *= 1 - Fraction(time.count(u), at_risk)
    return f


def test_product_over_later_times() -> None:
    f = lynden_bell(SIX)
    assert f.estimate.tolist() == pytest.approx(
        [float(by_definition(TIMES, SEEN, t)) for t in (1, 2, 3, 4, 5)]
    )
    assert list(f.to_frame()) == ["time", "events", "at_risk", "estimate", "std_error", "low", "high"]
    assert f.to_frame()["at_risk"].tolist() == [1, 3, 4, 4, 4]


def test_it_says_what_it_estimates_and_is_no_survival_curve() -> None:
    f = lynden_bell(SIX)
    assert (f.t_star, f.condition, f.status) == (5, "F(t | T <= 5 years)", "ok")
    assert f.condition in str(f)
    assert "surviv" not in (str(f) + " ".join(f.conventions)).lower()
    assert f.patients() == tuple("abcdef")


def test_nothing_is_said_beyond_t_star() -> None:
    f = lynden_bell(SIX)
    with pytest.raises(DesignError, match=r"beyond t\* = 5"):
        f.at([3, 5.5])
    frame = f.at([0.5, 2.5, 5])
    assert frame["estimate"].tolist() == pytest.approx([0, 27 / 64, 1])
    assert frame["at_risk"].tolist() == [0, 3, 4]
    assert np.isnan(frame["std_error"][0])


def test_quantiles_tie_by_whole_numbers() -> None:
    f = lynden_bell(SIX)
    # F(3) is 9/16 and F(4) is 3/4 exactly: the midpoint of the flat that follows.
    assert f.quantile([0.5, 0.5625, 0.75])["estimate"].tolist() == [3, 3.5, 4.5]
    limits = f.quantile(0.5)
    assert limits["low"][0] <= 3 <= limits["high"][0] <= f.t_star


def test_what_p_beyond_t_star_makes_of_it() -> None:
    frame = lynden_bell(SIX).under(probability_beyond=[0, 0.2], times=[2, 5])
    assert frame["estimate"].tolist() == pytest.approx([27 / 64, 1, 0.8 * 27 / 64, 0.8])
    assert frame["probability_beyond"].tolist() == [0, 0, 0.2, 0.2]
    with pytest.raises(DataError, match="from 0 to below 1"):
        lynden_bell(SIX).under(probability_beyond=1)


def test_an_emptied_risk_set_is_named_with_its_patients() -> None:
    with pytest.warns(
        NonIdentifiableWarning, match=r"At 9 years everybody at risk had the event \(patients c\)"
    ):
        f = lynden_bell(GAP)
    assert f.status == "boundary"
    assert f.estimate.tolist() == [0, 0, 1]
    assert np.isnan(f.std_error[:2]).all()
    assert np.isnan(f.high[:2]).all()


def test_whole_weights_are_repeated_rows_and_zeros_leave_out() -> None:
    twice = lynden_bell(SIX, weights=[2, 1, 1, 0, 1, 3])
    rows = [0, 0, 1, 2, 4, 5, 5, 5]
    again = lynden_bell(hs.Surv.right_truncated(np.array(TIMES)[rows], np.array(SEEN)[rows]))
    np.testing.assert_allclose(twice.to_frame(), again.to_frame())
    assert (twice.n, twice.patients()) == (8, tuple("abcef"))


@pytest.mark.parametrize("interval", ["log-log", "log", "logit", "plain", "arcsin"])
def test_intervals_hold_the_estimate(interval: str) -> None:
    f = lynden_bell(SIX, interval=interval)
    inner = slice(0, -1)
    assert (f.low[inner] < f.estimate[inner]).all()
    assert (f.estimate[inner] < f.high[inner]).all()
    assert interval in f.method


def test_bootstrap_is_repeated_by_its_seed() -> None:
    f = lynden_bell(SIX, interval="bootstrap", n_resamples=200)
    again = lynden_bell(SIX, interval="bootstrap", n_resamples=200, seed=int(f.seed))
    np.testing.assert_array_equal(f.to_frame(), again.to_frame())
    assert (f.low <= f.high).all()
    assert f.std_error[0] == pytest.approx(lynden_bell(SIX).std_error[0], rel=0.5)


@pytest.mark.parametrize(
    ("response", "message"),
    [(hs.Surv.right([1, 2], [1, 1]), "entry= of Surv.right"), (hs.Surv.interval([1], [2]), "not defined")],
)
def test_other_responses_are_refused(response: hs.Surv, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        lynden_bell(response)


def test_unknown_interval() -> None:
    with pytest.raises(UnsupportedError, match="interval='bpcp' is not known"):
        lynden_bell(SIX, interval="bpcp")


# Double truncation

X, U, V = [2, 3, 4, 5, 6, 7], [1, 1, 2, 3, 3, 4], [5, 6, 7, 8, 8, 9]
DOUBLE = hs.Surv.doubly_truncated(X, U, V, id=list("abcdef"))


def minus_log_likelihood(free: np.ndarray, x: np.ndarray, u: np.ndarray, v: np.ndarray) -> float:
    grid = np.unique(x)
    mass = np.exp(np.append(free, 0))
    mass = mass / mass.sum()
    windows = (u[:, None] <= grid) & (grid <= v[:, None])
    return float(-np.log(mass[np.searchsorted(grid, x)]).sum() + np.log(windows @ mass).sum())


@pytest.mark.parametrize("seed", range(3))
def test_double_truncation_is_the_maximum_of_the_likelihood(seed: int) -> None:
    generator = np.random.default_rng(seed)
    x, u = generator.integers(1, 9, 200), generator.integers(-2, 5, 200)
    v = u + generator.integers(4, 9, 200)
    kept = np.flatnonzero((u <= x) & (x <= v))[:30]
    x, u, v = x[kept].astype(float), u[kept].astype(float), v[kept].astype(float)
    f = lynden_bell(hs.Surv.doubly_truncated(x, u, v))
    grid = np.unique(x)
    top = optimize.minimize(minus_log_likelihood, np.zeros(grid.size - 1), args=(x, u, v), tol=1e-12)
    mass = np.exp(np.append(top.x, 0))
    assert f.estimate == pytest.approx(np.cumsum(mass / mass.sum()), abs=1e-5)
    assert f.gap <= 1e-9
    # The inverse Hessian of an independent parametrisation, carried to F by differences.
    spread = np.linalg.inv(_hessian(top.x, x, u, v))
    slopes = np.array([_slope(top.x, point) for point in range(grid.size)])
    errors = np.sqrt(np.einsum("ki,ij,kj->k", slopes, spread, slopes))
    assert f.std_error == pytest.approx(errors, rel=2e-3, abs=1e-6)


def _distribution(free: np.ndarray, point: int) -> float:
    mass = np.exp(np.append(free, 0))
    return float(np.cumsum(mass / mass.sum())[point])


def _slope(free: np.ndarray, point: int) -> np.ndarray:
    return optimize.approx_fprime(free, lambda at: _distribution(at, point), 1e-7)


def _hessian(free: np.ndarray, *data: np.ndarray) -> np.ndarray:
    step = 1e-4 * np.eye(free.size)

    def value(shift: np.ndarray) -> float:
        return minus_log_likelihood(free + shift, *data)

    return np.array(
        [[(value(a + b) - value(a - b) - value(b - a) + value(-a - b)) / 4e-8 for b in step] for a in step]
    )


def test_without_lower_limits_it_is_the_product_limit_with_greenwoods_variance() -> None:
    two = lynden_bell(hs.Surv.doubly_truncated(TIMES, np.full(6, -np.inf), SEEN))
    one = lynden_bell(SIX)
    for name in ("estimate", "std_error", "low", "high"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), abs=1e-8), name
    assert two.condition == "F(t | 1 <= T <= 5 years)"


def linked(x: list[int], u: list[int], v: list[int]) -> bool:
    """Strong connectivity by transitive closure."""
    times = sorted(set(x))
    leads = {(a, b) for i, a in enumerate(x) for b in times if u[i] <= b <= v[i]}
    for middle, first, last in itertools.product(times, repeat=3):
        if (first, middle) in leads and (middle, last) in leads:
            leads.add((first, last))
    return len(leads) == len(times) ** 2


def test_existence_is_strong_connectivity() -> None:
    generator = np.random.default_rng(7)
    outcomes = []
    for _ in range(400):
        n = int(generator.integers(1, 8))
        x = generator.integers(0, 7, n)
        u, v = x - generator.integers(0, 4, n), x + generator.integers(0, 4, n)
        windows = place_windows(x.astype(float), v.astype(float), u.astype(float))
        found = bool(strongly_connected(windows, np.ones((1, n)))[0])
        assert found == linked(x.tolist(), u.tolist(), v.tolist())
        outcomes.append(found)
    assert 0.1 < np.mean(outcomes) < 0.9


def test_cut_conditions_alone_do_not_make_a_maximum() -> None:
    """Every cut is crossed both ways, yet the middle case sees itself alone."""
    with pytest.warns(NonIdentifiableWarning, match=r"patients b stand apart"):
        f = lynden_bell(hs.Surv.doubly_truncated([1, 2, 3], [1, 2, 1], [3, 2, 3], id=list("abc")))
    assert f.status == "not_estimable"
    assert np.isnan(f.at([1, 3])["estimate"]).all()
    assert np.isnan(f.quantile(0.5)["estimate"][0])


def test_double_replicates_equal_single_fits() -> None:
    windows = place_windows(np.array(X, float), np.array(V, float), np.array(U, float))
    weights = np.random.default_rng(1).multinomial(6, np.full(6, 1 / 6), 40).astype(float)
    batch = estimate_masses(windows, weights)
    for row, mass, exists in zip(weights, batch.mass, batch.exists, strict=True):
        kept = np.repeat(np.arange(6), row.astype(int))
        inside = hs.Surv.doubly_truncated(np.array(X)[kept], np.array(U)[kept], np.array(V)[kept])
        if exists:
            assert np.cumsum(mass)[np.isin(X, inside.time)] == pytest.approx(lynden_bell(inside).estimate)
        else:
            with pytest.warns(NonIdentifiableWarning):
                assert lynden_bell(inside).status == "not_estimable"


def test_too_many_resamples_without_an_estimate_leave_no_limits() -> None:
    with pytest.warns(NonIdentifiableWarning, match="no limits are given"):
        f = lynden_bell(DOUBLE, interval="bootstrap", n_resamples=200, seed=1)
    assert f.n_failed > 5
    assert np.isnan(f.low).all()
    assert np.isfinite(f.estimate).all()


# Bounds


def test_the_band_holds_every_possible_curve_and_is_attained() -> None:
    time, lower, upper = [1, 2, 3, 4], [2, 2, 4, 4], [3, 5, 4, 6]
    with pytest.warns(NonIdentifiableWarning):
        band = truncation_band(time, lower, upper)
    ranges = (range(max(t, a), b + 1) for t, a, b in zip(time, lower, upper, strict=True))
    curves = [
        [float(by_definition(time, list(seen), t)) for t in time] for seen in itertools.product(*ranges)
    ]
    frame = band.to_frame()
    assert frame["smallest"].tolist() == pytest.approx(np.min(curves, axis=0))
    assert frame["largest"].tolist() == pytest.approx(np.max(curves, axis=0))
    assert frame["low"].tolist()[0] == 0
    assert band.status == "boundary"
    assert "at the lower bounds" in band.reason


def test_a_lower_bound_before_the_time_is_raised_to_it() -> None:
    band = truncation_band([1, 2, 4, 4], [3, 4, 3.5, 5], [4, 6, 7, 7], id=list("abcd"))
    assert band.raised.tolist() == [2]
    assert band.response.truncation.tolist() == [3, 4, 4, 5]
    assert band.patients() == tuple("abcd")
    quantiles = band.quantile(0.5)
    assert quantiles["smallest"][0] <= quantiles["largest"][0]
    assert list(band.at([2])) == ["time", "smallest", "largest", "low", "high"]


@pytest.mark.parametrize(
    ("lower", "upper", "message"),
    [
        ([3, 7], [4, 6], "row 1: 7 and 6"),
        ([3, np.nan], [4, 6], "truncation_lower"),
        ([0, 0], [0.5, 6], "truncation"),
        ([3], [4, 6], "1 values"),
    ],
)
def test_impossible_bounds(lower: list[float], upper: list[float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        truncation_band([1, 2], lower, upper)


def test_an_infinite_truncation_time_is_none():
    """All of them: the share of the times seen. As good as any truncation time from the largest time on."""
    everybody = lynden_bell(hs.Surv.right_truncated(TIMES, np.full(6, np.inf)))
    times = np.array(TIMES)
    assert everybody.estimate == pytest.approx([(times <= t).mean() for t in everybody.time])
    some = np.where(np.arange(6) < 3, np.inf, SEEN)
    late = np.where(np.arange(6) < 3, times.max(), SEEN)
    one, other = (lynden_bell(hs.Surv.right_truncated(TIMES, v)).to_frame() for v in (some, late))
    assert one.equals(other)
    assert truncation_band(TIMES, SEEN, np.full(6, np.inf)).largest.to_frame().equals(everybody.to_frame())
