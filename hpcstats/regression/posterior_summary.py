"""`posterior`: what a Cox model and a prior say together of each hazard ratio, without sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.partial_likelihood import PartialLikelihood
from hpcstats.core.cox.recession import recession
from hpcstats.core.posterior.grid import NODES, grid_marginals, grid_nodes, mode_of
from hpcstats.core.posterior.importance import POINTS, SHIFTS, importance
from hpcstats.core.posterior.log_posterior import Density, NormalPosterior
from hpcstats.core.posterior.marginal import Marginal, shortest_interval
from hpcstats.errors import (
    ConvergenceWarning,
    DesignError,
    UnsupportedError,
    check_option,
    listing,
    warn,
)
from hpcstats.findings import infinite_terms
from hpcstats.groups import confidence_level
from hpcstats.randomness import generator_of
from hpcstats.regression.fit import CoxFit
from hpcstats.regression.posterior_result import Posterior
from hpcstats.regression.prior import FlatPrior, NormalPrior, Prior, check_prior

METHODS = ("auto", "grid", "importance")

_COSTLY = 30_000_000
"""Evaluations times rows from which importance quadrature takes the grid's place."""

_FIRTH_COSTS, _ROUGH = 10, 0.01


def posterior(
    fit: CoxFit,
    prior: Prior | None = None,
    *,
    level: float = 0.95,
    method: str = "auto",
    seed: Any = 1,
) -> Posterior:
    r"""Posterior distribution of the log hazard ratios of a Cox model under a prior.

    A weakly informative prior keeps intervals finite where few events leave the likelihood flat, and lets
    one say how probable a harm is. It is no way around too few data: report the prior with the answer, and
    the answer under a second one. The partial likelihood takes the place of a likelihood: with vague
    gamma-process priors on the baseline hazard the marginal posterior is proportional to it (Kalbfleisch
    1978, Journal of the Royal Statistical Society B 40:214). Rows are taken as independent.

    Parameters
    ----------
    fit : CoxFit
        Its data, strata, offset, frequencies and ties are taken.
    prior : NormalPrior, JeffreysPrior or FlatPrior, optional
        ``NormalPrior(scale=1.0)`` by default.
    level : float
        Probability of the intervals, a proportion.
    method : {"auto", "grid", "importance"}
        Grids for one to four coefficients; importance quadrature for more, or for very many rows.
    seed : int, numpy SeedSequence or numpy Generator
        For the shifts; a grid is not random.

    Returns
    -------
    Posterior
        With `to_frame`, `probability_above_ratio`, `log_evidence`, `error`, `nodes`, `effective_nodes`.

    Raises
    ------
    DesignError
        For a flat prior where the likelihood is monotone: its posterior is improper.
    UnsupportedError
        For sampling weights, clusters, or a grid for more than four coefficients.

    Warns
    -----
    ConvergenceWarning
        For a relative error above .01.

    Examples
    --------
    No event among the three treated: the likelihood is monotone, the posterior proper.

    >>> import warnings
    >>> import hpcstats as hs
    >>> from hpcstats.regression.posterior_summary import posterior
    >>> from hpcstats.regression.prior import NormalPrior
    >>> y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7], [1, 1, 0, 1, 0, 0, 0])
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     fit = hs.cox(y, {"treated": [0, 0, 1, 0, 0, 1, 1]})
    >>> answer = posterior(fit, NormalPrior(scale=1.0))
    >>> answer.to_frame().round(3)[["term", "mode", "hazard_ratio", "low", "high"]]
          term   mode  hazard_ratio    low   high
    0  treated -0.845         0.417  0.081  1.914
    """
    prior = NormalPrior() if prior is None else check_prior(prior)
    level = confidence_level(level)
    check_option("method", method, METHODS)
    _refuse_dependent(fit)
    density = prior.density(_plain(fit.search.likelihood), fit.terms, fit.search.scale)
    if isinstance(prior, FlatPrior):
        _refuse_improper(density.likelihood, fit.terms)
    chosen = _quadrature(density, method, fit)
    found = _by_grid(density) if chosen == "grid" else _by_importance(density, seed)
    return _summary(fit, prior, chosen, level, found)


@dataclass(frozen=True, slots=True)
class _Integrated:
    """What a quadrature gives, on columns of unit standard deviation."""

    mode: FloatArray
    marginals: tuple[Marginal, ...]
    log_total: float
    error: float
    nodes: int
    effective: float
    seed: str = ""


def _by_grid(density: Density) -> _Integrated:
    mode, covariance = mode_of(density)
    marginals = grid_marginals(density, mode, covariance)
    totals = np.array([marginal.log_total for marginal in marginals])
    return _Integrated(
        mode=mode,
        marginals=tuple(marginals),
        log_total=float(totals.mean()),
        error=float(np.expm1(np.ptp(totals))),
        nodes=grid_nodes(mode.size),
        effective=min(marginal.effective_nodes for marginal in marginals),
    )


