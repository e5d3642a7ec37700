"""Fragility: known small cases, published procedures, and a search by writing every data set out."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.fragility import fisher
from hpcstats.errors import DataError, DesignError, UnsupportedError
from hpcstats.sensitivity import fragility, fragility_2x2

WEEKS = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
RELAPSE = np.array([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1], dtype=bool)
GROUP = np.array(["maintained"] * 11 + ["not"] * 12, dtype=object)
AML = hs.Surv.right(WEEKS, RELAPSE, id=[f"p{k:02d}" for k in range(23)], unit="weeks")


def written_out(rows, change, test):
    event, group = RELAPSE.copy(), GROUP.copy()
    for row in rows:
        if change == "status":
            event[row] = not event[row]
        else:
            group[row] = "not" if group[row] == "maintained" else "maintained"
    return hs.logrank(hs.Surv.right(WEEKS, event), group, method=test).p_value


@pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")
@pytest.mark.parametrize(("change", "test"), list(product(["status", "assignment"], ["asymptotic", "exact"])))
def test_every_single_change_is_judged_by_the_log_rank_test(change, test):
    found = fragility(AML, GROUP, change=change, test=test)
    p_values = [written_out([row], change, test) for row in range(23)]
    assert not found.significant
    assert found.p_value == pytest.approx(written_out([], change, test), rel=1e-12)
    assert found.index == found.at_least == 1
    turned = [row for row in range(23) if p_values[row] < 0.05]
    assert sorted(found.sets[:, 0].tolist()) == turned
    assert found.n_sets == len(turned) == 7
    assert found.p_values == pytest.approx([p_values[row] for row in found.sets[:, 0]], rel=1e-9)
    assert (np.diff(found.p_values) >= 0).all()


def test_two_changes_are_found_where_one_is_not_enough():
    found = fragility(AML, GROUP, alpha=0.02)
    assert found.index == 2
    singles = [written_out([row], "status", "asymptotic") for row in range(23)]
    assert min(singles) >= 0.02
    pairs = [pair for pair in combinations(range(23), 2) if written_out(pair, "status", "asymptotic") < 0.02]
    assert sorted(map(tuple, found.sets.tolist())) == pairs
    assert len(found.to_frame()) == 2 * found.n_sets
    assert found.by_patient()["n_sets"].sum() == 2 * found.n_sets


def test_a_significant_result_is_changed_until_it_is_not():
    found = fragility(AML, GROUP, alpha=0.1)
    assert found.significant
    assert found.index == 1
    assert (found.p_values >= 0.1).all()
    assert (np.diff(found.p_values) <= 0).all()
    words = "The result (p = 0.065, significant) becomes not significant with another status of one patient"
    assert found.sentence() == f"{words} of 23."
    assert found.quotient == pytest.approx(1 / 23)


def test_changes_are_named_by_patient():
    first = fragility(AML, GROUP).to_frame().iloc[0].to_dict()
    assert first == {
        "set": 1, "patient": "p04", "group": "maintained", "time": 23.0, "recorded": "event",
        "changed_to": "censored", "p_value": pytest.approx(0.0332354, abs=1e-7),
    }  # fmt: skip
    moved = fragility(AML, GROUP, change="assignment").to_frame().iloc[0]
    assert (moved["patient"], moved["recorded"], moved["changed_to"]) == ("p22", "not", "maintained")
    assert "p04" in fragility(AML, GROUP).changed_patients()


def test_the_earliest_event_of_the_maintained_is_enough():
    """The procedure of Xing et al. on these data: p = .0653, then .0341."""
    maintained = RELAPSE & (GROUP == "maintained")
    found = fragility(AML, GROUP, search="earliest-first", who=maintained)
    assert found.index == 1
    assert found.sets.tolist() == [[0]]
    assert (round(found.p_value, 4), round(found.p_values[0], 4)) == (0.0653, 0.0341)


def test_the_best_survivors_change_groups_one_after_the_other():
    """Bomze's index: the longest time of the better group first, here against alpha = .1."""
    found = fragility(
        AML, GROUP, change="assignment", search="latest-first", who=GROUP == "maintained", alpha=0.1
    )
    assert found.sets.tolist() == [[10]]
    assert found.p_values[0] == pytest.approx(written_out([10], "assignment", "asymptotic"))


