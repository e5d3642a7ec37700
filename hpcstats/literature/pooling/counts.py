"""`pool_proportions` and `pool_rates`: events among patients, and events in person-time, over studies."""

from __future__ import annotations

from typing import Any

import numpy as np

from hpcstats.core.meta.effects import PROPORTION_SCALES, RATE_SCALES
from hpcstats.errors import DataError, listing
from hpcstats.literature.pooling.assemble import pool_counts
from hpcstats.literature.pooling.choices import choose
from hpcstats.literature.pooling.pooled_estimate import PooledEstimate
from hpcstats.literature.pooling.studies import Overlap, Studies, read_studies


def pool_proportions(
    events: Any,
    n: Any,
    *,
    labels: Any = None,
    sources: Any = None,
    overlap: Any = None,
    overlap_rule: str = "largest",
    year: Any = None,
    completeness: Any = None,
    method: str = "auto",
    tau2: str | float = "reml",
    scale: str = "logit",
    limits: str = "auto",
    level: float = 0.95,
) -> PooledEstimate:
    """The proportion with an event in studies like these, and how much such studies differ.

    Use it for crude proportions of series that count the same event from the same origin over similar times.
    It cannot make one number of definitions or follow-ups that differ: where the prediction interval is wide,
    that is the result. Proportions at a fixed time need standard errors: `pool`.

    Parameters
    ----------
    events, n : columns of whole numbers
        Patients with the event, and all patients, of each study.
    labels, sources : columns of text, optional
        Names of the studies, each once, and their publications (default: the labels).
    overlap : column, optional
        Group of studies that share patients; empty for a study that shares none. One of each group is pooled.
    overlap_rule : {"largest", "latest", "most-complete"}
        Which one: of most patients, of the largest `year`, of the largest `completeness`. Ties go to the
        larger, then to the first listed.
    year, completeness : columns of numbers, optional
        What the rule looks at.
    method : {"auto", "glmm", "inverse-variance"}
        "glmm" (auto): log-odds normal between studies, binomial within, by exact likelihood; needs no
        correction for 0 or n events. "inverse-variance": estimates on a `scale` weighted by their variances.
    tau2 : str or float
        For inverse variances the estimator of the variance between studies: reml, ml, pm, eb, dl, he, sj, hs,
        fe (none: one common value), or a number.
    scale : {"logit", "raw", "arcsine", "freeman-tukey"}
        For inverse variances the scale of the pooling.
    limits : {"auto", "hartung-knapp", "hartung-knapp-truncated", "wald", "wald-t", "profile"}
        "auto" is "hartung-knapp" for inverse variances and "wald-t" for the likelihood, both with the t
        distribution of k - 1 degrees of freedom; "profile" is for the likelihood alone.
    level : float
        Confidence level, a proportion.

    Returns
    -------
    PooledEstimate
        Status "boundary" with exact limits for a single study, without any event, and if all had it;
        "not_estimable" if the likelihood has no maximum.

    Raises
    ------
    DataError
        For counts that are none, more events than patients, and columns that do not fit.
    UnsupportedError
        For unknown names and combinations without a definition.

    Notes
    -----
    Binomial-normal model: Stijnen, Hamza and Ozdemir 2010 (doi:10.1002/sim.4040). Why not the Freeman-Tukey
    scale: Schwarzer et al. 2019 (doi:10.1002/jrsm.1348). Transformed back, the mean on a scale is the median
    proportion over such studies, not their mean.

    Examples
    --------
    Pritz et al. 1997: 14 studies.

    >>> import hpcstats as hs
    >>> events = [16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6]
    >>> n = [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10]
    >>> pooled = hs.literature.pool_proportions(events, n)
    >>> round(pooled.estimate, 4), round(pooled.low, 4), round(pooled.high, 4)
    (0.7984, 0.68, 0.8808)
    >>> round(pooled.heterogeneity.tau2, 4)
    0.5893
    """
    choices = choose(method, limits, tau2, scale, PROPORTION_SCALES, level)
    how = Overlap(groups=overlap, rule=overlap_rule, year=year, completeness=completeness)
    studies = read_studies(("events", events), ("n", n), labels, sources, how)
    _check_counts("events", studies, studies.first)
    _check_counts("n", studies, studies.second, least=1)
    _refuse(studies, studies.first > studies.second, "more events than patients")
    return pool_counts(studies, "proportion", "", choices)


def pool_rates(
    events: Any,
    person_time: Any,
    *,
    labels: Any = None,
    sources: Any = None,
    overlap: Any = None,
    overlap_rule: str = "largest",
    year: Any = None,
    completeness: Any = None,
    method: str = "auto",
    tau2: str | float = "reml",
    scale: str = "log",
    limits: str = "auto",
    level: float = 0.95,
    unit: str = "per year",
) -> PooledEstimate:
    """The rate of an event in person-time in studies like these, and how much such studies differ.

    Use it where follow-up differs and the hazard may be taken as constant. Mean follow-up times patients is
    more than the time at risk of a first event, so that the rate comes out too low.

    Parameters
    ----------
    events : column of whole numbers
        Events of each study.
    person_time : column of numbers above 0
        Time under observation of all its patients.
    labels, sources, overlap, overlap_rule, year, completeness, method, tau2
        As in `pool_proportions`; the largest study is that with most person-time.
    scale : {"log", "square-root"}
        For inverse variances the scale of the pooling.
    limits, level
        As in `pool_proportions`.
    unit : str
        Of the rates, for the text form.

    Returns
    -------
    PooledEstimate
        As from `pool_proportions`; limits of each study are exact for a Poisson count.

    Raises
    ------
    DataError
        For counts that are none, person-time not above 0, and columns that do not fit.
    UnsupportedError
        For unknown names and combinations without a definition.

    Examples
    --------
    >>> import hpcstats as hs
    >>> pooled = hs.literature.pool_rates([3, 0, 7, 10, 4], [10.5, 10, 9, 82, 31])
    >>> round(pooled.estimate, 3), round(pooled.low, 3), round(pooled.high, 3)
    (0.18, 0.055, 0.583)
    """
    choices = choose(method, limits, tau2, scale, RATE_SCALES, level)
    how = Overlap(groups=overlap, rule=overlap_rule, year=year, completeness=completeness)
    studies = read_studies(("events", events), ("person_time", person_time), labels, sources, how)
    _check_counts("events", studies, studies.first)
    _refuse(studies, studies.second <= 0, "no person-time")
    return pool_counts(studies, "rate", unit, choices)


def _check_counts(name: str, studies: Studies, values: Any, *, least: int = 0) -> None:
    wrong = (values < least) | (values % 1 != 0)
    if wrong.any():
        shown = listing(
            f"{label}: {value:g}"
            for label, value, bad in zip(studies.labels, values, wrong, strict=True)
            if bad
        )
        raise DataError(
            f"{name} must be whole numbers, {least} or more ({shown}).", rows=np.flatnonzero(wrong)
        )


def _refuse(studies: Studies, wrong: Any, what: str) -> None:
    if wrong.any():
        shown = listing(label for label, bad in zip(studies.labels, wrong, strict=True) if bad)
        raise DataError(f"These studies have {what}: {shown}. Check them.", rows=np.flatnonzero(wrong))
