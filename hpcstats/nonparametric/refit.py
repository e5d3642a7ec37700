"""The same curves for other rows: one group order, interval, level and sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.surv import Surv

if TYPE_CHECKING:
    from hpcstats.nonparametric.survival_curves import SurvivalCurves


def refit(curves: SurvivalCurves, response: Surv, rows: Any) -> SurvivalCurves:
    """Estimate curves again from `response`, which holds the given rows of the data of `curves`."""
    from hpcstats.nonparametric.survival import kaplan_meier

    weights = curves.weights[rows]
    return kaplan_meier(
        response,
        _labels(curves, rows),
        interval=curves.interval if curves.procedure is None else curves.procedure,
        level=curves.level,
        weights=None if np.all(weights == 1) else weights,
        sided=curves.asked.sided,
        lower_limit=curves.asked.lower_limit,
    )


def _labels(curves: SurvivalCurves, rows: Any) -> Any:
    """Return the label of each row, the labels in their order."""
    import pandas as pd

    labels = pd.Index(curves.labels, dtype=object)
    return pd.Categorical.from_codes(curves.groups.codes[rows], categories=labels)
