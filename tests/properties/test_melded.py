"""What must hold of every melded comparison, at a time and of medians."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.compare.fixed_time.difference import compare_at
from hpcstats.compare.medians.difference import compare_medians
from tests.properties.strategies import Cases, cases, checked

# Few patients left after censoring are told of; that is tested by name elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

CONTRASTS = ("difference", "ratio", "event-ratio", "odds-ratio", "cumulative-hazard-ratio")
contrasts = st.sampled_from(CONTRASTS)
times = st.integers(0, 6).map(float)
two_groups = cases(smallest=2, largest=10, groups=2)
EXCHANGED = {"a": "b", "b": "a"}
TURNED = {"two-sided": "two-sided", "greater": "less", "less": "greater"}


def at(data: Cases, time: float, **options: object) -> hs.FixedTimeComparison:
    assume(len(set(data.group)) == 2)
    return compare_at(data.response, data.group, time, beyond="limits", **options)


def medians(data: Cases, **options: object) -> hs.MedianComparison:
    assume(len(set(data.group)) == 2)
    return compare_medians(data.response, data.group, **options)


def ends(result: object) -> list[float]:
    return [float(np.squeeze(getattr(result, name))) for name in ("estimate", "low", "high")]


def turned(values: list[float], *, ratio: bool) -> list[float]:
    """What exchanging the groups makes of an estimate and its limits."""
    estimate, low, high = values
    with np.errstate(divide="ignore"):
        back = [float(1 / np.float64(v)) if ratio else -v for v in (estimate, high, low)]
    return [v + 0.0 for v in back]


def close(first: list[float], second: list[float]) -> None:
    np.testing.assert_allclose(first, second, rtol=1e-7, atol=1e-9)


@checked
@given(two_groups, times, contrasts, st.booleans(), st.sampled_from(sorted(TURNED)))
def test_exchanging_the_groups_turns_the_contrast(
    data: Cases, time: float, contrast: str, mid_p: bool, alternative: str
) -> None:
    options = {"contrast": contrast, "mid_p": mid_p}
    first = at(data, time, alternative=alternative, **options)
    exchanged = Cases(data.time, data.event, [EXCHANGED[label] for label in data.group])
    second = at(exchanged, time, alternative=TURNED[alternative], **options)
    close(ends(second), turned(ends(first), ratio=contrast != "difference"))
    assert second.p_value[0] == pytest.approx(first.p_value[0], rel=1e-9)


@checked
@given(two_groups, st.sampled_from(["difference", "ratio"]), st.booleans(), st.sampled_from(["one", "all"]))
def test_exchanging_the_groups_turns_the_contrast_of_medians(
    data: Cases, contrast: str, mid_p: bool, tied: str
) -> None:
    options = {"contrast": contrast, "mid_p": mid_p, "tied": tied}
    first = medians(data, **options)
    exchanged = Cases(data.time, data.event, [EXCHANGED[label] for label in data.group])
    second = medians(exchanged, **options)
    close(ends(second), turned(ends(first), ratio=contrast == "ratio"))
    assert second.p_value == pytest.approx(first.p_value)


@checked
@given(two_groups, times, contrasts, st.booleans(), st.randoms(use_true_random=False))
def test_order_of_rows_and_unit_of_time_mean_nothing(
    data: Cases, time: float, contrast: str, mid_p: bool, random: object
) -> None:
    order = list(range(len(data)))
    random.shuffle(order)  # type: ignore[attr-defined]
    moved = data.rows(order)
    first = at(data, time, contrast=contrast, mid_p=mid_p)
    other = Cases([t * 365.25 for t in moved.time], moved.event, moved.group)
    close(ends(at(other, time * 365.25, contrast=contrast, mid_p=mid_p)), ends(first))
    one, two = medians(data, contrast="ratio"), medians(other, contrast="ratio")
    close(ends(one), ends(two))
    assert one.p_value == pytest.approx(two.p_value)


@checked
@given(two_groups, times, contrasts, st.booleans(), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_limits_are_wider_at_a_higher_level_and_agree_with_the_p_value(
    data: Cases, time: float, contrast: str, mid_p: bool, level: float
) -> None:
    narrow = at(data, time, contrast=contrast, mid_p=mid_p, level=level)
    wide = at(data, time, contrast=contrast, mid_p=mid_p, level=0.999)
    assert wide.low[0] <= narrow.low[0] <= narrow.high[0] <= wide.high[0]
    null = 0 if contrast == "difference" else 1
    assume(abs(narrow.p_value[0] - (1 - level)) > 1e-7)
    assert (not narrow.low[0] <= null <= narrow.high[0]) == (narrow.p_value[0] < 1 - level)


@checked
@given(two_groups, st.sampled_from(["difference", "ratio"]), st.booleans(), st.sampled_from([0.5, 0.8, 0.95]))
def test_limits_of_medians_agree_with_the_p_value(
    data: Cases, contrast: str, mid_p: bool, level: float
) -> None:
    narrow = medians(data, contrast=contrast, mid_p=mid_p, level=level)
    wide = medians(data, contrast=contrast, mid_p=mid_p, level=0.99)
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    null = 0 if contrast == "difference" else 1
    assume(abs(narrow.p_value - (1 - level)) > 1e-9)
    assert (not narrow.low <= null <= narrow.high) == (narrow.p_value < 1 - level)


@checked
@given(two_groups, times)
def test_frequencies_are_repeated_rows(data: Cases, time: float) -> None:
    repeated = data.repeated()
    assume(len(set(repeated.group)) == 2)
    left = at(data, time, frequencies=data.frequency)
    assert left.as_dict() == at(repeated, time).as_dict()
    assert medians(data, frequencies=data.frequency).as_dict() == medians(repeated).as_dict()


@checked
@given(cases(smallest=1, largest=6), times, contrasts)
def test_identical_groups_do_not_differ(data: Cases, time: float, contrast: str) -> None:
    doubled = data.rows([*range(len(data)), *range(len(data))])
    halves = ["a"] * len(data) + ["b"] * len(data)
    twins = Cases(doubled.time, doubled.event, halves)
    result = at(twins, time, contrast=contrast)
    null = 0 if contrast == "difference" else 1
    assert result.p_value[0] == pytest.approx(1)
    assert result.low[0] <= null <= result.high[0]
    assert np.isnan(result.estimate[0]) or result.estimate[0] == pytest.approx(null)
    assert medians(twins).p_value == pytest.approx(1)


@checked
@given(two_groups, times)
def test_one_time_is_the_same_alone_and_among_others(data: Cases, time: float) -> None:
    several = at(data, [3.0, time, 0.0])
    alone = at(data, time)
    close([several.low[1], several.high[1]], [alone.low[0], alone.high[0]])
    assert several.p_value[1] == pytest.approx(alone.p_value[0], rel=1e-12)


@checked
@given(two_groups, st.booleans())
def test_limits_of_each_group_are_those_of_its_curve(data: Cases, mid_p: bool) -> None:
    assume(len(set(data.group)) == 2)
    curves = hs.kaplan_meier(data.response, data.group, interval="bpcp-midp" if mid_p else "bpcp")
    columns = ["estimate", "low", "high"]
    time = min(max(t for t, label in zip(data.time, data.group, strict=True) if label == g) for g in "ab")
    np.testing.assert_allclose(
        at(data, time, mid_p=mid_p).by_group()[columns], curves.at([time])[columns], atol=1e-9
    )
    quantiles = medians(data, mid_p=mid_p, tied="all").by_group()[columns]
    np.testing.assert_allclose(quantiles, curves.quantile(0.5)[columns], atol=1e-12)
