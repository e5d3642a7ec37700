"""Where finished cells are kept: a file with a line for each, which an interrupted run leaves whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.calibration.cells import Cell, Finished
from tests.calibration.code_version import ROOT, code_version

FILE = ROOT / "build" / "calibration" / "cells.jsonl"


class Store:
    """Finished cells by scenario, method, seed, replicates and version of the code.

    Parameters
    ----------
    file : Path
        One JSON object a line. A line that a stop has cut short is passed over.
    version : callable
        From a table to the version of the code whose results are wanted.
    """

    def __init__(self, file: Path = FILE, version: Callable[[str], str] = code_version) -> None:
        self.file, self.version = file, version
        self._found: dict[str, tuple[list[dict[str, Any]], float]] = {}
        for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            self._found[_name(entry["cell"])] = (entry["rows"], entry["seconds"])

    def get(self, cell: Cell) -> Finished | None:
        """Return a finished cell, None where it has not been run."""
        entry = self._found.get(_name(cell.key(self.version(cell.table))))
        return None if entry is None else Finished(cell=cell, rows=entry[0], seconds=entry[1])

    def add(self, finished: Finished) -> None:
        """Write a finished cell at once."""
        key = finished.cell.key(self.version(finished.cell.table))
        self._found[_name(key)] = (finished.rows, finished.seconds)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        whole = not self.file.is_file() or self.file.read_bytes()[-1:] in {b"", b"\n"}
        line = json.dumps({"cell": key, "seconds": round(finished.seconds, 3), "rows": finished.rows})
        with self.file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(f"{'' if whole else chr(10)}{line}\n")

    def forget(self, cells: Iterable[Cell]) -> None:
        """Take no notice of what was found for these cells: they are run afresh."""
        for cell in cells:
            self._found.pop(_name(cell.key(self.version(cell.table))), None)


def _name(key: dict[str, Any]) -> str:
    return json.dumps(key, sort_keys=True)
