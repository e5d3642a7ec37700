"""Which interval a Kaplan-Meier curve gets: the one named, or the best one that is defined."""

from __future__ import annotations

from dataclasses import dataclass

from hpcstats import formats
from hpcstats.columns import FloatArray
from hpcstats.errors import UnsupportedError, check_option
from hpcstats.nonparametric.beta_product import BetaProduct
from hpcstats.nonparametric.intervals import BASIS, INTERVALS, Asked, IntervalMethod
from hpcstats.nonparametric.other_intervals import COUNTING, DEFINED_AT_ZERO
from hpcstats.surv import Surv

AUTO = "auto"
INSTEAD = "log-log"
"""What "auto" takes where the beta product is not defined."""

_BETA_PRODUCTS = {AUTO: BetaProduct(), "bpcp": BetaProduct(), "bpcp-midp": BetaProduct(mid_p=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """An interval method ready to use.

    Attributes
    ----------
    name : str
        As results report it.
    method : callable
        The method.
    basis : str
        What it rests on, in words.
    procedure : BetaProduct or None
        The options of the beta product confidence procedure.
    """

    name: str
    method: IntervalMethod
    basis: str
    procedure: BetaProduct | None = None

    @property
    def at_once(self) -> bool:
        """Whether the limits must be made with the curve: draws in the order of the groups, data to check."""
        return self.procedure is not None and (
            self.procedure.method == "monte-carlo" or self.procedure.grouping is not None
        )

    @property
    def convention(self) -> str:
        """Where standard error and limits are defined."""
        if self.procedure is None and self.name not in DEFINED_AT_ZERO:
            return "Standard error and limits are undefined (NaN) where the curve is 0."
        return "The standard error is undefined (NaN) where the curve is 0, the limits never."

    def sentence(self, asked: Asked) -> str:
        """Say how the curve and its limits were made."""
        level = formats.level(asked.level)
        if asked.sided == "two-sided":
            return f"Kaplan-Meier estimate with pointwise {level} {self.name} interval ({self.basis})."
        return (
            f"Kaplan-Meier estimate with pointwise one-sided {level} {self.name} {asked.sided} limit "
            f"({self.basis})."
        )


def choose(interval: str | BetaProduct, response: Surv, weights: FloatArray | None, asked: Asked) -> Chosen:
    """Return the method that `interval` asks for.

    Raises
    ------
    UnsupportedError
        For an unknown name, and for a method that counts patients where it has no definition.
    """
    if not isinstance(interval, BetaProduct):
        check_option("interval", interval, (AUTO, *INTERVALS))
        if interval not in _BETA_PRODUCTS:
            if interval in COUNTING:
                _refuse(interval, _obstacle(response, weights, asked))
            return Chosen(name=interval, method=INTERVALS[interval], basis=_basis(interval, asked))
    obstacle = _obstacle(response, weights, asked)
    if obstacle and interval == AUTO:
        basis = f"{_basis(INSTEAD, asked)}; the beta product has no definition {obstacle}"
        return Chosen(name=INSTEAD, method=INTERVALS[INSTEAD], basis=basis)
    procedure = interval if isinstance(interval, BetaProduct) else _BETA_PRODUCTS[interval]
    _refuse(procedure.name, obstacle)
    procedure = procedure.repeatable()
    method, basis = procedure.prepared(response.unit)
    return Chosen(name=procedure.name, method=method, basis=basis, procedure=procedure)


def _basis(interval: str, asked: Asked) -> str:
    instead = {"peto": ", lower limit by Peto's", "dorey-korn": ", lower limit by Dorey and Korn's"}
    return BASIS[interval] + instead.get(asked.lower_limit, "")


def _refuse(name: str, obstacle: str) -> None:
    if obstacle:
        raise UnsupportedError(
            f"interval='{name}' has no definition {obstacle}: it counts whole patients observed from time 0 "
            "on, in one way. Write interval='auto' or interval='log-log'."
        )


def _obstacle(response: Surv, weights: FloatArray | None, asked: Asked) -> str:
    """Say why a method that counts whole patients is not defined; nothing where it is."""
    if response.entry is not None and (response.entry > 0).any():
        return "with delayed entry"
    if weights is not None and (weights % 1).any():
        return "with weights that are not whole numbers"
    if asked.lower_limit != "usual":
        return "with a modified lower limit"
    return ""
