"""The result of the synthesis: cumulative incidence, what remains at a time, how long to follow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, as_numbers
from hpcstats.errors import DataError
from hpcstats.literature.synthesis_curves import CurveDraws, draw_limits
from hpcstats.results import Result

if TYPE_CHECKING:
    import pandas as pd


_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ever:
    """How likely the event ever is: one assumption, or one estimate with its draws."""

    label: str
    estimate: float
    draws: FloatArray
    fixed: bool
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ResidualRisk(Result):
    """What remains of a risk at given times, under several values of P(ever); made by `residual_risk`.

    Attributes
    ----------
    curve : CurveDraws
        F(t) among those who ever have the event.
    ever : tuple of Ever
        The values of P(ever), each with its label, estimate and draws.
    given : tuple of float
        Times at which somebody is free of the event.
    catch : tuple of float
        Shares of the events that follow-up should catch.
    reached : float
        Share of all events assumed to happen by t*.
    alive : tuple of float
        At each given time the share still alive of those who never have the event; 1 asks nothing of it.
    level : float
        Level of the limits.
    """

    curve: CurveDraws
    ever: tuple[Ever, ...]
    given: tuple[float, ...]
    catch: tuple[float, ...]
    reached: float
    alive: tuple[float, ...]
    level: float
    seed: str

    summary_fields = (*Result.summary_fields, "t_star", "reached", "level", "seed")

    @property
    def t_star(self) -> float:
        """The last reported time; nothing later is identified."""
        return self.curve.t_star

    @property
    def sources(self) -> tuple[str, ...]:
        """Publications behind pooled values of P(ever), sorted."""
        return tuple(sorted({source for ever in self.ever for source in ever.sources}))

    def patients(self) -> tuple[str, ...]:
        """Return whose times the curve rests on."""
        return self.curve.patients

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Residual risk up to {self.t_star:g} {self.curve.unit}, {len(self.ever)} values of P(ever), "
            f"{len(self.given)} times"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each P(ever) and each given time.

        Columns: ever, ever_estimate, given, until (t*), estimate (the risk of an event after `given` and up
        to `until`), low, high, beyond (the risk of one after t*, 0 unless `reached` is below 1). From t* on
        nothing is identified.
        """
        import pandas as pd

        rows = [
            {"ever": ever.label, "ever_estimate": ever.estimate, "given": time, "until": self.t_star}
            | self._risk(ever, time, alive)
            for ever in self.ever
            for time, alive in zip(self.given, self.alive, strict=True)
        ]
        return pd.DataFrame(rows)

    def _risk(self, ever: Ever, time: float, alive: float) -> dict[str, float]:
        if time >= self.t_star:
            return {"estimate": math.nan, "low": math.nan, "high": math.nan, "beyond": math.nan}
        before, draws = self.curve.at(time)
        values = later(ever.draws, draws, self.reached, alive) * share_within(draws, self.reached)
        low, high = self._limits(values)
        whole = later(ever.estimate, before, self.reached, alive)
        within = share_within(before, self.reached)
        return {
            "estimate": whole * within,
            "low": low,
            "high": high,
            "beyond": whole * (1 - within) if self.reached < 1 else 0.0,
        }

    def follow_up(self, given: Any = (0.0,)) -> pd.DataFrame:
        """Return how long follow-up must last to catch a share of the events still to come.

        The share is of the events after the time `given` at which somebody is free of it; P(ever) has no part
        in it. Where so large a share does not come by t*, the time is infinite: it lies beyond what is
        identified.

        Returns
        -------
        DataFrame
            given, share, estimate, low, high, within (share of the draws that reach it by t*).
        """
        import pandas as pd

        return pd.DataFrame(list(self._follow_up(as_numbers(given, "given"))))

    def _follow_up(self, given: FloatArray) -> Iterator[dict[str, float]]:
        for time in given.tolist():
            if not 0 <= time < self.t_star:
                raise DataError(f"given={time:g} must lie from 0 to below t* = {self.t_star:g}.")
            before, draws = self.curve.at(time)
            for share in self.catch:
                whole = self._first(self.curve.estimate[None], np.array([before]), share)
                found = self._first(self.curve.draws, draws, share)
                low, high = self._limits(found)
                yield {
                    "given": time,
                    "share": share,
                    "estimate": float(whole[0]),
                    "low": low,
                    "high": high,
                    "within": float(np.mean(np.isfinite(found))),
                }

    def _first(self, curves: FloatArray, before: FloatArray, share: float) -> FloatArray:
        """Return the first time at which a share of the events after F = before has come: (B,)."""
        wanted = before * self.reached + share * (1 - before * self.reached)
        # A sum of weights that is the share up to rounding has reached it.
        enough = self.reached * curves >= wanted[:, None] - 1e-12
        place = enough.argmax(axis=1)
        return np.where(enough.any(axis=1), self.curve.times[place], np.inf)

    def incidence(self, times: Any = None) -> pd.DataFrame:
        """Return the cumulative incidence P(ever) F(t): ever, time, estimate, low, high.

        Parameters
        ----------
        times : column of numbers, optional
            From 0 to t*; default 0 and where the curve steps.
        """
        import pandas as pd

        asked = np.concatenate([[0.0], self.curve.times]) if times is None else as_numbers(times, "times")
        if not np.all((asked >= 0) & (asked <= self.t_star)):
            raise DataError(f"times must lie from 0 to t* = {self.t_star:g}: nothing later is identified.")
        rows = []
        for ever in self.ever:
            for time in asked.tolist():
                share, draws = self.curve.at(time)
                low, high = self._limits(ever.draws * self.reached * draws)
                estimate = ever.estimate * self.reached * share
                rows.append(
                    {"ever": ever.label, "time": time, "estimate": estimate, "low": low, "high": high}
                )
        return pd.DataFrame(rows)

    def _limits(self, values: FloatArray) -> tuple[float, float]:
        low, high = draw_limits(values, self.level)
        return float(low), float(high)


def later(ever: Any, before: Any, reached: float, alive: float) -> Any:
    """Return P(T > s | free of the event at s), among the living where `alive` is below 1."""
    coming = ever * (1 - reached * before)
    return coming / np.maximum(coming + (1 - ever) * alive, _TINY)


def share_within(before: Any, reached: float) -> Any:
    """Return P(T <= t* | T > s, ever)."""
    return reached * (1 - before) / np.maximum(1 - reached * before, _TINY)
