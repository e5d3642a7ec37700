"""Patients behind a curve: what is printed is met, what is changed is said, what is impossible refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.errors import DataError, NonIdentifiableWarning, UnsupportedError
from hpcstats.literature.reconstruct import from_curve
from tests.properties.strategies import checked

WEEK = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def printed(y: hs.Surv, table: list[float], digits: int = 3) -> dict[str, object]:
    """What a paper shows of a curve: the foot of each step, and the numbers at risk."""
    frame = hs.kaplan_meier(y, interval="plain").to_frame()
    steps = frame[frame["events"] > 0]
    shown = [t for t in table if t <= steps["time"].max()]
    return {
        "time": steps["time"],
        "survival": steps["estimate"].round(digits),
        "at_risk": {t: int((y.time >= t).sum()) for t in shown},
        "precision": 0.5 * 10.0**-digits,
    }


def simulated(n: int, seed: int, *, censored: bool) -> hs.Surv:
    generator = np.random.default_rng(seed)
    event, end = generator.exponential(5, n), generator.uniform(2, 12, n) if censored else np.full(n, 99.0)
    return hs.Surv.right(np.minimum(event, end).round(2) + 0.01, event <= end)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("n", [12, 40, 90])
def test_a_printed_curve_comes_back_within_its_rounding(n, seed):
    y = simulated(n, seed, censored=True)
    shown = printed(y, [0, 2, 4, 6, 8])
    found = from_curve(**shown)
    again = hs.kaplan_meier(found.response, interval="plain").at(shown["time"])["estimate"]
    # Printed values are half a unit off; so may be those they come back as.
    assert np.abs(again.to_numpy() - shown["survival"].to_numpy()).max() <= 0.001 + 1e-9
    assert found.risk_table()["difference"].eq(0).all()
    assert len(found.response) == n


@pytest.mark.parametrize("seed", range(8))
def test_without_censoring_the_patients_themselves_come_back(seed):
    y = simulated(60, seed, censored=False)
    found = from_curve(**printed(y, [0, 5, 10]))
    assert np.array_equal(found.response.time, np.sort(y.time))
    assert found.response.event.all()


@checked
@given(n=st.integers(2, 25), seed=st.integers(0, 10**6), censoring=st.sampled_from(["fitted", "even"]))
@pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")
def test_what_is_rebuilt_holds_together(n, seed, censoring):
    y = simulated(n, seed, censored=True)
    if not y.n_events:
        return
    found = from_curve(**printed(y, [0, 3, 6]), events=y.n_events, censoring=censoring)
    frame, rebuilt = found.to_frame(), found.response
    assert len(rebuilt) == n == found.n
    assert rebuilt.n_events == frame["events"].sum() == found.n_events
    # Spread evenly, all may have left before the last point.
    seen = frame["time"] <= rebuilt.time.max()
    curve = hs.kaplan_meier(rebuilt, interval="plain").at(frame["time"][seen])["estimate"]
    np.testing.assert_allclose(curve, frame["rebuilt"][seen], atol=1e-12)
    assert (frame[["events", "censored", "at_risk"]] >= 0).all(axis=None)
    before = [(rebuilt.time >= t).sum() for t in frame["time"]]
    assert before == frame["at_risk"].tolist()


def test_a_published_curve_gives_back_its_patients():
    """6-MP: all numbers at risk and events of Freireich et al. 1963, from curve, table and total."""
    y = hs.Surv.right(WEEK, RELAPSE)
    found = from_curve(**printed(y, [0, 5, 10, 15, 20]), events=9)
    frame = found.to_frame().set_index("time")
    assert frame.loc[[6, 7, 10, 13, 16, 22, 23], "at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert frame.loc[[6, 7, 10, 13, 16, 22, 23], "events"].tolist() == [3, 1, 1, 1, 1, 1, 1]
    errors = found.errors().set_index("measure")
    assert errors.loc["median", ["published", "rebuilt"]].tolist() == [23, 23]
    assert errors.loc["events", ["published", "rebuilt", "difference"]].tolist() == [9, 9, 0]
    assert errors.loc["largest_distance", "difference"] < 0.0005
    assert found.patients_frame()["id"].iloc[0] == "rebuilt 1"


def test_every_change_is_told():
    time = [-0.5, 0.0, 2.0, 1.0, 2.0, 3.0, 4.0]
    survival = [0.99, 1.001, 0.8, 0.9, 0.79, 0.795, 0.7]
    with pytest.warns(NonIdentifiableWarning, match="5 points were not used as they were read"):
        found = from_curve(time, survival, n=50)
    changes = found.changes_frame()
    assert changes["row"].tolist() == [3, 0, 1, 5, 2]
    assert changes["reason"].str.split(":").str[0].tolist() == [
        "moved", "removed", "moved to the edge of the axis, 0 to 1", "lowered to the point before", "removed",
    ]  # fmt: skip
    assert changes.loc[changes["row"] == 5, ["survival", "used"]].to_numpy().tolist() == [[0.795, 0.79]]
    assert found.to_frame()["time"].tolist() == [0, 1, 2, 3, 4]
    assert found.to_frame()["published"].tolist() == [1, 0.9, 0.79, 0.79, 0.7]
    assert found.warnings


def test_a_time_of_the_table_without_a_point_is_added_and_told():
    found = from_curve([0, 1, 6], [1, 0.8, 0.6], at_risk={0: 10, 2: 8, 4: 6})
    added = found.changes_frame()
    assert added["time"].tolist() == [2, 4]
    assert added["row"].isna().all()
    assert found.warnings == ()
    assert found.risk_table()["rebuilt"].tolist() == [10, 8, 6]


def test_a_curve_alone_is_taken_as_uncensored():
    found = from_curve([0, 1, 2, 3], [1, 0.9, 0.6, 0.3], n=10)
    assert (found.n_events, found.response.time.tolist().count(3)) == (7, 6)
    assert found.to_frame()["censored"].sum() == 0


def test_events_tell_of_censoring_after_the_table():
    free = from_curve([0, 1, 2, 3], [1, 0.9, 0.6, 0.3], n=20)
    told = from_curve([0, 1, 2, 3], [1, 0.9, 0.6, 0.3], n=20, events=11)
    assert (free.n_events, told.n_events) == (14, 11)
    assert told.to_frame()["censored"].sum() > 0


def test_what_does_not_fit_is_warned_of():
    with pytest.warns(NonIdentifiableWarning, match="cannot all be met"):
        found = from_curve([0, 1, 3, 5], [1, 0.5, 0.4, 0.3], at_risk={0: 10, 2: 9, 4: 4})
    assert found.risk_table()["difference"].tolist()[1] < 0
    with pytest.warns(NonIdentifiableWarning, match=r"after the last point \(9\) are not used"):
        from_curve([0, 1, 3], [1, 0.5, 0.4], at_risk={0: 10, 9: 1})
    with pytest.warns(NonIdentifiableWarning, match="have 5 events, 9 were published"):
        from_curve([0, 1, 2], [1, 0.9, 0.5], n=10, events=9)


@pytest.mark.parametrize(
    ("points", "options", "words"),
    [
        (([0, 1], [100, 80]), {"n": 5}, "Divide percentages by 100"),
        (([0, 1, 2], [1, 0.5, 0.6]), {"n": 5}, r"rises by more than 0.02 \(row 2: 0.6 at 2\)"),
        (([0, 1], [1]), {"n": 5}, "time has 2 values and survival 1"),
        (([0, None], [1, 0.5]), {"n": 5}, "time is missing or infinite in rows 1"),
        (([-1, 0], [1, 1]), {"n": 5}, "at least one point after"),
        (([0, 1], [1, 0.5]), {}, "numbers at risk"),
        (([0, 1], [1, 0.5]), {"at_risk": {1: 5}}, "begin with 0"),
        (([0, 1], [1, 0.5]), {"at_risk": {0: 5, 1: 6}}, r"cannot rise \(6 at 1\)"),
        (([0, 1], [1, 0.5]), {"at_risk": {0: 5.5}}, "whole numbers"),
        (([0, 1], [1, 0.5]), {"at_risk": ([0, 1], [5])}, "2 times and 1 numbers"),
        (([0, 1], [1, 0.5]), {"at_risk": {0: 5}, "n": 6}, "n=6 is not the first"),
        (([0, 1], [1, 0.5]), {"n": 5, "events": 6}, "from 0 to the 5 patients"),
        (([0, 1], [1, 0.5]), {"n": 5, "precision": 0}, "precision must be"),
    ],
)
def test_what_cannot_be_a_curve_is_refused(points, options, words):
    with pytest.raises(DataError, match=words):
        from_curve(*points, **options)


def test_unknown_options_are_refused():
    with pytest.raises(UnsupportedError, match="censoring='random'"):
        from_curve([0, 1], [1, 0.5], n=5, censoring="random")
