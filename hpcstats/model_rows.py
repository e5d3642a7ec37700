"""One Cox model read factor by factor, as tables and figures print it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats import formats
from hpcstats.basis import Basis, named, with_limits
from hpcstats.numbers import Number, Text

if TYPE_CHECKING:
    from hpcstats.columns import BoolArray
    from hpcstats.regression import CoxFit

REFERENCE = "1 (reference)"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """What one model says of a factor or of one of its levels.

    Attributes
    ----------
    kind : {"factor", "term", "reference", "absent"}
        A factor above its levels, a coefficient, the level others are compared with, or a level that the
        model does not have.
    term : str
        Name of the coefficient, if it is one.
    events, ratio, p : Text
        Events and patients, hazard ratio with its limits, p-value of the whole factor; empty where there is
        none.
    estimate, low, high : float
        The hazard ratio and its limits; NaN where there is none.
    status : str
        "ok" or "not_estimable" of a coefficient, else empty.
    """

    kind: str
    term: str = ""
    events: Text = field(default_factory=Text)
    ratio: Text = field(default_factory=Text)
    p: Text = field(default_factory=Text)
    estimate: float = np.nan
    low: float = np.nan
    high: float = np.nan
    status: str = ""

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers of the row but the p-value."""
        return (*self.events.numbers, *self.ratio.numbers)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelRows:
    """One fitted model, read factor by factor."""

    fit: CoxFit
    model: str
    basis: Basis
    factors: Mapping[str, Any]
    coefficients: Mapping[str, Mapping[Any, Any]]
    p_values: Mapping[str, float]
    labels: Mapping[str, str]

    @classmethod
    def of(cls, fit: CoxFit, model: str, labels: Mapping[str, str]) -> ModelRows:
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

    def heading(self, name: str) -> ModelRow:
        """Return the row of a factor above its levels, or of its only coefficient."""
        factor, basis = self.factors[name], self.basis.below(name)
        events, p = self._events(basis, None), self._p(name)
        if factor.kind == "numeric":
            return self._coefficient(basis, factor.terms[0], events, p)
        return ModelRow(kind="factor", events=events, p=p)

    def level(self, name: str, level: str) -> ModelRow:
        """Return the row of one level of a factor."""
        factor, basis = self.factors[name], self.basis.below(name, level)
        term = self._terms(factor).get(level)
        if term is None and str(factor.reference) != level:
            return ModelRow(kind="absent")
        counted = factor.kind == "categorical"
        events = self._events(basis, self._members(factor, term)) if counted else Text()
        if term is None:
            return ModelRow(kind="reference", events=events, ratio=Text.of(REFERENCE))
        return self._coefficient(basis, term, events, Text())

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

    def _coefficient(self, basis: Basis, term: str, events: Text, p: Text) -> ModelRow:
        row, fit = self.coefficients[term], self.fit
        estimate, low, high = (float(row[column]) for column in ("hazard_ratio", "low", "high"))
        profile = "profile-likelihood" if fit.penalty is None else "profile penalised-likelihood"
        interval = profile if fit.interval == "profile" else fit.interval.capitalize()
        how = (f"Hazard ratio ({self.model} Cox model).", f"{formats.level(fit.level)} {interval} interval")
        return ModelRow(
            kind="term",
            term=term,
            events=events,
            ratio=with_limits(basis.below("hazard_ratio"), (estimate, low, high), _printed, how),
            p=p,
            estimate=estimate,
            low=low,
            high=high,
            status=fit.statuses[fit.terms.index(term)],
        )

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
            events = int(np.count_nonzero(fit.response.event & members))
            patients = int(np.count_nonzero(members))
        else:
            return Text()
        return Text.of(
            basis.count("events", events, "Events in the model."),
            "/",
            basis.count("n", patients, "Patients in the model."),
        )

    def _p(self, name: str) -> Text:
        value = self.p_values[name]
        test = "Likelihood-ratio test" if self.fit.penalty is None else "Penalised likelihood-ratio test"
        how = f"{test} that leaves {name} out of the {self.model} model."
        return Text.of(self.basis.below(name).number("p_value", value, formats.p_value(value), how))


def _printed(value: float | None) -> str:
    """Print a hazard ratio; the open end of a one-sided interval as a bare 0."""
    return "0" if value == 0 else formats.ratio(value)
