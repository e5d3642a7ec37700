"""The result of a posterior quadrature."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.posterior.marginal import Marginal
from hpcstats.errors import DataError, listing
from hpcstats.regression.prior import Prior
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Posterior(Result):
    """Posterior distribution of log hazard ratios. Made by `posterior`.

    Attributes
    ----------
    terms : tuple of str
        Names of the coefficients.
    mode : ndarray, shape (p,)
        Joint posterior mode of the log hazard ratios.
    mean, std_dev, median : ndarray, shape (p,)
        Of each log hazard ratio.
    low, high : ndarray, shape (p,)
        Equal-tailed limits of the log hazard ratios.
    shortest_low, shortest_high : ndarray, shape (p,)
        Shortest interval of the log hazard ratios: that of highest density, for one summit.
    probability_above : ndarray, shape (p,)
        Posterior probability of a hazard ratio above 1.
    log_evidence : float
        Log of the integral of partial likelihood times prior density; with a flat or Jeffreys prior it stands
        for nothing but itself.
    error : float
        By how much the integral differs between coefficients (grid), or its standard error (importance);
        relative.
    nodes : int
        Evaluations of the posterior.
    effective_nodes : float
        Number of equally heavy nodes that would carry as much: points of the marginal grid (the smallest
        among the coefficients), or the effective sample size of the importance weights.
    quadrature : {"grid", "importance"}
        How it was integrated.
    prior : NormalPrior, JeffreysPrior or FlatPrior
        As given.
    seed : str
        What repeats the random shifts; empty for a grid.
    level : float
        Of the intervals.
    """

    terms: tuple[str, ...]
    mode: FloatArray
    mean: FloatArray
    std_dev: FloatArray
    median: FloatArray
    low: FloatArray
    high: FloatArray
    shortest_low: FloatArray
    shortest_high: FloatArray
    probability_above: FloatArray
    log_evidence: float
    error: float
    nodes: int
    effective_nodes: float
    quadrature: str
    prior: Prior
    seed: str
    level: float
    marginals: tuple[Marginal, ...] = field(repr=False)
    widths: FloatArray = field(repr=False)

    summary_fields = (*Result.summary_fields, "log_evidence", "error", "nodes", "effective_nodes", "seed")

    def title(self) -> str:
        """Return the heading of the text form."""
        given = self.prior.sentence()
        return f"Posterior of log hazard ratios under {given}, n = {self.n}, events = {self.n_events}"

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each coefficient: first on the log scale, from `hazard_ratio` on hazard ratios.

        `hazard_ratio` is the posterior median, `low` and `high` are equal-tailed, `shortest_low` and
        `shortest_high` bound the shortest interval of the log hazard ratio.
        """
        import pandas as pd

        with np.errstate(over="ignore"):
            ratios = {
                "hazard_ratio": np.exp(self.median),
                "low": np.exp(self.low),
                "high": np.exp(self.high),
                "shortest_low": np.exp(self.shortest_low),
                "shortest_high": np.exp(self.shortest_high),
            }
        logs = {"mean": self.mean, "std_dev": self.std_dev, "median": self.median, "mode": self.mode}
        return pd.DataFrame(
            {"term": list(self.terms), **logs, **ratios, "probability_above_1": self.probability_above}
        )

    def probability_above_ratio(self, term: str, hazard_ratio: float) -> float:
        """Return the posterior probability that the hazard ratio of a term exceeds a value."""
        if term not in self.terms:
            raise DataError(f"There is no term {term!r}. The terms are {listing(self.terms)}.")
        if not hazard_ratio > 0:
            raise DataError(f"A hazard ratio is above 0, not {hazard_ratio!r}.")
        place = self.terms.index(term)
        return 1 - self.marginals[place].below(float(np.log(hazard_ratio) * self.widths[place]))
