"""Multi-state probabilities: closed forms, an oracle that follows each patient, reduction identities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.core.multistate.proportions import reachable
from hpcstats.nonparametric.competing.incidence import aalen_johansen
from hpcstats.nonparametric.multistate import illness_death

STATES = ["well", "ill", "dead"]


def course(*rows, states=STATES):
    start, stop, here, there, id_ = zip(*rows, strict=True)
    return hs.Surv.multistate(start, stop, here, there, states=states, id=id_)


SIX = course(
    (0, 4, "well", "dead", 1), (0, 2, "well", "ill", 2), (2, 5, "ill", "dead", 2), (0, 3, "well", "ill", 3),
    (3, 7, "ill", None, 3), (0, 6, "well", None, 4), (0, 1, "well", "ill", 5), (1, 6, "ill", "dead", 5),
    (0, 8, "well", None, 6),
)  # fmt: skip


@st.composite
def courses(draw, censored=True):
    """Up to 12 patients of an illness-death model, with ties."""
    rows = []
    for patient in range(draw(st.integers(1, 12))):
        fall_ill, end = draw(st.integers(1, 6)), draw(st.integers(1, 8))
        dies = draw(st.booleans()) if censored else True
        last = "dead" if dies else None
        if draw(st.booleans()) and fall_ill < end:
            rows += [
                (0, fall_ill, "well", "ill", patient),
                (fall_ill, end, "ill", last, patient),
            ]
        else:
            rows.append((0, end, "well", last, patient))
    return course(*rows)


def state_at(response, patient, time):
    """Where a fully observed patient is just after a time."""
    rows = [row for row in range(len(response)) if response.id[row] == patient]
    for row in rows:
        if response.entry[row] <= time < response.time[row]:
            return response.origin[row] - 1
    return response.status[rows[-1]] - 1


@given(courses(censored=False))
@settings(max_examples=60)
def test_without_censoring_the_probabilities_are_proportions(response):
    found = illness_death(response)
    patients = sorted(set(response.id.tolist()))
    for k, time in enumerate(found.time):
        states = [state_at(response, patient, time) for patient in patients]
        share = np.bincount(states, minlength=3) / len(patients)
        np.testing.assert_allclose(found.estimate[k], share, atol=1e-12)
        np.testing.assert_allclose(
            found.std_error[k], np.sqrt(share * (1 - share) / len(patients)), atol=1e-12
        )


@given(courses())
@settings(max_examples=60)
def test_probabilities_add_up_and_death_is_never_undone(response):
    found = illness_death(response)
    np.testing.assert_allclose(found.estimate.sum(axis=1), 1, atol=1e-12)
    assert (np.diff(found.estimate[:, 2]) >= -1e-12).all()
    assert (np.diff(found.estimate[:, 0]) <= 1e-12).all()
    table = found.risk_table(np.unique(np.append(found.time, 0.0)))
    np.testing.assert_allclose(table.groupby("time")["patients"].sum(), found.n)


@given(courses())
@settings(max_examples=40)
def test_leaving_the_first_state_is_kaplan_meier(response):
    first = response.take(response.origin == 1)
    km = hs.kaplan_meier(hs.Surv.right(first.time, first.event), interval="plain")
    end = float(first.time.max())
    times = [time for time in range(1, 9) if time <= end]
    found = illness_death(response, variance="greenwood").at(times).query("state == 'well'")
    np.testing.assert_allclose(found["estimate"], km.at(times)["estimate"], atol=1e-12)


@given(courses())
@settings(max_examples=40)
def test_infinitesimal_jackknife_is_a_derivative(response):
    found = illness_death(response)
    patients = list(dict.fromkeys(response.id.tolist()))
    total = np.zeros_like(found.std_error)
    for patient in patients:
        step = 1e-6
        weights = np.where(response.id == patient, 1 + step, 1.0)
        total += ((illness_death(response, weights=weights).estimate - found.estimate) / step) ** 2
    np.testing.assert_allclose(found.std_error**2, total, atol=2e-5)


@given(courses(), st.sampled_from(["greenwood", "infinitesimal-jackknife"]))
@settings(max_examples=30)
def test_one_way_out_is_competing_risks(response, variance):
    """Cut at the first move, the model has two competing events."""
    first = response.take(response.origin == 1)
    y = course(
        *(
            (start, stop, "well", None if to == 0 else STATES[to - 1], id_)
            for start, stop, to, id_ in zip(first.entry, first.time, first.status, first.id, strict=True)
        )
    )
    codes = np.maximum(first.status - 1, 0)
    both = hs.Surv.competing(first.time, codes, causes=["ill", "dead"])
    causes = aalen_johansen(both, variance=variance).to_frame()
    found = illness_death(y, variance=variance).to_frame().query("state != 'well'")
    np.testing.assert_allclose(found["estimate"], causes["estimate"], atol=1e-12)
    np.testing.assert_allclose(found["std_error"], causes["std_error"], atol=1e-9)


def test_aalen_variance_by_hand():
    """Two well patients, one falls ill: dA = 1/2, Poisson variance 1/4, multinomial 1/8."""
    y = course((0, 1, "well", "ill", 1), (1, 2, "ill", None, 1), (0, 2, "well", None, 2))
    for variance, expected in (("aalen", 0.25), ("greenwood", 0.125)):
        error = illness_death(y, variance=variance).at(1).query("state == 'ill'")["std_error"].item()
        assert error**2 == pytest.approx(expected)


def test_transition_from_the_origin_is_occupation():
    found = illness_death(SIX)
    later = found.transition([3, 6, 8], from_state="well")
    now = found.at([3, 6, 8])
    np.testing.assert_allclose(later["estimate"], now["estimate"])
    np.testing.assert_allclose(later["std_error"], now["std_error"])


@pytest.mark.parametrize("method", ["landmark", "titman"])
def test_landmark_methods_use_those_in_the_state_only(method):
    """At 1.5 five are well: two fall ill, one of whom dies at 5; one dies at 4; two are censored later."""
    found = illness_death(SIX).transition(5, from_state="well", from_time=1.5, method=method, seed=1)
    assert found["patients"].tolist() == [5, 5, 5]
    np.testing.assert_allclose(found["estimate"], [0.4, 0.2, 0.4])


def test_markov_probabilities_borrow_from_the_others():
    found = illness_death(SIX).transition(5, from_state="well", from_time=1.5)
    np.testing.assert_allclose(found["estimate"], [0.4, 4 / 15, 1 / 3])


def test_titman_of_a_progressive_model_is_a_pair_of_curves():
    """P(ill) = (not dead) x (ill among the living), by counting those who are seen."""
    y = course(
        (0, 2, "well", "ill", 1), (2, 9, "ill", None, 1), (0, 3, "well", "dead", 2), (0, 4, "well", None, 3),
        (0, 9, "well", None, 4),
    )  # fmt: skip
    found = illness_death(y).transition([3.5, 5], from_state="well", method="titman", seed=1)
    ill = found.query("state == 'ill'")["estimate"]
    np.testing.assert_allclose(ill, [0.75 / 3, 0.75 / 2])


def test_length_of_stay_adds_up_to_the_horizon():
    stay = illness_death(SIX).length_of_stay(7)
    assert stay["estimate"].sum() == pytest.approx(7)
    well = hs.kaplan_meier(hs.Surv.right([4, 2, 3, 6, 1, 8], [1, 1, 1, 0, 1, 0])).rmst(7)
    assert stay["estimate"][0] == pytest.approx(well["estimate"][0])
    assert stay["std_error"][0] == pytest.approx(well["std_error"][0])


def test_delayed_entry_counts_from_the_entry():
    y = course((0, 2, "well", "dead", 1), (0, 4, "well", "dead", 2), (3, 5, "well", None, 3))
    found = illness_death(y).at([2, 4])
    assert found.query("state == 'well'")["estimate"].tolist() == pytest.approx([0.5, 0.25])


def test_an_emptied_state_is_named():
    y = course((0, 2, "well", "dead", 1), (3, 5, "well", None, 2))
    with pytest.warns(hs.NonIdentifiableWarning, match="all patients at risk in state 'well' leave it"):
        found = illness_death(y)
    assert found.warnings


def test_whole_weights_are_repeated_patients():
    weights = np.where(SIX.id == 2, 3.0, 1.0)
    twice = [SIX.take(SIX.id == 2).to_frame().assign(id=f"copy {k}") for k in (1, 2)]
    rows = [row for frame in (SIX.to_frame(), *twice) for row in frame.itertuples(index=False)]
    again = course(*((r.start, r.stop, r.from_state, r.to_state, r.id) for r in rows))
    np.testing.assert_allclose(
        illness_death(SIX, weights=weights).estimate, illness_death(again).estimate, atol=1e-12
    )


def test_nobody_moves():
    found = illness_death(course((0, 3, "well", None, 1), (0, 5, "well", None, 2)))
    assert found.status == "boundary"
    assert found.at(4)["estimate"].tolist() == [1, 0, 0]


def test_reachable_states():
    allowed = np.zeros((4, 4), dtype=bool)
    allowed[0, 1] = allowed[1, 2] = allowed[0, 3] = True
    assert reachable(allowed)[0].tolist() == [True, True, True, True]
    assert reachable(allowed)[1].tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f.at(9), hs.DesignError, "beyond the end of follow-up"),
        (lambda f: f.transition(5, from_state="cured"), hs.DataError, "no state 'cured'"),
        (lambda f: f.transition(5, from_state="ill"), hs.DesignError, "Nobody is under observation"),
        (lambda f: f.transition(2, from_state="well", from_time=3), hs.DataError, "begin before from_time"),
        (lambda f: f.transition(2, from_state="well", method="x"), hs.UnsupportedError, "method"),
    ],
)
def test_questions_without_an_answer_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(illness_death(SIX))


def test_courses_in_a_circle_are_refused():
    y = course((0, 1, "well", "ill", 1), (1, 2, "ill", "well", 1), (2, 3, "well", None, 1))
    with pytest.raises(hs.DesignError, match="come back to 'well', 'ill'"):
        illness_death(y)


def test_other_responses_and_weights_are_refused():
    with pytest.raises(hs.UnsupportedError, match=r"Surv.multistate\(start"):
        illness_death(hs.Surv.right([1], [1]))
    with pytest.raises(hs.DataError, match="the same in all rows of a patient"):
        illness_death(SIX, weights=np.arange(1.0, 10.0))
    late = course((1, 2, "well", "dead", 1))
    assert illness_death(late).start.tolist() == [[1, 0, 0]]


def test_a_stay_cut_in_two_changes_nothing():
    states = ["well", "ill", "dead"]
    whole = hs.Surv.multistate(
        [0, 2, 0], [2, 5, 4], ["well", "ill", "well"], ["ill", "dead", None], states=states, id=[1, 1, 2]
    )
    cut = hs.Surv.multistate(
        [0, 1, 2, 3, 0],
        [1, 2, 3, 5, 4],
        ["well", "well", "ill", "ill", "well"],
        [None, "ill", None, "dead", None],
        states=states,
        id=[1, 1, 1, 1, 2],
    )
    one, other = illness_death(whole).to_frame(), illness_death(cut).to_frame()
    pd.testing.assert_frame_equal(one, other)
    assert one["time"].tolist() == [2, 4, 5] * 3
