"""The contrasts of two probabilities by name: the scale each is a difference on, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpcstats.columns import FloatArray
from hpcstats.core.limits.contrast_scales import SCALES, Scale


@dataclass(frozen=True, slots=True)
class Contrast:
    """One contrast: a difference v = h(S2) - h(S1), or exp(v), or, where it falls as S2 rises, exp(-v).

    Attributes
    ----------
    words : str
        What it is called in a sentence.
    scale_name : str
        Name of h in `SCALES`.
    is_ratio : bool
        Whether it is exp of the difference on the scale.
    falls : bool
        Whether it falls as S of the second group rises.
    """

    words: str
    scale_name: str
    is_ratio: bool = True
    falls: bool = False

    @property
    def scale(self) -> Scale:
        """The scale h."""
        return SCALES[self.scale_name]

    @property
    def null(self) -> float:
        """Value of equal groups."""
        return 1.0 if self.is_ratio else 0.0

    def value(self, v: FloatArray) -> FloatArray:
        """Return the contrast of a difference on the scale."""
        if not self.is_ratio:
            return v
        with np.errstate(over="ignore"):
            return np.exp(-v if self.falls else v)

    def limits(self, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the limits of the contrast from those of the difference on the scale."""
        ends = self.value(low), self.value(high)
        return (ends[1], ends[0]) if self.falls else ends

    def direction(self, alternative: str) -> str:
        """Return the alternative about the difference on the scale: greater, less or two-sided."""
        turned = {"greater": "less", "less": "greater"}
        return turned.get(alternative, alternative) if self.falls else alternative

    def comparison(self) -> str:
        """Return how the second group stands to the first in a sentence."""
        return "over" if self.is_ratio else "minus"


CONTRASTS: dict[str, Contrast] = {
    "difference": Contrast("difference of S(t)", "plain", is_ratio=False),
    "ratio": Contrast("ratio of S(t)", "log"),
    "event-ratio": Contrast("ratio of 1 - S(t)", "log-event", falls=True),
    "odds-ratio": Contrast("odds ratio of S(t)", "logit"),
    "cumulative-hazard-ratio": Contrast("ratio of the cumulative hazards -log S(t)", "log-log", falls=True),
}
