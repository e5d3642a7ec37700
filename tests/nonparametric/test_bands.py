"""Simultaneous bands: critical values, closed forms, ranges, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, special

import hpcstats as hs
from hpcstats.core.limits import bands
from tests.reference.loader import dataset, response

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")


def six_mp(**options: object) -> hs.SurvivalCurves:
    return hs.kaplan_meier(response(dataset("leuk")), **options)


def bridge_by_sines(h: float, low: float, high: float) -> float:
    """The probability to stay within +-h on [low, high], by the eigenfunctions of killed Brownian motion."""

    def share(variance: float, j: int) -> float:
        if variance == 0:
            return 1.0

        def density(x: float) -> float:
            return math.exp(-x * x / (2 * variance)) * math.cos(j * math.pi * x / (2 * h))

        width = min(h, 9 * math.sqrt(variance))
        value, _ = integrate.quad(density, -width, width, limit=400, epsabs=1e-13)
        return value / math.sqrt(2 * math.pi * variance)

    total = 0.0
    for j in range(1, 60, 2):
        decay = math.exp(-((j * math.pi / (2 * h)) ** 2) * (high - low) / 2)
        if decay > 1e-18:
            total += decay * share(low, j) * share(1 - high, j)
    return math.sqrt(2 * math.pi) / h * total


def standardised_bridges(low: float, high: float, steps: int, paths: int) -> np.ndarray:
    """Draw B(a) / sqrt(a (1 - a)) at times even in log(a / (1 - a)): normal, correlation exp(-step / 2)."""
    generator = np.random.default_rng(1)
    share = math.exp(-(bands.log_odds(high) - bands.log_odds(low)) / steps / 2)
    value = generator.standard_normal(paths)
    highest = np.abs(value)
    for _ in range(steps):
        value = share * value + math.sqrt(1 - share**2) * generator.standard_normal(paths)
        np.maximum(highest, np.abs(value), out=highest)
    return highest


@pytest.mark.parametrize(("level", "published"), [(0.9, 1.224), (0.95, 1.358), (0.99, 1.628)])
def test_hall_wellner_over_all_times_is_kolmogorovs(level: float, published: float) -> None:
    h = bands.hall_wellner(0, 1, level)
    assert h == pytest.approx(published, abs=5e-4)
    series = 1 - 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * h * h) for k in range(1, 20))
    assert series == pytest.approx(level, abs=1e-11)


def test_printed_critical_values() -> None:
    """Klein & Moeschberger 2003, bone marrow transplants, range .1 to .6: 1.3211 and 2.8826.

    Their second table holds Nair's approximation, which gives up a little more than it says.
    """
    assert bands.hall_wellner(0.1, 0.6, 0.95) == pytest.approx(1.3211, abs=5e-5)
    assert bands.equal_precision_nair(0.1, 0.6, 0.95) == pytest.approx(2.8826, abs=5e-5)
    assert bands.equal_precision(0.1, 0.6, 0.95) == pytest.approx(2.8873, abs=5e-5)


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.6), (0.0, 0.4), (0.3, 1.0), (0.02, 0.9), (0.4, 0.5)])
@pytest.mark.parametrize("h", [0.6, 1.2, 2.0])
def test_bridges_that_stay_by_another_expansion(low: float, high: float, h: float) -> None:
    assert bands.bridge_stays(h, low, high) == pytest.approx(bridge_by_sines(h, low, high), abs=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.9999])
def test_one_time_is_pointwise(level: float) -> None:
    z = special.ndtri((1 + level) / 2)
    assert bands.equal_precision(0.3, 0.3, level) == pytest.approx(z, abs=1e-9)
    assert bands.hall_wellner(0.3, 0.3, level) == pytest.approx(z * math.sqrt(0.21), abs=1e-9)
    assert bands.equal_precision(0.3, 0.3 + 1e-9, level) == pytest.approx(z, abs=1e-2)


def test_equal_precision_by_simulation() -> None:
    c = bands.equal_precision(0.1, 0.6, 0.95)
    highest = standardised_bridges(0.1, 0.6, steps=4_000, paths=4_000)
    assert np.mean(highest <= c) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize("length", [0.01, 0.3, 3.0])
def test_more_polynomials_change_nothing(length: float, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = bands.standardised_stays(2.5, length)
    monkeypatch.setattr(bands, "_SIZE", 80)
    bands._basis.cache_clear()
    assert bands.standardised_stays(2.5, length) == pytest.approx(usual, abs=1e-11)
    bands._basis.cache_clear()


def test_for_high_levels_nairs_tail_is_the_exact_one() -> None:
    for level, near in ((0.99, 5e-4), (0.9999, 2e-4)):
        exact = bands.equal_precision(0.1, 0.7, level)
        assert bands.equal_precision_nair(0.1, 0.7, level) == pytest.approx(exact, abs=near)


def test_hall_wellner_by_its_formula() -> None:
    band = six_mp().band(transform="plain")
    row, curve = band.to_frame().iloc[-1], six_mp().to_frame().set_index("time").loc[23]
    g = (curve["std_error"] / curve["estimate"]) ** 2
    margin = band.critical_value["all"] * curve["estimate"] * (1 + 21 * g) / math.sqrt(21)
    assert (row["low"], row["high"]) == pytest.approx(
        (curve["estimate"] - margin, curve["estimate"] + margin), abs=1e-12
    )


@pytest.mark.parametrize("transform", ["plain", "log", "log-log", "logit", "arcsin"])
def test_equal_precision_is_the_pointwise_interval_at_another_level(transform: str) -> None:
    band = six_mp().band("equal-precision", transform=transform, level=0.9)
    level = float(2 * special.ndtr(band.critical_value["all"]) - 1)
    frame = band.to_frame()
    pointwise = six_mp(interval=transform, level=level).at(frame["time"])
    assert frame["low"].tolist() == pytest.approx(pointwise["low"].tolist(), abs=1e-10)
    assert frame["high"].tolist() == pytest.approx(pointwise["high"].tolist(), abs=1e-10)


def test_the_range_is_part_of_the_statement() -> None:
    whole, part = six_mp().band(), six_mp().band(time_range=(10, 20.5))
    assert whole.time_range == {"all": (6, 23)}
    assert part.time_range == {"all": (10, 20.5)}
    assert part.to_frame()["time"].tolist() == [10, 11, 13, 16, 17, 19, 20, 20.5]
    assert part.critical_value["all"] < whole.critical_value["all"]
    assert "10 to 20.5 years" in part.method
    assert six_mp().band(time_range=(None, 10)).time_range == {"all": (6, 10)}
    assert whole.title() == "95% Hall-Wellner band, n = 21, events = 9, time in years"


def test_hall_wellner_may_begin_at_time_0() -> None:
    band = six_mp().band(transform="plain", time_range=(0, 23))
    assert band.bands[0].share[0] == 0
    first = band.to_frame().iloc[0]
    assert first[["time", "estimate", "high"]].tolist() == [0, 1, 1]
    assert first["low"] == pytest.approx(1 - band.critical_value["all"] / math.sqrt(21), abs=1e-12)


def test_a_curve_that_falls_to_0_keeps_its_band_until_then() -> None:
    band = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4], [1, 1, 0, 1])).band()
    assert band.time_range == {"all": (1, 2)}


def test_groups_have_a_range_and_a_critical_value_each() -> None:
    data = dataset("aml")
    band = hs.kaplan_meier(response(data), data["x"]).band("equal-precision")
    assert list(band.critical_value) == ["Maintained", "Nonmaintained"]
    alone = data[data["x"] == "Maintained"]
    single = hs.kaplan_meier(response(alone)).band("equal-precision").to_frame()
    both = band.to_frame()
    mine = both[both["group"] == "Maintained"]
    assert mine["low"].tolist() == single["low"].tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "equal-precision", "time_range": (0, 10)}, "begins before the first event, at 6"),
        ({"time_range": (0, 10)}, "begins before the first event, at 6"),
        ({"time_range": (6, 36)}, "goes beyond the last observation, at 35"),
        ({"time_range": (24, None)}, "ends before it begins"),
    ],
)
def test_ranges_without_a_band_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(hs.DesignError, match=message):
        six_mp().band(**options)


def test_a_band_needs_an_event_that_leaves_the_curve_above_0() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 3], [1, 0, 1, 1]), ["a", "a", "b", "b"])
    with pytest.raises(hs.DesignError, match="b: no event leaves the curve between 0 and 1"):
        curves.band()
    reaching = hs.kaplan_meier(hs.Surv.right([1, 2, 3], [1, 1, 1]))
    with pytest.raises(hs.DesignError, match="reaches 3, where the curve is 0"):
        reaching.band(time_range=(1, 3))


@pytest.mark.parametrize("time_range", [5, (1,), (1, 2, 3), ("a", 2), (3, 1), (-1, 2), (1, math.inf)])
def test_a_range_is_two_ascending_times(time_range: object) -> None:
    with pytest.raises(hs.DataError, match="time_range must be two times"):
        six_mp().band(time_range=time_range)


def test_nairs_approximation_is_for_equal_precision_at_high_levels() -> None:
    for options in ({"method": "hall-wellner"}, {"method": "equal-precision", "level": 0.5}):
        with pytest.raises(hs.UnsupportedError, match="Write critical='exact'"):
            six_mp().band(critical="nair-approximation", **options)
    for name in ("method", "transform", "critical"):
        with pytest.raises(hs.UnsupportedError, match="is not known"):
            six_mp().band(**{name: "other"})


def test_a_range_before_the_first_event_has_no_band() -> None:
    """Nothing varies there: the critical value would be 0."""
    for transform in ("plain", "log"):
        with pytest.raises(hs.DesignError, match="ends before the first event, at 6"):
            six_mp().band(transform=transform, time_range=(0, 3))
    assert bands.hall_wellner(0, 0, 0.95) == 0


@pytest.mark.parametrize("last", [6, 6 * (1 + 1e-12), 6.25])
def test_a_range_has_each_time_once(last: float) -> None:
    frame = six_mp().band(time_range=(6, last)).to_frame()
    assert frame["time"].tolist() == [6] if last < 6.1 else [6, 6.25]


def test_bands_of_very_few_events_say_so() -> None:
    few = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0]), ["a"] * 3 + ["b"] * 3)
    with pytest.warns(hs.SmallSampleWarning, match=r"a: 2 events, b: 2 events"):
        band = few.band()
    assert len(band.warnings) == 1
    assert not six_mp().band().warnings


def test_the_band_of_curves_with_one_limit_says_that_it_has_two() -> None:
    one, two = six_mp(sided="lower").band(), six_mp().band()
    assert one.to_frame().equals(two.to_frame())
    assert one.method.startswith("Simultaneous two-sided 95% Hall-Wellner band")
    assert one.title().startswith("Two-sided 95% Hall-Wellner band")
    assert two.title().startswith("95% Hall-Wellner band")


def test_the_search_for_a_critical_value_ends_where_there_is_none() -> None:
    with pytest.raises(ValueError, match="with a probability below"):
        bands._solve(lambda _: 1.0, 0.95)
