"""Permutation log-rank tests: closed forms, published numbers, and what is said and refused."""

from __future__ import annotations

import warnings
from math import comb

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import dataset, response

NINE = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 0, 1, 1, 0, 1, 1, 1])
THIRDS = ["a", "b", "c"] * 3
UNEQUAL = hs.Surv.right([1, 2, 2, 3, 3, 4, 6, 9, 12, 15], [0, 1, 0, 0, 0, 1, 1, 0, 1, 0])
EARLY = ["a"] * 5 + ["b"] * 5


@pytest.mark.parametrize(
    ("first", "second", "options", "share"),
    [
        (5, 5, {}, 2 / 252),
        (5, 5, {"definition": "hypergeometric"}, 2 / 252),
        (5, 5, {"alternative": "greater"}, 1 / 252),
        (3, 6, {"alternative": "greater"}, 1 / 84),
        (3, 6, {"definition": "doubled"}, 2 / 84),
        # The score of the one who dies first is 4/5, that of the last survivor -77/60: both are as far.
        (1, 4, {}, 2 / 5),
        # Over the deviation of each relabelling the first death stands alone.
        (1, 4, {"definition": "hypergeometric"}, 1 / 5),
        (1, 4, {"alternative": "greater"}, 1 / 5),
    ],
)
def test_complete_separation(first: int, second: int, options, share: float) -> None:
    y = hs.Surv.right(range(1, first + second + 1), [1] * (first + second))
    test = hs.logrank(y, ["a"] * first + ["b"] * second, method="exact", **options)
    assert test.p_value == pytest.approx(share, rel=1e-14)
    assert test.n_arrangements == comb(first + second, first)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")
@pytest.mark.parametrize(("definition", "share"), [("score", 4 / 252), ("hypergeometric", 10 / 252)])
def test_one_group_without_events(definition: str, share: float) -> None:
    y = hs.Surv.right([2, 4, 6, 8, 10, 3, 5, 7, 9, 11], [1] * 5 + [0] * 5)
    test = hs.logrank(y, EARLY, method="exact", definition=definition)
    assert test.p_value == pytest.approx(share, rel=1e-14)


@pytest.mark.parametrize(
    ("definition", "p_value"),
    [
        ("score", 0.0646930),
        ("mid-ranks", 0.0646930),
        ("doubled", 0.0662491),
        ("central", 0.0662491),
        ("hypergeometric", 0.0773853),
        ("hothorn-lausen", 0.0666123),
        ("Hothorn-Lausen", 0.0666123),
        ("average-scores", 0.0636391),
    ],
)
def test_every_definition_on_leukaemia_maintenance(definition: str, p_value: float) -> None:
    data = dataset("aml")
    test = hs.logrank(response(data), data["x"], method="exact", definition=definition)
    assert test.p_value == pytest.approx(p_value, abs=5e-8)
    assert test.n_arrangements == 1_352_078


def test_freireich() -> None:
    data = dataset("gehan2")
    test = hs.logrank(response(data), data["group"])
    assert test.p_value == pytest.approx(2.612e-05, abs=5e-9)
    assert test.p_value_method == "exact"
    assert test.p_value_asymptotic < 5e-5


def test_auto_counts_where_it_can_and_says_why() -> None:
    test = hs.logrank(NINE, list("ab") * 4 + ["a"])
    assert (test.p_value_method, test.n_resamples, test.seed) == ("exact", None, "")
    assert "exact permutation p-value over all 126 relabellings; chosen because they can be" in test.method
    assert np.isnan(test.p_value_std_error)


def test_auto_draws_where_it_cannot_count_and_agrees_with_itself() -> None:
    generator = np.random.default_rng(3)
    y = hs.Surv.right(generator.exponential(5, 80), [1] * 80)
    group = np.arange(80) % 2
    first, second = (hs.logrank(y, group, n_resamples=2_000) for _ in range(2))
    assert first.p_value_method == "monte-carlo"
    assert (first.p_value, first.seed) == (second.p_value, "0")
    assert "too many" in first.method
    assert first.p_value == pytest.approx(first.p_value_asymptotic, abs=5 * first.p_value_std_error + 0.01)
    other = hs.logrank(y, group, n_resamples=2_000, seed=5)
    assert other.seed == "5"
    assert other.p_value != first.p_value


