"""The rows a Fine-Gray model is fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import IntArray
from hpcstats.core.competing.subdistribution_weights import RiskSets, risk_sets
from hpcstats.design import Design
from hpcstats.errors import DesignError
from hpcstats.groups import Groups, cause_number
from hpcstats.regression.case import labels_beside
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubdistributionCase:
    """Rows with the cause of interest, and what stands beside the covariates.

    Attributes
    ----------
    response, dropped : Surv
        The rows used, and those left out because a covariate is missing.
    number : int
        Number of the cause, from 1 on.
    censoring : Groups or None
        Groups with censoring distributions of their own.
    cluster : Groups or None
        Rows that belong together.
    """

    response: Surv
    dropped: Surv
    number: int
    censoring: Groups | None
    cluster: Groups | None

    @classmethod
    def of(
        cls, response: Surv, data: Any, design: Design, cause: Any, strata: Any, cluster: Any
    ) -> SubdistributionCase:
        """Pick the rows of the design."""
        rows = design.rows
        kept = response.take(rows) if design.dropped.size else response

        def labels(given: Any, name: str) -> Groups | None:
            return labels_beside(data, given, name, response, rows)

        return cls(
            response=kept,
            dropped=response.take(design.dropped),
            number=_with_events(response, cause),
            censoring=labels(strata, "censoring_strata"),
            cluster=labels(cluster, "cluster"),
        )

    @property
    def cause(self) -> str:
        """Name of the cause."""
        return self.response.causes[self.number - 1]

    @property
    def kinds(self) -> IntArray:
        """0 censored, 1 the cause, 2 another event: (n,)."""
        status = self.response.status
        return np.where(status == self.number, 1, np.where(status > 0, 2, 0)).astype(np.int64)

    @property
    def n_events(self) -> int:
        """Events of the cause."""
        return int((self.response.status == self.number).sum())

    @property
    def n_competing(self) -> int:
        """Events of other causes."""
        return self.response.n_events - self.n_events

    def risk_sets(self, rule: str) -> RiskSets:
        """Place the rows in time."""
        nobody = np.zeros(len(self.response), dtype=np.int64)
        group = nobody if self.censoring is None else self.censoring.codes
        return risk_sets(self.response.time, self.kinds, group, rule)


def _with_events(response: Surv, cause: Any) -> int:
    """Return the number of a cause.

    Raises
    ------
    DataError
        For a cause that is not there.
    DesignError
        For a cause without events.
    """
    number = cause_number(response, cause)
    if not (response.status == number).any():
        raise DesignError(
            f"There are no events of cause {response.causes[number - 1]!r}, so no hazard ratio exists. Model "
            "another cause, or report the follow-up instead."
        )
    return number
