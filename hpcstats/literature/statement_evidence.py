"""What the checks of statements look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.literature.cases import CaseData
from hpcstats.literature.covariates import covariates
from hpcstats.literature.descriptor import CONFIDENCE
from hpcstats.literature.endpoints import Endpoint, endpoint
from hpcstats.literature.timelines import SPINAL
from hpcstats.numbers import Number, Value, patient_list

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What the checks look at."""

    seed: Mapping[str, Any]
    source: str
    cases: CaseData
    everybody: pd.DataFrame
    spinal: pd.DataFrame
    times: Endpoint

    @property
    def spinal_ids(self) -> tuple[str, ...]:
        """The patients with spinal metastasis."""
        return patient_list(self.spinal["patient_id"])

    def stated(self, *path: str) -> Any:
        """Look up a value of the summary; None if it is not there."""
        value: Any = self.seed
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def stated_number(self, id: str, value: Value, text: str) -> Number:
        """Make a number that rests on the index paper alone."""
        return Number(
            id=f"{id}.stated", value=value, text=text, how="stated by the index paper", sources=(self.source,)
        )


def evidence(cases: CaseData, settings: Mapping[str, Any]) -> Evidence:
    """Collect what the checks look at, under the settings of an endpoint."""
    least, exclude = settings.get("minimum_confidence", "low"), settings.get("exclude", {})
    frame = covariates(cases)
    trusted = frame["confidence"].astype(object).map(CONFIDENCE.index) >= CONFIDENCE.index(least)
    everybody = frame[trusted & ~frame["patient_id"].isin(list(exclude))]
    return Evidence(
        seed=cases.seed_summary or {},
        source=str((cases.seed_summary or {}).get("source_id", "index paper")),
        cases=cases,
        everybody=everybody,
        spinal=everybody[everybody["role"] == SPINAL],
        times=endpoint(cases, SPINAL, minimum_confidence=least, exclude_mechanisms=(), exclude=exclude),
    )
