"""Variances for few papers as clusters: what is refused and warned of, and Student's t as the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.cluster_variance import KINDS, small_cluster_covariance
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.errors import DesignError, SmallSampleWarning, check_option, listing, warn

FEW_CLUSTERS = 10
"""Clusters below which even the corrected variances are noticeably uncertain."""

_NAMES = {
    "none": "",
    "diagonal": "Fay-Graubard",
    "root": "Kauermann-Carroll",
    "inverse": "Mancl-DeRouen",
    "inflation": "Morel-Bokossa-Neerchal",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterVariance:
    """A sandwich variance of log hazard ratios over few clusters. Made by `cluster_variance`.

    Attributes
    ----------
    covariance : ndarray, shape (p, p)
        The variance; NaN where `reason` says why there is none.
    degrees_of_freedom : int
        Clusters less coefficients: the reference is Student's t with these.
    clusters : int
        Number of clusters K.
    kind : str
        As asked for.
    leverage : ndarray, shape (K,)
        How far each cluster alone decides some combination of the coefficients (1: entirely).
    method : str
        The variance in the words of a Methods section.
    reason : str
        Why there is no variance; empty otherwise.
    warnings : tuple of str
        What makes it fragile.
    """

    covariance: FloatArray
    degrees_of_freedom: int
    clusters: int
    kind: str
    leverage: FloatArray
    method: str
    reason: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of the log hazard ratios."""
        return np.sqrt(np.diag(self.covariance))

    def limits(self, coefficients: FloatArray, level: float) -> FloatArray:
        """Return the limits (2, p) of the log hazard ratios by Student's t."""
        margin = float(stdtrit(self.degrees_of_freedom, 0.5 + level / 2)) * self.std_error
        return np.stack([coefficients - margin, coefficients + margin])

    def p_values(self, coefficients: FloatArray) -> FloatArray:
        """Return two-sided p-values (p,) of log hazard ratios of 0, by Student's t."""
        statistic = np.abs(coefficients / self.std_error)
        return 2 * np.asarray(stdtr(self.degrees_of_freedom, -statistic), dtype=np.float64)


