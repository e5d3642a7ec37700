"""Mean numbers of events: closed forms, slow oracles, deaths, gaps, weights, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import hpcstats as hs
from hpcstats.errors import DataError, DesignError, NonIdentifiableWarning, UnsupportedError
from hpcstats.recurrence import mean_cumulative
from tests.properties.strategies import checked
from tests.recurrence.cohorts import GROUP, Cohort, cohorts, influence, lawless_nadeau, mean_number, tiny

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")


def test_five_patients_by_hand() -> None:
    frame = mean_cumulative(tiny()).to_frame()
    assert list(frame) == ["group", "time", "at_risk", "events", "estimate", "std_error", "low", "high"]
    assert frame["time"].tolist() == [2, 3, 4, 5, 6, 7, 8, 9]
    assert frame["at_risk"].tolist() == [5, 5, 4, 4, 4, 3, 2, 1]
    assert frame["events"].tolist() == [1, 1, 1, 1, 0, 0, 1, 0]
    assert frame["estimate"].tolist() == pytest.approx([0.2, 0.4, 0.65, 0.9, 0.9, 0.9, 1.4, 1.4])
    assert frame["std_error"][0] ** 2 == pytest.approx((0.8**2 + 4 * 0.2**2) / 25)


@given(cohorts())
@checked
def test_estimate_is_that_of_the_definition(cohort: Cohort) -> None:
    [curve] = mean_cumulative(cohort.response).curves
    expected = [mean_number(cohort, t) for t in curve.time]
    assert curve.estimate == pytest.approx(expected, abs=1e-12)


@given(cohorts())
@checked
def test_variance_is_the_sum_of_squared_derivatives(cohort: Cohort) -> None:
    [curve] = mean_cumulative(cohort.response).curves
    if curve.patients > 1:
        expected = [np.sum(influence(cohort, t) ** 2) for t in curve.time]
        assert curve.std_error**2 == pytest.approx(expected, abs=1e-8)


@given(cohorts(deaths=False))
@checked
def test_without_deaths_the_variance_is_lawless_and_nadeaus(cohort: Cohort) -> None:
    [curve] = mean_cumulative(cohort.response).curves
    if curve.patients > 1:
        assert curve.std_error**2 == pytest.approx([lawless_nadeau(cohort, t) for t in curve.time], abs=1e-12)


@given(cohorts())
@checked
def test_deaths_as_censoring_are_nelsons(cohort: Cohort) -> None:
    [curve] = mean_cumulative(cohort.response, death="censoring").curves
    expected = [mean_number(cohort, t, death=False) for t in curve.time]
    assert curve.estimate == pytest.approx(expected, abs=1e-12)


@given(cohorts(largest=5))
@checked
def test_whole_weights_are_repeated_patients(cohort: Cohort) -> None:
    times = [1 + patient % 3 for patient in cohort.patients]
    weights = [times[cohort.patients.index(row[0])] for row in cohort.rows]
    [weighted] = mean_cumulative(cohort.response, weights=weights, interval="log-t").curves
    [repeated] = mean_cumulative(cohort.repeated(times).response, interval="log-t").curves
    for name in ("time", "at_risk", "events", "deaths", "censored", "estimate"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name), abs=1e-12)
    for name in ("std_error", "low", "high"):
        ours, theirs = getattr(weighted, name), getattr(repeated, name)
        assert ours == pytest.approx(theirs, abs=1e-7, nan_ok=True)


@given(cohorts())
@checked
def test_nobody_is_lost_without_late_entry(cohort: Cohort) -> None:
    means = mean_cumulative(cohort.response)
    table = means.risk_table([0.5, 2, 3.5])
    left = table["deaths"] + table["censored"]
    begun = {row[0] for row in cohort.rows if row[1] <= 3.5}
    assert (table["at_risk"] + left).iloc[-1] <= len(begun)
    whole = [row for row in cohort.rows if row[1] == 0]
    if len(whole) == len(cohort.rows):
        assert (table["at_risk"] + left == len(cohort.patients)).all()


def test_single_events_are_nelson_aalen() -> None:
    time, event = [1, 2, 2, 3, 5], [1, 1, 0, 1, 0]
    y = hs.Surv.counting([0] * 5, time, event, id=list("abcde"))
    [curve] = mean_cumulative(y, variance="poisson").curves
    expected = hs.nelson_aalen(hs.Surv.right(time, event)).curves[0]
    assert curve.estimate == pytest.approx(expected.estimate)
    assert curve.std_error == pytest.approx(expected.std_error)


def test_one_event_before_death_is_a_cumulative_incidence() -> None:
    """With at most one event, after which nobody is at risk of death, the mean is 1 - S of the first."""
    y = hs.Surv.counting([0] * 4, [1, 2, 3, 4], [1, 0, 1, 0], id=list("abcd"), terminal=[1, 1, 1, 1])
    [curve] = mean_cumulative(y).curves
    assert curve.estimate == pytest.approx([0.25, 0.25, 0.5, 0.5])
    # Complete data: the mean of the patients' own numbers, and its variance.
    assert curve.std_error[-1] ** 2 == pytest.approx(0.25 / 4)


def test_complete_follow_up_until_death_gives_the_plain_mean() -> None:
    rng = np.random.default_rng(2)
    rows, numbers = [], []
    for patient in range(12):
        stops = np.sort(rng.choice(np.arange(1, 40), size=rng.integers(1, 5), replace=False))
        numbers.append(stops.size - 1)
        for k, (start, stop) in enumerate(zip([0, *stops[:-1]], stops, strict=True)):
            rows.append((patient, float(start), float(stop), k < stops.size - 1, k == stops.size - 1))
    [curve] = mean_cumulative(Cohort(tuple(rows)).response).curves
    assert curve.estimate[-1] == pytest.approx(np.mean(numbers))
    assert curve.std_error[-1] ** 2 == pytest.approx(np.var(numbers) / 12)


def test_censoring_the_dead_overstates() -> None:
    y = hs.Surv.counting([0, 0, 0, 4], [1, 2, 4, 6], [0, 1, 1, 1], id=list("abcc"), terminal=[1, 1, 0, 0])
    found = [mean_cumulative(y, death=how).at(6)["estimate"][0] for how in ("terminal", "censoring")]
    # 2/3 alive at 2, 1/3 from then on: 2/3 * 1/2 + 1/3 + 1/3, and 1/2 + 1 + 1.
    assert found == pytest.approx([1, 2.5])


def test_a_jackknife_of_many_patients_agrees() -> None:
    cohort = simulated(60, seed=4)
    [curve] = mean_cumulative(cohort.response).curves
    t = 3.0
    left_out = []
    for patient in cohort.patients:
        rest = Cohort(tuple(row for row in cohort.rows if row[0] != patient))
        left_out.append(mean_number(rest, t))
    n = len(left_out)
    jackknife = (n - 1) / n * np.sum((np.array(left_out) - np.mean(left_out)) ** 2)
    assert curve.at(np.array([t]), "std_error")[0] == pytest.approx(np.sqrt(jackknife), rel=0.03)


def test_a_bootstrap_of_patients_agrees() -> None:
    means = mean_cumulative(simulated(60, seed=5).response)
    found = hs.bootstrap(means.response, 2000, statistic=means.statistic([1, 3]), kind="percentile", seed=1)
    spread = np.std(np.asarray(found.replicates, dtype=float), axis=0)
    table = means.at([1, 3])
    expected = table["std_error"].to_numpy()
    assert found.to_frame()["estimate"].to_numpy() == pytest.approx(table["estimate"].to_numpy())
    assert spread == pytest.approx(expected, rel=0.06)


def simulated(n: int, seed: int) -> Cohort:
    """Patients whose rates differ, with deaths and censoring."""
    rng = np.random.default_rng(seed)
    rows = []
    for patient in range(n):
        rate, death, end = 0.5 * rng.gamma(1, 1), rng.exponential(6), rng.uniform(1, 6)
        time, last = 0.0, min(death, end)
        while True:
            following = time + rng.exponential(1 / rate)
            if following >= last:
                rows.append((patient, time, last, False, death < end))
                break
            rows.append((patient, time, following, True, False))
            time = following
    return Cohort(tuple(rows))


def test_a_row_cut_in_two_changes_nothing() -> None:
    whole = hs.Surv.counting([0, 0], [4, 6], [1, 0], id=["a", "b"])
    cut = hs.Surv.counting([0, 3, 0], [3, 4, 6], [0, 1, 0], id=["a", "a", "b"])
    for t in (3.5, 4, 6):
        one, other = mean_cumulative(whole).at(t), mean_cumulative(cut).at(t)
        assert one.round(12).equals(other.round(12))
    # R reports no time at which rows of a patient merely follow each other, nor do we.
    pd.testing.assert_frame_equal(mean_cumulative(whole).to_frame(), mean_cumulative(cut).to_frame())
    assert mean_cumulative(cut).risk_table(3)["censored"].tolist() == [0]


def test_a_time_at_which_somebody_leaves_for_a_while_is_reported() -> None:
    y = hs.Surv.counting([0, 5, 0, 0], [2, 8, 8, 4], [0, 0, 1, 0], id=["a", "a", "b", "c"])
    frame = mean_cumulative(y).to_frame()
    assert frame["time"].tolist() == [2, 4, 8]
    assert frame["at_risk"].tolist() == [3, 2, 2]


def test_a_gap_takes_the_patient_out_of_the_risk_set() -> None:
    y = hs.Surv.counting([0, 5, 0], [2, 8, 8], [0, 0, 1], id=["a", "a", "b"])
    table = mean_cumulative(y).risk_table([1, 3, 6])
    assert table["at_risk"].tolist() == [2, 1, 2]
    y = hs.Surv.counting([0, 5, 0, 3], [2, 8, 3, 8], [0, 0, 1, 0], id=["a", "a", "b", "b"])
    assert mean_cumulative(y).at(3)["estimate"][0] == 1


def test_two_events_at_once_are_a_row_without_length() -> None:
    y = hs.Surv.counting([2, 0, 0], [2, 2, 5], [1, 1, 0], id=["a", "a", "b"])
    frame = mean_cumulative(y).to_frame()
    assert frame["at_risk"].tolist() == [2, 1]
    assert frame["estimate"].tolist() == [1, 1]
    assert frame["std_error"][0] == pytest.approx(np.sqrt(2 * 0.5**2))


@pytest.mark.parametrize("variance", ["lawless-nadeau", "poisson", "sample"])
def test_without_events_the_mean_is_zero_and_has_no_upper_limit(variance: str) -> None:
    y = hs.Surv.counting(
        [0, 0], [3, 5], [0, 0], id=["a", "b"], terminal=[1, 0] if variance[0] == "l" else None
    )
    means = mean_cumulative(y, variance=variance)
    assert means.status == "boundary"
    assert "no events" in means.reason
    frame = means.to_frame()
    assert (frame[["estimate", "std_error", "low"]] == 0).all(axis=None)
    assert frame["high"].isna().all()


def test_one_patient_has_no_standard_error() -> None:
    [curve] = mean_cumulative(hs.Surv.counting([0, 2], [2, 3], [1, 0], id=["a", "a"])).curves
    assert curve.estimate.tolist() == [1, 1]
    assert np.isnan(curve.std_error).all()


def test_few_patients_are_told_in_the_conventions_unless_the_interval_corrects() -> None:
    normal, corrected = mean_cumulative(tiny()), mean_cumulative(tiny(), interval="log-t")
    assert any("all: 3" in text and "log-t" in text for text in normal.conventions)
    assert not any("too narrow. Write" in text for text in corrected.conventions)
    assert (corrected.at(5)["high"] > normal.at(5)["high"]).all()


def test_limits_of_few_patients_end_where_the_last_one_has_an_event() -> None:
    y = hs.Surv.counting([0, 2, 0, 0], [2, 8, 4, 3], [1, 1, 1, 0], id=["a", "a", "b", "c"])
    plain, corrected = (mean_cumulative(y, interval=name).to_frame() for name in ("log", "log-t"))
    assert np.isnan(corrected["high"].iloc[-1])
    assert corrected["high"].iloc[:-1].notna().all()
    assert plain["std_error"].iloc[-1] == plain["std_error"].iloc[-2]


def test_the_difference_of_two_groups() -> None:
    means = mean_cumulative(tiny(), GROUP)
    table, found = means.at(5).set_index("group"), means.difference(5).iloc[0]
    assert found["difference"] == pytest.approx(table["estimate"][1] - table["estimate"][0])
    assert found["std_error"] == pytest.approx(np.hypot(*table["std_error"]))
    assert found["low"] < found["difference"] < found["high"]
    wider = mean_cumulative(tiny(), GROUP, interval="log-t").difference(5).iloc[0]
    assert wider["high"] > found["high"]
    with pytest.raises(DesignError, match="two groups"):
        mean_cumulative(tiny()).difference(5)


def test_groups_are_curves_of_their_own() -> None:
    means = mean_cumulative(tiny(), GROUP)
    assert (means.labels, means.sizes.tolist()) == ((0, 1), [2, 3])
    assert means.patients(1) == ("2", "3", "5")
    alone = mean_cumulative(tiny().take(np.array(GROUP) == 0)).to_frame()
    frame = means.to_frame()
    ours = frame[frame["group"] == 0].reset_index(drop=True)
    assert ours.drop(columns="group").equals(alone.drop(columns="group"))


def test_nobody_observed_is_warned_of() -> None:
    y = hs.Surv.counting([1, 6], [3, 8], [1, 1], id=["a", "b"])
    with pytest.warns(NonIdentifiableWarning, match=r"all: 0 to 1, all: 3 to 6"):
        means = mean_cumulative(y)
    assert means.warnings


def test_result_speaks_for_itself() -> None:
    means = mean_cumulative(tiny())
    assert "Nelson" in means.method
    assert (means.n, means.n_events) == (5, 5)
    answer = means.as_dict()
    assert answer["rows"][0]["estimate"] == 0.2
    assert "Mean cumulative function, n = 5" in str(means)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"group": [0, 1, 0, 1, 1, 1, 0, 0, 1]}, DataError, "group changes within a patient"),
        ({"weights": [1, 2, 1, 1, 1, 1, 1, 1, 1]}, DataError, "weights changes within a patient"),
        ({"interval": "bpcp"}, UnsupportedError, "interval='bpcp' is not known"),
        ({"variance": "sample", "weights": [0.5] * 9}, UnsupportedError, "whole patients"),
        ({"level": 95}, DataError, "level must be a proportion"),
        ({"death": "ignored"}, UnsupportedError, "death='ignored'"),
    ],
)
def test_what_is_refused(options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        mean_cumulative(tiny(), **options)


def test_more_that_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="mean_cumulative is not defined for Surv.right"):
        mean_cumulative(hs.Surv.right([1, 2], [1, 0]))
    with pytest.raises(DesignError, match="beyond the end of follow-up"):
        mean_cumulative(tiny()).at(10)
    dying = hs.Surv.counting([0, 0], [1, 2], [1, 1], id=["a", "b"], terminal=[1, 0])
    with pytest.raises(UnsupportedError, match="no Poisson process"):
        mean_cumulative(dying, variance="poisson")
    late = hs.Surv.counting([0, 1], [1, 2], [1, 1], id=["early", "late"])
    with pytest.raises(UnsupportedError, match=r"without a gap \(late\)"):
        mean_cumulative(late, variance="sample")
