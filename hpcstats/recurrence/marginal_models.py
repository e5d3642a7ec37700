"""`wei_lin_weissfeld`: what acts on the time from the origin to each event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpcstats.errors import check_option
from hpcstats.recurrence.cox_models import Options, fitted
from hpcstats.recurrence.event_numbers import (
    EFFECTS,
    Numbered,
    countable,
    events_before,
    frame_of_rows,
    most_events,
    refuse_changes,
)
from hpcstats.recurrence.histories import Histories
from hpcstats.regression.choices import Penalty
from hpcstats.regression.fit import CoxFit
from hpcstats.surv import Surv


def wei_lin_weissfeld(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    effects: str = "common",
    max_events: int | None = None,
    ties: str = "efron",
    robust: bool | str = True,
    penalty: Penalty | None = None,
    interval: str = "auto",
    level: float = 0.95,
    missing: str = "raise",
) -> CoxFit:
    r"""Hazard ratios of the times from the origin to the first, second, ... event (Wei, Lin and Weissfeld).

    A model for each event number, fitted together: everybody is at risk of the k-th event from the origin
    until it happens or observation ends, also before the (k-1)-th. Use it for effects on the whole course
    that need no model of how events depend on each other. Ratios of later events repeat those of the earlier
    ones, so that the common coefficient is larger than a ratio of rates.

    Parameters
    ----------
    response : Surv
        From `Surv.counting`, without gaps in a patient's observation.
    data : frame
        Covariates by name, one row for each row of `response`, the same in all rows of a patient.
    formula : str or sequence of str, optional
        As in `hpcstats.cox`.
    effects : {"common", "by-event"}
        One coefficient for all event numbers, or one for each, named ``"treatment (event 1)"``.
    max_events : int, optional
        Number of events modelled; by default the largest number that a patient had.
    ties : {"efron", "breslow", "exact"}
        As in `hpcstats.cox`.
    robust : bool or str
        As in `andersen_gill`.
    penalty, interval, level, missing
        As in `hpcstats.cox`.

    Returns
    -------
    CoxFit
        Stratified by event number, with a row for each patient and number.

    Raises
    ------
    DataError
        For covariates that change within a patient.
    DesignError
        For gaps in the observation, and no events.
    UnsupportedError
        As `hpcstats.cox`.

    Warns
    -----
    NonIdentifiableWarning
        Where patients enter late, so that earlier events are unknown.

    Notes
    -----
    R's ``coxph(Surv(stop, event) ~ ... + strata(number), cluster = id)`` on a data set with a row for each
    patient and event number. Death is taken as censoring of all later events. Wei, Lin & Weissfeld 1989
    (doi:10.1080/01621459.1989.10478873).

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.counting(
    ...     start=[0, 2, 5, 0, 3, 0, 0, 4, 0],
    ...     stop=[2, 5, 9, 3, 7, 6, 4, 8, 3],
    ...     event=[1, 1, 0, 1, 0, 0, 1, 1, 0],
    ...     id=[1, 1, 1, 2, 2, 3, 4, 4, 5],
    ... )
    >>> fit = hs.wei_lin_weissfeld(y, {"group": [0, 0, 0, 1, 1, 1, 0, 0, 1]})
    >>> fit.to_frame().round(3)[["term", "coef"]]
        term   coef
    0  group -1.523
    """
    check_option("effects", effects, EFFECTS)
    name = "wei_lin_weissfeld"
    histories = Histories.of(response, name)
    frame = frame_of_rows(data, response)
    warnings = countable(histories, name)
    refuse_changes(frame, formula, histories)
    number = events_before(histories) + 1
    most = most_events(max_events, number, response.event)
    numbered = _marginal(histories, frame, number, most)
    options = Options(
        ties=ties, robust=robust, penalty=penalty, interval=interval, level=level, missing=missing
    )
    common = effects == "common"
    return fitted(
        "Wei-Lin-Weissfeld marginal model",
        numbered.response,
        numbered.data if common else numbered.by_event(formula, missing),
        formula if common else None,
        options,
        strata=numbered.strata,
        conventions=(
            (
                "Time runs from the origin; everybody is at risk of each event from the beginning of "
                "observation."
            ),
            f"Stratified by event number, 1 to {most}.",
        ),
        warnings=warnings,
    )


def _marginal(histories: Histories, frame: Any, number: Any, most: int) -> Numbered:
    """Make a row for each patient and event number, until the event or the end of observation."""
    response, patients = histories.response, histories.size
    assert response.id is not None
    stop = np.tile(histories.end()[:, None], most)
    event = np.zeros((patients, most), dtype=np.int64)
    happened = np.flatnonzero(response.event & (number <= most))
    where = histories.patient[happened], number[happened] - 1
    stop[where], event[where] = response.time[happened], 1
    died = np.zeros(patients, dtype=np.bool_)
    died[histories.patient[histories.deaths]] = True
    return Numbered(
        # Not by Surv.counting: rows of a patient share times, each number in a stratum of its own.
        response=Surv(
            kind="counting",
            unit=response.unit,
            time=stop.ravel(),
            entry=np.repeat(histories.begin(), most),
            status=event.ravel(),
            terminal=None if response.terminal is None else np.repeat(died, most),
            id=np.repeat(response.id[histories.first_row], most),
        ),
        data=frame.iloc[np.repeat(histories.first_row, most)].reset_index(drop=True),
        number=np.tile(np.arange(1, most + 1), patients),
    )
