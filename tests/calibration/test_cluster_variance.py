"""Coverage of Student's intervals from sandwich variances when papers are few and differ."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import stdtrit

from hpcstats.core.cox.cluster_variance import KINDS, small_cluster_covariance
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import prepare

pytestmark = pytest.mark.calibration

REPLICATES = 1_000
FARTHEST = 8.0
"""Log hazard ratios beyond which a data set counts as without estimate."""


@cache
def coverage(papers: int, held: bool) -> dict[str, float]:
    """Share of 95 % intervals that hold a log hazard ratio of 0 of a covariate of the paper.

    1 to 7 patients a paper, gamma frailties of variance .5, exponential times, two fifths censored.
    """
    rng = np.random.default_rng(20_261_123 + papers)
    quantile = stdtrit(papers - 1, 0.975)
    held_zero: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for _ in range(REPLICATES):
        cluster = np.repeat(np.arange(papers), rng.integers(1, 8, papers))
        arm = (cluster % 2).astype(float)[:, None]
        frailty = rng.gamma(2.0, 0.5, papers)[cluster]
        life, follow_up = rng.exponential(size=cluster.size) / frailty, rng.exponential(1.5, cluster.size)
        event = life <= follow_up
        likelihood = prepare(np.minimum(life, follow_up), event, arm, np.ones((1, cluster.size)))
        estimate = maximise(likelihood, np.zeros((1, 1))).position[0]
        if event.sum() < 3 or abs(estimate[0]) > FARTHEST:
            continue
        for kind in KINDS:
            found = small_cluster_covariance(likelihood, estimate, cluster, kind, coded=arm if held else None)
            held_zero[kind].append(abs(estimate[0]) <= quantile * found.covariance.item() ** 0.5)
    shares = {kind: float(np.mean(values)) for kind, values in held_zero.items()}
    for kind, share in shares.items():
        print(f"{papers} papers, {kind}{', hazard held' if held else ''}: {share:.3f}")
    return shares


@pytest.mark.parametrize("papers", [6, 10])
def test_without_correction_intervals_are_too_short_and_corrections_lengthen_them(papers):
    shares = coverage(papers, held=False)
    assert shares["lin-wei"] < 0.94
    assert shares["lin-wei"] < shares["kauermann-carroll"] < shares["mancl-derouen"]
    assert 0.93 < shares["mancl-derouen"] < 0.98
    assert shares["mancl-derouen-martingale"] > 0.97


@pytest.mark.parametrize("papers", [6, 10])
def test_derivatives_with_the_hazard_held_cover_no_better(papers):
    free, held = coverage(papers, held=False), coverage(papers, held=True)
    for kind in KINDS:
        assert free[kind] == pytest.approx(held[kind], abs=0.02), kind