def cluster_variance(
    likelihood: PartialLikelihood,
    coefficients: FloatArray,
    cluster: IntArray,
    kind: str = "mancl-derouen",
    *,
    labels: tuple[object, ...] = (),
    patients: float | None = None,
    coded: FloatArray | None = None,
) -> ClusterVariance:
    """Variance of log hazard ratios that lets patients of one paper resemble each other, for few papers.

    The plain sandwich (Lin & Wei) is too small when clusters are few, because each cluster pulls the estimate
    towards itself. The corrected kinds undo that. Use them from about 5 to 40 clusters; with fewer than 10
    believe none of them alone, and leave out one paper at a time as well.

    Parameters
    ----------
    likelihood : PartialLikelihood
        Breslow or Efron ties, any strata, delayed entry, weights and offset.
    coefficients : ndarray, shape (p,)
        The maximum.
    cluster : ndarray of int, shape (n,)
        Clusters 0, ..., K - 1 of the rows that were prepared.
    kind : str
        "lin-wei", "fay-graubard", "kauermann-carroll", "mancl-derouen", "morel-bokossa-neerchal"; any but
        the first
        with "-martingale" at the end, or "martingale-residual" alone, corrects martingale residuals as well.
    labels : tuple
        Names of the clusters, for messages.
    patients : float, optional
        Their number where rows stand for several; the number of rows by default.
    coded : ndarray, shape (n, p), optional
        Covariates as coded, to get the numbers of R's CoxBcv; see Notes.

    Returns
    -------
    ClusterVariance
        Covariance, degrees of freedom, and what is wrong with it.

    Raises
    ------
    DesignError
        For no more clusters than coefficients.
    UnsupportedError
        For an unknown kind, or exact ties, which have no score residuals.

    Warns
    -----
    SmallSampleWarning
        For fewer than 10 clusters, or a cluster that decides a coefficient alone.

    Notes
    -----
    Fay & Graubard 2001 (doi:10.1111/j.0006-341X.2001.01198.x); Kauermann & Carroll 2001
    (doi:10.1198/016214501753382309); Mancl & DeRouen 2001 (doi:10.1111/j.0006-341X.2001.00126.x); Morel,
    Bokossa & Neerchal 2003 (doi:10.1002/bimj.200390021); for Cox models and with martingale residuals Wang,
    Turner & Li 2023 (doi:10.1002/bimj.202200113). They differentiate a cluster's score with the cumulative
    hazard held, which makes the variance depend on which level of a covariate is coded 0. Here the hazard
    moves with the coefficients, and the coding does not matter; `coded` gives the former.

    Examples
    --------
    The example of R's CoxBcv: 12 patients in 6 clusters. R takes Efron's estimate and Breslow's sums.

    >>> import numpy as np
    >>> from hpcstats.core.cox.partial_likelihood import prepare
    >>> from hpcstats.regression.cluster_variance import cluster_variance
    >>> time = np.array([11, 19, 43, 100, 7, 100, 100, 62, 52, 1, 7, 6.0])
    >>> event = np.array([1, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1], dtype=bool)
    >>> x = np.repeat([0.0, 1.0], 6)[:, None]
    >>> likelihood = prepare(time, event, x, np.ones((1, 12)), ties="breslow")
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     theirs = cluster_variance(
    ...         likelihood, np.array([0.387427]), np.repeat(range(6), 2), coded=x
    ...     )
    ...     ours = cluster_variance(likelihood, np.array([0.387427]), np.repeat(range(6), 2))
    >>> theirs.covariance.round(5), ours.covariance.round(5), ours.degrees_of_freedom
    (array([[0.72499]]), array([[0.48234]]), 5)
    """
    check_option("robust", kind, KINDS)
    number, p = int(cluster.max()) + 1, likelihood.parameters
    refuse_few_clusters(number, p)
    found = small_cluster_covariance(likelihood, coefficients, cluster, kind, patients=patients, coded=coded)
    names = labels or tuple(f"cluster {code + 1}" for code in range(number))
    reason = ""
    if np.isnan(found.covariance).all():
        alone = [names[code] for code in np.flatnonzero(found.leverage > 1 - 1e-9)]
        reason = (
            f"{listing(alone)} alone decides a coefficient (leverage 1): there is no "
            f"{method_of(kind, number)}. Write robust='fay-graubard', which is bounded."
        )
    notes = tuple(text for text in (few_clusters_text(number), reason) if text)
    for text in notes:
        warn(text, SmallSampleWarning)
    return ClusterVariance(
        covariance=found.covariance,
        degrees_of_freedom=found.degrees_of_freedom,
        clusters=number,
        kind=kind,
        leverage=found.leverage,
        method=method_of(kind, number),
        reason=reason,
        warnings=notes,
    )


def refuse_few_clusters(clusters: int, terms: int) -> None:
    """Refuse a sandwich variance of more dimensions than clusters can span."""
    if clusters <= terms:
        raise DesignError(
            f"{clusters} clusters cannot carry a robust variance of {terms} terms: it needs more clusters "
            "than terms. Use fewer terms, or robust=False without clusters."
        )


def few_clusters_text(clusters: int) -> str:
    """Return the warning of few clusters, or nothing."""
    if clusters >= FEW_CLUSTERS:
        return ""
    return (
        f"The robust variance rests on {clusters} clusters, fewer than {FEW_CLUSTERS}: its own error is "
        "large even with a correction. Report the degrees of freedom, and leave out one cluster at a time."
    )


def method_of(kind: str, clusters: int) -> str:
    """Name the variance in the words of a Methods section."""
    correction, martingale = KINDS[kind]
    parts = [_NAMES[correction]] if _NAMES[correction] else []
    parts += ["martingale-residual"] if martingale else []
    how = f"{' and '.join(parts)} correction" if parts else "no small-sample correction (Lin-Wei)"
    return f"sandwich variance over {clusters} clusters with {how}"
