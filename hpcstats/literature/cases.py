"""Case-level data as typed frames that have passed every check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpcstats.literature.definitions import DEFINITIONS, Definition
from hpcstats.literature.descriptor import read_json_object
from hpcstats.literature.timelines import Timeline, timelines
from hpcstats.literature.validation import CheckedData, check_directory

if TYPE_CHECKING:
    import pandas as pd

_SEED = "seed_summary.json"
_COHORT_COLUMNS = (
    "study_id",
    "source_id",
    "population",
    "n_patients",
    "statistic",
    "value",
    "unit",
    "overlap_group",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CaseData:
    """Published patients with their events and publications; made by `load`.

    Attributes
    ----------
    patients, events, sources : DataFrame
        One row per patient, per event, per publication, in the order of the files. Free texts are
        nullable strings, vocabularies categoricals in their declared order, numbers floats (required
        whole numbers are integers). Missing means not stated.
    cohort_statistics : DataFrame
        One row per published group statistic; without rows if the file is not there.
    directory : Path
        Where the data were read.
    files : tuple of Path
        Every file that was read, the description included.
    seed_summary : dict or None
        What the index paper states, if the file is there.
    not_usable : dict of (endpoint, patient_id) to str
        Patients whom an endpoint must not use, with the reason, from datapackage.json.
    endpoints : dict of str to Definition
        The endpoints of the data: those that datapackage.json declares, or the six of the package.
    """

    patients: pd.DataFrame
    events: pd.DataFrame
    sources: pd.DataFrame
    cohort_statistics: pd.DataFrame
    directory: Path
    files: tuple[Path, ...]
    seed_summary: dict[str, Any] | None
    not_usable: Mapping[tuple[str, str], str]
    endpoints: Mapping[str, Definition] = field(default_factory=lambda: DEFINITIONS)

    @property
    def declares_endpoints(self) -> bool:
        """Whether the endpoints are the data's own."""
        return self.endpoints != DEFINITIONS

    @property
    def patient_ids(self) -> tuple[str, ...]:
        """All patients in the order of the file."""
        return tuple(self.patients["patient_id"].astype(object))

    def timelines(self) -> dict[str, Timeline]:
        """Return the course of each patient, in the order of the patients."""
        courses = timelines(self.events)
        return {patient: courses[patient] for patient in self.patient_ids}

    def __repr__(self) -> str:
        return (
            f"CaseData: {len(self.patients)} patients, {len(self.events)} events, {len(self.sources)} sources"
        )


def load(directory: str | Path | None = None) -> CaseData:
    """Published patients, their events and publications as typed frames.

    Parameters
    ----------
    directory : path, optional
        A directory as described in `validate`; None loads the data of the package.

    Returns
    -------
    CaseData

    Raises
    ------
    DataError
        If `validate` finds an error: the first ones are listed, all are counted. A wrong row never
        reaches an estimate.

    Examples
    --------
    >>> import hpcstats as hs
    >>> hs.literature.load()
    CaseData: 157 patients, 336 events, 211 sources
    """
    checked = check_directory(directory)
    checked.report.raise_errors()
    seed = checked.directory / _SEED
    return CaseData(
        patients=checked.frames["patients"],
        events=checked.frames["events"],
        sources=checked.frames["sources"],
        cohort_statistics=_cohorts(checked),
        directory=checked.directory,
        files=_files(checked, seed),
        seed_summary=read_json_object(seed, "Correct or remove it.") if seed.is_file() else None,
        not_usable=checked.descriptor.not_usable,
        endpoints=checked.descriptor.endpoints or DEFINITIONS,
    )


def _cohorts(checked: CheckedData) -> pd.DataFrame:
    import pandas as pd

    if "cohort_statistics" in checked.frames:
        return checked.frames["cohort_statistics"]
    return pd.DataFrame(columns=list(_COHORT_COLUMNS))


def _files(checked: CheckedData, seed: Path) -> tuple[Path, ...]:
    tables = [checked.directory / table.table.file for table in checked.raw.values()]
    return tuple(sorted([*tables, *([seed] if seed.is_file() else []), checked.descriptor.path]))
