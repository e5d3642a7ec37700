"""The six endpoints in words, each with the function that observes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hpcstats.literature import observations as seen
from hpcstats.literature.timelines import Timeline

UNTIL_LAST_CONTACT = (
    "at the dated death or last contact; where only limits are stated, at the lower limit, "
    "up to which the patient is known to have been observed"
)
DEATH_COMPETES = "death before the event (a death at the same time as the event counts as the event)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An endpoint: what is counted, from when, in whom.

    It is truncatable if the event may have been the occasion of the report, counted from the primary.
    """

    name: str
    label: str
    origin: str
    event: str
    censoring: str
    competing_events: str
    population: str
    noun: str
    observe: Callable[[Timeline], seen.Observation | str]
    spinal_patients_only: bool = False
    starts_at_spine: bool = False
    competes_with_death: bool = False
    truncatable: bool = False


_ALL = (
    Definition(
        name="spinal_metastasis",
        label="Time from the primary to spinal metastasis, among reported cases",
        origin="treatment or diagnosis of the primary",
        event=(
            "first spinal metastasis: tumour in vertebrae, sacrum, epidural or intradural spinal space from "
            "another site; contiguous growth and cerebrospinal seeding are kept and marked in mechanism"
        ),
        censoring="none: every patient of the population had the event",
        competing_events="not observable: who died without a spinal metastasis is not in the population",
        population=(
            "patients reported with a spinal metastasis, selected because of it; their times describe "
            "reported cases, not the risk or the latency of patients in general"
        ),
        noun="spinal metastasis",
        observe=seen.spinal_metastasis,
        spinal_patients_only=True,
        truncatable=True,
    ),
    Definition(
        name="local_recurrence",
        label="Time from the primary to the first local recurrence",
        origin="treatment or diagnosis of the primary",
        event="first local recurrence at the site of the primary, regrowth of residual tumour included",
        censoring=f"without a recorded local recurrence: {UNTIL_LAST_CONTACT}",
        competing_events=DEATH_COMPETES,
        population="all patients; many were published because of a recurrence or a metastasis",
        noun="local recurrence",
        observe=seen.local_recurrence,
        competes_with_death=True,
        truncatable=True,
    ),
    Definition(
        name="any_metastasis",
        label="Time from the primary to the first metastasis",
        origin="treatment or diagnosis of the primary",
        event="first metastasis at any site, spinal or other",
        censoring=f"without a recorded metastasis: {UNTIL_LAST_CONTACT}",
        competing_events=DEATH_COMPETES,
        population="patients free of metastasis at diagnosis; many were published because of a metastasis",
        noun="metastasis",
        observe=seen.any_metastasis,
        competes_with_death=True,
        truncatable=True,
    ),
    Definition(
        name="overall_survival",
        label="Overall survival from the primary",
        origin="treatment or diagnosis of the primary",
        event="death of any cause",
        censoring="alive: at the dated last contact; where only limits are stated, at the lower limit",
        competing_events="none: death of any cause is the event",
        population="all patients",
        noun="death",
        observe=seen.overall_survival,
    ),
    Definition(
        name="post_spinal_progression",
        label="Time from the first spinal metastasis to progression in the spine",
        origin="first spinal metastasis",
        event="regrowth or a new lesion in the spine",
        censoring=f"without a recorded progression: {UNTIL_LAST_CONTACT}, counted from the spinal metastasis",
        competing_events=DEATH_COMPETES,
        population="patients reported with a spinal metastasis",
        noun="spinal progression",
        observe=seen.post_spinal_progression,
        spinal_patients_only=True,
        starts_at_spine=True,
        competes_with_death=True,
    ),
    Definition(
        name="survival_after_spinal_metastasis",
        label="Survival from the first spinal metastasis",
        origin="first spinal metastasis",
        event="death of any cause",
        censoring=(
            "alive: at the dated last contact; where only limits are stated, at the lower limit, "
            "counted from the spinal metastasis"
        ),
        competing_events="none: death of any cause is the event",
        population="patients reported with a spinal metastasis",
        noun="death",
        observe=seen.survival_after_spinal_metastasis,
        spinal_patients_only=True,
        starts_at_spine=True,
    ),
)

DEFINITIONS = {definition.name: definition for definition in _ALL}
ENDPOINTS: tuple[str, ...] = tuple(DEFINITIONS)