def test_an_order_needs_no_fewer_than_the_fewest():
    fewest = fragility(AML, GROUP, alpha=0.02)
    ordered = fragility(AML, GROUP, alpha=0.02, search="earliest-first", who=GROUP == "maintained")
    assert ordered.index is None or ordered.index >= fewest.index


def test_where_nothing_turns_it_says_so():
    who = np.zeros(23, dtype=bool)
    who[2] = True
    found = fragility(AML, GROUP, who=who)
    assert (found.index, found.at_least, found.status) == (None, 2, "not_estimable")
    assert found.reason == "no set of the changes allowed turns it"
    assert "does not become significant" in found.sentence()
    assert np.isnan(found.quotient)
    assert found.to_frame().empty
    bounded = fragility(AML, GROUP, alpha=1e-6, most=2)
    assert (bounded.index, bounded.at_least) == (None, 3)
    assert "no set of up to 2 changes" in str(bounded)


def test_significance_may_be_gained_to_either_side():
    """Equal curves: the index is the same whichever group loses its events."""
    time, event = [1, 2, 3, 4, 5, 6] * 2, [1] * 12
    found = fragility(hs.Surv.right(time, event), [0] * 6 + [1] * 6)
    assert not found.significant
    assert set(np.sign(found.differences)) == {-1.0, 1.0}


def test_delayed_entry_is_honoured():
    entry = np.maximum(0, np.array(WEEKS) - 20)
    y = hs.Surv.right(WEEKS, RELAPSE, entry=entry)
    found = fragility(y, GROUP)
    assert found.p_value == pytest.approx(hs.logrank(y, GROUP, method="asymptotic").p_value)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"change": "time"}, UnsupportedError, "change='time'"),
        ({"test": "wald"}, UnsupportedError, "test='wald'"),
        ({"search": "random"}, UnsupportedError, "search='random'"),
        ({"alpha": 5}, DataError, "alpha must be a proportion"),
        ({"most": 0}, DataError, "most must be a whole number"),
        ({"who": [True] * 3}, DataError, "who has 3 values"),
        ({"who": [False] * 23}, DesignError, "who is False for everybody"),
    ],
)
def test_wrong_questions_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        fragility(AML, GROUP, **options)


def test_data_without_a_test_are_refused():
    with pytest.raises(DesignError, match="no events"):
        fragility(hs.Surv.right([1, 2], [0, 0]), ["a", "b"])
    with pytest.raises(DesignError, match="no p-value that could turn"):
        fragility(hs.Surv.right([1, 2], [0, 1]), ["a", "b"])
    with pytest.raises(DesignError, match="two groups"):
        fragility(hs.Surv.right([1, 2, 3], [1, 1, 0]), ["a", "b", "c"])


def test_exact_p_values_stop_where_they_are_too_many(monkeypatch):
    from hpcstats.sensitivity.flips import search as fragility_search

    monkeypatch.setattr(fragility_search, "_MOST_SUMS", 1)
    found = fragility(AML, GROUP, test="exact")
    assert (found.index, found.at_least) == (None, 1)
    assert "too many" in found.reason


def test_the_table_of_walsh():
    found = fragility_2x2(1, 20, 9, 20)
    assert found.to_frame()["events_first"].tolist() == [1, 2, 3]
    assert found.quotient == 0.05
    assert fragility_2x2(9, 20, 1, 20).group == "second"


def test_the_reverse_index_takes_events_away():
    found = fragility_2x2(5, 20, 9, 20)
    assert (found.index, found.significant, found.steps[-1].tolist()) == (3, False, [2, 9])
    nothing = fragility_2x2(1, 3, 1, 3)
    assert (nothing.index, nothing.status) == (None, "not_estimable")
    assert "turns it" in str(nothing)


@pytest.mark.parametrize(
    "counts", [(1, 20, 9, 8), (-1, 20, 9, 20), (1.5, 20, 9, 20), (True, 20, 9, 20), (0, 0, 1, 2)]
)
def test_counts_that_are_no_table_are_refused(counts):
    with pytest.raises(DataError):
        fragility_2x2(*counts)


def test_fishers_p_sums_tables_no_more_probable():
    assert fisher.p_value(8, 10, 1, 6) == pytest.approx(0.03496503496503495)
    assert fisher.p_value(0, 5, 0, 5) == 1.0
