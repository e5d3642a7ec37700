"""From a study to its outputs and records, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hpcstats.errors import DesignError
from hpcstats.reproduce.records import Records, kept_records, records_of
from hpcstats.reproduce.report.writing import all_exhibits, report_files, wants_report, with_captions
from hpcstats.reproduce.review.writing import check_review, environment_files, wants_review, write_review
from hpcstats.reproduce.running import Outcome, raise_failures, run_all
from hpcstats.reproduce.scripts import Script, find_scripts, select
from hpcstats.reproduce.settings import FORMATS, check_formats
from hpcstats.reproduce.study import Study
from hpcstats.reproduce.writing import write_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did.

    Attributes
    ----------
    directory : Path
        Where the outputs are.
    outcomes : tuple of Outcome
        One a script that ran, in the order of the scripts.
    changed, removed : tuple of str
        Files (relative to `directory`) whose bytes are new, and files that no script makes any more. The
        crate and codecheck.yml, at the root of the study, stand in `changed` by their names.
    outdated : tuple of str
        Files kept from an earlier run although an input has changed since.
    n_files, n_numbers : int
        Files written or confirmed by this run, and the numbers in them.
    """

    directory: Path
    outcomes: tuple[Outcome, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    outdated: tuple[str, ...]

    @property
    def n_files(self) -> int:
        """Number of output files."""
        return sum(len(outcome.files) for outcome in self.outcomes)

    @property
    def n_numbers(self) -> int:
        """Number of numbers in them."""
        return sum(len(outcome.numbers) for outcome in self.outcomes)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for outcome in self.outcomes:
            if outcome.skipped:
                yield f"skipped {outcome.script.label}: {outcome.skipped}"
            yield from (f"warning in {outcome.script.label}: {text}" for text in outcome.warnings)
        yield from (f"removed {path}: no script makes it any more" for path in self.removed)
        if self.outdated:
            yield (
                f"{len(self.outdated)} other files are older than their inputs; "
                "run `hpcstats reproduce` without --only."
            )
        what = f"{self.n_files} files with {self.n_numbers} numbers in {self.directory}"
        yield (
            f"{what} ({len(self.changed)} files changed, records included)"
            if self.changed
            else f"{what} (unchanged)"
        )


def reproduce(
    study: Study,
    *,
    only: Iterable[str] | None = None,
    formats: Iterable[str] | None = None,
    output: str | Path | None = None,
    jobs: int | None = None,
    journal: str | None = None,
) -> Report:
    """Run the scripts of a study and write their files, MANIFEST.json and numbers.json.

    Use it to build all outputs, or with `only` some of them: the others, and their records, stay. Nothing is
    written before every script has finished. Files that an earlier MANIFEST.json lists and that no script
    makes any more are removed; other files are left alone. Where study.toml has a table ``[review]``,
    environment.json is among the files, and ro-crate-metadata.json and codecheck.yml are written at the root
    of the study.

    Parameters
    ----------
    study : Study
        The study to build.
    only : iterable of str, optional
        Identifiers, file names or patterns of the scripts to run: ``"figure_03"``, ``"table_*"``.
    formats : iterable of str, optional
        Image formats out of pdf, svg, png, tiff, eps (default: those of study.toml). Image files in the
        formats not named stay.
    output : path, optional
        Directory to write to (default: that of study.toml).
    jobs : int, optional
        Processes to use (default: one per core). 1 runs everything in this process.
    journal : str, optional
        Draw the figures for this journal, in its own formats unless `formats` names others, and write
        everything to ``submission/`` and its name unless `output` names another directory: the committed
        files stay as they are.

    Returns
    -------
    Report
        What was made, changed, skipped and removed; ``print`` shows it.

    Raises
    ------
    HpcstatsError
        If a script fails: all others are run to their end, then one error names each that failed.
    DataError, DesignError, UnsupportedError
        Before any work, for a data directory without files, unknown scripts or formats.

    Notes
    -----
    The bytes written depend on the study, the data and the versions of the packages alone: not on the date,
    the time zone, the hash seed, the place of the directory or the number of processes.

    Examples
    --------
    In the directory of a study (the package docstring of this room has one that runs)::

        study = hs.reproduce.Study.find()
        print(
            hs.reproduce.reproduce(
                study, only=["figure_03"], formats=["tiff"], output="submission"
            )
        )
    """
    study = study if journal is None else study.for_journal(journal)
    scripts = find_scripts(study)
    chosen = select(scripts, only)
    asked, others = image_formats(study, formats)
    directory = output_directory(study, output)
    if jobs is not None and jobs < 1:
        raise DesignError(f"jobs={jobs} processes cannot run anything. Write 1 or more.")
    study.common_inputs()
    check_review(study, directory)
    outcomes = _run_with_progress(chosen, study, asked, jobs)
    return write_outcomes(study, outcomes, directory, scripts, others)


def image_formats(
    study: Study, formats: Iterable[str] | None
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return the image formats to make (None: the journal's own), and those not asked for, whose files stay.

    Raises
    ------
    UnsupportedError
        For an unknown format.
    """
    if formats is None:
        return None if study.is_for_submission else study.formats, ()
    asked = check_formats(formats)
    return asked, tuple(name for name in FORMATS if name not in asked)


def output_directory(study: Study, output: str | Path | None) -> Path:
    """Return where to write; results of other data never go where the study's own belong.

    Raises
    ------
    DesignError
        If the data directory is not the study's own and no output directory is named.
    """
    if output is not None:
        return Path(output).resolve()
    if not study.has_own_data:
        raise DesignError(
            f"{study.output} is for the study's own data, not for those of {study.data}. "
            "Name another directory with --out."
        )
    return study.output


def write_outcomes(
    study: Study,
    outcomes: Sequence[Outcome],
    directory: Path,
    scripts: Sequence[Script],
    other_formats: Sequence[str],
) -> Report:
    """Write the files of finished scripts and bring the records up to date.

    Raises
    ------
    HpcstatsError
        If a script failed; then nothing is written.
    """
    raise_failures(outcomes)
    old = Records.read(directory) or Records()
    present = {script.label for script in scripts}
    reporting = wants_report(study)
    exhibits = all_exhibits(outcomes, directory, present)
    outcomes = with_captions(outcomes, exhibits, known=reporting or study.is_for_submission)
    kept = kept_records(old, present, {outcome.script.label for outcome in outcomes}, other_formats)
    records = records_of(study, outcomes, kept)
    files = {path: content for outcome in outcomes for path, content in sorted(outcome.files.items())}
    if wants_review(study):
        made, records = environment_files(study, records, files, directory)
        files |= made
    if reporting:
        page, records = report_files(study, records, exhibits, files, directory)
        files |= page
    listed = {entry["path"] for entry in records.outputs}
    removed = tuple(entry["path"] for entry in old.outputs if entry["path"] not in listed)
    changed = write_files(directory, files | records.files(), removed)
    changed += write_review(study, records, directory)
    return Report(
        directory=directory,
        outcomes=tuple(outcomes),
        changed=changed,
        removed=removed,
        outdated=tuple(entry["path"] for entry in records.outputs if entry.get("outdated")),
    )


def _run_with_progress(
    scripts: Sequence[Script], study: Study, formats: Sequence[str] | None, jobs: int | None
) -> tuple[Outcome, ...]:
    """Run the scripts under a progress bar, shown where standard error is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    finished: dict[Script, Outcome] = {}
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Building", total=len(scripts))
        for outcome in run_all(scripts, study, formats, jobs):
            finished[outcome.script] = outcome
            progress.update(task, advance=1, description=f"Built {outcome.script.id}")
    return tuple(finished[script] for script in scripts)
