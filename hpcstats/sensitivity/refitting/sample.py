"""The rows a result rests on, and which of them are drawn or left out together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray, as_labels, distinct_labels
from hpcstats.core.resampling.resampling_weights import Units
from hpcstats.covariates import column_of
from hpcstats.errors import DataError, DesignError, UnsupportedError
from hpcstats.nonparametric.curves import Curves
from hpcstats.nonparametric.hazard import CumulativeHazard
from hpcstats.nonparametric.truncation.distribution import TruncatedDistribution
from hpcstats.regression.fit import CoxFit
from hpcstats.surv import Surv


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Rows with a weight.

    Attributes
    ----------
    response : Surv
        Their response.
    weights : ndarray, shape (n,)
        Their weights.
    whole : bool
        Whether weights say how often a row stands for a patient.
    used, given : ndarray of int, int
        Positions of these rows among those given, and how many were given.
    clusters, strata : ndarray of int or None
        Rows that belong together, and groups or strata that keep their sizes.
    cluster_names : tuple
        Labels of the clusters.
    table : frame or None
        The data the result was made from, where it keeps them.
    """

    response: Surv
    weights: FloatArray
    whole: bool
    used: IntArray
    given: int
    clusters: IntArray | None = None
    cluster_names: tuple[Any, ...] = ()
    strata: IntArray | None = None
    table: Any = None

    @classmethod
    def of(cls, result: Any) -> Sample:
        """Collect the rows of a fit, of curves, or of a response itself.

        Raises
        ------
        UnsupportedError
            For another result, and for curves that do not keep their weights.
        """
        if isinstance(result, CoxFit):
            return cls._of_fit(result)
        if isinstance(result, Curves):
            return cls._of_curves(result)
        if isinstance(result, TruncatedDistribution):
            return cls._of_weighted(result.response, result.weights)
        if isinstance(result, Surv):
            ones, rows = np.ones(len(result)), np.arange(len(result))
            return cls(response=result, weights=ones, whole=True, used=rows, given=rows.size)
        raise UnsupportedError(
            f"Resampling is not defined for {type(result).__name__}. Give a fit of hs.cox, curves of "
            "hs.kaplan_meier, hs.nelson_aalen, hs.aalen_johansen or hs.lynden_bell, or a Surv with your own "
            "statistic."
        )

    @classmethod
    def _of_weighted(cls, response: Surv, weights: FloatArray) -> Sample:
        kept = np.flatnonzero(weights > 0)
        return cls(
            response=response.take(kept),
            weights=np.array(weights[kept]),
            whole=not (weights % 1).any(),
            used=kept,
            given=len(response),
        )

    @classmethod
    def _of_fit(cls, fit: CoxFit) -> Sample:
        case = fit.inputs
        kept = np.flatnonzero(case.weights > 0)
        weights, response = case.weights[kept], case.response.take(kept)
        return cls(
            response=response,
            weights=weights,
            whole=case.frequency or bool((weights == 1).all()),
            used=fit.design.rows[kept],
            given=fit.design.rows.size + fit.design.dropped.size,
            clusters=case.cluster[kept] if case.cluster is not None and case.cluster_given else None,
            cluster_names=case.cluster_names,
            strata=None if case.strata is None else case.strata.codes[kept],
            table=case.table,
        )

    @classmethod
    def _of_curves(cls, curves: Curves) -> Sample:
        weights = getattr(curves, "weights", None)
        if weights is None:
            total = sum(float((curve.events + curve.censored).sum()) for curve in curves.curves)
            if isinstance(curves, CumulativeHazard) and total != len(curves.response):
                raise UnsupportedError(
                    "A weighted cumulative hazard does not keep its weights. Resample one without weights."
                )
            weights = np.ones(len(curves.response))
        kept = np.flatnonzero(weights > 0)
        return cls(
            response=curves.response.take(kept),
            weights=np.array(weights[kept]),
            whole=not bool((weights % 1).any()),
            used=kept,
            given=len(curves.response),
            strata=np.array(curves.groups.codes[kept]),
        )

    @property
    def n(self) -> int:
        """Patients (rows of a counting process): the sum of whole weights, else the rows."""
        return int(self.weights.sum()) if self.whole else self.weights.size

    @property
    def n_events(self) -> int:
        """Events among them."""
        counted = self.weights if self.whole else np.ones(self.weights.size)
        return int(counted[self.response.event].sum())

    def codes(self, given: Any, name: str, data: Any = None) -> tuple[tuple[Any, ...], IntArray]:
        """Read a column: its distinct labels in order, and the number of each row's label.

        Raises
        ------
        DataError
            For a name without a table to look it up in, a column of another length, or missing labels.
        """
        if isinstance(given, str):
            if given == "id" and data is None and self.response.id is not None:
                return _coded(self.response.id, self.response.id)
            data = self.table if data is None else data
            if data is None:
                raise DataError(
                    f"{name}={given!r} names a column, but this result does not keep the whole table. "
                    f"Write data=df beside it, or give the column itself: {name}=df[{given!r}]."
                )
            given = column_of(data, given)
        size = len(given)
        if size not in (self.given, self.used.size):
            raise DataError(f"{name} has {size} values, but the data have {self.given} rows.")
        values = np.asarray(given, dtype=object)
        labels = as_labels(values[self.used] if size == self.given else values, name)
        return _coded(given, labels)

    def units(self, unit: Any, strata: Any, data: Any = None) -> Units:
        """Form what is drawn: clusters of the fit ("auto"), patients ("case"), or levels of a column.

        Raises
        ------
        DesignError
            For fewer than two units, or units that lie in several of the strata asked for.
        """
        code = self._unit_of_rows(unit, data)
        layer = self.layer_of_rows(strata, data)
        size = self.weights.size if code is None else int(code.max()) + 1
        if size < 2 and not (code is None and self.whole and self.weights.sum() > 1):
            raise DesignError("There is one unit only: resampling needs at least two cases or clusters.")
        if code is None:
            repeats = self.weights if self.whole else np.ones(size)
            base = np.ones(size) if self.whole else self.weights
            return Units(np.arange(size), layer, np.array(repeats), np.array(base))
        of_unit = np.zeros(size, dtype=np.int64)
        of_unit[code] = layer
        if (of_unit[code] != layer).any():
            if strata is not None:
                raise DesignError("A cluster lies in several strata. Draw within strata of whole clusters.")
            of_unit[:] = 0
        return Units(code, of_unit, np.ones(size), np.array(self.weights))

    def unit_labels(self, unit: Any, data: Any = None) -> tuple[Any, ...]:
        """Name each unit: identifier or position of a row, level of a column, name of a cluster."""
        if not (isinstance(unit, str) and unit in ("auto", "case")):
            return self.codes(unit, "unit", data)[0]
        if self.draws_clusters(unit):
            assert self.clusters is not None
            return tuple(self.cluster_names[k] for k in np.unique(self.clusters).tolist())
        if self.response.id is None:
            return tuple(self.used.tolist())
        return (
            _coded(self.response.id, self.response.id)[0]
            if _several(self.response)
            else tuple(self.response.id)
        )

    def draws_clusters(self, unit: Any) -> bool:
        """Tell whether clusters are drawn or left out, not patients."""
        if isinstance(unit, str) and unit in ("auto", "case"):
            return unit == "auto" and self.clusters is not None
        return True

    def _unit_of_rows(self, unit: Any, data: Any) -> IntArray | None:
        if isinstance(unit, str) and unit == "auto" and self.clusters is not None:
            return _compact(self.clusters)
        if isinstance(unit, str) and unit in ("auto", "case"):
            patients = _patients(self.response)
            return None if patients is None else _compact(patients)
        return self.codes(unit, "unit", data)[1]

    def layer_of_rows(self, strata: Any, data: Any = None) -> IntArray:
        """Return the stratum of each row: that of the fit or the curves (None), none (False), or a column."""
        if strata is None:
            return (
                np.zeros(self.weights.size, dtype=np.int64) if self.strata is None else _compact(self.strata)
            )
        if strata is False:
            return np.zeros(self.weights.size, dtype=np.int64)
        return self.codes(strata, "strata", data)[1]


def _patients(response: Surv) -> IntArray | None:
    """Return the patient of each row where one may have several."""
    return _coded(response.id, response.id)[1] if _several(response) else None


def _several(response: Surv) -> bool:
    """Tell whether a patient may have several rows."""
    return response.kind == "counting" and response.id is not None


def _coded(given: Any, labels: Any) -> tuple[tuple[Any, ...], IntArray]:
    order = distinct_labels(given, labels)
    number = {label: k for k, label in enumerate(order)}
    return tuple(order), np.array([number[label] for label in labels.tolist()], dtype=np.int64)


def _compact(codes: IntArray) -> IntArray:
    _, compact = np.unique(codes, return_inverse=True)
    return compact.reshape(-1).astype(np.int64)
