"""Median follow-up by the reverse Kaplan-Meier method: how long patients would be observed without events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hpcstats.nonparametric.refit import refit

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric.survival_curves import SurvivalCurves


def reverse(curves: SurvivalCurves) -> SurvivalCurves:
    """Exchange events and censorings and estimate the curves again, with the same interval."""
    response = curves.response
    flipped = replace(response, status=1 - response.status)
    return refit(curves, flipped, slice(None))


def median_follow_up(curves: SurvivalCurves) -> pd.DataFrame:
    """Return the frame that `SurvivalCurves.median_follow_up` documents."""
    return reverse(curves).quantile(0.5).drop(columns="probability")
