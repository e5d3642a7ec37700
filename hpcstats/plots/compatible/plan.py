"""What a figure of compatible curves holds: panels with their bands, medians and numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.basis import Basis
from hpcstats.errors import DesignError
from hpcstats.numbers import Number, Text, patient_list, slug

if TYPE_CHECKING:
    from hpcstats.literature.reconstruct import CompatibleBand, CompatibleBounds, CompatibleDataSets
    from hpcstats.nonparametric import SurvivalCurves


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompatiblePanel:
    """One summary whose compatible curves are drawn, and what it rests on.

    Attributes
    ----------
    label : str
        What is taken as known, for instance "Mean and range alone".
    data_sets : CompatibleDataSets
        From `hpcstats.literature.reconstruct.from_summary`.
    others : mapping of str to CompatibleDataSets or CompatibleBounds
        The same summary on other grids, told in the caption and the data of the figure.
    patients : sequence of str
        Patients whose own values entered.
    sources : sequence of str
        Publications whose statements entered.

    Raises
    ------
    DesignError
        For a summary that is impossible.

    Examples
    --------
    >>> from hpcstats.literature.reconstruct import from_summary
    >>> panel = CompatiblePanel(
    ...     label="Mean and range", data_sets=from_summary(9, mean=5, minimum=0, maximum=16)
    ... )
    >>> print(panel.heading)
    12,552 data sets; median 0 to 8 years (95% of them 0 to 6)
    """

    label: str
    data_sets: CompatibleDataSets
    others: Mapping[str, CompatibleDataSets | CompatibleBounds] = field(default_factory=dict)
    patients: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what has no curve."""
        for name, sets in {"it": self.data_sets, **self.others}.items():
            if not sets.possible:
                raise DesignError(f"{self.label!r} ({name}) allows no curve. {sets.reason}.")

    @property
    def basis(self) -> Basis:
        """The beginning of the identifiers of its numbers."""
        return Basis(prefix=slug(self.label), patients=patient_list(self.patients))

    def number(self, name: str, value: float, text: str, how: str) -> Number:
        """Make a number that rests on the statements and the known patients."""
        made = self.basis.number(name, value, text, how)
        return Number(
            id=made.id,
            value=made.value,
            text=made.text,
            how=made.how,
            patients=made.patients,
            sources=patient_list(self.sources),
        )

    @property
    def heading(self) -> Text:
        """How many data sets there are and what they say of the median."""
        sets = self.data_sets
        count = self.number("data_sets", sets.count, counted(sets.count), sets.method)
        return Text.of(count, " data sets; ", self.median_text(sets, "median"))

    def median_text(self, sets: CompatibleDataSets | CompatibleBounds, name: str) -> Text:
        """Say what the median can be."""
        values = medians(sets)
        how = f"Median over all compatible data sets. {sets.method}"
        share = values.pop("share", None)
        number = {
            key: self.number(f"{name}.{key}", value, formats.as_given(round(value, 1)), how)
            for key, value in values.items()
        }
        told: list[Any] = ["median ", number["minimum"], " to ", number["maximum"], f" {sets.unit}"]
        if share is not None:
            told += [f" ({formats.level(share)} of them ", number["low"], " to ", number["high"], ")"]
        return Text.of(*told)

    @property
    def band(self) -> CompatibleBand:
        """The band that is drawn."""
        return self.data_sets.survival_band()

    def told(self) -> Text:
        """Say what is known and, on every grid, what the median can be."""
        sets = self.data_sets
        steps = f"whole {sets.unit}" if sets.grid == 1 else f"steps of {sets.grid} {sets.unit}"
        statements = "; ".join(map(str, sets.statements))
        parts: list[Any] = [f"{self.label} ({statements}). In {steps}: ", self.heading]
        for name, other in self.others.items():
            parts += [f". {name}: ", self.median_text(other, f"{slug(name)}.median")]
            found = getattr(other, "count", None)
            if found is not None:
                count = self.number(f"{slug(name)}.data_sets", found, counted(found), other.method)
                parts += [" over ", count, " data sets"]
        return Text.of(*parts, ".")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CollectedCurve:
    """The curve of collected cases that is drawn over each band."""

    km: SurvivalCurves
    label: str

    @property
    def steps(self) -> tuple[list[float], list[float]]:
        """Times and heights from (0, 1) on; the height holds from its time to the next."""
        frame = self.km.to_frame()
        return [0.0, *frame["time"]], [1.0, *frame["estimate"]]

    @property
    def median(self) -> float:
        """The median; NaN if it is not reached."""
        return float(self.km.quantile(0.5)["estimate"].iloc[0])

    @property
    def text(self) -> Text:
        """Its name with its size and median."""
        basis = Basis(prefix=slug(self.label), patients=patient_list(self.km.patients()))
        n = basis.count("n", self.km.n, "Patients, counted.")
        value = self.median
        shown = formats.as_given(round(value, 1)) if math.isfinite(value) else "not reached"
        median = basis.number("median", value, shown, f"Median. {self.km.method}")
        unit = f" {self.km.response.unit}" if math.isfinite(value) else ""
        return Text.of(f"{self.label} (n = ", n, ", median ", median, f"{unit})")


def medians(sets: CompatibleDataSets | CompatibleBounds) -> dict[str, float]:
    """Read least and greatest median and, where data sets are counted, the limits of a central share."""
    found = sets.median()
    if isinstance(found, tuple):
        return {"minimum": found[0], "maximum": found[1]}
    row = found.to_frame().iloc[0]
    limits = {key: float(row[key]) for key in ("minimum", "low", "high", "maximum")}
    return {**limits, "share": found.share}


def counted(number: float) -> str:
    """Print how many data sets there are: whole, or with three digits and a power of ten.

    Examples
    --------
    >>> counted(12552), counted(4404952679530)
    ('12,552', '4.40 × 10^12')
    """
    if number < 1e7:
        return f"{number:,.0f}"
    power = math.floor(math.log10(number))
    return f"{number / 10**power:.2f} × 10^{power}"
