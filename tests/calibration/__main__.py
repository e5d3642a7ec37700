"""The programme by hand: ``python -m tests.calibration --help``."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from tests.calibration import programme, results
from tests.calibration.cells import Cell, all_cells
from tests.calibration.store import FILE, Store


def main() -> None:
    """Run the cells asked for, and write their tables to a directory."""
    asked = _parser().parse_args()
    chosen = [
        _limited(cell, asked.most) for cell in all_cells() if all(part in _words(cell) for part in asked.only)
    ]
    store = Store(asked.store)
    finished = programme.run(
        chosen, store, jobs=asked.jobs, backend=asked.backend, address=asked.dask, fresh=asked.fresh
    )
    print(f"{len(finished)} cells, {sum(one.seconds for one in finished):.0f} s of processor time")
    for table, text in results.written(finished).items():
        if asked.out is not None:
            asked.out.mkdir(parents=True, exist_ok=True)
            (asked.out / f"{table}.csv").write_text(text, encoding="utf-8", newline="\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.calibration", description=__doc__)
    parser.add_argument(
        "--only", nargs="*", default=[], help="words that must occur in a cell: 'intervals' bpcp"
    )
    parser.add_argument("--most", type=int, help="data sets a cell at most, to try something out")
    parser.add_argument("--jobs", type=int, help="cells at work at the same time (default: one per core)")
    parser.add_argument("--backend", default="loky", help="a backend of joblib: loky, threading, sequential")
    parser.add_argument("--dask", default=os.environ.get(programme.DASK), help="address of a Dask scheduler")
    parser.add_argument("--fresh", action="store_true", help="run everything anew")
    parser.add_argument("--store", type=Path, default=FILE, help="where finished cells are kept")
    parser.add_argument("--out", type=Path, help="directory for the tables (default: nowhere)")
    return parser


def _words(cell: Cell) -> str:
    return f"{cell.table}, {cell.scenario.name}, {cell.method}"


def _limited(cell: Cell, most: int | None) -> Cell:
    return cell if most is None else replace(cell, replicates=min(most, cell.replicates))


if __name__ == "__main__":
    main()
