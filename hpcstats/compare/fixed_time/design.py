"""What is asked of a comparison at fixed times, and whether the data can carry it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import BoolArray, FloatArray, IntArray, as_numbers
from hpcstats.compare.fixed_time.contrasts import CONTRASTS, Contrast
from hpcstats.compare.two_curves import TwoCurves
from hpcstats.core.limits.contrast_scales import SCALES
from hpcstats.core.product_limit import product_limit
from hpcstats.core.risk_sets import SAME_TIME
from hpcstats.core.step_function import last_at_or_before, value_at, weight_up_to
from hpcstats.errors import DataError, DesignError, UnsupportedError, check_option, listing
from hpcstats.groups import ALTERNATIVES, confidence_level

METHODS = ("melded", "asymptotic")
VARIANCES = ("unpooled", "pooled")
BEYOND = ("refuse", "limits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of `compare_at`, checked; `scale` is the scale of the test."""

    contrast: str
    method: str
    mid_p: bool
    level: float
    alternative: str
    scale: str
    variance: str
    beyond: str

    @classmethod
    def of(cls, *, level: Any, scale: Any, mid_p: Any, **options: Any) -> Asked:
        """Check the options, one by one and together."""
        allowed = (CONTRASTS, METHODS, ALTERNATIVES, VARIANCES, BEYOND)
        for name, known in zip(
            ("contrast", "method", "alternative", "variance", "beyond"), allowed, strict=True
        ):
            check_option(name, options[name], known)
        if scale is not None:
            check_option("scale", scale, SCALES)
        if options["method"] == "melded" and (scale is not None or options["variance"] != "unpooled"):
            raise UnsupportedError("scale and variance belong to method='asymptotic'. Leave them out.")
        if options["method"] == "asymptotic" and (mid_p or options["beyond"] != "refuse"):
            raise UnsupportedError("mid_p and beyond='limits' belong to method='melded'. Leave them out.")
        return cls(
            level=confidence_level(level),
            mid_p=bool(mid_p),
            scale=CONTRASTS[options["contrast"]].scale_name if scale is None else scale,
            **options,
        )

    @property
    def parts(self) -> Contrast:
        """The contrast itself."""
        return CONTRASTS[self.contrast]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """Two curves read at the times asked for.

    Attributes
    ----------
    position : ndarray of int, shape (times,)
        Last grid time at or before each time, -1 before the first.
    ended : ndarray of bool, shape (2, times)
        Whether the curve of a group has stopped before the time without reaching 0.
    survival : ndarray, shape (2, times)
        The curves, NaN where they have stopped.
    at_risk : ndarray of int, shape (2, times)
        Patients at risk at each time.
    """

    two: TwoCurves
    time: FloatArray
    position: IntArray
    ended: BoolArray
    survival: FloatArray
    at_risk: IntArray

    @classmethod
    def of(cls, two: TwoCurves, time: Any, beyond: str) -> Reading:
        """Read the curves, or refuse a time after the last observation of a group."""
        asked = _times(time)
        curves = product_limit(two.counts)[0]
        ends = np.array([two.own(number)[0][-1] for number in (0, 1)])
        late = (asked > ends[:, None] * (1 + SAME_TIME)) & (curves[:, -1:] > 0)
        if late.any() and beyond == "refuse":
            raise DesignError(_too_late(two, asked, ends, late))
        return cls(
            two=two,
            time=asked,
            position=last_at_or_before(two.times, asked),
            ended=late,
            survival=np.where(late, np.nan, value_at(two.times, curves, asked, 1.0)),
            at_risk=np.stack([_at_risk(two, number, asked) for number in (0, 1)]),
        )


def _times(values: Any) -> FloatArray:
    asked = as_numbers([values] if np.ndim(values) == 0 else values, "time")
    if not asked.size or not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise DataError(f"time must be one or more numbers from 0 on, not {values!r}.")
    return asked


def _too_late(two: TwoCurves, asked: FloatArray, ends: FloatArray, late: BoolArray) -> str:
    found = [
        f"{label}: {end:g}"
        for label, end, beyond in zip(two.groups.labels, ends, late, strict=True)
        if beyond.any()
    ]
    return (
        f"{asked[late.any(axis=0)].max():g} {two.response.unit} lies beyond the end of follow-up "
        f"({listing(found)}), where the curve has not reached 0. Ask for an earlier time; beyond='limits' "
        "gives the limits that still hold there."
    )


def _at_risk(two: TwoCurves, number: int, asked: FloatArray) -> IntArray:
    exits = two.counts.exits[number]
    left = weight_up_to(two.times, exits, asked, including=False)
    return np.asarray(np.rint(exits.sum() - left), dtype=np.int64)
