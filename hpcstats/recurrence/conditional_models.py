"""`prentice_williams_peterson`: what acts on the next event, given the events before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hpcstats.errors import check_option
from hpcstats.groups import every_row_at_risk
from hpcstats.recurrence.cox_models import Options, fitted
from hpcstats.recurrence.event_numbers import (
    EFFECTS,
    Numbered,
    countable,
    events_before,
    frame_of_rows,
    most_events,
    since_last_event,
)
from hpcstats.recurrence.histories import Histories
from hpcstats.regression.choices import Penalty
from hpcstats.regression.fit import CoxFit
from hpcstats.surv import Surv

SCALES = {
    "total": "Time runs from the origin.",
    "gap": "Time runs from the patient's last event, before the first from the origin.",
}


def prentice_williams_peterson(
    response: Surv,
    data: Any,
    formula: str | Sequence[str] | None = None,
    *,
    time_scale: str = "total",
    effects: str = "common",
    max_events: int | None = None,
    ties: str = "efron",
    robust: bool | str = True,
    penalty: Penalty | None = None,
    interval: str = "auto",
    level: float = 0.95,
    missing: str = "raise",
) -> CoxFit:
    r"""Hazard ratios of the next event, given how many there were before (Prentice, Williams and Peterson).

    Use it where an event changes the risk of the next one: each event number has a baseline hazard of its
    own, and only who has had k - 1 events is at risk of the k-th. So later strata hold selected patients,
    and a coefficient is no effect on the course as a whole; for that use `andersen_gill` or
    `wei_lin_weissfeld`.

    Parameters
    ----------
    response : Surv
        From `Surv.counting`, without gaps in a patient's observation.
    data : frame
        Covariates by name, one row for each row of `response`; they may change from row to row.
    formula : str or sequence of str, optional
        As in `hpcstats.cox`.
    time_scale : {"total", "gap"}
        Time from the origin, or from the last event.
    effects : {"common", "by-event"}
        One coefficient for all event numbers, or one for each.
    max_events : int, optional
        Rows that lead to later events are left out: strata of few events say little.
    ties : {"efron", "breslow", "exact"}
        As in `hpcstats.cox`.
    robust : bool or str
        As in `andersen_gill`.
    penalty, interval, level, missing
        As in `hpcstats.cox`.

    Returns
    -------
    CoxFit
        Stratified by event number.

    Raises
    ------
    DesignError
        For gaps in the observation, and no events.
    DataError, UnsupportedError
        As `hpcstats.cox`, and for two events of a patient at one time.

    Warns
    -----
    NonIdentifiableWarning
        Where patients enter late, so that earlier events are unknown.

    Notes
    -----
    R's ``coxph(Surv(start, stop, event) ~ ... + strata(number), cluster = id)`` for total time and
    ``Surv(stop - start, event)`` for gap time. Prentice, Williams & Peterson 1981
    (doi:10.1093/biomet/68.2.373).

    Examples
    --------
    >>> import hpcstats as hs
    >>> y = hs.Surv.counting(
    ...     start=[0, 2, 5, 0, 3, 0, 0, 4, 0],
    ...     stop=[2, 5, 9, 3, 7, 6, 4, 8, 3],
    ...     event=[1, 1, 0, 1, 0, 0, 1, 1, 0],
    ...     id=[1, 1, 1, 2, 2, 3, 4, 4, 5],
    ... )
    >>> group = {"group": [0, 0, 0, 1, 1, 1, 0, 0, 1]}
    >>> fit = hs.prentice_williams_peterson(y, group)
    >>> fit.to_frame().round(3)[["term", "coef"]]
        term   coef
    0  group -1.404
    """
    check_option("time_scale", time_scale, SCALES)
    check_option("effects", effects, EFFECTS)
    name = "prentice_williams_peterson"
    histories = Histories.of(response, name)
    frame = frame_of_rows(data, response)
    warnings = countable(histories, name)
    number = events_before(histories) + 1
    most = most_events(max_events, number, response.event)
    rows = np.flatnonzero(number <= most)
    every_row_at_risk(response, name, among=rows)
    clock = _gap_time(histories) if time_scale == "gap" else response
    numbered = Numbered(
        response=clock.take(rows), data=frame.iloc[rows].reset_index(drop=True), number=number[rows]
    )
    options = Options(
        ties=ties, robust=robust, penalty=penalty, interval=interval, level=level, missing=missing
    )
    common = effects == "common"
    left_out = len(response) - rows.size
    return fitted(
        f"Prentice-Williams-Peterson model on {time_scale} time",
        numbered.response,
        numbered.data if common else numbered.by_event(formula, missing),
        formula if common else None,
        options,
        strata=numbered.strata,
        conventions=(
            SCALES[time_scale],
            f"Stratified by event number, 1 to {most}; at risk of the next event only.",
            *((f"{left_out} rows that lead to later events are left out.",) if left_out else ()),
        ),
        warnings=warnings,
    )


def _gap_time(histories: Histories) -> Surv:
    """Count time from the patient's last event: the rows of a patient then share times."""
    since = since_last_event(histories)
    return replace(histories.response, entry=histories.start - since, time=histories.response.time - since)
