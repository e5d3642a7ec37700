"""Permutation test of a whole specification curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hpcstats.columns import FloatArray, IntArray
from hpcstats.core.limits.pointwise import normal_quantile
from hpcstats.errors import UnsupportedError
from hpcstats.numbers import patient_list
from hpcstats.randomness import Seed, generator_of, number_of_resamples
from hpcstats.results import Result
from hpcstats.sensitivity.refitting.running import run_blocks
from hpcstats.sensitivity.specifications.curve_statistics import STATISTICS, band, extremes, statistics
from hpcstats.sensitivity.specifications.exchangeable import Exchangeable
from hpcstats.sensitivity.specifications.outcome import Relabelling
from hpcstats.sensitivity.specifications.result import Multiverse

if TYPE_CHECKING:
    import pandas as pd

_CONVENTIONS = (
    "Each permutation gives the labels of patients to other patients, the same in all specifications.",
    "Two-sided: the distance of the median, the share in the direction that has more, the size of mean Z.",
    "Estimates beyond any number count in the median; without a finite estimate there is no Z.",
    "Exchangeable: entry, censoring and the other covariates have nothing to do with the label.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CurveTest(Result):
    """Outcome of the permutation test of a specification curve. Made by `Multiverse.permutation_test`.

    Attributes
    ----------
    observed, expected : ndarray, shape (3,)
        The statistics of the curve, and their medians over the permutations: distance of the median estimate
        from the null value (working scale), share significant in the direction that has more, size of mean Z.
    p_value, monte_carlo_error : ndarray, shape (3,)
        (b + 1) / (m + 1), and its standard error by the finite number of permutations.
    direction : ndarray, shape (3,)
        On which side of the null value each statistic of the data lies: 1, -1 or 0.
    low, high : ndarray, shape (size,)
        Limits between which the sorted curve lies under permutation, rank by rank, as shown.
    level : float
        Level of these limits, and of what counts as significant.
    logarithmic : bool
        Whether the distance of the median is one of logarithms, shown as a ratio.
    n_resamples, n_specifications, n_distinct : int
        Permutations; specifications of the curve, and how many of them are different fits.
    seed : str
        What to write to draw the same again.
    ids : tuple
        Patients whose labels change places.
    """

    observed: FloatArray
    expected: FloatArray
    p_value: FloatArray
    monte_carlo_error: FloatArray
    direction: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    logarithmic: bool
    n_resamples: int
    n_specifications: int
    n_distinct: int
    seed: str
    ids: tuple[Any, ...]

    summary_fields = (
        *Result.summary_fields,
        "level",
        "n_resamples",
        "n_specifications",
        "n_distinct",
        "seed",
    )

    def title(self) -> str:
        """Return the heading of the text form."""
        return (
            f"Permutation test of {self.n_specifications:,} specifications, {self.n_resamples:,} permutations"
        )

    def patients(self) -> tuple[str, ...]:
        """Return the identifiers of those whose labels change places."""
        return patient_list(str(id_) for id_ in self.ids)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each statistic: statistic, observed, expected, p_value, monte_carlo_error.

        The median of hazard ratios is shown as its ratio to 1, above 1 in either direction.
        """
        import pandas as pd

        ratio = np.array([self.logarithmic, False, False])
        shown = {
            name: np.where(ratio, np.exp(np.where(ratio, values, 0.0)), values)
            for name, values in (("observed", self.observed), ("expected", self.expected))
        }
        frame = pd.DataFrame({"statistic": list(STATISTICS), **shown})
        return frame.assign(p_value=self.p_value, monte_carlo_error=self.monte_carlo_error)


