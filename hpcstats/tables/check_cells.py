"""The cells of the checks of one Cox model: its size, proportional hazards, concordance, influence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.basis import Basis, named, with_limits
from hpcstats.model_rows import variable
from hpcstats.numbers import Text
from hpcstats.tables.pieces import BEYOND, EMPTY
from hpcstats.tables.squares import added_term, square_test

if TYPE_CHECKING:
    from hpcstats.regression import CoxFit
    from hpcstats.regression.concordance import Concordance
    from hpcstats.regression.performance import Performance
    from hpcstats.regression.proportionality import ProportionalHazardsTest
    from hpcstats.sensitivity import LeaveOneOut

UNITS = ("patient", "paper")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checks:
    """One model with the checks that were made of it; None for those that were not."""

    fit: CoxFit
    basis: Basis
    proportional_hazards: ProportionalHazardsTest | None
    concordance: Concordance | None
    performance: Performance | None
    without: Mapping[str, LeaveOneOut | None]
    squares: Mapping[str, CoxFit]

    def whole(self) -> dict[str, Text]:
        """Return the cells of the model as a whole."""
        fit, basis = self.fit, self.basis
        per = fit.events_per_parameter
        status = "monotone" if fit.monotone else fit.status.replace("_", " ")
        return {
            "events": Text.of(
                basis.count("events", fit.n_events, "Events in the model."),
                "/",
                basis.count("n", fit.n, "Patients in the model."),
            ),
            "events_per_parameter": Text.of(
                basis.number(
                    "events_per_parameter", per, formats.fixed(per, 1), "Events divided by parameters."
                )
            ),
            **self._proportional("global", basis),
            "concordance": self._concordance(),
            "corrected": self._corrected(),
            "status": Text.of("warning" if status == "ok" and fit.warnings else status),
        }

    def factor(self, factor: Any) -> dict[str, Text]:
        """Return the cells of a factor with all its levels."""
        name = variable(factor.name)
        basis = self.basis.below(name)
        return {**self._proportional(factor.name, basis), **self._square(name, basis)}

    def term(self, factor: Any, term: str) -> dict[str, Text]:
        """Return the cells of a coefficient."""
        fit, basis = self.fit, self._basis_of(factor, term)
        place = fit.terms.index(term)
        ratio = float(fit.to_frame()["hazard_ratio"].iloc[place])
        how = "Hazard ratio with everybody."
        return {
            "hazard_ratio": Text.of(basis.number("hazard_ratio", ratio, formats.ratio(ratio), how)),
            **{f"without_{unit}": self._without(unit, term, basis) for unit in UNITS},
            "status": Text.of(fit.statuses[place].replace("_", " ")),
        }

    def level_of(self, factor: Any, term: str) -> str:
        """Return the level a coefficient belongs to; empty for a number."""
        if factor.kind == "numeric":
            return ""
        levels = [level for level in factor.levels if level != factor.reference]
        level: str = dict(zip(factor.terms, map(str, levels), strict=False)).get(term, term)
        return level

    def _basis_of(self, factor: Any, term: str) -> Basis:
        level, name = self.level_of(factor, term), variable(factor.name)
        return self.basis.below(name, level) if level else self.basis.below(name)

    def _proportional(self, name: str, basis: Basis) -> dict[str, Text]:
        test = self.proportional_hazards
        if test is None:
            return {}
        place, part = test.terms.index(name), basis.below("proportional_hazards")
        found = {}
        for column, values in (("p_value", test.p_value), ("p_permutation", test.p_permutation)):
            value = float(values[place])
            unknown = column == "p_permutation" and not test.n_orders
            cell = BEYOND if unknown else part.number(column, value, formats.p_value(value), test.method)
            found[column] = Text.of(cell)
        return found

    def _square(self, name: str, basis: Basis) -> dict[str, Text]:
        """Return the p-value of what was added to let the factor bend."""
        if name not in self.squares:
            return {}
        added, tests = added_term(self.fit, self.squares[name]), self.squares[name].term_tests()
        value = float(tests.loc[tests["factor"] == added, "p_value"].iloc[0])
        how = f"{square_test(self.fit).capitalize()} that leaves {added} out of the model with it."
        return {"p_square": Text.of(basis.number("square.p_value", value, formats.p_value(value), how))}

    def _concordance(self) -> Text:
        found = self.concordance
        if found is None:
            return EMPTY
        how = ("Harrell's concordance on the data of the model.", f"{formats.level(found.level)} interval")
        values = (found.estimate, found.low, found.high)
        return with_limits(self.basis.below("concordance"), values, formats.proportion, how)

    def _corrected(self) -> Text:
        found = self.performance
        if found is None:
            return EMPTY
        basis, value = self.basis.below("corrected_concordance"), float(found.corrected[0])
        number = basis.number("estimate", value, formats.proportion(value), found.method)
        used = basis.count("used", found.n_used, "Bootstrap samples with finite estimates.")
        return Text.of(
            number, " [", used, "/", basis.count("drawn", found.n_resamples, "Bootstrap samples."), "]"
        )

    def _without(self, unit: str, term: str, basis: Basis) -> Text:
        result = self.without[unit]
        if result is None:
            return EMPTY
        frame = result.to_frame()
        rows = frame[(frame["term"] == term) & (frame["order"] == 1)].to_dict(orient="records")
        first = rows[0]
        value, left = float(first["estimate"]), str(first["left_out"])
        how = f"Hazard ratio without {left}, the {unit} whose leaving out changes it most."
        number = basis.number(f"without_{unit}", value, formats.ratio(value), how)
        others = f" and {len(rows) - 1} alike" if len(rows) > 1 else ""
        firth = " (Firth)" if first["status"] == "firth" else ""
        return Text.of(number, f", {left}{others}{firth}")


def single_line(checks: Checks, label: str, labels: Mapping[str, str]) -> tuple[str, dict[str, Text]]:
    """Give the one line of a model with one coefficient, under the name of the model: label and cells."""
    [factor], [term] = checks.fit.design.factors, checks.fit.terms
    cells = checks.factor(factor) | checks.term(factor, term) | checks.whole()
    return _with_level(checks, factor, term, label, labels), cells


def lines(checks: Checks, labels: Mapping[str, str]) -> Iterator[tuple[str, int, dict[str, Text]]]:
    """Give the lines of a model: label, indent, cells by key; a factor of one coefficient takes one."""
    yield "Whole model", 0, checks.whole()
    for factor in checks.fit.design.factors:
        name = variable(factor.name)
        label = named(name, labels)
        if len(factor.terms) == 1:
            [term] = factor.terms
            both = _with_level(checks, factor, term, label, labels)
            yield both, 0, checks.factor(factor) | checks.term(factor, term)
            continue
        yield label, 0, checks.factor(factor)
        for term in factor.terms:
            words = named(checks.level_of(factor, term), labels, level_of=name)
            yield words, 1, checks.term(factor, term)


def _with_level(checks: Checks, factor: Any, term: str, label: str, labels: Mapping[str, str]) -> str:
    """Write the name of a factor of one coefficient with its level."""
    if factor.kind != "categorical":
        return label
    words = named(checks.level_of(factor, term), labels, level_of=variable(factor.name))
    return f"{label}: {words}"
