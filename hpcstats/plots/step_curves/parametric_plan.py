"""The data of a figure of parametric curves: what is drawn and what is printed, before anything is placed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.columns import BoolArray, FloatArray
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text, slug
from hpcstats.plots.page import palette, style

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.nonparametric import SurvivalCurves
    from hpcstats.regression.parametric_models.estimates import ParametricEstimates

MOST = 4
_POINTS = 241


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCurve:
    """One parametric curve as it is drawn.

    Attributes
    ----------
    name : str
        As shown in the key.
    time, estimate : ndarray
        The curve on a grid from 0 to the end of the axis.
    extrapolated : ndarray of bool
        Which of its points lie where nobody was observed.
    look : SeriesStyle
        Colour, and the marker that tells it from the others.
    criterion : Number
        Its AIC.
    value : Text
        What it says at the time asked for, with its interval.
    """

    name: str
    time: FloatArray
    estimate: FloatArray
    extrapolated: BoolArray
    look: palette.SeriesStyle
    criterion: Number
    value: Text


def model_curves(
    fits: Mapping[str, ParametricEstimates], end: float, at: float, unit: str
) -> tuple[ModelCurve, ...]:
    """Read the curves of the models and what they say at a time.

    Raises
    ------
    DesignError
        For no models or too many, covariates, and models without an estimate.
    """
    if not 0 < len(fits) <= MOST:
        raise DesignError(f"Give one to {MOST} models, not {len(fits)}: more cannot be told apart.")
    # Black is the Kaplan-Meier curve's.
    looks = [look for look in palette.SERIES if look.colour != palette.BLACK][: len(fits)]
    return tuple(
        _curve(name, fit, end, at, unit, look) for (name, fit), look in zip(fits.items(), looks, strict=True)
    )


def _curve(
    name: str, fit: ParametricEstimates, end: float, at: float, unit: str, look: palette.SeriesStyle
) -> ModelCurve:
    if any(design is not None for design in fit.block_designs):
        raise DesignError(f"{name!r} has covariates; a curve over the Kaplan-Meier curve has none.")
    if fit.status == "not_estimable":
        raise DesignError(f"{name!r} has no estimate ({fit.reason}). Leave it out.")
    grid = np.unique(np.append(np.linspace(0.0, end, _POINTS), min(fit.last_observation, end)))
    frame = fit.survival(grid).to_frame()
    row = fit.survival(at).to_frame().iloc[0]
    return ModelCurve(
        name=name,
        time=style.settle(grid),
        estimate=style.settle(frame["estimate"]),
        extrapolated=frame["extrapolated"].to_numpy(dtype=bool),
        look=look,
        criterion=Number(
            id=f"{slug(name)}.aic",
            value=float(fit.aic),
            text=formats.fixed(fit.aic, 1),
            how=f"Akaike's criterion. {fit.method}",
            patients=fit.patients(),
        ),
        value=_value(name, fit, row, at, unit),
    )


def _value(name: str, fit: ParametricEstimates, row: Any, at: float, unit: str) -> Text:
    beyond = ", extrapolated" if row["extrapolated"] else ""

    def number(part: str) -> Number:
        value = float(row[part])
        return Number(
            id=f"{slug(name)}.{at:g}.{part}",
            value=value if math.isfinite(value) else None,
            text=formats.proportion(value),
            how=f"Proportion without the event at {at:g} {unit}{beyond}. {fit.method}",
            patients=fit.patients(),
        )

    return Text.of(number("estimate"), " (", number("low"), " to ", number("high"), ")")


def curves_table(km: SurvivalCurves, models: tuple[ModelCurve, ...]) -> pd.DataFrame:
    """Return what is drawn: columns part, curve, time, estimate, low, high, extrapolated."""
    import pandas as pd

    steps = km.to_frame()[["time", "estimate", "low", "high"]]
    parts = [steps.assign(part="kaplan-meier", curve="Kaplan-Meier", extrapolated=False)]
    for model in models:
        columns = {"time": model.time, "estimate": model.estimate, "extrapolated": model.extrapolated}
        drawn = pd.DataFrame(columns)
        parts.append(drawn.assign(part="model", curve=model.name, low=np.nan, high=np.nan))
    order = ["part", "curve", "time", "estimate", "low", "high", "extrapolated"]
    return pd.concat([part[order] for part in parts], ignore_index=True)


def default_caption(km: SurvivalCurves, models: tuple[ModelCurve, ...], last: float, at: float) -> Text:
    """Say what the figure shows."""
    unit, patients = km.response.unit, km.response.patients()

    def counted(name: str, value: int) -> Number:
        return Number(
            id=name, value=value, text=formats.count(value), how=f"Count of {name}.", patients=patients
        )

    listed = [Text.of(f"{m.name} (AIC ", m.criterion, "), ", m.value) for m in models]
    joined = Text.of(*(part for text in listed for part in ("; ", text)))
    return Text.of(
        f"Parametric curves over the Kaplan-Meier curve with its {km.interval_shown} confidence band, n = ",
        counted("patients", km.n),
        ", ",
        counted("events", km.n_events),
        f" events. Dashed on grey, after the last observation at {last:g} {unit}: extrapolated, by the shape "
        f"assumed and not by the data. Proportion without the event at {at:g} {unit} "
        f"({formats.level(km.level)} CI): ",
        Text(joined.parts[1:]),
        ".",
    )


def alternative_text(
    km: SurvivalCurves, models: tuple[ModelCurve, ...], ylabel: str, last: float, at: float
) -> str:
    """Describe the figure in words."""
    unit = km.response.unit
    said = "; ".join(f"{model.name} {model.value}, AIC {model.criterion}" for model in models)
    return (
        f"A Kaplan-Meier step curve with confidence band and {len(models)} smooth parametric curves. "
        f"Vertical axis: {ylabel}, 0 to 1. Horizontal axis: time in {unit}. After the last observation at "
        f"{last:g} {unit} the background is grey and the curves are dashed: extrapolated. At {at:g} {unit}: "
        f"{said}."
    )
