"""The variance of log hazard ratios: model-based, sandwich, or a sandwich for few clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import BoolArray, FloatArray
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.cox.score_residuals import dfbeta, sandwich, score_residuals
from hpcstats.errors import SmallSampleWarning, warn
from hpcstats.regression.case import Case
from hpcstats.regression.choices import MODEL, SANDWICH
from hpcstats.regression.cluster_variance import FEW_CLUSTERS, cluster_variance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variance:
    """Variance of the scaled coefficients, with the degrees of freedom of its reference.

    Attributes
    ----------
    naive, covariance : ndarray, shape (p, p)
        Inverse information, and what is reported; NaN for coefficients without an estimate.
    degrees_of_freedom : int or None
        Of Student's t; None is normal.
    words : str
        For the method sentence; empty for the model-based one.
    notes : tuple of str
        What makes it fragile.
    """

    naive: FloatArray
    covariance: FloatArray
    degrees_of_freedom: int | None = None
    words: str = ""
    notes: tuple[str, ...] = ()


def variance_of(
    case: Case,
    likelihood: PartialLikelihood,
    position: FloatArray,
    information: FloatArray,
    kind: str,
    infinite: BoolArray,
) -> Variance:
    """Return the variance at `position` (p,); `infinite` coefficients have none."""
    inverse = _inverse(information)
    naive = _without(inverse, infinite)
    if kind == MODEL:
        return Variance(naive=naive, covariance=naive)
    kept = case.weights > 0
    if kind == SANDWICH:
        changes = dfbeta(score_residuals(likelihood, position, int(kept.sum())), inverse)
        if case.cluster is None:
            plain = sandwich(changes, None, case.weights[kept] if case.frequency else None)
            return Variance(
                naive=naive, covariance=_without(plain, infinite), words="robust (sandwich) variance"
            )
        plain = sandwich(changes, case.cluster[kept])
        return Variance(
            naive=naive,
            covariance=_without(plain, infinite),
            words="clustered (sandwich) variance",
            notes=_few_clusters(np.unique(case.cluster[kept]).size) if case.cluster_given else (),
        )
    assert case.cluster is not None
    present, codes = np.unique(case.cluster[kept], return_inverse=True)
    found = cluster_variance(
        likelihood,
        position,
        codes.reshape(-1).astype(np.int64),
        kind,
        labels=tuple(case.cluster_names[code] for code in present) if case.cluster_given else (),
        patients=case.n,
    )
    return Variance(
        naive=naive,
        covariance=_without(found.covariance, infinite),
        degrees_of_freedom=found.degrees_of_freedom,
        words=f"{found.method} and Student's t with {found.degrees_of_freedom} degrees of freedom",
        notes=found.warnings,
    )


def _few_clusters(clusters: int) -> tuple[str, ...]:
    """Warn that the plain sandwich is too small for few clusters."""
    if clusters >= FEW_CLUSTERS:
        return ()
    text = (
        f"The robust variance rests on {clusters} clusters, fewer than {FEW_CLUSTERS}, and is too small "
        "without a correction. Write robust='mancl-derouen', and leave out one cluster at a time."
    )
    warn(text, SmallSampleWarning)
    return (text,)


def _inverse(information: FloatArray) -> FloatArray:
    """Invert the information; directions without any (of a monotone likelihood) have no part in it."""
    if information.size == 1 and information[0, 0] > 0:
        return np.asarray(1 / information)
    inverse = np.linalg.pinv(information, rcond=1e-9, hermitian=True)
    return np.asarray(inverse, dtype=np.float64)


def _without(variance: FloatArray, infinite: BoolArray) -> FloatArray:
    """Leave out coefficients without an estimate: they have no variance."""
    return np.where(infinite[:, None] | infinite, np.nan, variance) if infinite.any() else variance
