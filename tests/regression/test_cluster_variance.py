"""Sandwich variances for few clusters: published numbers, a slow oracle, identities and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from hpcstats.core.cox.cluster_scores import cluster_scores
from hpcstats.core.cox.cluster_variance import KINDS, small_cluster_covariance
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import PartialLikelihood, prepare
from hpcstats.errors import DesignError, SmallSampleWarning, UnsupportedError
from hpcstats.regression.cluster_variance import cluster_variance, few_clusters_text

# The example data frame of R's CoxBcv (Wang, Turner & Li 2023, doi:10.1002/bimj.202200113).
TIME = np.array([11, 19, 43, 100, 7, 100, 100, 62, 52, 1, 7, 6.0])
EVENT = np.array([1, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1], dtype=bool)
ARM = np.repeat([0.0, 1.0], 6)[:, None]
CLUSTER = np.repeat(np.arange(6), 2)
# Its variances: Efron's estimate, Breslow's sums, derivatives with the hazard held.
PUBLISHED = {
    "lin-wei": 0.355107,
    "mancl-derouen": 0.724995,
    "kauermann-carroll": 0.500839,
    "fay-graubard": 0.500839,
    "morel-bokossa-neerchal": 0.517753,
    "martingale-residual": 0.698667,
    "mancl-derouen-martingale": 1.485276,
    "kauermann-carroll-martingale": 1.006590,
    "fay-graubard-martingale": 1.006590,
    "morel-bokossa-neerchal-martingale": 1.006081,
}


def example(ties: str = "breslow", x: np.ndarray = ARM) -> PartialLikelihood:
    return prepare(TIME, EVENT, x, np.ones((1, 12)), ties=ties)


def maximum(likelihood: PartialLikelihood) -> np.ndarray:
    return maximise(likelihood, np.zeros((1, likelihood.parameters))).position[0]


@pytest.mark.parametrize("kind", KINDS)
def test_published_variances(kind):
    coefficients = maximum(example("efron"))
    assert coefficients == pytest.approx([0.387427], abs=5e-7)
    found = small_cluster_covariance(example(), coefficients, CLUSTER, kind, coded=ARM)
    assert found.covariance == pytest.approx(np.array([[PUBLISHED[kind]]]), abs=6e-7)
    assert found.degrees_of_freedom == 5


def trial(ties: str, seed: int = 4, n: int = 24, clusters: int = 7):
    """Random data with ties, strata, delayed entry, frequencies and an offset."""
    rng = np.random.default_rng(seed)
    time = rng.integers(2, 9, n).astype(float)
    parts = {
        "exit_": time,
        "event": rng.random(n) < 0.7,
        "covariates": np.column_stack([rng.integers(0, 2, n), rng.normal(size=n)]).astype(float),
        "weights": rng.integers(1, 3, n).astype(float)[None],
        "entry": time * np.where(rng.random(n) < 0.5, 0.4 * rng.random(n), 0.0),
        "strata": rng.integers(0, 2, n),
        "offset": rng.normal(size=n) / 3,
    }
    return (
        prepare(**parts, ties=ties),
        parts,
        np.concatenate([np.arange(clusters), rng.integers(0, clusters, n - clusters)]),
    )


def slow_scores(parts, ties, beta, cluster):
    """Cluster scores by loops over strata, event times, steps and rows."""
    x, event, time, entry = parts["covariates"], parts["event"], parts["exit_"], parts["entry"]
    weight, layers = parts["weights"][0], parts["strata"]
    risk = weight * np.exp(x @ beta + parts["offset"])
    scores, freed = np.zeros((2, cluster.max() + 1, beta.size))
    for layer in np.unique(layers):
        for t in np.unique(time[event & (layers == layer)]):
            inside = (layers == layer) & (entry < t) & (t <= time)
            tied = inside & event & (time == t)
            steps = int(tied.sum()) if ties == "efron" else 1
            for step in range(steps):
                here = np.where(inside, risk, 0.0) * np.where(tied, 1 - step / steps, 1.0)
                share = here / here.sum()
                distance = x - share @ x
                counted = np.where(tied, weight, 0.0) / steps
                martingale = counted - counted.sum() * share
                for i in range(cluster.max() + 1):
                    own = cluster == i
                    scores[i] += martingale[own] @ distance[own]
                    freed[i] += (share[own] @ distance[own]) * martingale[own].sum()
    return scores, freed


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_scores_and_their_derivatives_equal_slow_sums_and_differences(ties):
    likelihood, parts, cluster = trial(ties)
    beta, step = np.array([0.4, -0.3]), 1e-6
    parts_of = cluster_scores(likelihood, beta, cluster)
    scores, freed = slow_scores(parts, ties, beta, cluster)
    assert parts_of.scores == pytest.approx(scores, abs=1e-12)
    assert parts_of.freed == pytest.approx(freed, abs=1e-12)
    for k, direction in enumerate(np.eye(2) * step):
        above, _ = slow_scores(parts, ties, beta + direction, cluster)
        below, _ = slow_scores(parts, ties, beta - direction, cluster)
        assert parts_of.derivatives[:, :, k] == pytest.approx(-(above - below) / (2 * step), abs=1e-7)
    information = likelihood.evaluate(beta[None]).information[0]
    assert parts_of.derivatives.sum(axis=0) == pytest.approx(information, abs=1e-10)
    assert parts_of.spread.sum(axis=0) == pytest.approx(information, abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_the_coding_of_a_covariate_does_not_matter(kind):
    likelihood, parts, cluster = trial("efron")
    beta = maximum(likelihood)
    turned = prepare(**(parts | {"covariates": parts["covariates"] * [-2.0, 0.5] + [1.0, 40.0]}))
    found = small_cluster_covariance(likelihood, beta, cluster, kind).covariance
    other = small_cluster_covariance(turned, beta / [-2.0, 0.5], cluster, kind).covariance
    assert other * np.outer([-2.0, 0.5], [-2.0, 0.5]) == pytest.approx(found, rel=1e-9)


def test_the_published_derivatives_depend_on_the_coding():
    beta = maximum(example("efron"))
    coded = [
        small_cluster_covariance(example(), beta, CLUSTER, "mancl-derouen", coded=x).covariance.item()
        for x in (ARM, ARM - 1)
    ]
    assert coded == pytest.approx([0.724995, 0.454259], abs=6e-7)


def test_frequencies_are_repeated_rows():
    _, parts, cluster = trial("efron")
    beta = np.array([0.2, 0.1])
    times = parts["weights"][0].astype(int)
    rows = {name: np.repeat(values, times, axis=0) for name, values in parts.items() if name != "weights"}
    repeated = prepare(**rows, weights=np.ones((1, times.sum())))
    once = prepare(**parts, frequency=True)
    for kind in KINDS:
        found = small_cluster_covariance(once, beta, cluster, kind, patients=times.sum()).covariance
        expected = small_cluster_covariance(repeated, beta, np.repeat(cluster, times), kind).covariance
        assert found == pytest.approx(expected, rel=1e-9), kind


def test_corrections_are_positive_and_order_as_they_should():
    likelihood, _, cluster = trial("efron")
    beta = maximum(likelihood)
    traces = {}
    for kind in KINDS:
        covariance = small_cluster_covariance(likelihood, beta, cluster, kind).covariance
        assert np.linalg.eigvalsh(covariance)[0] > 0
        traces[kind] = np.trace(covariance)
    assert traces["lin-wei"] < traces["kauermann-carroll"] < traces["mancl-derouen"]
    assert traces["lin-wei"] < traces["morel-bokossa-neerchal"]


def test_student_limits():
    with pytest.warns(SmallSampleWarning, match="rests on 6 clusters"):
        found = cluster_variance(example(), np.array([0.387427]), CLUSTER, coded=ARM)
    assert found.degrees_of_freedom == 5
    # t with 5 degrees of freedom has its .975 quantile at 2.570582.
    margin = 2.570582 * 0.724995**0.5
    assert found.limits(np.array([0.387427]), 0.95)[:, 0] == pytest.approx(
        [0.387427 - margin, 0.387427 + margin], abs=1e-5
    )
    assert found.p_values(np.array([margin])) == pytest.approx([0.05], abs=1e-6)
    assert found.method == "sandwich variance over 6 clusters with Mancl-DeRouen correction"


def test_a_cluster_that_decides_alone_leaves_no_variance():
    # All contrast lies in one cluster: its leverage is 1.
    x = np.zeros((12, 1))
    x[:2, 0] = [0.0, 1.0]
    x[2:] = 0.5
    event = EVENT.copy()
    event[2:] = False
    likelihood = prepare(TIME, event, x, np.ones((1, 12)))
    with pytest.warns(SmallSampleWarning) as caught:
        found = cluster_variance(likelihood, np.zeros(1), CLUSTER, labels=tuple("abcdef"))
    assert np.isnan(found.covariance).all()
    assert "a alone decides" in found.reason
    assert len(caught) == 2


def test_too_few_clusters_and_unknown_kinds_are_refused():
    with pytest.raises(DesignError, match="1 clusters cannot carry a robust variance of 1 terms"):
        cluster_variance(example(), np.zeros(1), np.zeros(12, dtype=int))
    with pytest.raises(UnsupportedError, match="robust='hc3' is not known"):
        cluster_variance(example(), np.zeros(1), CLUSTER, "hc3")
    assert few_clusters_text(10) == ""
