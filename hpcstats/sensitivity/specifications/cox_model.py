"""A Cox model of a multiverse: its design made once, its fits shared by all that ask for the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.cox.identifiability import scale
from hpcstats.design import Design, Factor, build_design
from hpcstats.errors import DesignError, listing
from hpcstats.findings import design_problems, refuse, tied_events, unseen_terms
from hpcstats.groups import needs_kind
from hpcstats.regression.case import Case
from hpcstats.regression.choices import Choices
from hpcstats.regression.estimation import estimate
from hpcstats.regression.fit import CoxFit
from hpcstats.sensitivity.specifications.shared import Shared, content
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxModel:
    """Response and design of a Cox model, checked as `hpcstats.cox` checks them.

    Attributes
    ----------
    case, design : Case, Design
        Rows that enter, and their covariates.
    scale : ndarray, shape (p,)
        Standard deviations of the columns.
    digest : str
        Names these data: equal ones, however they came about, share their fits.
    tied : bool
        Whether events share a time; else all tie rules are one.
    """

    case: Case
    design: Design
    scale: FloatArray
    digest: str
    tied: bool

    @classmethod
    def of(cls, response: Surv, data: Any, formula: str | Sequence[str] | None, **beside: Any) -> CoxModel:
        """Build the design from the rows that miss no covariate; `beside` are strata and cluster.

        Raises
        ------
        DesignError
            For no events, constant or collinear columns, or more terms than events.
        DataError
            For unknown columns, or where every row misses a covariate.
        """
        needs_kind(response, ("right", "counting"), "CoxTerm", "It needs Surv.right or Surv.counting.")
        strata, cluster = beside["strata"], beside["cluster"]
        design = build_design(data, formula, response, beside=[strata, cluster], missing="drop")
        case = Case.of(response, data, design, strata, cluster, None, None, None)
        if case.n_events == 0:
            raise DesignError("There are no events, so no hazard ratio exists.")
        refuse(design_problems(design.matrix, design.terms, case.n_events))
        used = case.response
        layers = None if case.strata is None else case.strata.codes
        digest = content(
            used.time, used.status, used.entry, used.id, design.matrix, design.terms, layers, case.cluster
        )
        return cls(
            case=case,
            design=design,
            scale=scale(design.matrix),
            digest=digest,
            tied=bool(tied_events(used)),
        )

    def position(self, term: str | None) -> int:
        """Find a coefficient by its name, or by that of a factor with one column; None is the first factor.

        Raises
        ------
        DesignError
            For an unknown name, and for a factor of several columns.
        """
        factor = self.factor(term)
        if factor is None:
            assert term is not None
            return self.design.terms.index(term)
        columns = self.design.columns(factor)
        if columns.size > 1:
            raise DesignError(f"{factor.name} has several coefficients. Name one of {listing(factor.terms)}.")
        return int(columns[0])

    def factor(self, term: str | None) -> Factor | None:
        """Return the factor of a name; None for a single coefficient."""
        factors = self.design.factors
        found = factors[0] if term is None else next((one for one in factors if one.name == term), None)
        if found is None and term not in self.design.terms:
            raise DesignError(f"There is no term {term!r}. The terms are {listing(self.design.terms)}.")
        return found

    def rule(self, ties: str) -> str:
        """Return the tie rule; without ties Efron's is Breslow's."""
        return ties if self.tied or ties == "exact" else "breslow"

    def fit(self, choices: Choices, shared: Shared) -> CoxFit:
        """Fit it, or take the fit of the same data, tie rule, penalty and variance that there is."""
        kind = choices.variance(self.case)
        interval = choices.limits(kind)
        key = ("fit", self.digest, self.rule(choices.ties), repr(choices.penalty), kind, choices.level)

        def fitted() -> CoxFit:
            likelihood = self.case.likelihood(self.design.matrix / self.scale, self.rule(choices.ties))
            refuse(unseen_terms(likelihood, self.design.terms))
            return estimate(self.case, self.design, likelihood, self.scale, choices, kind, interval)

        fit = shared.once(key, fitted)
        return fit if fit.interval == interval else replace(fit, interval=interval, _limits=[])

    def patients(self) -> tuple[tuple[Any, ...], IntArray]:
        """Return the patients by identifier, and the patient of each row; nobody without identifiers."""
        ids = self.case.response.id
        if ids is None:
            return (), np.arange(0)
        names = tuple(dict.fromkeys(ids.tolist()))
        place = {name: k for k, name in enumerate(names)}
        return names, np.array([place[name] for name in ids.tolist()], dtype=np.int64)
