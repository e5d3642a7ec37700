"""What must hold of every Kaplan-Meier and Nelson-Aalen curve."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from tests import oracles
from tests.properties.strategies import Cases, cases, checked

# With delayed entry a risk set may empty by chance; that this is said is tested by name elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")

INTERVALS = ("plain", "log", "log-log", "logit", "arcsin")
COLUMNS = ["time", "at_risk", "events", "censored", "estimate", "std_error", "low", "high"]


@checked
@given(cases())
def test_without_censoring_the_curve_is_the_empirical_distribution(data: Cases) -> None:
    frame = hs.kaplan_meier(hs.Surv.right(data.time, [True] * len(data))).to_frame()
    beyond = [sum(t > u for t in data.time) / len(data) for u in frame["time"]]
    assert frame["estimate"].tolist() == pytest.approx(beyond, abs=1e-12)


@checked
@given(st.one_of(cases(), cases(entry=True)))
def test_the_curve_equals_exact_fractions(data: Cases) -> None:
    frame = hs.kaplan_meier(data.response).to_frame()
    exact = [float(oracles.kaplan_meier(data.time, data.event, t, data.entry)) for t in frame["time"]]
    assert frame["estimate"].tolist() == pytest.approx(exact, abs=1e-12)
    errors = [oracles.greenwood(data.time, data.event, t, data.entry) for t in frame["time"]]
    assert frame["std_error"].tolist() == pytest.approx(errors, abs=1e-12, nan_ok=True)
    hazard = hs.nelson_aalen(data.response).to_frame()["estimate"]
    sums = [float(oracles.nelson_aalen(data.time, data.event, t, data.entry)) for t in frame["time"]]
    assert hazard.tolist() == pytest.approx(sums, abs=1e-12)


@checked
@given(st.one_of(cases(), cases(entry=True)))
def test_numbers_at_risk_are_literal_counts(data: Cases) -> None:
    curves = hs.kaplan_meier(data.response)
    frame = curves.to_frame()
    assert frame["time"].tolist() == sorted(set(data.time))
    for row in frame.itertuples():
        assert row.at_risk == len(oracles.at_risk(data.time, row.time, data.entry))
        assert row.events == sum(e and t == row.time for t, e in zip(data.time, data.event, strict=True))
        assert row.censored == sum(
            not e and t == row.time for t, e in zip(data.time, data.event, strict=True)
        )
    halves = [t / 2 for t in range(int(2 * max(data.time)) + 1)]
    expected = [len(oracles.at_risk(data.time, t, data.entry or [-1.0] * len(data))) for t in halves]
    assert curves.at(halves)["at_risk"].tolist() == expected


@checked
@given(st.one_of(cases(), cases(entry=True)), st.sampled_from(["0.1", "0.25", "0.3", "0.5", "0.75", "0.9"]))
def test_quantiles_equal_exact_fractions(data: Cases, probability: str) -> None:
    exact = Fraction(probability)
    found = hs.kaplan_meier(data.response).quantile(float(exact))["estimate"].item()
    expected = oracles.quantile(data.time, data.event, exact, data.entry)
    assert found == expected or (np.isnan(found) and np.isinf(expected))


@checked
@given(cases(), st.integers(1, 14))
def test_the_restricted_mean_is_the_integral(data: Cases, half_years: int) -> None:
    horizon = half_years / 2
    assume(horizon <= max(data.time))
    row = hs.kaplan_meier(data.response).rmst(horizon).iloc[0]
    assert row["estimate"] == pytest.approx(oracles.restricted_mean(data.time, data.event, horizon), abs=1e-9)
    error = oracles.restricted_mean_error(data.time, data.event, horizon)
    assert row["std_error"] == pytest.approx(error, abs=1e-8)


@checked
@given(cases(), st.integers(1, 14))
def test_without_censoring_the_restricted_mean_is_a_plain_mean(data: Cases, half_years: int) -> None:
    horizon = half_years / 2
    assume(horizon <= max(data.time))
    capped = np.minimum(data.time, horizon)
    row = hs.kaplan_meier(hs.Surv.right(data.time, [True] * len(data))).rmst(horizon).iloc[0]
    assert row["estimate"] == pytest.approx(capped.mean(), abs=1e-12)
    assert row["std_error"] == pytest.approx(capped.std() / np.sqrt(len(data)), abs=1e-12)


@checked
@given(cases(groups=2), st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_every_row_of_the_risk_table_adds_up(data: Cases, ticks: list[int]) -> None:
    table = hs.kaplan_meier(data.response, data.group).risk_table([tick / 2 for tick in ticks])
    for row in table.itertuples():
        assert row.at_risk + row.events + row.censored == data.group.count(row.group)
        assert row.events == sum(
            e and t <= row.time and g == row.group
            for t, e, g in zip(data.time, data.event, data.group, strict=True)
        )


@checked
@given(
    st.one_of(cases(), cases(entry=True)),
    st.sampled_from(INTERVALS),
    st.sampled_from([0.5, 0.9, 0.95, 0.999]),
)
def test_limits_lie_around_the_estimate_within_zero_and_one(data: Cases, interval: str, level: float) -> None:
    frame = hs.kaplan_meier(data.response, interval=interval, level=level).to_frame()
    undefined = frame["low"].isna()
    assert undefined.tolist() == frame["high"].isna().tolist()
    assert (undefined <= ((frame["estimate"] == 0) | (frame["estimate"] == 1))).all()
    defined = frame[~undefined]
    assert (defined["low"] >= 0).all()
    assert (defined["high"] <= 1).all()
    assert (defined["low"] <= defined["estimate"] + 1e-12).all()
    assert (defined["estimate"] <= defined["high"] + 1e-12).all()


@checked
@given(st.one_of(cases(), cases(entry=True)), st.sampled_from(INTERVALS))
def test_the_curve_never_rises_and_a_wider_level_is_wider(data: Cases, interval: str) -> None:
    narrow = hs.kaplan_meier(data.response, interval=interval, level=0.8).to_frame()
    wide = hs.kaplan_meier(data.response, interval=interval, level=0.95).to_frame()
    assert (np.diff(narrow["estimate"]) <= 0).all()
    defined = narrow["low"].notna()
    assert (wide["low"][defined] <= narrow["low"][defined] + 1e-12).all()
    assert (wide["high"][defined] >= narrow["high"][defined] - 1e-12).all()


@checked
@given(cases(groups=2), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(data: Cases, random: object) -> None:
    order = list(range(len(data)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = data.rows(order)
    first = hs.kaplan_meier(data.response, data.group)
    second = hs.kaplan_meier(shuffled.response, shuffled.group)
    assert first.to_frame().equals(second.to_frame())


@checked
@given(cases(groups=2))
def test_the_names_of_groups_mean_nothing(data: Cases) -> None:
    renamed = [{"a": "zebra", "b": "ant"}[label] for label in data.group]
    first = hs.kaplan_meier(data.response, data.group).to_frame()
    second = hs.kaplan_meier(data.response, renamed).to_frame()
    for old, new in {"a": "zebra", "b": "ant"}.items():
        ours, theirs = first[first["group"] == old], second[second["group"] == new]
        assert ours[COLUMNS].reset_index(drop=True).equals(theirs[COLUMNS].reset_index(drop=True))


@checked
@given(cases(groups=2))
def test_a_group_is_estimated_from_its_own_rows(data: Cases) -> None:
    together = hs.kaplan_meier(data.response, data.group).to_frame()
    for label in set(data.group):
        own = data.rows([row for row, group in enumerate(data.group) if group == label])
        alone = hs.kaplan_meier(own.response).to_frame()
        part = together[together["group"] == label].reset_index(drop=True)
        assert part[COLUMNS].equals(alone[COLUMNS])


@checked
@given(cases(), st.sampled_from([1 / 12, 12.0, 365.25]))
def test_another_unit_of_time_only_scales_the_times(data: Cases, factor: float) -> None:
    scaled = hs.Surv.right([t * factor for t in data.time], data.event, unit="other")
    first, second = hs.kaplan_meier(data.response), hs.kaplan_meier(scaled)
    left, right = first.to_frame(), second.to_frame()
    assert right["time"].tolist() == pytest.approx([t * factor for t in left["time"]], rel=1e-12)
    assert left[COLUMNS[1:]].equals(right[COLUMNS[1:]])
    ours, theirs = first.quantile(0.5), second.quantile(0.5)
    for column in ("estimate", "low", "high"):
        assert theirs[column].item() == pytest.approx(ours[column].item() * factor, nan_ok=True)


@checked
@given(cases())
def test_entry_before_everything_is_no_entry(data: Cases) -> None:
    times = [t + 1 for t in data.time]
    plain = hs.kaplan_meier(hs.Surv.right(times, data.event))
    entered = hs.kaplan_meier(hs.Surv.right(times, data.event, entry=[0.0] * len(data)))
    assert plain.to_frame().equals(entered.to_frame())
    ticks = [0.0, 1.0, 2.5, 4.0]
    assert plain.risk_table(ticks).equals(entered.risk_table(ticks))
    first = hs.nelson_aalen(hs.Surv.right(times, data.event)).to_frame()
    assert first.equals(hs.nelson_aalen(hs.Surv.right(times, data.event, entry=[0.0] * len(data))).to_frame())


@checked
@given(st.one_of(cases(), cases(entry=True)), st.sampled_from(INTERVALS))
def test_frequencies_are_repeated_rows(data: Cases, interval: str) -> None:
    weighted = hs.kaplan_meier(data.response, interval=interval, weights=data.frequency)
    repeated = data.repeated()
    written_out = hs.kaplan_meier(repeated.response, interval=interval)
    left = weighted.to_frame()
    left = left[left["time"].isin(repeated.time)].reset_index(drop=True)
    right = written_out.to_frame()
    for column in COLUMNS:
        assert left[column].tolist() == pytest.approx(right[column].tolist(), abs=1e-12, nan_ok=True), column
    probabilities = [0.1, 0.25, 0.5, 0.75, 0.9]
    for column in ("estimate", "low", "high"):
        ours = weighted.quantile(probabilities)[column].tolist()
        theirs = written_out.quantile(probabilities)[column].tolist()
        assert ours == pytest.approx(theirs, nan_ok=True), column
    ticks = [0.0, 1.0, 2.5, 4.0]
    assert weighted.risk_table(ticks).equals(written_out.risk_table(ticks))
    end = max(repeated.time)
    if data.entry is None and end > 0:
        ours, theirs = weighted.rmst(end), written_out.rmst(end)
        assert ours["estimate"].item() == pytest.approx(theirs["estimate"].item(), abs=1e-12)
        assert ours["std_error"].item() == pytest.approx(theirs["std_error"].item(), abs=1e-12)


@checked
@given(cases())
def test_frequencies_end_the_follow_up_where_repeated_rows_end_it(data: Cases) -> None:
    weighted = hs.kaplan_meier(data.response, weights=data.frequency)
    assert weighted.follow_up["all"] == max(data.repeated().time)


@checked
@given(
    cases(),
    st.sampled_from(["poisson", "binomial", "ties", "log-survival"]),
    st.sampled_from(["plain", "log"]),
)
def test_frequencies_are_repeated_rows_for_the_hazard(data: Cases, variance: str, interval: str) -> None:
    options = {"variance": variance, "interval": interval}
    left = hs.nelson_aalen(data.response, weights=data.frequency, **options).to_frame()
    repeated = data.repeated()
    left = left[left["time"].isin(repeated.time)]
    right = hs.nelson_aalen(repeated.response, **options).to_frame()
    for column in COLUMNS:
        assert left[column].tolist() == pytest.approx(right[column].tolist(), abs=1e-12, nan_ok=True), column


@checked
@given(cases())
def test_events_that_fail_one_after_another_are_untied_events(data: Cases) -> None:
    order = sorted(range(len(data)), key=lambda row: (data.time[row], not data.event[row]))
    apart = {row: place for place, row in enumerate(order)}
    untied = hs.Surv.right([data.time[row] * 100 + apart[row] for row in range(len(data))], data.event)
    successive = hs.nelson_aalen(data.response, tied="successive").to_frame()
    plain = hs.nelson_aalen(untied).to_frame()
    for row in successive.itertuples():
        last = plain[plain["time"] < row.time * 100 + 100].iloc[-1]
        assert row.estimate == pytest.approx(last["estimate"], abs=1e-12)
        assert row.std_error == pytest.approx(last["std_error"], abs=1e-12)
