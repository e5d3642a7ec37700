"""Several Cox models side by side: the lines of each factor, its levels and its reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.basis import named
from hpcstats.errors import DesignError, listing
from hpcstats.model_rows import ModelRow, ModelRows, variable

if TYPE_CHECKING:
    from hpcstats.regression import CoxFit

_ALIKE = ("ties", "penalty", "interval", "level", "variance")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLine:
    """A line of a table or figure of several models; None where a model does not have the factor."""

    factor: str
    level: str
    label: str
    indent: int
    reference: bool
    rows: tuple[ModelRow | None, ...]


def models_alone(univariable: Mapping[str, CoxFit], labels: Mapping[str, str]) -> dict[str, ModelRows]:
    """Read models of one factor each, by the variable behind the factor."""
    return {
        variable(fit.design.factors[0].name): ModelRows.of(fit, "univariable", labels)
        for fit in univariable.values()
    }


def factor_lines(
    name: str, models: Sequence[ModelRows | None], labels: Mapping[str, str]
) -> Iterator[FactorLine]:
    """Give the lines of a factor: itself, then its levels in order, side by side for all models."""
    having = [model if model is not None and name in model.factors else None for model in models]
    factors = [model.factors[name] for model in having if model is not None]
    heading = tuple(model.heading(name) if model else None for model in having)
    yield FactorLine(
        factor=name, level="", label=named(name, labels), indent=0, reference=False, rows=heading
    )
    if factors[0].kind == "numeric":
        return
    for level in dict.fromkeys(str(level) for factor in factors for level in _parts(factor)):
        yield FactorLine(
            factor=name,
            level=level,
            label=named(level, labels, level_of=name),
            indent=1,
            reference=any(str(factor.reference) == level for factor in factors),
            rows=tuple(model.level(name, level) if model else None for model in having),
        )


def _parts(factor: Any) -> tuple[object, ...]:
    return tuple(factor.levels if factor.kind == "categorical" else factor.terms)


def check_alike(univariable: Mapping[str, CoxFit], multivariable: CoxFit | None) -> None:
    """Refuse models that cannot stand side by side.

    Raises
    ------
    DesignError
        If a univariable model has several factors, or the models differ in ties, penalty, interval, level or
        kind of variance.
    """
    several = [name for name, fit in univariable.items() if len(fit.design.factors) != 1]
    if several:
        raise DesignError(
            f"A univariable model has one factor, but {listing(several)} has others. Fit each alone."
        )
    fits = [*univariable.values()]
    model = fits[0] if multivariable is None else multivariable
    for what in _ALIKE:
        asked = getattr(model, what, None)
        different = [name for name, fit in univariable.items() if getattr(fit, what, None) != asked]
        if different:
            beside = "the multivariable model" if multivariable is not None else "the first"
            raise DesignError(
                f"Models side by side need the same {what}, but {listing(different)} differs from "
                f"{beside} ({asked}). Fit all alike."
            )
