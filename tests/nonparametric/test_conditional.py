"""Conditional event-free proportions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from tests import oracles
from tests.properties.strategies import Cases, cases, checked
from tests.reference.loader import dataset, response

pytestmark = pytest.mark.filterwarnings(
    "ignore::hpcstats.errors.SmallSampleWarning", "ignore::hpcstats.errors.NonIdentifiableWarning"
)


@checked
@given(cases(smallest=2), st.integers(0, 5))
def test_the_estimate_is_the_quotient_of_the_curve(data: Cases, start: int) -> None:
    last = max(data.time)
    curves = hs.kaplan_meier(data.response)
    if last <= start:
        with pytest.raises(hs.HpcstatsError):
            curves.conditional(start + 1, start)
        return
    frame = curves.conditional([start + 0.5, last], start)
    for row in frame.itertuples():
        exact = oracles.kaplan_meier(data.time, data.event, row.time)
        before = oracles.kaplan_meier(data.time, data.event, start)
        assert row.estimate == pytest.approx(float(exact / before), abs=1e-12)
        assert row.at_risk == sum(t >= row.time for t in data.time)


@pytest.mark.parametrize("interval", ["bpcp", "log-log", "thomas-grunkemeier"])
@pytest.mark.parametrize("sided", ["two-sided", "lower"])
def test_the_interval_is_that_of_the_patients_who_remain(interval: str, sided: str) -> None:
    data = dataset("leuk")
    options = {"interval": interval, "sided": sided, "level": 0.9}
    row = hs.kaplan_meier(response(data), **options).conditional(20, given=10).iloc[0]
    rest = data[data["time"] > 10]
    expected = hs.kaplan_meier(response(rest), **options).at(20).iloc[0]
    assert row[["at_risk", "estimate", "low", "high"]].tolist() == expected.tolist()[2:]


def test_every_pair_in_order_group_by_group() -> None:
    y = hs.Surv.right([3, 4, 5, 6, 7, 8], [1, 0, 1, 1, 0, 0])
    curves = hs.kaplan_meier(y, ["late", "early"] * 3)
    frame = curves.conditional([2, 5, 6], given=[0, 4.5])
    assert frame[["group", "given", "time"]].to_numpy().tolist() == [
        [group, given, time]
        for group in curves.labels
        for given, times in ((0, (2, 5, 6)), (4.5, (5, 6)))
        for time in times
    ]
    assert list(frame.columns) == ["group", "given", "time", "at_risk", "estimate", "low", "high"]


def test_labels_of_any_kind_keep_their_order() -> None:
    y = hs.Surv.right([3, 4, 5, 6], [1, 0, 1, 1])
    for labels in ([2, 1, 2, 1], [True, False, True, False], ["b", "a", "b", "a"]):
        curves = hs.kaplan_meier(y, labels)
        assert tuple(curves.conditional(4, given=2)["group"]) == curves.labels


def test_weights_condition_like_repeated_rows() -> None:
    weighted = hs.kaplan_meier(hs.Surv.right([2, 4, 6], [1, 1, 0]), weights=[3, 2, 0])
    repeated = hs.kaplan_meier(hs.Surv.right([2, 2, 2, 4, 4], [1] * 5))
    assert weighted.conditional(4, 2).equals(repeated.conditional(4, 2))


def test_delayed_entry_ends_where_everybody_has_entered() -> None:
    y = hs.Surv.right([3, 5, 6, 8, 9], [1, 1, 0, 1, 0], entry=[0, 1, 2, 3, 6])
    curves = hs.kaplan_meier(y, interval="log-log")
    row = curves.conditional(8, given=4).iloc[0]
    assert row["estimate"] == pytest.approx((2 / 3) * (1 / 2))
    late = curves.conditional(8, given=6.5).iloc[0]
    assert late["estimate"] == pytest.approx(1 / 2)
    alone = hs.kaplan_meier(hs.Surv.right([8, 9], [1, 0]), interval="log-log").at(8).iloc[0]
    assert late[["at_risk", "low", "high"]].tolist() == alone[["at_risk", "low", "high"]].tolist()


def test_what_cannot_be_conditioned_on_is_refused() -> None:
    curves = hs.kaplan_meier(hs.Surv.right([3, 4, 5, 9], [1, 0, 1, 1]), ["a", "a", "b", "b"])
    with pytest.raises(hs.DesignError, match=r"Nobody is under observation after 4 years \(a: until 4\)"):
        curves.conditional(8, given=4)
    with pytest.raises(hs.DesignError, match="beyond the end of follow-up"):
        curves.conditional(8, given=2)
    with pytest.raises(hs.DataError, match="Nothing is asked for after given=3"):
        curves.conditional(3, given=[1, 3])
    with pytest.raises(hs.DataError, match="from 0 on"):
        curves.conditional(3, given=-1)
