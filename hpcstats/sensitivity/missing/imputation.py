"""`impute`: a Cox model of all patients although covariates are missing, by multiple imputation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from hpcstats.core.missing.rubin import Pooled, monte_carlo_errors, pool
from hpcstats.covariates import given_names
from hpcstats.design import Design, build_design
from hpcstats.errors import DesignError, check_option
from hpcstats.findings import design_problems, refuse
from hpcstats.groups import confidence_level, needs_kind
from hpcstats.randomness import Seed, generator_of
from hpcstats.regression.choices import Choices
from hpcstats.sensitivity.missing.chained_equations import chained_equations
from hpcstats.sensitivity.missing.draws import Draws
from hpcstats.sensitivity.missing.imputation_words import Asked, notes_of
from hpcstats.sensitivity.missing.imputed import Imputed
from hpcstats.sensitivity.missing.options import column_names, degrees_of_freedom, whole_number
from hpcstats.sensitivity.missing.pooled import Fits, complete_cases, fit_all
from hpcstats.sensitivity.missing.substantive_model import substantive_model
from hpcstats.sensitivity.missing.variables import Columns
from hpcstats.surv import Surv

METHODS = ("mice", "substantive-model")
CYCLES = {"mice": 10, "substantive-model": 20}
_FEWEST = 3


def impute(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    n_imputations: int = 50,
    method: str = "mice",
    auxiliary: Sequence[str] = (),
    cycles: int | None = None,
    ties: str = "efron",
    penalty: Any = "firth",
    complete_df: float | None = None,
    level: float = 0.95,
    n_jobs: int | None = 1,
    progress: str | bool = "auto",
    seed: Seed = None,
) -> Imputed:
    r"""Hazard ratios of all patients although covariates are missing, by multiple imputation.

    Use it beside the complete cases, not in their place. It rests on an assumption that data cannot show:
    given what is known of a patient, the outcome included, whether a value was reported does not depend on
    the value (missing at random). Where that is in doubt, `missing_bounds` says how far it could reach.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, optionally with delayed entry.
    data : frame
        Covariates with their gaps, one row for each row of `response`.
    formula : str or sequence of str, optional
        As in `hpcstats.cox`; None takes every column that is not auxiliary.
    n_imputations : int
        Completed data sets m, three or more.
    method : {"mice", "substantive-model"}
        Chained equations that hold the outcome; or imputation compatible with the Cox model itself, for
        formulas with interactions or transformed covariates.
    auxiliary : sequence of str
        Further columns that help to predict missing values and stay out of the model.
    cycles : int, optional
        Rounds over the incomplete columns in each chain: 10 for "mice", 20 for "substantive-model", whose
        chains move more slowly (`scale_reduction` of the result tells whether they were enough).
    ties, penalty
        Of the Cox models, as in `hpcstats.cox`.
    complete_df : float, optional
        Degrees of freedom of the analysis of complete data, 1 or more (infinite for a large sample); by
        default events less coefficients.
    level : float
        Confidence level, a proportion.
    n_jobs : int or None
        Processes for the chains of "mice"; the answer does not depend on it.
    progress : {"auto", True, False}
        A progress bar after two seconds, "auto" on a terminal only.
    seed : int, SeedSequence, Generator or None
        Where the random numbers begin.

    Returns
    -------
    Imputed
        With `to_frame` (complete cases, then imputed), `pooled`, `errors`, `completed`, `compared_values`,
        `trace`, `scale_reduction`.

    Raises
    ------
    DesignError
        Where nothing is missing, a column has fewer than two known values, or is known of too few patients
        for its regression on the others.
    DataError, UnsupportedError
        As `hpcstats.cox`.

    Notes
    -----
    "mice" predicts each incomplete column from all others, the event and Nelson-Aalen's cumulative hazard at
    the patient's own time (White & Royston 2009, doi:10.1002/sim.3618): numbers by predictive mean matching
    with 5 donors (type 1: Morris, White & Royston 2014, doi:10.1186/1471-2288-14-75), levels by (multinomial)
    logistic regression with augmented rows, so that perfect prediction leaves it finite (White, Daniel &
    Royston 2010, doi:10.1016/j.csda.2010.04.005). "substantive-model" draws from the covariate's own
    regression times the likelihood of the Cox model (Bartlett et al. 2015, doi:10.1177/0962280214521348),
    with Jeffreys' prior on its coefficients. Each completed data set is fitted by `hpcstats.cox`; answers are
    pooled by Rubin's rules with the degrees of freedom of Barnard & Rubin (1999,
    doi:10.1093/biomet/86.4.948). Monte Carlo errors are jackknife errors over imputations (White, Royston &
    Wood 2011, doi:10.1002/sim.4067).

    Examples
    --------
    Twelve patients, the group of two unknown.

    >>> import hpcstats as hs
    >>> from hpcstats.sensitivity.missing import impute
    >>> y = hs.Surv.right(
    ...     [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
    ... )
    >>> group = ["a", "a", "b", "a", None, "b", "a", "b", "a", "b", None, "b"]
    >>> found = impute(y, {"group": group}, n_imputations=20, seed=1)
    >>> found.to_frame()[["analysis", "term", "n", "n_events"]]
             analysis        term   n  n_events
    0  complete cases  group[T.b]  10         6
    1         imputed  group[T.b]  12         8
    """
    needs_kind(response, ("right",), "impute", "It needs one right-censored row a patient: Surv.right.")
    check_option("method", method, METHODS)
    Choices.checked(ties, penalty, "auto", level, None)
    asked = Asked(
        method=method,
        size=whole_number(n_imputations, "n_imputations", _FEWEST),
        cycles=CYCLES[method] if cycles is None else whole_number(cycles, "cycles", 1),
        ties=ties,
        penalty=penalty,
        level=confidence_level(level),
    )
    freedom = degrees_of_freedom(complete_df)
    columns = Columns.of(data, formula, column_names(auxiliary), response)
    design = _checked(response, columns)
    generator, written = generator_of(seed)
    entropy = generator.integers(0, 2**32, size=4).tolist()
    draws = _drawn(response, columns, design, asked, entropy, n_jobs, progress)
    fits = fit_all(response, columns, design, draws, **asked.of_models)
    alone, why = complete_cases(response, data, formula, list(auxiliary), **asked.of_models)
    freedom = freedom or float(max(1, response.n_events - len(fits.terms)))
    pooled, errors = (_by(rules, fits, freedom, level) for rules in (pool, monte_carlo_errors))
    notes = notes_of(columns, draws, fits, asked)
    failed = not np.isfinite(pooled.estimate).all()
    return Imputed(
        n=len(response),
        n_events=response.n_events,
        method=asked.sentence(columns, written),
        conventions=asked.conventions(freedom),
        warnings=notes,
        status="not_estimable" if failed else "ok",
        reason=notes[0] if failed else "",
        terms=fits.terms,
        estimates=fits.estimates,
        variances=fits.variances,
        pooled=pooled,
        errors=errors,
        complete_df=freedom,
        complete_cases=alone,
        complete_cases_reason=why,
        level=level,
        seed=written,
        response=response,
        columns=columns,
        draws=draws,
    )


def _drawn(
    response: Surv,
    columns: Columns,
    design: Design,
    asked: Asked,
    entropy: Sequence[int],
    n_jobs: int | None,
    progress: str | bool,
) -> Draws:
    """Complete the data by the method asked for."""
    size, cycles = asked.size, asked.cycles
    if asked.method == "mice":
        return chained_equations(response, columns, size, cycles, entropy, n_jobs, progress)
    return substantive_model(response, columns, design, size, cycles, asked.ties, entropy)


def _checked(response: Surv, columns: Columns) -> Design:
    """Refuse what cannot be imputed, and build the design of the model on data without gaps."""
    if response.n_events == 0:
        raise DesignError("There are no events, so no hazard ratio exists. Report the follow-up instead.")
    if not columns.incomplete:
        raise DesignError("Nothing is missing in these columns. Fit hs.cox to all patients.")
    for k in columns.incomplete:
        variable = columns.variables[k]
        known = len(response) - variable.n_missing
        needed = 4 + sum(other.width for number, other in enumerate(columns.variables) if number != k)
        if known < needed:
            raise DesignError(
                f"{variable.name} is known of {known} patients only, and its regression on the other columns "
                f"and the outcome needs {needed}. Leave it, or other columns, out."
            )
    filled = []
    for variable in columns.variables:
        most = variable.values[~variable.missing]
        gaps = np.flatnonzero(variable.missing)
        values = variable.values.copy()
        values[gaps] = most[np.arange(gaps.size) % most.size]
        filled.append(values)
    design = build_design(columns.frame(filled), columns.formula, response)
    terms = tuple(given_names(term, dict(columns.aliases)) for term in design.terms)
    refuse(design_problems(design.matrix, terms, response.n_events))
    return design


def _by(rules: Callable[..., Pooled], fits: Fits, freedom: float, level: float) -> Pooled:
    """Pool the coefficients that every imputation estimates; NaN for the others."""
    sound = np.isfinite(fits.estimates).all(axis=0) & np.isfinite(fits.variances).all(axis=0)
    found = rules(fits.estimates[:, sound], fits.variances[:, sound], freedom, level)
    spread = []
    for field in fields(Pooled):
        values = np.full(sound.size, np.nan)
        values[sound] = getattr(found, field.name)
        spread.append(values)
    return Pooled(*spread)
