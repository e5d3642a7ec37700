"""Priors on log hazard ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.core.posterior.log_posterior import Density, NormalPosterior
from hpcstats.errors import DataError, listing


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """Log hazard ratios normal around 0, independently: weakly informative, and always proper.

    Scale 1 says that a hazard ratio lies between 0.14 and 7.1 with probability .95, for a step of one unit of
    its column; scale 2.5 says 0.007 to 134. Think of the unit: for age in years a scale of 1 says next to
    nothing, for age in decades it does. With `cox(..., penalty=NormalPrior())` the estimate is the mode.

    Parameters
    ----------
    scale : float or mapping
        Standard deviation of the log hazard ratios; or one for each term, by name.

    Attributes
    ----------
    scale : float or mapping
        As given.

    Examples
    --------
    >>> import hpcstats as hs
    >>> low, high = hs.NormalPrior(scale=1.0).interval(0.95)
    >>> round(low, 3), round(high, 3)
    (0.141, 7.099)
    """

    scale: float | Mapping[str, float] = 1.0

    def __post_init__(self) -> None:
        given: Sequence[Any] = list(self.scale.values()) if isinstance(self.scale, Mapping) else [self.scale]
        for value in given:
            number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
            if not number or not 0 < value < np.inf:
                raise DataError(f"The scale of a NormalPrior must be a number above 0, not {value!r}.")

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the hazard ratios between which the prior holds `level` (one scale for all terms)."""
        if isinstance(self.scale, Mapping):
            raise DataError("This prior has a scale for each term. Ask NormalPrior(scale) of one.")
        margin = normal_quantile(level) * self.scale
        return float(np.exp(-margin)), float(np.exp(margin))

    def density(self, likelihood: PartialLikelihood, terms: tuple[str, ...], widths: FloatArray) -> Density:
        """Return the log posterior of coefficients of columns that were divided by `widths`."""
        return NormalPosterior(likelihood, 1 / (self._scales(terms) * widths) ** 2)

    def sentence(self) -> str:
        """Name the prior in the words of a Methods section."""
        if isinstance(self.scale, Mapping):
            each = ", ".join(f"{value:g} for {term}" for term, value in self.scale.items())
            return f"independent normal priors around 0 with standard deviations {each}"
        return f"independent normal priors around 0 with standard deviation {self.scale:g}"

    def _scales(self, terms: tuple[str, ...]) -> FloatArray:
        if not isinstance(self.scale, Mapping):
            return np.full(len(terms), float(self.scale))
        odd = [
            *(term for term in terms if term not in self.scale),
            *(t for t in self.scale if t not in terms),
        ]
        if odd:
            raise DataError(
                f"The prior needs a scale for each term and no other ({listing(odd)}). "
                f"The terms are {listing(terms)}."
            )
        return np.array([self.scale[term] for term in terms], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class JeffreysPrior:
    """Density proportional to the root of the information's determinant: the mode is Firth's estimate.

    It needs no scale and no thought of units, and its posterior is proper where the likelihood is monotone,
    with long tails.

    Attributes
    ----------
    None : it has no settings.

    Examples
    --------
    >>> import hpcstats as hs
    >>> hs.JeffreysPrior().sentence()
    "Jeffreys' prior (Firth's penalty)"
    """

    def density(self, likelihood: PartialLikelihood, terms: tuple[str, ...], widths: FloatArray) -> Density:
        """Return the log posterior; it does not change with the scale of the columns."""
        del terms, widths
        return FirthPenalty(likelihood)

    def sentence(self) -> str:
        """Name the prior in the words of a Methods section."""
        return "Jeffreys' prior (Firth's penalty)"


@dataclass(frozen=True, slots=True)
class FlatPrior:
    """Density 1 everywhere: the posterior is the normalised partial likelihood, its mode the maximum.

    It has none where the likelihood is monotone.

    Attributes
    ----------
    None : it has no settings.

    Examples
    --------
    >>> import hpcstats as hs
    >>> hs.FlatPrior().sentence()
    'a flat prior'
    """

    def density(self, likelihood: PartialLikelihood, terms: tuple[str, ...], widths: FloatArray) -> Density:
        """Return the log posterior."""
        del terms
        return NormalPosterior(likelihood, np.zeros_like(widths))

    def sentence(self) -> str:
        """Name the prior in the words of a Methods section."""
        return "a flat prior"


Prior = NormalPrior | JeffreysPrior | FlatPrior


def check_prior(prior: Any) -> Prior:
    """Refuse what is no prior."""
    if not isinstance(prior, (NormalPrior, JeffreysPrior, FlatPrior)):
        raise DataError(f"prior must be NormalPrior(scale), JeffreysPrior() or FlatPrior(), not {prior!r}.")
    return prior
