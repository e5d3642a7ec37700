"""A study with its outputs as they lie on disk, every path relative to the root of the study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hpcstats.errors import DataError
from hpcstats.reproduce.records import MANIFEST, NUMBERS, Entry, Records
from hpcstats.reproduce.report.exhibits import Exhibit, heading, plain_text, read_exhibits
from hpcstats.reproduce.review.citation import CITATION, Citation
from hpcstats.reproduce.review.environment_record import ENVIRONMENT, LOCK, Record, read_environment
from hpcstats.reproduce.scripts import Script
from hpcstats.reproduce.study import Study

MAKER = "hpcstats reproduce"
DESCRIPTOR = "datapackage.json"

# What a person opens first of an output: its picture, else its text, else its numbers.
_MAIN = (".pdf", ".svg", ".png", ".tiff", ".eps", ".md", ".html", ".csv")
_IMAGES = frozenset(_MAIN[:5])


@dataclass(frozen=True)
class Bundle:
    """What the files for reviewers and archives are written from.

    Attributes
    ----------
    study : Study
    records : Records
        The manifest and the numbers of its output directory.
    """

    study: Study
    records: Records

    @cached_property
    def citation(self) -> Citation:
        """CITATION.cff beside ``analyses/``."""
        return Citation.read(self.study.root)

    @cached_property
    def environment(self) -> Record:
        """environment.json."""
        return read_environment(self.study.output)

    @cached_property
    def exhibits(self) -> Mapping[str, Exhibit]:
        """What the outputs show, by script, where the study has a page of the report."""
        return {exhibit.script: exhibit for exhibit in read_exhibits(self.study.output)}

    @cached_property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """What a datapackage.json beside or above the data says of its files, by path."""
        return {
            path: resource
            for label in self.documents
            if label.endswith(DESCRIPTOR)
            for path, resource in _resources(self.study, label)
        }

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """Paths of what describes the whole: citation, licence, lock, and what describes the data."""
        data, root = self.study.data, self.study.root
        around = [
            place / name
            for place in (data, data.parent)
            if place != root and place.is_relative_to(root)
            for name in (DESCRIPTOR, "README.md")
        ]
        files = [*(root / name for name in (CITATION, "LICENSE", LOCK)), *around]
        return tuple(sorted({self.study.label(file) for file in files if file.is_file()}))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Paths of the data, the scripts and the settings, as far as they still exist."""
        return tuple(label for label in self.records.inputs if (self.study.root / label).is_file())

    @cached_property
    def outputs(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries of the manifest by what made them, with `path` relative to the root of the study."""
        made: dict[str, list[Entry]] = {}
        own = [
            {"path": name, "script": MAKER, "inputs": list(self.records.inputs)}
            for name in (MANIFEST, NUMBERS)
        ]
        for entry in (*self.records.outputs, *own):
            made.setdefault(entry["script"], []).append(entry | {"path": self.output(entry["path"])})
        return {script: tuple(entries) for script, entries in sorted(made.items())}

    def output(self, path: str) -> str:
        """Return the path of an output relative to the root of the study."""
        return self.study.label(self.study.output / path)

    def content(self, label: str) -> bytes:
        """Read a file of the study.

        Raises
        ------
        DataError
            If it is not there.
        """
        file = self.study.root / label
        if not file.is_file():
            raise DataError(f"{file} does not exist. Run `hpcstats reproduce`.")
        return file.read_bytes()

    def title(self, maker: str) -> str:
        """Name what a script makes as the paper does: ``"Figure 3. Time to spinal metastasis"``."""
        if not maker.endswith(".py"):
            return "Records of the run" if maker == MAKER else "Page of the report"
        script = self.script(maker)
        kind = "text" if script.id == script.stem else "figure" if script.draws else "table"
        known = Exhibit(id=script.id, stem=script.stem, script=maker, kind=kind, content={})  # type: ignore[arg-type]
        return heading(self.exhibits.get(maker, known))

    def caption(self, maker: str) -> str:
        """Return the caption of a figure or table; empty where it is not known."""
        exhibit = self.exhibits.get(maker)
        return plain_text(exhibit.content.get("caption", ())) if exhibit else ""

    def script(self, maker: str) -> Script:
        """Return a script by its path."""
        return Script(path=self.study.root / maker, label=maker)

    def main_files(self, maker: str) -> tuple[str, ...]:
        """Return the file to look at of an output, and the table of its numbers where that is another."""
        paths = {Path(entry["path"]).suffix: entry["path"] for entry in self.outputs[maker]}
        kinds = [kind for kind in _MAIN if kind in paths]
        if maker.endswith(".py") and self.script(maker).stem.startswith("table_"):
            kinds.sort(key=lambda kind: kind != ".csv")
        first = [paths[kind] for kind in kinds[:1]] or [self.outputs[maker][0]["path"]]
        drawn = [paths[".csv"]] if kinds and kinds[0] in _IMAGES and ".csv" in paths else []
        return (*first, *drawn)


def environment_path(bundle: Bundle) -> str:
    """Return the path of environment.json relative to the root of the study."""
    return bundle.output(ENVIRONMENT)


def _resources(study: Study, label: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Read the resources of a data package by their path relative to the root of the study."""
    file = study.root / label
    try:
        resources = json.loads(file.read_bytes()).get("resources", [])
        named = [(file.parent / one["path"], one) for one in resources if isinstance(one.get("path"), str)]
    except (ValueError, AttributeError, TypeError) as error:
        raise DataError(f"{file} cannot be read ({type(error).__name__}: {error}).") from error
    return [(study.label(path), one) for path, one in named]
