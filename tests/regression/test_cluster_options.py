"""`cox(robust=...)`: which variance is reported, with which reference, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import stdtrit

import hpcstats as hs
from hpcstats.core.cox.cluster_variance import small_cluster_covariance

KINDS = ("lin-wei", "fay-graubard", "kauermann-carroll", "mancl-derouen", "morel-bokossa-neerchal")
RNG = np.random.default_rng(4)
Y = hs.Surv.right(RNG.exponential(size=48) + 0.1, RNG.random(48) < 0.8)
DATA = {"x": RNG.normal(size=48), "arm": np.arange(48) % 2}
PAPERS = [f"paper {k}" for k in np.repeat(range(12), 4)]


def fitted(**options: Any) -> hs.CoxFit:
    return hs.cox(Y, DATA, cluster=PAPERS, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_covariance_and_reference_are_those_of_the_kind(kind: str) -> None:
    fit = fitted(robust=kind)
    widths = fit.search.scale
    wanted = small_cluster_covariance(
        fit.search.likelihood, fit.coef * widths, np.repeat(range(12), 4), kind
    ).covariance
    assert fit.covariance == pytest.approx(wanted / np.outer(widths, widths), rel=1e-9)
    assert (fit.variance, fit.degrees_of_freedom, fit.interval) == (kind, 10, "wald")
    assert fit.high - fit.coef == pytest.approx(stdtrit(10, 0.975) * fit.std_error)
    assert "Student's t with 10 degrees of freedom" in fit.method


def test_a_p_value_at_a_limit_is_one_less_the_level() -> None:
    fit = fitted(robust="mancl-derouen")
    shifted = fitted(robust="mancl-derouen", offset=fit.high[0] * DATA["x"])
    assert shifted.to_frame()["p_value"][0] == pytest.approx(0.05, abs=1e-6)


def test_one_coefficient_has_one_wald_test() -> None:
    fit = hs.cox(Y, DATA, "x", cluster=PAPERS, robust="fay-graubard")
    assert fit.wald.p_value == pytest.approx(fit.to_frame()["p_value"][0], rel=1e-9)


def test_lin_wei_is_the_plain_sandwich_with_students_t() -> None:
    plain, named = fitted(), fitted(robust="lin-wei")
    assert named.covariance == pytest.approx(plain.covariance, rel=1e-8)
    assert (named.high > plain.high).all()


def test_rows_of_weight_zero_are_no_clusters() -> None:
    weights = np.r_[np.ones(44), np.zeros(4)]
    fit = fitted(robust="mancl-derouen", weights=weights)
    rows = np.arange(44)
    without = hs.cox(
        Y.take(rows), {k: v[rows] for k, v in DATA.items()}, cluster=PAPERS[:44], robust="mancl-derouen"
    )
    assert fit.degrees_of_freedom == without.degrees_of_freedom == 9
    assert fit.covariance == pytest.approx(without.covariance, rel=1e-9)


@pytest.mark.parametrize("robust", [None, "mancl-derouen"])
def test_few_clusters_are_warned_of(robust: str | None) -> None:
    with pytest.warns(hs.SmallSampleWarning, match="6 clusters, fewer than 10"):
        fit = hs.cox(Y, DATA, cluster=np.repeat(range(6), 8), robust=robust)
    assert "6 clusters" in fit.warnings[0]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"robust": "mancl-derouen"}, "Name them with cluster="),
        ({"robust": "hc3"}, "robust='hc3' is not known"),
        ({"robust": "lin-wei", "cluster": PAPERS, "ties": "exact"}, "no score residuals"),
        ({"cluster": PAPERS, "ties": "exact"}, "no score residuals"),
        ({"robust": "lin-wei", "cluster": PAPERS, "interval": "profile"}, "ignores a robust variance"),
    ],
)
def test_combinations_without_a_definition_are_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(hs.UnsupportedError, match=match):
        hs.cox(Y, DATA, **options)
