"""Every check of a directory of case-level data, all problems in one report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hpcstats.literature.cell_checks import check_cells, check_foreign_keys, check_keys
from hpcstats.literature.cohort_checks import check_cohorts
from hpcstats.literature.descriptor import REQUIRED_TABLES, Descriptor, find_descriptor
from hpcstats.literature.duplicates import candidate_pairs
from hpcstats.literature.event_checks import check_course, check_limits, check_states
from hpcstats.literature.location import data_directory
from hpcstats.literature.patient_checks import check_patient, check_years, latest_years
from hpcstats.literature.problems import Problem, ValidationReport
from hpcstats.literature.reading import RawTable, read_table
from hpcstats.literature.synthetic_rows import synthetic_rows
from hpcstats.literature.timelines import LAST_CONTACT, timelines

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedData:
    """A directory as read, with the report on it."""

    directory: Path
    descriptor: Descriptor
    raw: dict[str, RawTable]
    frames: dict[str, pd.DataFrame]
    report: ValidationReport


def validate(directory: str | Path | None = None) -> ValidationReport:
    """Whether a directory of case-level data can be trusted: all problems at once.

    Checked are the description (types, vocabularies, required and unique cells, keys), limits
    (``lower <= time <= upper``), the order and numbering of events, ends (exactly one; nothing after a
    death or the last contact, decided from the limits, so only what no rounding reconciles is an error),
    contradictions of sex, level, role, mechanism and year, and pairs of patients who may be one person.

    Parameters
    ----------
    directory : path, optional
        Directory with patients.csv, events.csv and sources.csv, and optionally cohort_statistics.csv,
        agreement.csv, decisions.csv, third_reading.csv. Its datapackage.json, that of the directory
        above, or else the one of this package describes them. None checks the data of the package.

    Returns
    -------
    ValidationReport
        Its ``ok`` is True if there is no error; candidates and notes do not count as errors.

    Raises
    ------
    DataError
        If the directory or a readable description is not there.

    Examples
    --------
    >>> import hpcstats as hs
    >>> report = hs.literature.validate()
    >>> report.ok
    True
    >>> sum(problem.severity == "candidate" for problem in report.problems)
    7
    """
    return check_directory(directory).report


def check_directory(directory: str | Path | None) -> CheckedData:
    """Read and check a directory, keeping what was read."""
    place = data_directory(directory)
    descriptor = find_descriptor(place)
    raw = {
        name: read_table(place, table)
        for name, table in descriptor.tables.items()
        if (place / table.file).is_file()
    }
    frames = {name: table.typed() for name, table in raw.items()}
    problems = [*_missing_files(descriptor, raw), *_table_problems(raw)]
    if set(REQUIRED_TABLES) <= set(raw):
        problems += _content_problems(descriptor, raw, frames)
    problems += [*_changed_files(place, descriptor), *synthetic_rows(raw)]
    files = sorted(table.table.file for table in raw.values())
    report = ValidationReport.of(place, files, problems)
    return CheckedData(directory=place, descriptor=descriptor, raw=raw, frames=frames, report=report)


def _missing_files(descriptor: Descriptor, raw: dict[str, RawTable]) -> Iterator[Problem]:
    for name in REQUIRED_TABLES:
        if name not in raw:
            file = descriptor.tables[name].file
            yield Problem(
                file=file, message="the file is missing", advice="patients, events and sources are required"
            )


def _table_problems(raw: dict[str, RawTable]) -> Iterator[Problem]:
    for table in raw.values():
        yield from table.problems
        yield from check_cells(table)
        yield from check_keys(table)
        yield from check_foreign_keys(table, raw)


def _content_problems(
    descriptor: Descriptor, raw: dict[str, RawTable], frames: dict[str, pd.DataFrame]
) -> Iterator[Problem]:
    patients, events = frames["patients"], frames["events"]
    courses = timelines(events)
    years = latest_years(frames["sources"])
    yield from check_limits(raw["events"], events)
    yield from check_states(raw["events"], events)
    for timeline in courses.values():
        yield from check_course(raw["events"], timeline)
    for row, values in enumerate(patients.astype(object).to_dict(orient="records")):
        patient = {str(name): value for name, value in values.items()}
        if not isinstance(patient["patient_id"], str):
            continue
        course = courses.get(patient["patient_id"])
        yield from check_patient(raw["patients"], row, patient, course)
        if course is not None:
            latest = years.get(str(patient["source_id"]), float("nan"))
            yield from check_years(raw["patients"], row, patient, course, latest)
    own = {"kinds": _kinds(descriptor)} if descriptor.endpoints else {}
    yield from candidate_pairs(raw["patients"], patients, courses, descriptor.distinct, **own)
    if "cohort_statistics" in raw:
        yield from check_cohorts(raw["cohort_statistics"], frames["cohort_statistics"])


def _kinds(descriptor: Descriptor) -> tuple[str, ...]:
    """List the events that data with endpoints of their own know, without ends of observation."""
    events = next(field for field in descriptor.tables["events"].fields if field.name == "event")
    return tuple(kind for kind in events.values if kind != LAST_CONTACT and not kind.startswith("death"))


def _changed_files(directory: Path, descriptor: Descriptor) -> Iterator[Problem]:
    beside = descriptor.path.resolve().parent in {directory.resolve(), directory.resolve().parent}
    if not beside:
        return
    for file, expected in sorted(descriptor.hashes.items()):
        path = directory / file
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            yield Problem(
                file=file,
                message="the file is not the one that datapackage.json describes (sha256 differs)",
                advice="If the change is meant, write the new sha256 into datapackage.json",
                severity="note",
            )