def curve_test(
    found: Multiverse,
    n_resamples: int = 500,
    *,
    within: Mapping[Any, Any] | None = None,
    seed: Seed = None,
    n_jobs: int | None = 1,
    progress: str | bool = "auto",
) -> CurveTest:
    r"""Test of a whole specification curve: of its median, its share of significant ones and its mean Z.

    Single p-values of a curve say little, for the specifications share their patients. Here labels change
    places between patients, the same way in all specifications, and the whole curve is estimated again.

    Parameters
    ----------
    found : Multiverse
        Of Cox terms, or of outcomes that know their relabelling; patients with identifiers.
    n_resamples : int
        Permutations.
    within : mapping, optional
        Patient to level: labels change places only among patients of a level.
    seed : int, SeedSequence, Generator or None
        Where the random numbers begin.
    n_jobs : int or None
        1 works here; other numbers spread the specifications over processes.
    progress : {"auto", True, False}
        A bar after two seconds; "auto" on a terminal only.

    Returns
    -------
    CurveTest
        With `to_frame`: statistic, observed, expected, p_value, monte_carlo_error.

    Raises
    ------
    UnsupportedError
        For specifications whose patients have no labels or no identifiers, or no null value.

    Notes
    -----
    The statistics of Simonsohn, Simmons & Nelson (2020, doi:10.1038/s41562-020-0912-z): (1) the median
    estimate, (2) the share of specifications that are significant in the direction that has more of them,
    (3) the mean of the Z statistics (Stouffer's, but for a factor). Every specification is fitted again with
    its own tie rule, penalty and test; the statistics of the data are those of the permutation that leaves
    everybody in place. Of penalised models with profile limits Z is the signed root of the likelihood ratio,
    else Wald's, from the model-based variance. p = (b + 1) / (m + 1) (Phipson & Smyth 2010,
    doi:10.2202/1544-6115.1585).

    Examples
    --------
    See `multiverse`.
    """
    number_of_resamples(n_resamples)
    null = found.outcomes[found.main].null
    if null is None:
        raise UnsupportedError("The test of a curve needs a null value. Give each specification null=….")
    models, number_of = _distinct(found)
    people = Exchangeable.of(models, within)
    generator, written = generator_of(seed)
    drawn = people.permutations(n_resamples, generator)
    moved = np.concatenate([np.arange(len(people.patients))[None], drawn])
    tasks = [(people, number, model, moved) for number, model in enumerate(models)]
    answers = run_blocks(_evaluated, tasks, n_jobs=n_jobs, progress=progress)
    rows = [row for row, outcome in enumerate(found.outcomes) if outcome.label]
    estimates = np.stack([answers[number_of[row]][0] for row in rows], axis=1)
    z = np.stack([answers[number_of[row]][1][:, found.outcomes[row].test] for row in rows], axis=1)
    values = statistics(estimates - null, z, normal_quantile(found.level))
    p_value = extremes(np.abs(values))
    low, high = band(estimates[1:], found.level)
    return CurveTest(
        n=len(people.patients),
        n_events=found.n_events,
        method=f"Permutation test of the whole curve, {n_resamples:,} permutations, seed {written}.",
        conventions=_CONVENTIONS,
        observed=np.abs(values[0]),
        expected=np.nanmedian(np.abs(values[1:]), axis=0),
        p_value=p_value,
        monte_carlo_error=np.sqrt(p_value * (1 - p_value) / (n_resamples + 1)),
        direction=np.sign(values[0]),
        low=found.shown(low),
        high=found.shown(high),
        level=found.level,
        logarithmic=found.logarithmic,
        n_resamples=n_resamples,
        n_specifications=len(rows),
        n_distinct=len(models),
        seed=written,
        ids=people.patients,
    )


def _distinct(found: Multiverse) -> tuple[list[Relabelling], dict[int, int]]:
    """Return the different fits, and the number of that of each specification."""
    models: list[Relabelling] = []
    place: dict[int, int] = {}
    number_of: dict[int, int] = {}
    for row, outcome in enumerate(found.outcomes):
        if not outcome.label:
            continue
        if outcome.relabelling is None:
            raise UnsupportedError(
                f"Specification {row + 1} has no labels that could change places: it needs a model with a "
                "group, of a response with identifiers (id=…)."
            )
        if id(outcome.relabelling) not in place:
            place[id(outcome.relabelling)] = len(models)
            models.append(outcome.relabelling)
        number_of[row] = place[id(outcome.relabelling)]
    return models, number_of


def _evaluated(
    people: Exchangeable, number: int, model: Relabelling, permutations: IntArray
) -> tuple[FloatArray, FloatArray]:
    estimates, z = model.evaluate(people.codes(number, model, permutations))
    size = len(permutations)
    return np.asarray(estimates, dtype=np.float64), np.asarray(z, dtype=np.float64).reshape(size, -1)
