"""Rebuild a study and compare with what is committed, file by file and number by number."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hpcstats.errors import DataError
from hpcstats.reproduce.canonical import sha256
from hpcstats.reproduce.comparison import Comparison, close, compare_file, same_text
from hpcstats.reproduce.rebuild import reproduce
from hpcstats.reproduce.records import MANIFEST, NUMBERS, Records
from hpcstats.reproduce.review.environment_record import (
    ENVIRONMENT,
    differences_here,
    environment_difference,
    read_environment,
)
from hpcstats.reproduce.review.writing import REVIEW_FILES, review_notes, review_problems, wants_review
from hpcstats.reproduce.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a rebuild showed.

    Attributes
    ----------
    n_files, n_numbers : int
        Committed files and numbers that were compared, the two records included among the files.
    problems : tuple of str
        One sentence a file or number that differs, is missing, or that no script makes.
    information : tuple of str
        What differs without being wrong: versions of packages and fonts, skipped scripts, what the crate
        leaves open.
    methods : Mapping
        How many files were compared in which way.
    tolerance : bool
        Whether differences below the tolerances were let pass.
    """

    n_files: int
    n_numbers: int
    problems: tuple[str, ...]
    information: tuple[str, ...]
    methods: Mapping[str, int]
    tolerance: bool

    @property
    def ok(self) -> bool:
        """Whether everything committed is what the scripts make."""
        return not self.problems

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield from self.problems
        yield from (f"Note: {text}" for text in self.information)
        if self.tolerance:
            yield "Compared with tolerance; numbers agree to 1e-8, relative or absolute:"
            yield from (f"  {count} files {how}" for how, count in self.methods.items())
        scale = f"{self.n_files} files, {self.n_numbers} numbers"
        if not self.ok:
            found = "1 difference" if len(self.problems) == 1 else f"{len(self.problems)} differences"
            yield f"Not verified: {found} ({scale} compared)."
        else:
            how = "equal within tolerance" if self.tolerance else "equal byte for byte"
            yield f"Verified: {scale}, {how}."


def verify(study: Study, *, tolerance: bool = False, jobs: int | None = None) -> Verification:
    """Rebuild the study in a temporary directory and compare it with its committed outputs.

    Parameters
    ----------
    study : Study
        The study whose committed outputs are checked.
    tolerance : bool
        Let pass what another platform may change: numbers within 1e-8 (relative or absolute), PNG and TIFF
        with nearly the same pixels, SVG, PDF and EPS with the same drawing operations at places within half a
        point. Words, colours and the set of files must be the same.
    jobs : int, optional
        Processes to use (default: one per core).

    Returns
    -------
    Verification
        All differences, and how each file was compared; ``print`` shows it.

    Raises
    ------
    DataError
        If there is nothing committed to compare with.
    HpcstatsError
        If a script fails.

    Examples
    --------
    In the directory of a study (the package docstring of this room has one that runs)::

        result = hs.reproduce.verify(hs.reproduce.Study.find(), tolerance=True)
        assert result.ok, result.problems
    """
    committed = Records.read(study.output)
    if committed is None:
        raise DataError(
            f"{study.output} holds no {MANIFEST} to compare with. Run `hpcstats reproduce` first."
        )
    with tempfile.TemporaryDirectory(prefix="hpcstats-verify-") as name:
        rebuilt = Path(name).resolve() / "outputs"
        reproduce(study, output=rebuilt, jobs=jobs)
        fresh = Records.read(rebuilt) or Records()
        compared = _compared(study.output, rebuilt, committed, fresh, tolerance)
    return _reviewed(compared, study, committed) if wants_review(study) else compared


def _compared(old: Path, new: Path, committed: Records, fresh: Records, tolerance: bool) -> Verification:
    before, after = _files(old), _files(new)
    problems = [f"missing: {path}, which {_script(path, fresh)} makes" for path in sorted(after - before)]
    problems += [f"extra: {path}, which no script makes" for path in sorted(before - after)]
    methods: Counter[str] = Counter()
    for path in sorted(before & after - {MANIFEST, NUMBERS}):
        result = _compared_file(path, (old / path).read_bytes(), (new / path).read_bytes(), tolerance)
        methods[result.how] += 1
        if result.difference:
            problems.append(f"differs: {path}: {result.difference}")
    problems += [f"number {change}" for change in number_changes(committed, fresh, tolerance=tolerance)]
    problems += [f"{MANIFEST}: {change}" for change in _manifest_changes(committed, fresh, old, tolerance)]
    return Verification(
        n_files=len(before),
        n_numbers=len(committed.numbers),
        problems=tuple(problems),
        information=tuple(_information(committed, fresh)),
        methods=dict(sorted(methods.items())),
        tolerance=tolerance,
    )


