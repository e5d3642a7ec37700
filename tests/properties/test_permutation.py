"""What must hold of every permutation log-rank test."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.compare.permutation.distribution import permutation_distribution
from hpcstats.compare.permutation.shares import Reading
from hpcstats.core.permutation import exact_sums, streamed_sums
from hpcstats.core.permutation.exact_sums import Part, plan, tails
from tests import oracles
from tests.properties.strategies import Cases, cases, checked

# Drawn groups are often followed differently; that this is said is tested by name elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")

weightings = st.sampled_from(
    ["logrank", "gehan", "tarone-ware", "peto", "andersen", ("fleming-harrington", 0.5, 0.5)]
)
definitions = st.sampled_from(["score", "doubled", "hypergeometric", "hothorn-lausen", "average-scores"])
small = cases(smallest=2, largest=8, groups=2, strata=2)


def exact(data: Cases, group: list[str] | None = None, **options: Any) -> hs.LogrankResult:
    return hs.logrank(data.response, group or data.group, method="exact", **options)


def comparable(data: Cases, groups: int = 2) -> None:
    assume(len(set(data.group)) == groups)
    assume(any(data.event))
    assume(hs.logrank(data.response, data.group, method="asymptotic").df > 0)


def same(first: hs.LogrankResult, second: hs.LogrankResult) -> None:
    assert first.p_value == pytest.approx(second.p_value, rel=1e-10, nan_ok=True)


@checked
@given(
    st.one_of(small, cases(smallest=2, largest=8, groups=2, entry=True)),
    st.sampled_from(["two-sided", "greater", "less"]),
    st.booleans(),
)
def test_the_p_value_is_the_share_of_all_relabellings(data: Cases, alternative: str, mid_p: bool) -> None:
    comparable(data)
    assert data.stratum is not None
    strata = data.stratum if data.entry is None else ["u"] * len(data)
    scores: dict[int, Fraction] = {}
    for layer in set(strata):
        rows = [row for row in range(len(data)) if strata[row] == layer]
        part = data.rows(rows)
        for place, row in enumerate(rows):
            scores[row] = oracles.logrank_score(part.time, part.event, place, part.entry)

    def observed_minus_expected(labels: tuple[object, ...]) -> Fraction:
        return sum((scores[row] for row in scores if labels[row] == "a"), Fraction(0))

    seen = observed_minus_expected(tuple(data.group))
    sums = [observed_minus_expected(labels) for labels in oracles.relabellings(data.group, strata)]
    sign = {"two-sided": abs, "greater": lambda u: u, "less": lambda u: -u}[alternative]
    farther = sum(1 for u in sums if sign(u) > sign(seen))
    as_far = sum(1 for u in sums if sign(u) == sign(seen))
    options: dict[str, Any] = {"alternative": alternative, "mid_p": mid_p, "strata": strata}
    test = exact(data, **options)
    assume(test.status == "ok")
    share = Fraction(farther, len(sums)) + Fraction(as_far, len(sums)) / (2 if mid_p else 1)
    assert test.p_value == pytest.approx(float(share), rel=1e-12)


@checked
@given(
    st.lists(
        st.tuples(st.lists(st.integers(-4, 6), min_size=1, max_size=6), st.integers(0, 6)),
        min_size=1,
        max_size=3,
    ),
    st.integers(0, 9),
    st.booleans(),
)
def test_tails_equal_the_enumeration(
    drawn: list[tuple[list[int], int]], distance: int, in_windows: bool
) -> None:
    parts = [Part(np.array(values, dtype=np.int64), min(chosen, len(values))) for values, chosen in drawn]
    middle = sum((part.expected for part in parts), Fraction(0))
    high, low = middle + distance, middle - distance
    sums = [0]
    for part in parts:
        sums = [
            done + sum(chosen) for done in sums for chosen in combinations(part.scores.tolist(), part.chosen)
        ]
    with pytest.MonkeyPatch.context() as patch:
        if in_windows:
            patch.setattr(exact_sums, "LISTED", -1)
            patch.setattr(streamed_sums, "_LISTED", 3)
        found = tails(parts, plan(parts), high, low, 0)
    for share, kept in (
        (found.at_least, [u for u in sums if u >= high]),
        (found.above, [u for u in sums if u > high]),
        (found.at_most, [u for u in sums if u <= low]),
        (found.below, [u for u in sums if u < low]),
    ):
        assert share == pytest.approx(len(kept) / len(sums), rel=1e-12)


@checked
@given(small, weightings, definitions, st.data())
def test_swapping_groups_and_moving_rows_change_nothing(
    data: Cases, weights: object, definition: str, draw: st.DataObject
) -> None:
    comparable(data)
    options: dict[str, Any] = {"weights": weights, "definition": definition}
    test = exact(data, **options)
    swapped = ["b" if label == "a" else "a" for label in data.group]
    same(test, exact(data, swapped, **options))
    moved = data.rows(draw.draw(st.permutations(range(len(data)))))
    same(test, exact(moved, **options))
    if definition != "doubled":
        up, down = exact(data, alternative="less", **options), exact(data, alternative="greater", **options)
        same(up, exact(data, swapped, alternative="greater", **options))
        same(down, exact(data, swapped, alternative="less", **options))


@checked
@given(small, weightings, definitions)
def test_a_transformation_of_time_changes_nothing(data: Cases, weights: object, definition: str) -> None:
    comparable(data)
    moved = Cases([(t + 1) ** 2 / 7 for t in data.time], data.event, data.group)
    options: dict[str, Any] = {"weights": weights, "definition": definition}
    same(exact(data, **options), exact(moved, **options))


@checked
@given(small, weightings, definitions)
def test_one_stratum_is_no_stratum(data: Cases, weights: object, definition: str) -> None:
    comparable(data)
    options: dict[str, Any] = {"weights": weights, "definition": definition}
    same(exact(data, **options), exact(data, strata=["all"] * len(data), **options))


@checked
@given(cases(smallest=2, largest=5, groups=2, strata=2), st.sampled_from(["score", "hothorn-lausen"]))
def test_frequencies_are_repeated_rows(data: Cases, definition: str) -> None:
    repeated = data.repeated()
    comparable(repeated)
    options: dict[str, Any] = {"definition": definition}
    left = exact(data, frequencies=data.frequency, strata=data.stratum, **options)
    right = exact(repeated, strata=repeated.stratum, **options)
    same(left, right)
    assert left.n_arrangements == right.n_arrangements


@checked
@given(small, weightings)
def test_one_sided_shares_and_the_mid_p_value(data: Cases, weights: object) -> None:
    comparable(data)
    assume(exact(data, weights=weights).status == "ok")
    one = {
        (side, mid): exact(data, weights=weights, alternative=side, mid_p=mid).p_value
        for side in ("greater", "less")
        for mid in (True, False)
    }
    # Both sides hold the relabellings as extreme as the data, of which mid-p takes half.
    tied = one["greater", False] + one["less", False] - 1
    assert tied > 0
    assert one["greater", True] + one["less", True] == pytest.approx(1)
    assert one["greater", True] == pytest.approx(one["greater", False] - tied / 2)
    plain, middle = (exact(data, weights=weights, mid_p=mid).p_value for mid in (False, True))
    assert 0 < middle < plain <= 1


@checked
@given(cases(smallest=3, largest=6, groups=3, strata=2), weightings, st.booleans())
def test_trend_and_quadratic_form_equal_the_enumeration(
    data: Cases, weights: object, stratified: bool
) -> None:
    comparable(data, 3)
    strata = data.stratum if stratified else None
    for trend in ([1.0, 2.0, 4.0], None):
        shared: dict[str, Any] = {"weights": weights, "strata": strata, "trend": trend}
        test = exact(data, variance="permutation", **shared)
        assume(test.status == "ok")
        options = {"method": "asymptotic", "variance": "permutation", **shared}
        values = [
            hs.logrank(data.response, list(labels), **options).statistic
            for labels in oracles.relabellings(data.group, strata)
        ]
        share = np.mean(np.array(values) >= test.statistic * (1 - 1e-9) - 1e-9)
        assert test.p_value == pytest.approx(share, rel=1e-9)


@checked
@given(st.lists(st.sampled_from([-1.5, 0.1, 0.3, 0.7, 2.0]), min_size=3, max_size=8), st.data())
def test_any_scores_can_be_permuted(scores: list[float], draw: st.DataObject) -> None:
    chosen = draw.draw(st.integers(1, len(scores) - 1))
    codes = np.array([0] * chosen + [1] * (len(scores) - chosen))
    found = permutation_distribution(np.array(scores), codes, groups=2).exact()
    sums = np.array([sum(part) for part in combinations(scores, chosen)]) - chosen * np.mean(scores)
    seen = sum(scores[:chosen]) - chosen * np.mean(scores)
    share = np.mean(np.abs(sums) >= abs(seen) - 1e-9)
    assert Reading().exact(found) == pytest.approx(share, rel=1e-12)
