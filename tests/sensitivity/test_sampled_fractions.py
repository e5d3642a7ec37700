"""Assumed publication probabilities against weights by hand, repeated rows and R's convention."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.errors import DataError, DesignError, UnsupportedError
from hpcstats.sensitivity.sampled import outcome_labels, sampling_fractions
from tests.properties.strategies import checked

GENERATOR = np.random.default_rng(5)
N = 24
Y = hs.Surv.right(
    GENERATOR.exponential(5, N).round(1), GENERATOR.random(N) < 0.6, id=[f"p{k}" for k in range(N)]
)
DATA = pd.DataFrame(
    {"x": GENERATOR.normal(size=N), "z": [0, 1] * 12, "series": ["single", "series", "series"] * 8}
)
HALF = {"series": 1, "single": [1, 0.5, 0.25]}


@pytest.mark.parametrize("penalty", [None, "firth"])
def test_weights_are_one_over_the_fraction_with_mean_one_and_limits_are_robust(penalty):
    fit = hs.cox(Y, DATA, "x + z", penalty=penalty)
    found = sampling_fractions(fit, "series", fractions=HALF)
    for k, fraction in enumerate([1, 0.5, 0.25]):
        weights = np.where(DATA["series"] == "single", 1 / fraction, 1.0)
        again = hs.cox(Y, DATA, "x + z", penalty=penalty, weights=weights / weights.mean(), robust=True)
        assert found.estimates[k] == pytest.approx(np.exp(again.coef), rel=1e-8)
        assert found.low[k] == pytest.approx(np.exp(again.low), rel=1e-7)
        assert found.high[k] == pytest.approx(np.exp(again.high), rel=1e-7)
        assert found.effective[k] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert found.estimates[0] == pytest.approx(np.exp(fit.coef))
    assert found.change[0] == pytest.approx(1.0)
    assert found.to_frame().columns.tolist() == [
        "fraction of series", "fraction of single", "ratio", "effective_n", "term", "estimate", "low", "high",
        "change", "status", "reason",
    ]  # fmt: skip
    assert found.patients_of == {"series": 16, "single": 8}
    assert len(found.patients("single")) == 8


def test_breslow_weights_of_two_are_rows_repeated_twice():
    fit = hs.cox(Y, DATA, "x", ties="breslow")
    found = sampling_fractions(fit, "series", fractions=HALF)
    rows = np.repeat(np.arange(N), np.where(DATA["series"] == "single", 2, 1))
    repeated = hs.Surv.right(Y.time[rows], Y.event[rows])
    again = hs.cox(repeated, {"x": DATA["x"].to_numpy()[rows]}, ties="breslow")
    assert found.estimates[1] == pytest.approx(np.exp(again.coef), rel=1e-8)


def test_only_ratios_matter():
    fit = hs.cox(Y, DATA, "x", penalty="firth")
    found = sampling_fractions(fit, "series", fractions={"series": [1, 0.5, 0.1], "single": [0.8, 0.4, 0.08]})
    same = np.isclose(found.ratios[:, 0], 1.25)
    assert same.sum() == 3
    for values in (found.estimates, found.low, found.high):
        assert np.ptp(values[same]) < 1e-9
    assert len(found.fractions) == 9


def test_survival_by_hand_and_its_limits_by_the_infinitesimal_jackknife():
    y = hs.Surv.right([1, 2, 3, 4], [1, 0, 1, 0])
    km = hs.kaplan_meier(y)
    found = sampling_fractions(
        km, outcome_labels(km), fractions={"with an event": 1, "without an event": 0.5}, statistic=("at", 3)
    )
    # Weights 1, 2, 1, 2: (1 - 1/6) (1 - 1/3).
    assert found.estimates[0, 0] == pytest.approx(5 / 9)
    weights = np.array([1, 2, 1, 2])

    def survival(w):
        return (1 - w[0] / w.sum()) * (1 - w[2] / (w[2] + w[3]))

    step = 1e-6
    influence = np.array(
        [(survival(weights + step * e) - survival(weights - step * e)) / (2 * step) for e in np.eye(4)]
    )
    error = np.sqrt(((weights * influence) ** 2).sum())
    s = 5 / 9
    margin = 1.959963984540054 * error / (s * np.log(s))
    expected = sorted(s ** np.exp([margin, -margin]))
    assert [found.low[0, 0], found.high[0, 0]] == pytest.approx(expected, rel=1e-6)


def test_curves_of_groups_quantiles_and_means():
    km = hs.kaplan_meier(Y, DATA["z"])
    asked = [("at", 2.0), ("quantile", 0.5), ("rmst", 2.0)]
    found = sampling_fractions(km, DATA["series"], fractions=HALF, statistic=asked)
    weights = np.where(DATA["series"] == "single", 2.0, 1.0)
    again = hs.kaplan_meier(Y, DATA["z"], weights=weights, interval="log-log")
    expected = [
        frame.loc[g, "estimate"]
        for g in (0, 1)
        for frame in (again.at([2.0]), again.quantile(0.5), again.rmst(2.0))
    ]
    assert found.estimates[1] == pytest.approx(expected)
    assert (found.low[:, :2] <= found.estimates[:, :2]).all()
    assert (found.high[:, :2] >= found.estimates[:, :2]).all()
    assert np.isnan(found.low[:, 2]).all()
    assert "restricted mean" in found.reasons[0][2]
    assert found.statuses[0][2] == "ok"


def test_cumulative_incidence_keeps_its_interval():
    y = hs.Surv.competing(Y.time, np.where(Y.event, 1 + (DATA["x"] > 0), 0), causes=["a", "b"])
    curves = hs.aalen_johansen(y)
    found = sampling_fractions(curves, DATA["series"], fractions=HALF, statistic=("at", 3.0))
    weights = np.where(DATA["series"] == "single", 4.0, 1.0)
    again = hs.aalen_johansen(y, weights=weights / weights.mean()).at([3.0])
    for name, values in (("estimate", found.estimates), ("low", found.low), ("high", found.high)):
        assert values[2] == pytest.approx(again[name].to_numpy())


def test_results_without_such_a_variance_say_so():
    na = hs.nelson_aalen(Y)
    found = sampling_fractions(na, DATA["series"], fractions=HALF, statistic=("at", 3.0))
    assert np.isnan(found.low).all()
    assert found.reasons[0][0].startswith("no limits")
    prior = hs.cox(Y, DATA, "x", penalty=hs.NormalPrior(1.0))
    mode = sampling_fractions(prior, "series", fractions=HALF)
    assert np.isfinite(mode.estimates).all()
    assert "under a prior" in mode.reasons[0][0]


def test_turning_points_are_found_by_refitting():
    fit = hs.cox(Y, DATA, "x")
    labels = np.where((DATA["x"] > 0) == Y.event, "typical", "odd")
    grid = [1, 0.5, 0.25, 0.12, 0.06, 0.03]
    found = sampling_fractions(fit, labels, fractions={"odd": grid, "typical": grid})
    turns = found.turning_points()
    assert turns["what"].unique().tolist() == ["estimate", "low", "high"]
    known = turns.dropna(subset="ratio")
    assert len(known) >= 2
    for what, ratio in known[["what", "ratio"]].itertuples(index=False):
        weights = np.where(labels == "odd", 1 / ratio, 1.0)
        again = hs.cox(Y, DATA, "x", weights=weights / weights.mean(), robust=True)
        value = {"estimate": again.coef, "low": again.low, "high": again.high}[what][0]
        assert value == pytest.approx(0.0, abs=1e-6)
    far = found.turning_points(1e6)
    assert far["ratio"].isna().all()
    assert far["note"].str.startswith("below 1e+06 at ratios from 0.03").all()


def test_a_median_turns_where_it_jumps():
    y = hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 1])
    km = hs.kaplan_meier(y)
    by = ["early", "early", "late", "late"]
    found = sampling_fractions(km, by, fractions={"early": [1, 0.2], "late": [1, 0.3]})
    turns = found.turning_points(2.2).set_index("what")
    # Weights 1/r, 1/r, 1, 1: beyond r = 1 the curve is still above one half at time 2.
    assert turns.loc["estimate", "ratio"] == pytest.approx(1.0, abs=1e-6)


def test_outcome_labels_belong_to_patients():
    y = hs.Surv.counting([0, 2, 0, 0], [2, 5, 4, 6], [1, 0, 0, 1], id=list("aabc"))
    assert outcome_labels(y).tolist() == ["with an event"] * 2 + ["without an event", "with an event"]
    fit = hs.cox(y, {"x": [0.0, 0, 1, 1]}, penalty="firth")
    found = sampling_fractions(
        fit, outcome_labels(fit), fractions={"with an event": 1, "without an event": [1, 0.5]}
    )
    assert found.patients_of == {"with an event": 2, "without an event": 1}
    assert any("selection by the outcome" in text for text in found.conventions)
    assert any("no data identify them" in text for text in found.conventions)
    neutral = sampling_fractions(hs.cox(Y, DATA, "x"), "series", fractions=HALF)
    assert not any("selection by the outcome" in text for text in neutral.conventions)


def test_known_fractions_undo_the_selection():
    """Of a large population patients without event are published with probability 1/5."""
    random = np.random.default_rng(3)
    x = random.integers(0, 2, 4000)
    latent, last = random.exponential(1 / np.exp(0.7 * x)), random.uniform(0.1, 1.5, 4000)
    event = latent <= last
    seen = random.random(4000) < np.where(event, 1.0, 0.2)
    y = hs.Surv.right(np.minimum(latent, last)[seen], event[seen])
    km = hs.kaplan_meier(y)
    found = sampling_fractions(
        km,
        outcome_labels(km),
        fractions={"with an event": 1, "without an event": [1, 0.2]},
        statistic=("at", 0.5),
    )
    whole = hs.kaplan_meier(hs.Surv.right(np.minimum(latent, last), event)).at([0.5])["estimate"].iloc[0]
    assert found.estimates[1, 0] == pytest.approx(whole, abs=0.02)
    assert found.low[1, 0] < whole < found.high[1, 0]
    assert found.high[0, 0] < whole


@checked
@given(st.data())
def test_equal_fractions_change_nothing(data):
    n = data.draw(st.integers(2, 12))
    time = data.draw(st.lists(st.integers(1, 6), min_size=n, max_size=n))
    event = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    by = data.draw(st.lists(st.sampled_from("ab"), min_size=n, max_size=n))
    fraction = data.draw(st.sampled_from([1.0, 0.5, 0.03]))
    km = hs.kaplan_meier(hs.Surv.right(time, event))
    at = min(time)
    found = sampling_fractions(km, by, fractions=dict.fromkeys(set(by), fraction), statistic=("at", at))
    own = hs.kaplan_meier(km.response, interval="log-log").at([at])
    assert found.estimates[0, 0] == pytest.approx(own["estimate"].iloc[0])
    assert found.effective[0] == pytest.approx(n)
    assert found.low[0, 0] == pytest.approx(own["low"].iloc[0], nan_ok=True)
    assert found.high[0, 0] == pytest.approx(own["high"].iloc[0], nan_ok=True)


@pytest.mark.parametrize(
    ("fractions", "message"),
    [
        ({"series": 1}, "nothing about 'single'"),
        ({"series": 1, "single": 1, "era": 1}, "'era', which nobody has"),
        ({"series": 1, "single": 0}, "above 0 and at most 1"),
        ({"series": 1, "single": [0.5, 1.2]}, "above 0 and at most 1"),
        ({"series": 1, "single": []}, "above 0 and at most 1"),
        ([1, 1], "for each label"),
    ],
)
def test_fractions_that_are_none_are_refused(fractions, message):
    with pytest.raises(DataError, match=message):
        sampling_fractions(hs.kaplan_meier(Y), DATA["series"], fractions=fractions)


def test_other_refusals():
    km = hs.kaplan_meier(Y)
    many = np.linspace(0.01, 1, 101)
    with pytest.raises(DesignError, match="10201 combinations"):
        sampling_fractions(km, DATA["series"], fractions={"series": many, "single": many})
    with pytest.raises(UnsupportedError, match="ties='efron'"):
        sampling_fractions(hs.cox(Y, DATA, "x", ties="exact"), "series", fractions=HALF)
    with pytest.raises(DataError, match="row of its own"):
        sampling_fractions(hs.cox(Y, DATA, "x", frequencies=[2] * N), "series", fractions=HALF)
    y = hs.Surv.counting([0, 2, 0], [2, 5, 4], [1, 0, 1], id=list("aab"))
    with pytest.raises(DesignError, match=r"several labels \(a\)"):
        sampling_fractions(
            hs.cox(y, {"x": [0.0, 1, 1]}, penalty="firth"), ["u", "v", "v"], fractions={"u": 1, "v": 1}
        )
    one = sampling_fractions(km, DATA["series"], fractions=dict.fromkeys(["series", "single"], 1))
    with pytest.raises(DataError, match=r"turning_points\(0.5\)"):
        one.turning_points()
    with pytest.raises(DesignError, match="One ratio"):
        one.turning_points(3.0)
    three = sampling_fractions(km, ["a", "b", "c"] * 8, fractions={"a": [1, 0.5], "b": 1, "c": 1})
    assert three.ratios.shape == (2, 2)
    with pytest.raises(DesignError, match="two labels"):
        three.turning_points(3.0)


def test_patients_count_once_in_the_effective_number():
    """Four patients, two of them with two rows: weights 1, 1, 2, 2."""
    y = hs.Surv.counting([0, 2, 0, 0, 3, 0], [2, 5, 4, 3, 6, 7], [0, 1, 1, 0, 1, 0], id=list("aabccd"))
    fit = hs.cox(y, {"x": [0.0, 1, 1, 0, 0, 1]}, penalty="firth")
    found = sampling_fractions(fit, list("uuuvvv"), fractions={"u": 1, "v": 0.5})
    assert found.effective[0] == pytest.approx(6**2 / (1 + 1 + 4 + 4))


def test_columns_labels_and_values_that_are_none_are_refused():
    km = hs.kaplan_meier(Y)
    for wrong in (None, (label for label in DATA["series"])):
        with pytest.raises(DataError, match="by must be a column"):
            sampling_fractions(km, wrong, fractions=HALF)
    found = sampling_fractions(km, DATA["series"], fractions=HALF)
    with pytest.raises(DataError, match="no label 'x'. The labels are 'series', 'single'"):
        found.patients("x")
    for wrong in ("a", [1], np.nan, True):
        with pytest.raises(DataError, match="value must be a number"):
            found.turning_points(wrong)


def test_a_limit_that_is_lost_between_two_ratios_says_where(monkeypatch):
    from hpcstats.sensitivity.sampled import turning

    monkeypatch.setattr(turning, "_value", lambda *_: np.nan)
    found = sampling_fractions(hs.cox(Y, DATA, "x"), "series", fractions=HALF)
    middle = float(found.estimates[:2].mean())
    told = found.turning_points(middle).set_index("what").loc["estimate"]
    assert np.isnan(told["ratio"])
    assert told["note"] == "between ratios 1 and 2, where it is not known throughout"


def test_text_and_dictionary():
    found = sampling_fractions(hs.cox(Y, DATA, "x"), "series", fractions=HALF)
    assert found.title() == f"Assumed publication probabilities, n = 24, events = {Y.n_events}, 3 sets"
    assert "(series 1; single 0.25 to 1)" in str(found)
    assert found.as_dict()["patients_of"] == {"series": 16, "single": 8}
    assert found.patients() == tuple(sorted(Y.id))
