"""The page, the exhibits and the captions among the files of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hpcstats.errors import DataError, DesignError
from hpcstats.reproduce.canonical import sha256
from hpcstats.reproduce.records import Entry, Records
from hpcstats.reproduce.report.captions import captions_text
from hpcstats.reproduce.report.cases import Cases
from hpcstats.reproduce.report.exhibits import EXHIBITS, Exhibit, exhibits_bytes, read_exhibits
from hpcstats.reproduce.report.page import PAGE, page_bytes
from hpcstats.reproduce.review.writing import write_review
from hpcstats.reproduce.running import Outcome
from hpcstats.reproduce.study import Study
from hpcstats.reproduce.writing import write_files

MAKER = "hpcstats report"
_KEYS = ("data_rows",)


def wants_report(study: Study) -> bool:
    """Tell whether study.toml has a table ``[report]``; a submission to a journal has no page of its own.

    Raises
    ------
    DataError
        For an unknown setting in it.
    """
    if "report" not in study.settings:
        return False
    settings = study.settings["report"]
    unknown = [key for key in settings if key not in _KEYS]
    if unknown or not isinstance(settings.get("data_rows", False), bool):
        raise DataError("[report] of study.toml knows one setting: data_rows, true or false.")
    return not study.is_for_submission


def all_exhibits(outcomes: Sequence[Outcome], directory: Path, present: Iterable[str]) -> tuple[Exhibit, ...]:
    """Join the exhibits of a run with those that an earlier run left, in the order of their scripts."""
    rebuilt = {outcome.script.label for outcome in outcomes}
    staying = set(present) - rebuilt
    kept = [exhibit for exhibit in read_exhibits(directory) if exhibit.script in staying]
    fresh = [outcome.exhibit for outcome in outcomes if outcome.exhibit is not None]
    return tuple(sorted((*kept, *fresh), key=lambda exhibit: exhibit.script))


def with_captions(
    outcomes: Sequence[Outcome], exhibits: Sequence[Exhibit], *, known: bool
) -> tuple[Outcome, ...]:
    """Add the captions of all outputs to the texts that ask for them.

    Raises
    ------
    DesignError
        If the captions of outputs built earlier are not kept.
    """
    asking = [outcome for outcome in outcomes if outcome.exhibit and outcome.exhibit.content.get("captions")]
    if asking and not known:
        raise DesignError(
            f"{asking[0].script.label} asks for the captions of all outputs, which are kept from run to run "
            "only where study.toml has a table [report]. Add it."
        )
    more = f"\n{captions_text(exhibits)}\n".encode()
    return tuple(
        replace(outcome, files={path: content + more for path, content in outcome.files.items()})
        if outcome in asking
        else outcome
        for outcome in outcomes
    )


def report_files(
    study: Study, records: Records, exhibits: Sequence[Exhibit], fresh: Mapping[str, bytes], directory: Path
) -> tuple[dict[str, bytes], Records]:
    """Write exhibits.json and the page, and list both in the records.

    Parameters
    ----------
    fresh : Mapping
        Files of this run by path; others are read from `directory`.
    """

    def content(path: str) -> bytes | None:
        file = directory / path
        return fresh[path] if path in fresh else file.read_bytes() if file.is_file() else None

    rows = bool(study.settings.get("report", {}).get("data_rows", False))
    page = page_bytes(
        title=study.title,
        seed=study.seed,
        exhibits=exhibits,
        numbers=records.numbers,
        outputs=records.outputs,
        cases=Cases.read(study.data, with_rows=rows),
        content=content,
    )
    files = {EXHIBITS: exhibits_bytes(exhibits), PAGE: page}
    inputs = sorted({label for entry in records.outputs for label in entry["inputs"]})
    listed: list[dict[str, Any]] = [
        {"path": path, "sha256": sha256(made), "script": MAKER, "inputs": inputs}
        for path, made in files.items()
    ]
    kept: list[Entry] = [entry for entry in records.outputs if entry["path"] not in files]
    outputs = tuple(sorted((*kept, *listed), key=lambda entry: str(entry["path"])))
    return files, replace(records, outputs=outputs)


def report_page(study: Study, output: str | Path | None = None) -> Path:
    """Write the page of a study again, from its outputs as they stand; nothing is computed.

    Use it after the settings of ``[report]`` or the citations changed, or to put the page somewhere else.
    `reproduce` writes it in any case.

    Parameters
    ----------
    study : Study
        A study that has been built, and whose study.toml has a table ``[report]``.
    output : path, optional
        File to write. Default: report.html among the outputs of the study, where the manifest follows.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    DataError
        If the study has not been built.

    Examples
    --------
    In the directory of a study::

        hs.reproduce.report_page(hs.reproduce.Study.find(), "for_reviewers.html")
    """
    records, exhibits = Records.read(study.output), read_exhibits(study.output)
    if records is None or not exhibits or not wants_report(study):
        raise DataError(
            f"{study.output} holds no {EXHIBITS}, which the page is made from. See that study.toml has a "
            "table [report], and run `hpcstats reproduce`."
        )
    files, listed = report_files(study, records, exhibits, {}, study.output)
    if output is not None:
        path = Path(output).resolve()
        path.write_bytes(files[PAGE])
        return path
    write_files(study.output, files | listed.files())
    write_review(study, listed, study.output)
    return study.output / PAGE
