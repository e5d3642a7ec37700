"""`andersen_gill` and `lin_wei_yang_ying`: what multiplies the rate of events, all events alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hpcstats.errors import UnsupportedError
from hpcstats.groups import every_row_at_risk, needs_kind
from hpcstats.recurrence.cox_models import Options, fitted
from hpcstats.recurrence.histories import INSTEAD
from hpcstats.regression.choices import Penalty
from hpcstats.regression.fit import CoxFit
from hpcstats.surv import Surv


def andersen_gill(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    ties: str = "efron",
    robust: bool | str = True,
    penalty: Penalty | None = None,
    strata: Any = None,
    weights: Any = None,
    offset: Any = None,
    interval: str = "auto",
    level: float = 0.95,
    missing: str = "raise",
) -> CoxFit:
    r"""Ratios of the rate of events, every event of a patient counted alike (Andersen and Gill).

    Use it where covariates may act on the first and on later events equally. The model says that the rate
    depends on the past through covariates alone; the robust variance, clustered by patient, holds where it
    does not. If every event makes the next more likely, use `prentice_williams_peterson`. With deaths the
    ratio is that among patients alive: a treatment that kills whoever would have had events looks protective.

    Parameters
    ----------
    response : Surv
        From `Surv.counting`.
    data : frame
        Covariates by name, one row for each row of `response`; they may change from row to row.
    formula : str or sequence of str, optional
        As in `hpcstats.cox`.
    ties : {"efron", "breslow", "exact"}
        Rule for tied events; "exact" has no robust variance.
    robust : bool or str
        True is the sandwich clustered by patient. For few patients "lin-wei", "fay-graubard",
        "kauermann-carroll", "mancl-derouen" or "morel-bokossa-neerchal", with Student's t; False the inverse
        information, for rates that depend on covariates alone.
    penalty, strata, weights, offset, interval, level, missing
        As in `hpcstats.cox`.

    Returns
    -------
    CoxFit
        Its hazard ratios are ratios of rates.

    Raises
    ------
    DataError, DesignError, UnsupportedError
        As `hpcstats.cox`, for another kind of response, and for two events of a patient at one time.

    Notes
    -----
    A Cox model on the rows ``(start, stop]``: R's ``coxph(Surv(start, stop, event) ~ ..., cluster = id)``.
    Andersen & Gill 1982 (doi:10.1214/aos/1176345976); Lin & Wei 1989 (doi:10.1080/01621459.1989.10478874);
    few clusters: see `hpcstats.cox`.

    Examples
    --------
    Five patients, Breslow: -1.312 (naive 1.159, robust .760).

    >>> import hpcstats as hs
    >>> y = hs.Surv.counting(
    ...     start=[0, 2, 5, 0, 3, 0, 0, 4, 0],
    ...     stop=[2, 5, 9, 3, 7, 6, 4, 8, 3],
    ...     event=[1, 1, 0, 1, 0, 0, 1, 1, 0],
    ...     id=[1, 1, 1, 2, 2, 3, 4, 4, 5],
    ... )
    >>> group = {"group": [0, 0, 0, 1, 1, 1, 0, 0, 1]}
    >>> fit = hs.andersen_gill(y, group, ties="breslow")
    >>> fit.to_frame().round(3)[["term", "coef", "std_error"]]
        term   coef  std_error
    0  group -1.312       0.76
    """
    needs_kind(response, ("counting",), "andersen_gill", INSTEAD)
    every_row_at_risk(response, "andersen_gill")
    options = Options(
        ties=ties, robust=robust, penalty=penalty, interval=interval, level=level, missing=missing
    )
    return fitted(
        "Andersen-Gill model of the rate of events",
        response,
        data,
        formula,
        options,
        strata=strata,
        weights=weights,
        offset=offset,
        conventions=("Time runs from the origin; all events of a patient are alike.",),
    )


def lin_wei_yang_ying(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    ties: str = "breslow",
    robust: bool | str = True,
    strata: Any = None,
    weights: Any = None,
    offset: Any = None,
    level: float = 0.95,
    missing: str = "raise",
) -> CoxFit:
    r"""Ratios of the mean number of events (proportional means: Lin, Wei, Yang and Ying).

    The estimate is that of `andersen_gill`, its meaning is another: nothing is said of how events of a
    patient depend on each other, and the exponentiated coefficient multiplies the mean cumulative function.
    That is why the variance is always robust. Covariates that depend on earlier events have no place in it.

    Parameters
    ----------
    response : Surv
        From `Surv.counting`, without deaths.
    data : frame
        Covariates by name, one row for each row of `response`.
    formula : str or sequence of str, optional
        As in `hpcstats.cox`.
    ties : {"breslow", "efron"}
        Rule for tied events; Breslow's is that of the paper.
    robust : True or str
        The sandwich clustered by patient, or one for few patients (see `andersen_gill`).
    strata, weights, offset, level, missing
        As in `hpcstats.cox`.

    Returns
    -------
    CoxFit
        Its hazard ratios are ratios of mean numbers; limits are Wald's.

    Raises
    ------
    UnsupportedError
        With deaths: the mean number over all patients then needs Ghosh and Lin's weights (2002), the rate
        among patients alive `andersen_gill`. And for ``robust=False`` or exact ties.
    DataError, DesignError
        As `hpcstats.cox`, and for two events of a patient at one time.

    Notes
    -----
    .. math:: E\{N(t) \mid Z\} = \mu_0(t) e^{\beta' Z}, \qquad
        U(\beta) = \sum_i \int \{Z_i - \bar Z(\beta, t)\} dN_i(t)

    Lin, Wei, Yang & Ying 2000 (doi:10.1111/1467-9868.00259); with deaths Ghosh & Lin 2002 (Statistica Sinica
    12:663-688).

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.counting(
    ...     start=[0, 2, 5, 0, 3, 0, 0, 4, 0],
    ...     stop=[2, 5, 9, 3, 7, 6, 4, 8, 3],
    ...     event=[1, 1, 0, 1, 0, 0, 1, 1, 0],
    ...     id=[1, 1, 1, 2, 2, 3, 4, 4, 5],
    ... )
    >>> fit = hs.lin_wei_yang_ying(y, {"group": [0, 0, 0, 1, 1, 1, 0, 0, 1]})
    >>> fit.to_frame().round(3)[["term", "coef", "std_error"]]
        term   coef  std_error
    0  group -1.312       0.76
    """
    needs_kind(response, ("counting",), "lin_wei_yang_ying", INSTEAD)
    every_row_at_risk(response, "lin_wei_yang_ying")
    if response.terminal is not None and response.terminal.any():
        raise UnsupportedError(
            "lin_wei_yang_ying has no definition with deaths: the mean number over all patients needs the "
            "weights of Ghosh and Lin (2002), which are not offered. Write andersen_gill for the rate among "
            "patients alive, or compare_mean_cumulative for the means of two groups."
        )
    if robust is False:
        raise UnsupportedError(
            "lin_wei_yang_ying says nothing of how events depend on each other, so that only a robust "
            "variance holds. Leave robust out, or write andersen_gill."
        )
    options = Options(ties=ties, robust=robust, penalty=None, interval="wald", level=level, missing=missing)
    return fitted(
        "Proportional means model of Lin, Wei, Yang and Ying",
        response,
        data,
        formula,
        options,
        strata=strata,
        weights=weights,
        offset=offset,
        conventions=("Exponentiated coefficients are ratios of mean numbers of events.",),
    )
