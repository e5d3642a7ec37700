"""The cells of one Cox model: events, hazard ratio, p-value and status of each factor and level."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.numbers import Text
from hpcstats.tables.pieces import BEYOND, EMPTY, Basis, named, with_limits

if TYPE_CHECKING:
    from hpcstats.columns import BoolArray
    from hpcstats.regression import CoxFit

Cells = tuple[Text, Text, Text, Text]
_CODED = re.compile(r"C\((?P<name>[^,()]+).*\)")


def variable(factor: str) -> str:
    """Return the variable behind a factor: ``C(resection)`` is resection.

    Examples
    --------
    >>> variable("C(resection)"), variable("age")
    ('resection', 'age')
    """
    coded = _CODED.fullmatch(factor)
    return (coded["name"] if coded else factor).strip().strip("`")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelCells:
    """One fitted model, read factor by factor."""

    fit: CoxFit
    model: str
    basis: Basis
    factors: Mapping[str, Any]
    coefficients: Mapping[str, Mapping[Any, Any]]
    p_values: Mapping[str, float]
    labels: Mapping[str, str]

    @classmethod
    def of(cls, fit: CoxFit, model: str, labels: Mapping[str, str]) -> ModelCells:
        """Read a fit."""
        tests = fit.term_tests()
        return cls(
            fit=fit,
            model=model,
            basis=Basis(prefix=model, patients=fit.patients()),
            factors={variable(factor.name): factor for factor in fit.design.factors},
            coefficients={row["term"]: row for row in fit.to_frame().to_dict(orient="records")},
            p_values={
                variable(row["factor"]): float(row["p_value"]) for row in tests.to_dict(orient="records")
            },
            labels=labels,
        )

    def only_term(self, name: str) -> Cells:
        """Return the cells of a factor with one coefficient."""
        ratio, status = self._ratio(self.basis.below(name), self.factors[name].terms[0])
        return self._events(self.basis.below(name), None), ratio, self._p(name), status

    def whole_factor(self, name: str) -> Cells:
        """Return the cells of a factor above its levels."""
        return self._events(self.basis.below(name), None), EMPTY, self._p(name), EMPTY

    def level(self, name: str, level: str) -> Cells:
        """Return the cells of one level of a factor; dashes where the model has no such level."""
        factor, basis = self.factors[name], self.basis.below(name, level)
        term = self._terms(factor).get(level)
        if term is None:
            if str(factor.reference) != level:
                return (Text.of(BEYOND),) * 4
            return self._events(basis, self._members(factor, None)), Text.of("1 (reference)"), EMPTY, EMPTY
        ratio, status = self._ratio(basis, term)
        events = self._events(basis, self._members(factor, term)) if factor.kind == "categorical" else EMPTY
        return events, ratio, EMPTY, status

    def reasons(self) -> Iterator[str]:
        """Say for each coefficient without an estimate why it has none."""
        for name, factor in self.factors.items():
            for level, term in {
                **self._terms(factor),
                **({"": factor.terms[0]} if factor.kind == "numeric" else {}),
            }.items():
                reason = self.fit.reasons[self.fit.terms.index(term)]
                if reason:
                    of = f", {named(level, self.labels, level_of=name)}" if level else ""
                    yield f"{named(name, self.labels)}{of}: {reason.rstrip('.')}."

    def _terms(self, factor: Any) -> dict[str, str]:
        if factor.kind != "categorical":
            return {term: term for term in factor.terms if factor.kind == "interaction"}
        levels = [str(level) for level in factor.levels if level != factor.reference]
        return dict(zip(levels, factor.terms, strict=True))

    def _members(self, factor: Any, term: str | None) -> BoolArray:
        """Mark the rows of a level; those of the reference are in no column of the factor."""
        columns = self.fit.design.matrix[:, [self.fit.terms.index(name) for name in factor.terms]]
        if term is None:
            return np.asarray((columns == 0).all(axis=1))
        return np.asarray(columns[:, factor.terms.index(term)] == 1)

    def _events(self, basis: Basis, members: BoolArray | None) -> Text:
        fit = self.fit
        if members is None:
            events, patients = fit.n_events, fit.n
        elif len(fit.response) == fit.n:
            events, patients = (
                int(np.count_nonzero(fit.response.event & members)),
                int(np.count_nonzero(members)),
            )
        else:
            return EMPTY
        return Text.of(
            basis.count("events", events, "Events in the model."),
            "/",
            basis.count("n", patients, "Patients in the model."),
        )

    def _ratio(self, basis: Basis, term: str) -> tuple[Text, Text]:
        row, part, fit = self.coefficients[term], basis.below("hazard_ratio"), self.fit
        status = fit.statuses[fit.terms.index(term)]
        values = (float(row["hazard_ratio"]), float(row["low"]), float(row["high"]))
        interval = "profile-likelihood" if fit.interval == "profile" else fit.interval.capitalize()
        how = (f"Hazard ratio ({self.model} Cox model).", f"{formats.level(fit.level)} {interval} interval")
        text = with_limits(part, values, _printed, how)
        return text, Text.of("ok" if status == "ok" else status.replace("_", " "))

    def _p(self, name: str) -> Text:
        value = self.p_values[name]
        how = f"Likelihood-ratio test that leaves {name} out of the {self.model} model."
        return Text.of(self.basis.below(name).number("p_value", value, formats.p_value(value), how))


def _printed(value: float | None) -> str:
    """Print a hazard ratio; the open end of a one-sided interval as a bare 0."""
    return "0" if value == 0 else formats.ratio(value)
