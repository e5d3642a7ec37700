"""What a figure of residual risk shows: lines, points, steps and times, before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.basis import Basis, with_limits
from hpcstats.errors import DesignError, listing
from hpcstats.numbers import Number, Text

if TYPE_CHECKING:
    import pandas as pd

    from hpcstats.literature.synthesis_result import ResidualRisk

MOST_CURVES, MOST_PANELS, FEWEST_VALUES = 2, 6, 2
COLUMNS = ("part", "curve", "ever", "given", "time", "share", "estimate", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Need:
    """How long follow-up must last to catch a share: values, and the words of each curve."""

    curve: str
    share: float
    estimate: float
    low: float
    high: float
    words: Text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Everything that is drawn.

    Attributes
    ----------
    risks : mapping of str to ResidualRisk
        One or two, by their names.
    lines : mapping of (str, float) to DataFrame
        For a curve and a given time the risk over assumed values of P(ever).
    points : mapping of (str, float) to DataFrame
        For a curve and a given time the risk at estimated values of P(ever), with their own limits.
    steps : mapping of str to DataFrame
        The distribution of the time with its limits.
    needs : tuple of Need
        Follow-up for each share and curve.
    answers : mapping of float to Text
        For a given time the risk of the main curve at the first estimated P(ever), as printed.
    """

    risks: Mapping[str, ResidualRisk]
    lines: Mapping[tuple[str, float], pd.DataFrame]
    points: Mapping[tuple[str, float], pd.DataFrame]
    steps: Mapping[str, pd.DataFrame]
    needs: tuple[Need, ...]
    answers: Mapping[float, Text]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the curves."""
        return tuple(self.risks)

    @property
    def first(self) -> ResidualRisk:
        """The main curve."""
        return next(iter(self.risks.values()))

    @property
    def given(self) -> tuple[float, ...]:
        """The times of the panels."""
        return self.first.given

    def duration(self, given: float) -> str:
        """Write a given time with its unit."""
        unit = self.first.curve.unit
        return f"{given:g} {unit.removesuffix('s') if given == 1 else unit}"

    @property
    def last(self) -> float:
        """The latest time any curve reaches."""
        return max(risk.t_star for risk in self.risks.values())

    @classmethod
    def of(cls, risks: Mapping[str, ResidualRisk]) -> Plan:
        """Read the results.

        Raises
        ------
        DesignError
            For other than one or two curves, for curves of other given times, shares, levels or units, and
            for fewer than two assumed values of P(ever).
        """
        _check(risks)
        lines, points = {}, {}
        for name, risk in risks.items():
            frame = risk.to_frame()
            assumed = {ever.label for ever in risk.ever if ever.fixed}
            for given in risk.given:
                at = frame[frame["given"] == given]
                lines[name, given] = at[at["ever"].isin(assumed)].sort_values("ever_estimate")
                points[name, given] = at[~at["ever"].isin(assumed)]
        return cls(
            risks=risks,
            lines=lines,
            points=points,
            steps={name: risk.curve.to_frame(risk.level) for name, risk in risks.items()},
            needs=tuple(need for name, risk in risks.items() for need in _needs(name, risk)),
            answers=dict(_answers(*next(iter(risks.items())))),
        )

    def data(self) -> pd.DataFrame:
        """Return a row for each point drawn: part ("risk", "distribution", "follow_up") and its values."""
        import pandas as pd

        rows = [*self._risk_rows(), *self._step_rows(), *self._need_rows()]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _risk_rows(self) -> Iterator[dict[str, Any]]:
        for (name, given), frame in [*self.lines.items(), *self.points.items()]:
            for row in frame.to_dict(orient="records"):
                yield {"part": "risk", "curve": name, "ever": row["ever_estimate"], "given": given} | _found(
                    row
                )

    def _step_rows(self) -> Iterator[dict[str, Any]]:
        for name, frame in self.steps.items():
            for row in frame.to_dict(orient="records"):
                yield {"part": "distribution", "curve": name, "time": row["time"]} | _found(row)

    def _need_rows(self) -> Iterator[dict[str, Any]]:
        for need in self.needs:
            found = {"estimate": need.estimate, "low": need.low, "high": need.high}
            yield {"part": "follow_up", "curve": need.curve, "share": need.share} | found


def _found(row: Mapping[Any, Any]) -> dict[str, float]:
    return {name: float(row[name]) for name in ("estimate", "low", "high")}


def _check(risks: Mapping[str, ResidualRisk]) -> None:
    if not 1 <= len(risks) <= MOST_CURVES:
        raise DesignError(f"A figure of residual risk shows one or two curves, not {len(risks)}.")
    first = next(iter(risks.values()))
    for name, risk in risks.items():
        asked = (risk.given, risk.catch, risk.level, risk.curve.unit)
        if asked != (first.given, first.catch, first.level, first.curve.unit):
            raise DesignError(f"{name!r} has other given times, shares, level or unit than the first curve.")
        if sum(ever.fixed for ever in risk.ever) < FEWEST_VALUES:
            raise DesignError(f"{name!r} needs two or more assumed values of P(ever) to draw a line.")
    if len(first.given) > MOST_PANELS:
        raise DesignError(
            f"{len(first.given)} given times do not fit beside one another ({listing(first.given)}). "
            f"Give at most {MOST_PANELS}."
        )


def _needs(name: str, risk: ResidualRisk) -> Iterator[Need]:
    for row in risk.follow_up().to_dict(orient="records"):
        values = {key: float(row[key]) for key in ("estimate", "low", "high")}
        basis = Basis(prefix="", patients=risk.patients()).below(name, f"catch_{row['share']:g}")
        words = {key: _time(basis, key, value, risk.t_star) for key, value in values.items()}
        yield Need(
            curve=name,
            share=float(row["share"]),
            words=Text.of(words["estimate"], " (", words["low"], " to ", words["high"], ")"),
            **values,
        )


def _answers(name: str, risk: ResidualRisk) -> Iterator[tuple[float, Text]]:
    """Print the risk at the first estimated P(ever)."""
    estimated = [ever.label for ever in risk.ever if not ever.fixed][:1]
    frame = risk.to_frame()
    for row in frame[frame["ever"].isin(estimated) & frame["estimate"].notna()].to_dict(orient="records"):
        basis = Basis(patients=risk.patients()).below(name, f"free_at_{row['given']:g}")
        how = (f"{risk.method} P(ever): {row['ever']}.", f"{formats.level(risk.level)} interval")
        values = (float(row["estimate"]), float(row["low"]), float(row["high"]))
        found = with_limits(basis, values, formats.percent, how)
        sources = risk.sources
        parts = [replace(part, sources=sources) if isinstance(part, Number) else part for part in found.parts]
        yield float(row["given"]), Text.of(*parts)


def _time(basis: Basis, name: str, value: float, t_star: float) -> Number:
    """Print a time; one that is not reached as beyond the last."""
    text = formats.as_given(value) if math.isfinite(value) else f">{formats.as_given(t_star)}"
    how = {
        "estimate": "First time by which the share of the events has come.",
        "low": "Lower limit, a quantile of the draws of the curve.",
        "high": "Upper limit, a quantile of the draws of the curve.",
    }
    return basis.number(name, value, text, how[name])


def assumed_values(plan: Plan) -> Sequence[float]:
    """Return the assumed values of P(ever), ascending."""
    return sorted(ever.estimate for ever in plan.first.ever if ever.fixed)
