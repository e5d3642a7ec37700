"""`LeftOut`: an estimate with everybody beside the same estimate without each patient or paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.basis import Basis, with_limits
from hpcstats.errors import DesignError, listing
from hpcstats.numbers import Text, slug

if TYPE_CHECKING:
    from hpcstats.nonparametric import SurvivalCurves
    from hpcstats.regression import CoxFit
    from hpcstats.sensitivity import LeaveOneOut

_SAME = 1e-6
_OF_CURVES: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "quantile": ("Time", formats.years),
    "survival": ("Proportion", formats.proportion),
    "rmst": ("Mean time", formats.years),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeftOut:
    """One quantity of an influence plot.

    Attributes
    ----------
    label : str
        What is estimated, for instance "Hazard ratio, subtotal against gross total".
    whole : CoxFit or SurvivalCurves
        The result with everybody.
    by : mapping of str to LeaveOneOut
        What is left out in turn, in the singular ("patient", "paper"), to the result without each.
    term : str, optional
        Coefficient of a fit with several, or group of curves with several.

    Raises
    ------
    DesignError
        Without one or two results to draw, for a term that is missing or unknown, and for results that are
        not of `whole`.

    Examples
    --------
    >>> import hpcstats as hs
    >>> from hpcstats.plots import LeftOut
    >>> from hpcstats.sensitivity import leave_one_out
    >>> y = hs.Surv.right([1, 2, 3, 4, 6, 7], [1, 1, 1, 0, 1, 1], id=list("abcdef"))
    >>> fit = hs.cox(y, {"x": [1, 0, 1, 0, 1, 0]})
    >>> quantity = LeftOut(label="Hazard ratio", whole=fit, by={"patient": leave_one_out(fit)})
    >>> str(quantity.text)
    '3.35 (0.43 to 67.9)'
    """

    label: str
    whole: CoxFit | SurvivalCurves
    by: Mapping[str, LeaveOneOut]
    term: str | None = None

    def __post_init__(self) -> None:
        """Refuse what does not belong together."""
        if not 1 <= len(self.by) <= 2:
            raise DesignError(
                f"{self.label!r} has {len(self.by)} results to draw. "
                "Give one or two, such as patient and paper."
            )
        for unit in self.by:
            self._check(unit)

    @property
    def is_ratio(self) -> bool:
        """Whether it is a hazard ratio, drawn on a logarithmic axis."""
        return hasattr(self.whole, "terms")

    @property
    def basis(self) -> Basis:
        """The beginning of the identifiers of its numbers, and the patients they rest on."""
        return Basis(prefix=slug(self.label), patients=tuple(sorted(self.whole.patients())))

    @property
    def values(self) -> tuple[float, float, float]:
        """The estimate with everybody and its limits."""
        row = self._whole_row()
        names = ("hazard_ratio" if self.is_ratio else "estimate", "low", "high")
        return float(row[names[0]]), float(row[names[1]]), float(row[names[2]])

    @property
    def text(self) -> Text:
        """The estimate with everybody as printed."""
        how = (f"{self.label}, with everybody.", f"{formats.level(self.whole.level)} interval")
        return with_limits(self.basis, self.values, self.printed, how)

    @property
    def shown(self) -> Text:
        """The estimate with everybody as printed, with its unit."""
        return Text.of(self.text, f" {self._unit}") if self._unit else self.text

    @property
    def axis_label(self) -> str:
        """Name of the axis."""
        if self.is_ratio:
            return "Hazard ratio (log scale)"
        return f"{_OF_CURVES[self._kind][0]}{f' ({self._unit})' if self._unit else ''}"

    def printed(self, value: float | None) -> str:
        """Print a value of it."""
        if value == 0 and self.is_ratio:
            return "0"
        return formats.ratio(value) if self.is_ratio else _OF_CURVES[self._kind][1](value)

    def rows(self, unit: str) -> list[dict[Any, Any]]:
        """Return the estimates without each unit, in the order of the units."""
        frame = self.by[unit].to_frame()
        name = "term" if self.is_ratio else "group"
        found: list[dict[Any, Any]] = frame[frame[name] == self._term].to_dict(orient="records")
        return found

    @property
    def _unit(self) -> str:
        return "" if self.is_ratio or self._kind == "survival" else str(self._curves.response.unit)

    @property
    def _curves(self) -> Any:
        return self.whole

    @property
    def _names(self) -> tuple[Any, ...]:
        return tuple(self._curves.terms if self.is_ratio else self._curves.labels)

    @property
    def _term(self) -> Any:
        names = self._names
        if self.term is None and len(names) == 1:
            return names[0]
        if self.term not in names:
            raise DesignError(
                f"{self.label!r} needs one of several estimates. "
                f"Write term= with one of {listing(map(repr, names))}."
            )
        return self.term

    @property
    def _kind(self) -> str:
        return str(self._column("quantity"))

    def _column(self, name: str) -> Any:
        result = next(iter(self.by.values()))
        return result.columns[name][result.columns["group"].index(self._term)]

    def _whole_row(self) -> Mapping[Any, Any]:
        if self.is_ratio:
            frame, name = self.whole.to_frame(), "term"
        else:
            at, name = float(self._column("at")), "group"
            read = {"quantile": self._curves.quantile, "rmst": self._curves.rmst}
            frame = read[self._kind](at) if self._kind in read else self._curves.at([at])
        found: Mapping[Any, Any] = frame[frame[name] == self._term].to_dict(orient="records")[0]
        return found

    def _check(self, unit: str) -> None:
        result, name = self.by[unit], "term" if self.is_ratio else "group"
        columns = result.columns.get(name, ())
        if list(columns).count(self._term) != 1 or (not self.is_ratio and self._kind not in _OF_CURVES):
            raise DesignError(
                f"The result without each {unit} holds no single estimate of {self._term!r}. Leave out from "
                "the fit or the curves given as whole, one quantity at a time."
            )
        found, whole = float(result.estimate[list(columns).index(self._term)]), self.values[0]
        if math.isfinite(found) and not math.isclose(found, whole, rel_tol=_SAME, abs_tol=_SAME):
            raise DesignError(
                f"Without leaving out anybody the result without each {unit} gives {found:g}, but the whole "
                f"gives {whole:g} ({self.label}). Leave out from the same fit, of its hazard ratio and with "
                "its penalty."
            )
