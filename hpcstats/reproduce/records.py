"""MANIFEST.json and numbers.json: what was made, from what, by what, and every number in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hpcstats.errors import DataError
from hpcstats.numbers import Number
from hpcstats.reproduce.canonical import sha256, to_json
from hpcstats.reproduce.environment import versions
from hpcstats.reproduce.running import Outcome
from hpcstats.reproduce.study import Study
from hpcstats.results import plain

MANIFEST = "MANIFEST.json"
NUMBERS = "numbers.json"

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records of an output directory.

    Attributes
    ----------
    outputs : tuple of dict
        A dictionary an output file: path, sha256, script, inputs, and `outdated` (the inputs that have
        changed since) where it was kept from an earlier run.
    numbers : tuple of dict
        A dictionary a number: id, value, text, how, script, patients, sources.
    inputs : Mapping
        SHA-256 by input file.
    skipped : Mapping
        Reason by script.
    study, versions : Mapping
        Title and seed; versions of the packages that made the outputs.
    """

    outputs: tuple[Entry, ...] = ()
    numbers: tuple[Entry, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    study: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path) -> Records | None:
        """Read the records of a directory; None where there are none.

        Raises
        ------
        DataError
            If they are not what this package writes.
        """
        if not (directory / MANIFEST).is_file():
            return None
        try:
            manifest = json.loads((directory / MANIFEST).read_bytes())
            numbers = json.loads((directory / NUMBERS).read_bytes())
            parts = {name: manifest[name] for name in ("inputs", "skipped", "study", "versions")}
            paths = [
                str(entry["path"]) for entry in manifest["outputs"] if entry["script"] and entry["inputs"]
            ]
            ids = [str(entry["id"]) for entry in numbers if entry["script"]]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise DataError(
                f"{MANIFEST} or {NUMBERS} in {directory} cannot be read ({type(error).__name__}: {error}). "
                f"Delete {MANIFEST} and run `hpcstats reproduce`."
            ) from error
        if any(Path(path).is_absolute() or ".." in Path(path).parts for path in paths):
            raise DataError(f"{MANIFEST} in {directory} names files outside that directory. Delete it.")
        if len(set(ids)) < len(ids):
            raise DataError(f"{NUMBERS} in {directory} holds an identifier twice. Run `hpcstats reproduce`.")
        return cls(outputs=tuple(manifest["outputs"]), numbers=tuple(numbers), **parts)

    def files(self) -> dict[str, bytes]:
        """Return the two files as bytes, the manifest last."""
        numbers = to_json(list(self.numbers)).encode("utf-8")
        manifest = {
            "study": dict(self.study),
            "versions": dict(self.versions),
            "numbers": {"path": NUMBERS, "sha256": sha256(numbers), "count": len(self.numbers)},
            "skipped": dict(self.skipped),
            "inputs": dict(self.inputs),
            "outputs": list(self.outputs),
        }
        return {NUMBERS: numbers, MANIFEST: to_json(manifest).encode("utf-8")}


def kept_records(old: Records, present: set[str], rebuilt: set[str], other_formats: Sequence[str]) -> Records:
    """Choose what a run leaves as it is.

    Parameters
    ----------
    old : Records
        The records as they stand.
    present, rebuilt : set of str
        The scripts that exist, and those that this run executes.
    other_formats : sequence of str
        Image formats that were not asked for this time, whose files stay.
    """
    staying = present - rebuilt
    suffixes = tuple(f".{name}" for name in other_formats)

    def stays(entry: Entry) -> bool:
        return entry["script"] in (present if suffixes and entry["path"].endswith(suffixes) else staying)

    return replace(
        old,
        outputs=tuple(entry for entry in old.outputs if stays(entry)),
        numbers=tuple(entry for entry in old.numbers if entry["script"] in staying),
        skipped={script: reason for script, reason in old.skipped.items() if script in staying},
    )


def records_of(study: Study, outcomes: Sequence[Outcome], kept: Records) -> Records:
    """Make the records of a run, on top of what is `kept` of an earlier one."""
    common = _hashes(study, study.common_inputs())
    own = {
        outcome.script.label: _hashes(study, (outcome.script.path, *outcome.modules)) for outcome in outcomes
    }
    still_used = {label for entry in kept.outputs for label in entry["inputs"]}
    inputs = {label: digest for label, digest in kept.inputs.items() if label in still_used} | common
    for hashes in own.values():
        inputs |= hashes
    outputs = [_dated(entry, kept, inputs, common) for entry in kept.outputs]
    numbers = list(kept.numbers)
    for outcome in outcomes:
        used = sorted({*common, *own[outcome.script.label]})
        outputs += [_output_entry(path, content, outcome, used) for path, content in outcome.files.items()]
        numbers += [_number_entry(number, outcome) for number in outcome.numbers]
    skipped = {outcome.script.label: outcome.skipped for outcome in outcomes if outcome.skipped}
    return Records(
        outputs=tuple(sorted(outputs, key=lambda entry: entry["path"])),
        numbers=tuple(sorted(numbers, key=lambda entry: entry["id"])),
        inputs=dict(sorted(inputs.items())),
        skipped=dict(sorted({**kept.skipped, **skipped}.items())),
        study={"title": study.title, "seed": study.seed}
        | ({"journal": study.journal} if study.journal else {}),
        versions=versions(),
    )


def _hashes(study: Study, paths: Sequence[Path]) -> dict[str, str]:
    return {study.label(path): sha256(path.read_bytes()) for path in paths}


def _dated(entry: Entry, kept: Records, inputs: Mapping[str, str], common: Mapping[str, str]) -> Entry:
    """Mark a kept output with the inputs that are no longer those it was made from."""
    changed = {label for label in entry["inputs"] if kept.inputs.get(label) != inputs.get(label)}
    changed |= set(common).difference(entry["inputs"]) | set(entry.get("outdated", ()))
    if dict(kept.versions) != versions():
        changed.add("versions")
    return {**entry, "outdated": sorted(changed)} if changed else entry


def _output_entry(path: str, content: bytes, outcome: Outcome, inputs: list[str]) -> Entry:
    return {"path": path, "sha256": sha256(content), "script": outcome.script.label, "inputs": inputs}


def _number_entry(number: Number, outcome: Outcome) -> Entry:
    return {
        "id": number.id,
        "value": plain(number.value),
        "text": number.text,
        "how": number.how,
        "script": outcome.script.label,
        "patients": list(number.patients),
        "sources": list(number.sources),
    }