def _by_importance(density: Density, seed: Any) -> _Integrated:
    mode, covariance = mode_of(density)
    generator, repeat = generator_of(seed)
    found = importance(density, mode, covariance, generator.random((SHIFTS, mode.size + 1)))
    return _Integrated(
        mode=mode,
        marginals=tuple(found.marginals),
        log_total=found.log_total,
        error=found.error,
        nodes=SHIFTS * POINTS,
        effective=found.effective,
        seed=repeat,
    )


def _summary(fit: CoxFit, prior: Prior, chosen: str, level: float, found: _Integrated) -> Posterior:
    widths, marginals, tail = fit.search.scale, found.marginals, 0.5 - level / 2
    shortest = np.array([shortest_interval(marginal, level) for marginal in marginals]) / widths[:, None]

    def quantile(probability: float) -> FloatArray:
        return np.array([marginal.quantile(probability) for marginal in marginals]) / widths

    flat = isinstance(prior, FlatPrior)
    return Posterior(
        n=fit.n,
        n_events=fit.n_events,
        method=_sentence(prior, chosen, level, fit),
        conventions=("At risk at t: entry < t <= exit.", f"Ties: {fit.ties}."),
        warnings=_notes(found),
        terms=fit.terms,
        mode=found.mode / widths,
        mean=np.array([marginal.mean for marginal in marginals]) / widths,
        std_dev=np.array([marginal.std_dev for marginal in marginals]) / widths,
        median=quantile(0.5),
        low=quantile(tail),
        high=quantile(1 - tail),
        shortest_low=shortest[:, 0],
        shortest_high=shortest[:, 1],
        probability_above=np.array([1 - marginal.below(0.0) for marginal in marginals]),
        log_evidence=found.log_total - (float(np.log(widths).sum()) if flat else 0.0),
        error=found.error,
        nodes=found.nodes,
        effective_nodes=found.effective,
        quadrature=chosen,
        prior=prior,
        seed=found.seed,
        level=level,
        marginals=marginals,
        widths=widths,
    )


def _plain(likelihood: PartialLikelihood | FirthPenalty | NormalPosterior) -> PartialLikelihood:
    """Take a penalty off."""
    return likelihood if isinstance(likelihood, PartialLikelihood) else likelihood.likelihood


def _refuse_dependent(fit: CoxFit) -> None:
    """Refuse rows that are not independent observations."""
    case = fit.inputs
    if fit.robust or case.needs_robust:
        raise UnsupportedError(
            "A posterior takes rows as independent and whole: it knows no clusters, sampling weights or "
            "robust variance. Fit the model without them (frequencies are fine), or see frailty."
        )


def _refuse_improper(likelihood: PartialLikelihood, terms: tuple[str, ...]) -> None:
    """Refuse a flat prior where the likelihood never falls in some direction."""
    cone = recession(likelihood)
    if cone.monotone:
        raise DesignError(
            f"The likelihood is monotone in {listing(infinite_terms(cone, terms))}: under a flat prior it "
            "has no proper posterior. Write prior=NormalPrior(scale=1.0)."
        )


def _quadrature(density: Density, method: str, fit: CoxFit) -> str:
    """Choose between grid and importance quadrature."""
    terms = len(fit.terms)
    if method == "grid" and terms not in NODES:
        raise UnsupportedError(f"A grid over {terms} coefficients is too large. Write method='auto'.")
    if method != "auto":
        return method
    rows = len(fit.response) * (_FIRTH_COSTS if isinstance(density, FirthPenalty) else 1)
    return "grid" if terms in NODES and grid_nodes(terms) * rows <= _COSTLY else "importance"


def _notes(found: _Integrated) -> tuple[str, ...]:
    """Warn of a rough integral."""
    if found.error <= _ROUGH:
        return ()
    text = (
        f"The integral is uncertain by {found.error:.2g} of itself: the posterior is too long or too bent "
        "for this quadrature. Write a narrower prior."
    )
    warn(text, ConvergenceWarning)
    return (text,)


def _sentence(prior: Prior, chosen: str, level: float, fit: CoxFit) -> str:
    how = "grid quadrature" if chosen == "grid" else "importance quadrature on randomly shifted lattices"
    layers = "" if fit.inputs.strata is None else ", stratified"
    return (
        f"Posterior of the Cox partial likelihood ({fit.ties.capitalize()} ties{layers}) under "
        f"{prior.sentence()}, by {how}, {formats.level(level)} equal-tailed and shortest intervals."
    )
