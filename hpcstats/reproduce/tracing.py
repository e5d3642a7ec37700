"""From a printed number back to its patients and their papers."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hpcstats.errors import DataError
from hpcstats.reproduce.canonical import sha256
from hpcstats.reproduce.citations import cited, read_rows
from hpcstats.reproduce.records import NUMBERS, Records
from hpcstats.reproduce.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One number with everything it rests on.

    Attributes
    ----------
    id, text, how, script : str
    value : float, int, str or None
    inputs : tuple of str
        Files it was made from.
    patients : Mapping
        Citation of the source by patient; empty where the data name none.
    sources : Mapping
        Citation by source identifier, for sources it rests on directly.
    changed : tuple of str
        Inputs that are no longer what they were when the number was made.
    """

    id: str
    value: float | int | str | None
    text: str
    how: str
    script: str
    inputs: tuple[str, ...]
    patients: Mapping[str, str]
    sources: Mapping[str, str]
    changed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.id
        yield f"  printed  {self.text}"
        yield f"  value    {'not estimable' if self.value is None else self.value}"
        yield f"  how      {self.how}"
        yield f"  script   {self.script}"
        yield f"  inputs   {', '.join(self.inputs)}"
        if self.changed:
            yield f"  changed since it was made: {', '.join(self.changed)}. Run `hpcstats reproduce`."
        yield from _listed("patients", self.patients)
        yield from _listed("sources", self.sources)
        if not self.patients and not self.sources:
            yield "  It rests on no patient and no source."


def trace(identifier: str, study: Study | None = None) -> Trace:
    """Follow a number of the committed outputs back to its patients and publications.

    Parameters
    ----------
    identifier : str
        The number's id as in numbers.json, such as ``"table_02.spinal_metastasis.5_years.estimate"``; or a
        beginning of it that fits one number only.
    study : Study, optional
        Default: the study of the current directory.

    Returns
    -------
    Trace
        The number with its inputs, patients and citations; ``print`` shows it.

    Raises
    ------
    DataError
        If there is no such number (with the closest that exist), if the beginning fits several, or if the
        study has not been built.

    See Also
    --------
    numbers_named : all numbers below a beginning.

    Examples
    --------
    In the directory of a study (the package docstring of this room has one that runs)::

        print(hs.reproduce.trace("figure_03.median"))
    """
    study = Study.find() if study is None else study
    records = _records(study)
    fitting = _fitting(records, identifier)
    if not fitting:
        near = difflib.get_close_matches(
            identifier, [entry["id"] for entry in records.numbers], n=5, cutoff=0.4
        )
        hint = "\n  ".join(("The closest are:", *near)) if near else "`hpcstats trace ''` lists all."
        raise DataError(f"There is no number {identifier!r} in {study.label(study.output / NUMBERS)}. {hint}")
    if len(fitting) > 1:
        ids = "\n  ".join(entry["id"] for entry in fitting)
        raise DataError(f"{identifier!r} fits {len(fitting)} numbers. Name one of:\n  {ids}")
    return _traced(fitting[0], records, study)


def numbers_named(beginning: str, study: Study | None = None) -> dict[str, str]:
    """List the committed numbers whose identifier is, or begins with, `beginning`.

    Parameters
    ----------
    beginning : str
        An identifier or its beginning, such as ``"table_02."``; the empty text fits all.
    study : Study, optional
        Default: the study of the current directory.

    Returns
    -------
    dict
        The printed text by identifier.

    Raises
    ------
    DataError
        If the study has not been built.

    Examples
    --------
    In the directory of a study::

        hs.reproduce.numbers_named("figure_03.")
    """
    study = Study.find() if study is None else study
    return {entry["id"]: entry["text"] for entry in _fitting(_records(study), beginning)}


def _records(study: Study) -> Records:
    records = Records.read(study.output)
    if records is None:
        raise DataError(f"{study.output} holds no records of a run. Run `hpcstats reproduce` first.")
    return records


def _fitting(records: Records, beginning: str) -> list[dict[str, Any]]:
    exact = [entry for entry in records.numbers if entry["id"] == beginning]
    return exact or [entry for entry in records.numbers if entry["id"].startswith(beginning)]


def _traced(entry: Mapping[str, Any], records: Records, study: Study) -> Trace:
    inputs = sorted(
        {label for made in records.outputs if made["script"] == entry["script"] for label in made["inputs"]}
    )
    citations = {
        row["source_id"]: _citation(row) for row in read_rows(study.data / "sources.csv", "source_id")
    }
    source_of = {
        row["patient_id"]: row.get("source_id") or ""
        for row in read_rows(study.data / "patients.csv", "patient_id")
    }
    return Trace(
        **{name: entry[name] for name in ("id", "value", "text", "how", "script")},
        inputs=tuple(inputs),
        patients={
            patient: citations.get(source_of.get(patient, ""), source_of.get(patient, ""))
            for patient in entry["patients"]
        },
        sources={source: citations.get(source, "") for source in entry["sources"]},
        changed=tuple(label for label in inputs if _changed(label, records, study)),
    )


def _changed(label: str, records: Records, study: Study) -> bool:
    file = study.data / label.removeprefix("(data)/") if label.startswith("(data)/") else study.root / label
    return not file.is_file() or sha256(file.read_bytes()) != records.inputs.get(label)


def _citation(row: Mapping[str, str]) -> str:
    """Cite a publication with its DOI."""
    words = cited(row)
    return f"{words} doi:{row['doi']}" if row.get("doi") else words


def _listed(name: str, citations: Mapping[str, str]) -> Iterator[str]:
    if not citations:
        return
    yield f"  {name} ({len(citations)})"
    width = max(map(len, citations))
    yield from (f"    {key:<{width}}  {citation}".rstrip() for key, citation in citations.items())
