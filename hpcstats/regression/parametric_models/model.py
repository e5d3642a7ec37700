"""`parametric`: a distribution fitted to censored times, and what it says within and beyond the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats import formats
from hpcstats.errors import NonIdentifiableWarning, SmallSampleWarning, check_option, warn
from hpcstats.groups import confidence_level
from hpcstats.regression.parametric_models.distributions import Distribution, distribution_of
from hpcstats.regression.parametric_models.estimate import ENGINES, Estimate, estimate
from hpcstats.regression.parametric_models.exponential import RATE_INTERVALS, Rate, refuse_rate_interval
from hpcstats.regression.parametric_models.fit import ParametricFit
from hpcstats.regression.parametric_models.problem import Problem
from hpcstats.regression.parametric_models.rows import Rows
from hpcstats.surv import Surv

INTERVALS = ("profile", "wald", *RATE_INTERVALS)


def parametric(
    response: Surv,
    data: Any = None,
    formula: str | Sequence[str] | None = None,
    *,
    distribution: str = "weibull",
    n_knots: int = 1,
    weights: Any = None,
    interval: str = "profile",
    level: float = 0.95,
    missing: str = "raise",
    engine: str = "lifelines",
) -> ParametricFit:
    r"""A distribution of the time to the event, by maximum likelihood.

    Use it where the shape of the hazard is the question, where times are interval-censored or seen with
    delayed entry and covariates matter, or where a statement beyond follow-up is wanted, which is then marked
    as such. For the curve within the data use `kaplan_meier` or `turnbull`; several distributions that fit
    the data alike (`compare_distributions`) may part ways soon after the last observation.

    Parameters
    ----------
    response : Surv
        From `Surv.right`, with delayed entry as left truncation, or `Surv.interval`.
    data : frame, optional
        Covariates by name, one row for each row of `response`.
    formula : str or sequence of str, optional
        Right-hand side such as ``"age + resection"``, or column names; None takes every column of `data`,
        ``"1"`` none.
    distribution : str
        "exponential", "weibull", "rayleigh", "log-normal", "log-logistic", "gamma", "generalised-gamma",
        "gompertz", "spline" (Royston and Parmar's, on the log cumulative hazard), and on the whole line
        "gaussian", "logistic", "extreme".
    n_knots : int
        Inner knots of a spline.
    weights : column of numbers, optional
        Case weights: they multiply the log-likelihood, as R's.
    interval : {"profile", "wald", "exact", "type-ii"}
        Limits of the coefficients: by the profile likelihood, which small samples need, or normal ones, as
        R's. The last two are those of an exponential rate without covariates (`ParametricFit.rate_interval`).
    level : float
        Confidence level, a proportion.
    missing : {"raise", "drop"}
        What to do with rows that miss a covariate; dropped rows are counted in the result.
    engine : {"lifelines", "own"}
        Where the search begins: at the fit of lifelines, where it has the model, and at places of our own; or
        at these only, which spares the import. The answer is the highest certified maximum either way.

    Returns
    -------
    ParametricFit
        With `to_frame`, `survival`, `quantile`, `rmst`, `mean`, `parameters`, `profile_interval`, `aic`.

    Raises
    ------
    DataError
        For events at time 0 under a distribution of positive times, and unusable columns.
    DesignError
        For constant or collinear columns, more terms than events, and too few event times for the knots.
    UnsupportedError
        For unknown options.

    Notes
    -----
    .. math:: \log L = \sum_{\text{exact}} \log f(t_i) + \sum_{\text{censored}} \log S(c_i)
              + \sum_{(l_i, u_i]} \log\{S(l_i) - S(u_i)\} - \sum_{\text{entry}} \log S(e_i)

    The coefficients are those of R's `survreg` where it has the distribution (exp(coef) multiplies time), of
    `flexsurv` otherwise; ``fit.parameters("flexsurv")`` gives its natural parameters. A maximum is certified
    by its Newton decrement. Where there is none (no events, one event at the end, covariates that separate, a
    shape that runs away) status and reason say so, and estimates are NaN. An exponential model without events
    is a boundary: the rate is 0, and its upper limit exists. Kalbfleisch & Prentice 2002
    (doi:10.1002/9781118032985); Royston & Parmar 2002 (doi:10.1002/sim.1203).

    Examples
    --------
    Remission of 21 patients on 6-MP (Freireich et al. 1963): 9 relapses in 359 weeks, so that the exponential
    rate is 9 / 359. What lies beyond the last observation, at 35 weeks, is marked.

    >>> import hpcstats as hs
    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> y = hs.Surv.right(weeks, relapse, unit="weeks")
    >>> fit = hs.parametric(y, distribution="exponential")
    >>> fit.parameters("flexsurv").round(4)
      parameter  estimate  std_error    low    high
    0      rate    0.0251     0.0084  0.013  0.0482
    >>> weibull = hs.parametric(y)
    >>> weibull.to_frame().round(3)[["term", "coef", "std_error", "low", "high"]]
             term   coef  std_error    low   high
    0   Intercept  3.519      0.273  3.084  4.342
    1  log(scale) -0.303      0.278 -0.790  0.323
    >>> curve = weibull.survival([20, 60]).to_frame()
    >>> curve.round(3)[["time", "estimate", "low", "high", "extrapolated"]]
       time  estimate    low   high  extrapolated
    0  20.0     0.611  0.387  0.775         False
    1  60.0     0.113  0.003  0.444          True
    """
    check_option("interval", interval, INTERVALS)
    check_option("engine", engine, ENGINES)
    chosen = confidence_level(level)
    rows = Rows.of(response, data, formula, weights, missing, "parametric")
    shape = distribution_of(distribution, n_knots, rows.observed)
    rows.refuse_impossible([rows.design])
    if shape.from_zero:
        rows.refuse_time_zero(distribution)
    location = rows.matrix(rows.design)
    if interval in RATE_INTERVALS:
        refuse_rate_interval(interval, distribution, rows.observed, location.shape[1])
    return fitted(rows, shape, interval, chosen, engine)


def fitted(rows: Rows, shape: Distribution, interval: str, level: float, engine: str) -> ParametricFit:
    """Fit one distribution to prepared rows."""
    location = rows.matrix(rows.design)
    covariates = () if rows.design is None else rows.design.terms
    terms = ("Intercept", *covariates, *shape.ancillary)
    family = shape.family(rows.observed)
    problem = Problem.of(shape, family, rows.observed, location)
    rate = _rate(rows, shape)
    if rate is not None and not rate.events:
        found = Estimate(status="boundary", reason="nobody had the event: the estimated rate is 0")
        fit_value = 0.0
        coef = np.array([np.inf])
    else:
        found = estimate(shape, problem, rows.observed, location, terms, engine)
        fit_value = np.nan if found.summit is None else found.summit.value - problem.log_jacobian
        coef = np.full(len(terms), np.nan) if found.summit is None else problem.given(found.summit.position)
    summit = found.summit
    none = np.full((len(terms), len(terms)), np.nan)
    return ParametricFit(
        n=rows.n,
        n_events=rows.n_events,
        method=sentence(shape, interval, level, rows),
        conventions=conventions_of(shape, interval),
        warnings=notes_of(found, rows, len(terms)),
        status=found.status,
        reason=found.reason,
        rows=rows,
        problem=problem,
        summit=summit,
        family=family,
        distribution=shape,
        distribution_name=shape.name,
        terms=terms,
        block_designs=(rows.design, *[None] * len(shape.ancillary)),
        tested=tuple(term in covariates for term in terms),
        coef=coef,
        covariance=none if summit is None else problem.covariance(summit),
        log_likelihood=fit_value,
        interval=interval,
        level=level,
        last_observation=rows.last,
        first_observation=rows.first,
        certificate=np.nan if summit is None else summit.decrement,
        lifelines_shortfall=np.nan if summit is None else summit.value - found.lifelines_value,
        rate=rate,
    )


def _rate(rows: Rows, shape: Distribution) -> Rate | None:
    """Return events and total time where the model is one rate."""
    if shape.name != "exponential" or rows.design is not None or rows.observed.closed.any():
        return None
    return Rate.of(rows.observed)


def sentence(shape: Distribution, interval: str, level: float, rows: Rows) -> str:
    """Describe the method for a Methods section."""
    how = {
        "profile": "profile-likelihood intervals",
        "wald": "Wald intervals",
        "exact": "exact Poisson intervals of the rate",
        "type-ii": "exact intervals of the rate for observation that ended with the last event",
    }[interval]
    kind = "interval-censored times" if rows.response.kind == "interval" else "right-censored times"
    truncated = ", left-truncated at entry" if rows.response.entry is not None else ""
    name = shape.name.replace("-", " ").replace("log ", "log-").capitalize()
    return f"{name} model of {kind}{truncated}, maximum likelihood, {formats.level(level)} {how}."


def conventions_of(shape: Distribution, interval: str) -> tuple[str, ...]:
    """Name the conventions the numbers follow."""
    test = (
        "p-values of covariates: likelihood ratio, the statistic is its signed root."
        if interval == "profile"
        else "p-values of covariates: Wald."
    )
    return (
        shape.convention,
        "Standard errors: inverse observed information.",
        test,
        "aicc and bic take n, the patients.",
        "Beyond the last observation every number is an extrapolation, and marked.",
    )


def notes_of(found: Estimate, rows: Rows, parameters: int) -> tuple[str, ...]:
    """Warn of what makes the fit fragile, and return the texts."""
    if found.status != "ok":
        text = f"There is no finite estimate: {found.reason}."
        warn(text, NonIdentifiableWarning)
        return (text,)
    if found.elsewhere > 1e-6:
        text = (
            "The estimate is a local maximum: the likelihood has no highest point and rises "
            f"{found.elsewhere:.2g} above it where a parameter runs away. Prefer a distribution with fewer "
            "parameters."
        )
        warn(text, NonIdentifiableWarning)
        return (text,)
    if rows.n_events <= parameters:
        text = (
            f"{parameters} coefficients rest on {rows.n_events} events: trust the profile intervals, not the "
            "standard errors, and nothing beyond the last observation."
        )
        warn(text, SmallSampleWarning)
        return (text,)
    return ()
