"""`pool`: estimates with known variances over studies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import ndtri

from hpcstats.errors import DataError, listing
from hpcstats.literature.pooling.assemble import assembled
from hpcstats.literature.pooling.choices import Choices, choose_for_estimates
from hpcstats.literature.pooling.pooled_estimate import PooledEstimate
from hpcstats.literature.pooling.studies import Overlap, Studies, read_studies
from hpcstats.literature.pooling.summary import Heterogeneity, Summary, by_inverse_variance


def pool(
    estimates: Any,
    variances: Any,
    *,
    labels: Any = None,
    sources: Any = None,
    overlap: Any = None,
    overlap_rule: str = "largest",
    year: Any = None,
    completeness: Any = None,
    tau2: str | float = "reml",
    limits: str = "auto",
    level: float = 0.95,
) -> PooledEstimate:
    """The mean of what studies like these estimate, and how much they differ.

    Use it for estimates whose variances are known and nearly normal: log hazard ratios, differences, logits
    of Kaplan-Meier proportions. For counts `pool_proportions` and `pool_rates` need neither.

    Parameters
    ----------
    estimates, variances : columns of numbers
        Of each study, on the scale of the pooling; variances above 0.
    labels, sources, overlap, overlap_rule, year, completeness
        As in `pool_proportions`; the largest study is that of the smallest variance.
    tau2 : str or float
        Estimator of the variance between studies: reml, ml, pm, eb, dl, he, sj, hs, fe (none: one common
        value), or a number.
    limits : {"auto", "hartung-knapp", "hartung-knapp-truncated", "wald", "wald-t"}
        "auto" is "hartung-knapp".
    level : float
        Confidence level, a proportion.

    Returns
    -------
    PooledEstimate
        Status "boundary" for a single study, whose own normal limits are given.

    Raises
    ------
    DataError
        For variances that are not above 0 and columns that do not fit.
    UnsupportedError
        For unknown names.

    Notes
    -----
    Plain Hartung-Knapp limits, as R's metafor gives them, can be narrower than those of Wald where studies
    differ less than by chance (a warning in the result says so); "hartung-knapp-truncated" never are.

    Examples
    --------
    >>> import hpcstats as hs
    >>> pooled = hs.literature.pool(
    ...     [0.1, 0.7, 0.3, 1.2, 0.4], [0.09, 0.04, 0.16, 0.25, 0.01], limits="wald"
    ... )
    >>> round(pooled.estimate, 3), round(pooled.heterogeneity.q, 3)
    (0.459, 5.562)
    """
    choices = choose_for_estimates(limits, tau2, level)
    how = Overlap(groups=overlap, rule=overlap_rule, year=year, completeness=completeness)
    studies = _by_precision(estimates, variances, labels, sources, how)
    y, v = studies.first, studies.second
    margin = float(ndtri((1 + choices.level) / 2)) * np.sqrt(v)
    own = y - margin, y + margin
    summary = (
        _alone(studies, choices)
        if len(studies) == 1
        else by_inverse_variance(y, v, choices.tau2, choices.limits, choices.level)
    )
    return assembled(studies, "estimate", "", choices, summary, y, own, [])


def _by_precision(estimates: Any, variances: Any, labels: Any, sources: Any, how: Overlap) -> Studies:
    """Read the studies; of those that share patients "the largest" is the most precise."""
    given = read_studies(("estimates", estimates), ("variances", variances), labels, sources, Overlap())
    wrong = given.second <= 0
    if wrong.any():
        shown = listing(label for label, bad in zip(given.labels, wrong, strict=True) if bad)
        raise DataError(f"variances must be above 0 ({shown}).", rows=np.flatnonzero(wrong))
    precise = read_studies(
        ("estimates", given.first), ("variances", 1 / given.second), given.labels, given.sources, how
    )
    return Studies(
        labels=precise.labels,
        sources=precise.sources,
        first=precise.first,
        second=1 / precise.second,
        dropped=precise.dropped,
    )


def _alone(studies: Studies, choices: Choices) -> Summary:
    """Return a single study as it stands."""
    y, error = float(studies.first[0]), float(np.sqrt(studies.second[0]))
    margin = float(ndtri((1 + choices.level) / 2)) * error
    return Summary(
        estimate=y,
        std_error=error,
        df=math.inf,
        limits=(y - margin, y + margin),
        prediction=(math.nan, math.nan),
        weights=np.ones(1),
        heterogeneity=Heterogeneity(),
        status="boundary",
        reason="one study: its own normal limits; what differs between studies is not estimable",
    )