def test_auto_is_asymptotic_for_many_patients_and_for_delayed_entry() -> None:
    generator = np.random.default_rng(3)
    many = hs.Surv.right(generator.exponential(5, 400), [1] * 400)
    test = hs.logrank(many, np.arange(400) % 2)
    assert test.p_value_method == "asymptotic"
    assert "more than 300 patients" in test.method
    drawn = hs.logrank(many, np.arange(400) % 2, definition="average-scores", n_resamples=200)
    assert drawn.p_value_method == "monte-carlo"
    assert hs.logrank(many, np.arange(400) % 2, mid_p=True).mid_p is False
    late = hs.Surv.right([2, 3, 4, 5], [1, 1, 1, 1], entry=[0, 1, 1, 0])
    test = hs.logrank(late, list("abab"))
    assert test.p_value_method == "asymptotic"
    assert "entry" in test.method


def test_a_seed_repeats_a_monte_carlo_answer() -> None:
    options = {"method": "monte-carlo", "n_resamples": 500}
    drawn = hs.logrank(NINE, THIRDS, **options)
    again = hs.logrank(NINE, THIRDS, seed=int(drawn.seed), **options)
    assert drawn.p_value == again.p_value
    assert drawn.n_resamples == 500
    assert 0 < drawn.p_value_std_error < 0.03
    assert f"seed {drawn.seed}" in drawn.method


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"definition": "doubled"},
        {"alternative": "less"},
        {"alternative": "greater", "mid_p": True},
        {"mid_p": True},
        {"definition": "hypergeometric"},
        {"definition": "hypergeometric", "alternative": "less"},
        {"definition": "average-scores"},
        {"weights": "tarone-ware"},
        {"strata": list("uuuvvvuvv")},
        {"trend": [2, 1]},
    ],
)
def test_monte_carlo_comes_near_the_exact_p_value(options) -> None:
    group = list("aabababbb")
    exact = hs.logrank(NINE, group, method="exact", **options)
    drawn = hs.logrank(NINE, group, method="monte-carlo", n_resamples=20_000, seed=1, **options)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * drawn.p_value_std_error)


@pytest.mark.parametrize("options", [{}, {"trend": [1, 2, 4]}, {"trend": [1, 2, 4], "alternative": "less"}])
def test_monte_carlo_comes_near_the_enumeration_of_three_groups(options) -> None:
    exact = hs.logrank(NINE, THIRDS, method="exact", **options)
    drawn = hs.logrank(NINE, THIRDS, method="monte-carlo", n_resamples=20_000, seed=1, **options)
    assert exact.n_arrangements == 1680
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * drawn.p_value_std_error)


def test_no_monte_carlo_p_value_is_zero() -> None:
    y = hs.Surv.right(range(1, 41), [1] * 40)
    test = hs.logrank(y, ["a"] * 20 + ["b"] * 20, method="monte-carlo", n_resamples=99, seed=1)
    assert test.p_value == 1 / 100


