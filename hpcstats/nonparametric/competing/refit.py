"""Cumulative incidences estimated again: of those who remain, and of all causes together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.errors import DesignError, listing
from hpcstats.nonparametric.conditional import something_later
from hpcstats.surv import Surv

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric.competing.curves import CumulativeIncidence
    from hpcstats.nonparametric.survival_curves import SurvivalCurves


def event_free(curves: CumulativeIncidence, interval: str) -> SurvivalCurves:
    """Return the Kaplan-Meier curves that `CumulativeIncidence.event_free` documents."""
    from hpcstats.nonparametric.survival import kaplan_meier

    response = curves.response
    any_cause = Surv.right(
        response.time, response.event, entry=response.entry, id=response.id, unit=response.unit
    )
    return kaplan_meier(
        any_cause,
        _labels(curves, slice(None)),
        interval=interval,
        level=curves.level,
        weights=None if (curves.weights == 1).all() else curves.weights,
    )


def conditional(curves: CumulativeIncidence, times: FloatArray, given: FloatArray) -> pd.DataFrame:
    """Return the frame that `CumulativeIncidence.conditional` documents."""
    import pandas as pd

    something_later(times, given)
    frames = []
    for start in given:
        frame = _since(curves, float(start)).at(times[times > start])
        frame.insert(2, "given", float(start))
        frames.append(frame)
    stacked = pd.concat(frames, ignore_index=True)
    groups = stacked["group"].map({label: number for number, label in enumerate(curves.labels)})
    causes = stacked["cause"].map({cause: number for number, cause in enumerate(curves.causes)})
    order = np.lexsort((causes.to_numpy(), groups.to_numpy()))
    return stacked.iloc[order].reset_index(drop=True)


def _since(curves: CumulativeIncidence, start: float) -> CumulativeIncidence:
    """Estimate the curves of those event-free and under observation at `start`, or entering later."""
    from hpcstats.nonparametric.competing.incidence import aalen_johansen

    response, groups = curves.response, curves.groups
    remain = (response.time > start * (1 + SAME_TIME)) & (curves.weights > 0)
    empty = [label for number, label in enumerate(curves.labels) if not remain[groups.rows(number)].any()]
    if empty:
        until = listing(f"{label}: until {curves.follow_up[label]:g}" for label in empty)
        raise DesignError(
            f"Nobody is under observation after {start:g} {response.unit} ({until}). Condition on an "
            "earlier time; nothing is extrapolated."
        )
    rest = response.take(remain)
    if rest.entry is not None and (rest.entry <= start * (1 + SAME_TIME)).all():
        rest = replace(rest, entry=None)
    weights = curves.weights[remain]
    return aalen_johansen(
        rest,
        _labels(curves, remain),
        interval=curves.interval,
        level=curves.level,
        weights=None if (weights == 1).all() else weights,
        variance=curves.variance,
    )


def _labels(curves: CumulativeIncidence, rows: Any) -> Any:
    """Return the label of each row, the labels in their order."""
    import pandas as pd

    labels = pd.Index(curves.labels, dtype=object)
    return pd.Categorical.from_codes(curves.groups.codes[rows], categories=labels)