def _compared_file(path: str, old: bytes, new: bytes, tolerance: bool) -> Comparison:
    if path == ENVIRONMENT and old != new:
        return Comparison(how="by what is locked", difference=environment_difference(old, new))
    return compare_file(path, old, new, tolerance=tolerance)


def _reviewed(compared: Verification, study: Study, committed: Records) -> Verification:
    """Add what is wrong with the crate and codecheck.yml, and what is not as recorded here."""
    notes: list[str] = []
    problems = list(review_problems(study, committed))
    if not problems:
        notes += review_notes(study, committed)
        notes += differences_here(read_environment(study.output), committed.versions)
    return replace(
        compared,
        n_files=compared.n_files + len(REVIEW_FILES),
        problems=(*compared.problems, *problems),
        information=(*compared.information, *notes),
    )


def _files(directory: Path) -> set[str]:
    paths = (path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not any(part.startswith(".") for part in path.parts)}


def _script(path: str, records: Records) -> str:
    return next((str(entry["script"]) for entry in records.outputs if entry["path"] == path), "every run")


def number_changes(old: Records, new: Records, *, tolerance: bool = False) -> Iterator[str]:
    """Describe every number that is new, gone or different, with its old and new value."""
    before = {entry["id"]: entry for entry in old.numbers}
    after = {entry["id"]: entry for entry in new.numbers}
    for identifier in sorted({*before, *after}):
        one, two = before.get(identifier), after.get(identifier)
        if one is None or two is None:
            yield f"{identifier}: {_printed(one)} -> {_printed(two)}"
            continue
        if not (
            _same_value(one["value"], two["value"], tolerance)
            and _same_words(one["text"], two["text"], tolerance)
        ):
            yield f"{identifier}: {_printed(one)} -> {_printed(two)}"
        for name in ("how", "script", "patients", "sources"):
            if one.get(name) != two[name]:
                yield f"{identifier}: {name} {one.get(name)!r} -> {two[name]!r}"


def _printed(entry: Mapping[str, Any] | None) -> str:
    return "absent" if entry is None else f"{entry.get('value')} (printed {entry.get('text')!r})"


def _same_value(old: object, new: object, tolerance: bool) -> bool:
    numbers = all(isinstance(value, (int, float)) for value in (old, new))
    return close(old, new) if tolerance and numbers else old == new  # type: ignore[arg-type]


def _same_words(old: str, new: str, tolerance: bool) -> bool:
    return same_text(old, new) if tolerance else old == new


def _manifest_changes(old: Records, new: Records, directory: Path, tolerance: bool) -> Iterator[str]:
    yield from _mapping_changes("study", old.study, new.study)
    yield from _mapping_changes("input", old.inputs, new.inputs)
    yield from _mapping_changes("skipped", old.skipped, new.skipped)
    rebuilt = {entry["path"]: entry for entry in new.outputs}
    for entry in old.outputs:
        path, file = entry["path"], directory / entry["path"]
        if file.is_file() and sha256(file.read_bytes()) != entry.get("sha256"):
            yield f"sha256 of {path} is not that of the file"
        described = {name: entry.get(name) for name in ("script", "inputs", "outdated")}
        if path in rebuilt and described != {name: rebuilt[path].get(name) for name in described}:
            yield f"{path} is recorded with another script or other or older inputs; run `hpcstats reproduce`"
    listed = {entry["path"] for entry in old.outputs}
    yield from (
        f"{path} is not listed" for path in sorted(set(rebuilt) - listed) if (directory / path).is_file()
    )
    if not tolerance and old.versions == new.versions and not _canonical(directory, old):
        yield "the records are not written as this version writes them"


def _mapping_changes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield f"{name} {key}: {_brief(old.get(key))} -> {_brief(new.get(key))}"


def _brief(value: object) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) != len(sha256(b"")) else f"{text[:12]}…"


def _canonical(directory: Path, records: Records) -> bool:
    return all((directory / path).read_bytes() == content for path, content in records.files().items())


def _information(old: Records, new: Records) -> Iterator[str]:
    for change in _mapping_changes("version of", old.versions, new.versions):
        yield f"{change} (committed -> here)"
    yield from (f"{script} was skipped: {reason}" for script, reason in new.skipped.items())
