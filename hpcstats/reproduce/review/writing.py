"""The files for reviewers and archives among the files of a run, and whether they are right."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from hpcstats.errors import DataError, HpcstatsError
from hpcstats.reproduce.canonical import sha256
from hpcstats.reproduce.comparison import compare_file
from hpcstats.reproduce.environment import versions
from hpcstats.reproduce.records import Records
from hpcstats.reproduce.review.bundle import MAKER, Bundle
from hpcstats.reproduce.review.citation import Citation
from hpcstats.reproduce.review.codecheck import CODECHECK, codecheck_bytes, parse_codecheck
from hpcstats.reproduce.review.crate import CRATE, crate_bytes, omissions
from hpcstats.reproduce.review.environment_record import (
    ENVIRONMENT,
    LOCK,
    environment_bytes,
    environment_record,
    read_environment,
)
from hpcstats.reproduce.study import Study
from hpcstats.reproduce.writing import write_files

REVIEW_FILES = (CRATE, CODECHECK)
_KEYS = ("description", "tested")


def wants_review(study: Study) -> bool:
    """Tell whether study.toml has a table ``[review]``; a submission to a journal has no such files.

    Raises
    ------
    DataError
        For an unknown setting in it, or data or outputs that the crate cannot hold.
    """
    if "review" not in study.settings or study.is_for_submission:
        return False
    settings = study.settings["review"]
    tested, description = settings.get("tested", ()), settings.get("description", "")
    texts = [description, *tested] if isinstance(tested, tuple) else [None]
    if any(key not in _KEYS for key in settings) or not all(isinstance(text, str) for text in texts):
        raise DataError(
            "[review] of study.toml knows two settings: description, a text; tested, a list of texts."
        )
    places = [study.output, *([study.data] if study.has_own_data else []), *study.inputs.values()]
    outside = [place for place in places if not place.is_relative_to(study.root)]
    if outside:
        raise DataError(
            f"{CRATE} describes what lies below {study.root}, and {outside[0]} does not. "
            "Move it there, or take [review] out of study.toml."
        )
    return True


def check_review(study: Study, directory: Path) -> None:
    """Raise, before any work, for what the files at the root could not be written from.

    Raises
    ------
    DataError
        As `wants_review`, or for a CITATION.cff or codecheck.yml that cannot be read.
    """
    if _belongs_here(study, directory):
        Citation.read(study.root)
        parse_codecheck(_present(study, CODECHECK))


def environment_files(
    study: Study, records: Records, fresh: Mapping[str, bytes], directory: Path
) -> tuple[dict[str, bytes], Records]:
    """Write environment.json, and list it in the records.

    Parameters
    ----------
    fresh : Mapping
        Files of this run by path; others are read from `directory`.
    """
    lock = study.root / LOCK
    paths = [entry["path"] for entry in records.outputs if entry["path"].endswith(".pdf")]
    record = environment_record(
        lock,
        python=versions()["python"],
        tested=study.settings["review"].get("tested", ()),
        drawings=[fresh[path] if path in fresh else _read(directory / path) for path in paths],
        known=read_environment(study.output),
    )
    content = environment_bytes(record)
    locks = {study.label(lock): sha256(lock.read_bytes())} if lock.is_file() else {}
    inputs = [study.label(study.file), *locks]
    entry = {"path": ENVIRONMENT, "sha256": sha256(content), "script": MAKER, "inputs": inputs}
    outputs = [one for one in records.outputs if one["path"] != ENVIRONMENT]
    listed = replace(
        records,
        outputs=tuple(sorted([*outputs, entry], key=lambda one: str(one["path"]))),
        inputs=dict(sorted({**records.inputs, **locks}.items())),
    )
    return {ENVIRONMENT: content}, listed


def write_review(study: Study, records: Records, directory: Path) -> tuple[str, ...]:
    """Write the crate and codecheck.yml at the root of the study; return which of them changed.

    Nothing is written for outputs in another directory, or of other data, than the study's own.
    """
    if not _belongs_here(study, directory):
        return ()
    bundle = Bundle(study=study, records=records)
    files = {CRATE: crate_bytes(bundle), CODECHECK: codecheck_bytes(bundle, _present(study, CODECHECK))}
    return write_files(study.root, files)


def review_problems(study: Study, records: Records) -> Iterator[str]:
    """Describe what is wrong with the committed crate and codecheck.yml: each is compared with the files."""
    bundle = Bundle(study=study, records=records)
    for name in REVIEW_FILES:
        present = _present(study, name)
        if present is None:
            yield f"missing: {name}, which {MAKER} makes"
            continue
        wrong = list(_untrue(study, present)) if name == CRATE else []
        yield from (f"{name}: {problem}" for problem in wrong)
        try:
            made = crate_bytes(bundle) if name == CRATE else codecheck_bytes(bundle, present)
        except HpcstatsError as error:
            yield f"{name}: {error}"
            continue
        difference = compare_file("any.txt", present, made, tolerance=False).difference
        if difference and not wrong:
            yield f"differs: {name}: {difference}"


def review_notes(study: Study, records: Records) -> Iterator[str]:
    """Say what the crate would have to state and the study does not."""
    missing = ", ".join(omissions(Bundle(study=study, records=records)))
    if missing:
        yield f"{CRATE} does not state what no file of the study does: {missing}. CITATION.cff is the place."


def _belongs_here(study: Study, directory: Path) -> bool:
    """Tell whether outputs in a directory are those that the files at the root describe."""
    return wants_review(study) and directory == study.output and study.has_own_data


def _untrue(study: Study, crate: bytes) -> Iterator[str]:
    """Check every file that a crate names: it is there, with the stated size and SHA-256."""
    try:
        entities: list[dict[str, Any]] = json.loads(crate)["@graph"]
        files = [one for one in entities if "File" in one["@type"]]
        named = [(unquote(one["@id"]), one.get("contentSize"), one.get("sha256")) for one in files]
    except (ValueError, LookupError, TypeError) as error:
        yield f"cannot be read ({type(error).__name__}: {error})"
        return
    for path, size, digest in named:
        file = study.root / path
        content = file.read_bytes() if file.is_file() else None
        if content is None:
            yield f"names {path}, which does not exist"
        elif digest is not None and digest != sha256(content):
            yield f"sha256 of {path} is not that of the file"
        elif size is not None and size != str(len(content)):
            yield f"contentSize of {path} is {size}, the file has {len(content)} bytes"


def _present(study: Study, name: str) -> bytes | None:
    file = study.root / name
    return file.read_bytes() if file.is_file() else None


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""