def test_groups_not_followed_alike_are_warned_of() -> None:
    with pytest.warns(hs.NonIdentifiableWarning, match="not followed alike"):
        test = hs.logrank(UNEQUAL, EARLY, method="exact")
    assert "not followed alike" in test.warnings[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not hs.logrank(UNEQUAL, EARLY, method="asymptotic").warnings
        assert not hs.logrank(
            UNEQUAL, EARLY, method="imputation-permutation", n_resamples=99, seed=1
        ).warnings


def test_the_imputation_permutation_test_is_reached_by_name() -> None:
    y = hs.Surv.right(range(1, 11), [1] * 10)
    test = hs.logrank(y, EARLY, method="imputation-permutation", n_resamples=4_999, seed=1)
    assert test.p_value == pytest.approx(2 / 252, abs=4 * test.p_value_std_error)
    assert (test.p_value_method, test.n_resamples, test.seed) == ("imputation-permutation", 4_999, "1")
    assert "Wang, Lagakos and Gray" in test.method
    assert any("pooled Kaplan-Meier" in text for text in test.conventions)


def test_delayed_entry_may_be_permuted_by_name() -> None:
    y = hs.Surv.right([2, 3, 4, 5, 6], [1, 1, 1, 1, 1], entry=[0, 1, 0, 1, 0])
    test = hs.logrank(y, list("aabbb"), method="exact")
    assert test.n_arrangements == 10
    assert any("delayed entry" in text for text in test.conventions)


def test_nothing_to_compare_has_no_exact_p_value_either() -> None:
    test = hs.logrank(hs.Surv.right([3] * 8, [1] * 8), ["a", "b"] * 4, method="exact")
    assert test.status == "not_estimable"
    assert np.isnan(test.p_value)
    assert test.p_value_method == "exact"


def test_frequencies_are_patients_to_be_permuted() -> None:
    y = hs.Surv.right([1, 2], [1, 1])
    test = hs.logrank(y, ["a", "b"], method="exact", frequencies=[5, 5])
    assert test.n_arrangements == 252
    assert test.p_value == pytest.approx(2 / 252, rel=1e-14)


def test_the_permutation_variance_is_asked_for_by_name() -> None:
    data = dataset("aml")
    test = hs.logrank(response(data), data["x"], method="asymptotic", variance="permutation")
    assert abs(test.z) == pytest.approx(1.834550, abs=5e-7)
    assert test.conventions[0] == "Variance over all relabellings."


def test_the_exact_distribution_of_thirty_against_thirty_with_whole_year_times() -> None:
    generator = np.random.default_rng(7)
    y = hs.Surv.right(generator.integers(1, 20, 60), generator.random(60) < 0.7)
    group = np.arange(60) % 2
    exact = hs.logrank(y, group, method="exact")
    drawn = hs.logrank(y, group, method="monte-carlo", n_resamples=20_000, seed=1)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * drawn.p_value_std_error)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"definition": "fisher"}, hs.UnsupportedError, "'score'"),
        ({"variance": "binomial"}, hs.UnsupportedError, "'permutation'"),
        ({"mid_p": True, "method": "asymptotic"}, hs.UnsupportedError, "mid_p"),
        ({"mid_p": "yes"}, hs.DataError, "mid_p"),
        ({"n_resamples": 0}, hs.DataError, "n_resamples"),
        ({"n_resamples": 10.5}, hs.DataError, "n_resamples"),
        ({"method": "monte-carlo", "seed": "x"}, hs.DataError, "seed"),
        ({"definition": "hothorn-lausen", "method": "asymptotic"}, hs.UnsupportedError, "variance="),
        (
            {"definition": "doubled", "method": "imputation-permutation"},
            hs.UnsupportedError,
            "not defined for method",
        ),
        ({"group": THIRDS, "definition": "doubled"}, hs.DesignError, "two groups or a trend"),
        (
            {"group": THIRDS, "definition": "hypergeometric", "method": "exact"},
            hs.UnsupportedError,
            "monte-carlo",
        ),
    ],
)
def test_what_has_no_definition_is_refused(options, error, message: str) -> None:
    with pytest.raises(error, match=message):
        hs.logrank(NINE, **({"group": list("aabababbb")} | options))


def test_scores_of_coin_are_refused_with_delayed_entry() -> None:
    y = hs.Surv.right([2, 3, 4, 5], [1, 1, 1, 1], entry=[0, 1, 1, 0])
    with pytest.raises(hs.UnsupportedError, match="delayed entry"):
        hs.logrank(y, list("abab"), method="exact", definition="average-scores")


def test_too_many_relabellings_are_refused_before_memory_ends() -> None:
    generator = np.random.default_rng(3)
    y = hs.Surv.right(generator.exponential(5, 200), [1] * 200)
    with pytest.raises(hs.UnsupportedError, match="monte-carlo"):
        hs.logrank(y, np.arange(200) % 2, method="exact")
    with pytest.raises(hs.UnsupportedError, match="monte-carlo"):
        hs.logrank(y, np.arange(200) % 4, method="exact")


def test_the_dictionary_says_how_the_p_value_was_found() -> None:
    record = hs.logrank(NINE, THIRDS).as_dict()
    assert record["p_value_method"] == "exact"
    assert record["n_arrangements"] == 1680
    assert record["p_value_std_error"] is None
