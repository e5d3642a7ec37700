"""Permutation log-rank tests equal R's coin, perm, exactRankTests and full enumerations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.special import chdtrc

import hpcstats as hs
from hpcstats.compare.permutation.distribution import permutation_distribution
from hpcstats.core import logrank as kernel
from hpcstats.core.permutation.permutation_scores import exact, scores
from hpcstats.core.risk_sets import place
from tests.reference.loader import Record, each_record, response

# A few records compare groups that were followed differently; that this is said is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")

# coin's sign is that of a long life: "less" there is more events than expected in the first group.
_ALTERNATIVES = {"two.sided": "two-sided", "less": "greater", "greater": "less"}
_WEIGHTS: dict[str, object] = {
    "Gehan-Breslow": "gehan",
    "Tarone-Ware": "tarone-ware",
    "Peto-Peto": ("fleming-harrington", 1, 0),
    "Prentice": "prentice-wilcoxon",
    "Prentice-Marek": "peto",
    "Andersen-Borgan-Gill-Keiding": "andersen",
    "Fleming-Harrington": ("fleming-harrington", 0, 1),
}


def compare(record: Record, method: str, **options: Any) -> None:
    """Compare z, variance and p-value of two groups."""
    data, theirs = record.data, record.result
    test = hs.logrank(response(data), data["group"], method=method, variance="permutation", **options)
    record.agree(test.z, -theirs["statistic"], "z")
    record.agree(test.variance[0, 0], theirs["variance"], "variance")
    record.agree(test.p_value, theirs["p_value"], "p-value")
    assert test.p_value_method == method


@each_record("coin_logrank")
def test_coin(record: Record) -> None:
    definition, method, alternative = record.tag.split("_")
    compare(record, method, definition=definition, alternative=_ALTERNATIVES[alternative])


@each_record("coin_weighted_logrank")
def test_weights_of_coin(record: Record) -> None:
    kind, method = record.tag.split("_")
    compare(record, method, weights=_WEIGHTS[kind])


@each_record("coin_logrank_ksample")
def test_coin_with_several_groups(record: Record) -> None:
    data, theirs = record.data, record.result
    test = hs.logrank(response(data), data["group"], method="asymptotic", variance="permutation")
    record.agree(test.statistic, theirs["chisq"], "statistic")
    record.agree(test.p_value, theirs["p"], "p-value")


@each_record("coin_logrank_blocks")
def test_coin_with_blocks(record: Record) -> None:
    # coin takes the scores from all patients together and permutes within blocks; a stratified log-rank test
    # takes them within strata. The kernel does not ask where scores come from.
    data, theirs = record.data, record.result
    floats, _ = scores_of(record, "martingale")
    codes, blocks = data["group"].to_numpy() - 1, data["stratum"].to_numpy()
    found = permutation_distribution(
        floats, codes, groups=3, strata=[np.flatnonzero(blocks == block) for block in (1, 2)]
    )
    record.agree(-found.sums(), theirs["linear"], "linear statistic")
    record.agree(np.diag(found.covariance()), theirs["variance"], "variance")
    value, rank = kernel.quadratic_form(found.sums()[None], found.covariance()[None])
    record.agree(value[0], theirs["statistic"], "statistic")
    record.agree(chdtrc(rank[0], value[0]), theirs["p_value"], "p-value")


@each_record("coin_logrank_trend")
def test_trend_of_coin(record: Record) -> None:
    data, theirs = record.data, record.result
    marks = np.arange(1.0, data["group"].nunique() + 1)
    test = hs.logrank(
        response(data), data["group"], method="asymptotic", variance="permutation", trend=marks.tolist()
    )
    record.agree(test.z, -theirs["statistic"], "z")
    record.agree(marks @ (test.expected - test.observed), theirs["linear"], "linear statistic")
    record.agree(marks @ test.variance @ marks, theirs["variance"], "variance")
    record.agree(test.p_value, theirs["p_value"], "p-value")


def scores_of(record: Record, rule: str) -> tuple[np.ndarray, list[Fraction]]:
    data = record.data
    risk = place(data["time"].to_numpy(dtype=float), data["status"].to_numpy() == 1)
    fractions = exact(risk, kernel.unit, rule)
    assert fractions is not None
    return scores(risk, kernel.unit, rule), fractions


@each_record("exactRankTests_logrank_scores")
def test_scores_of_hothorn_and_lausen(record: Record) -> None:
    floats, fractions = scores_of(record, "hothorn-lausen")
    record.agree(floats, record.result["scores"], "scores")
    record.agree([float(value) for value in fractions], record.result["scores"], "scores as fractions")


@each_record("perm_logrank_scores")
def test_perm(record: Record) -> None:
    data, theirs = record.data, record.result
    floats, fractions = scores_of(record, "martingale")
    record.agree(floats, theirs["martingale_scores"], "scores")
    record.agree([float(value) for value in fractions], theirs["martingale_scores"], "scores as fractions")
    y, group = response(data), data["group"]
    options = {
        "p_twosided_abs": {"definition": "score"},
        "p_twosided_central": {"definition": "central"},
        "p_lte": {"alternative": "less"},
        "p_gte": {"alternative": "greater"},
    }
    for name, chosen in options.items():
        record.agree(hs.logrank(y, group, method="exact", **chosen).p_value, theirs[name], name)


@each_record("logrank_exact_enumeration")
def test_enumeration(record: Record) -> None:
    data, theirs = record.data, record.result
    weights = "logrank" if record.tag == "rho0" else ("fleming-harrington", 1, 0)
    shared: dict[str, Any] = {"method": "exact", "weights": weights}
    y, group = response(data), data["group"]
    test = hs.logrank(y, group, **shared)
    assert test.n_arrangements == theirs["n_perm"]
    record.agree(test.observed[0] - test.expected[0], theirs["U"], "U")
    record.agree(test.variance[0, 0], theirs["V_hyper"], "hypergeometric variance")
    record.agree(test.statistic, theirs["chisq"], "chi-squared")
    record.agree(test.p_value, theirs["p_absU"], "p of |U|")
    for name, options in {
        "p_chisq": {"definition": "hypergeometric"},
        "p_U_lower": {"alternative": "less"},
        "p_U_upper": {"alternative": "greater"},
        "midp_absU": {"mid_p": True},
    }.items():
        record.agree(hs.logrank(y, group, **shared, **options).p_value, theirs[name], name)
    permuted = hs.logrank(y, group, **shared, variance="permutation")
    record.agree(permuted.variance[0, 0], theirs["perm_var_U"], "permutation variance")


@each_record("logrank_ksample_exact")
def test_several_groups_exactly(record: Record) -> None:
    data, theirs = record.data, record.result
    test = hs.logrank(response(data), data["group"], method="exact", variance="permutation")
    assert test.n_arrangements == theirs["n_perm"]
    record.agree(test.p_value, theirs["p_exact_quadratic_scores"], "p-value")
    n, sums = test.to_frame()["n"].to_numpy(), test.observed - test.expected
    record.agree((sums**2 / n).sum(), theirs["Q"], "Q")
    plain = hs.logrank(response(data), data["group"], method="exact")
    record.agree(plain.statistic, theirs["survdiff_chisq"], "hypergeometric chi-squared")
    assert plain.p_value == test.p_value
