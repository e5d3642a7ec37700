"""Run the cells that have no result yet, on all cores or on a Dask cluster, and keep each at once."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from hpcstats.errors import UnsupportedError
from tests.calibration.cells import Cell, Finished
from tests.calibration.store import Store

DASK = "HPCSTATS_DASK"
FRESH = "HPCSTATS_FRESH"
JOBS = "HPCSTATS_JOBS"


def run(
    cells: Sequence[Cell],
    store: Store,
    *,
    jobs: int | None = None,
    backend: str = "loky",
    address: str | None = None,
    fresh: bool = False,
) -> tuple[Finished, ...]:
    """Return the results of all cells, running those that the store does not hold.

    Parameters
    ----------
    cells : sequence of Cell
        The programme.
    store : Store
        Looked into before, written to after each cell.
    jobs : int, optional
        Cells at work at the same time (default: one per core; on a cluster: all workers).
    backend : str
        Any backend of joblib: loky, threading, sequential.
    address : str, optional
        Address of a Dask scheduler (default: the environment variable HPCSTATS_DASK). Its workers need this
        package, and the directory of this checkout on their path.
    fresh : bool
        Run everything anew, whatever the store holds.

    Raises
    ------
    UnsupportedError
        If an address is given and Dask is not installed.
    """
    address = address or os.environ.get(DASK)
    if fresh:
        store.forget(cells)
    waiting = [cell for cell in cells if store.get(cell) is None]
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        if waiting:
            stack.enter_context(chosen_backend(backend, address, jobs))
        for finished in stack.enter_context(_progress(len(cells), len(cells) - len(waiting)))(_each(waiting)):
            store.add(finished)
    found = [store.get(cell) for cell in cells]
    return tuple(one for one in found if one is not None)


@contextmanager
def chosen_backend(backend: str, address: str | None, jobs: int | None) -> Iterator[None]:
    """Let joblib work on this machine, or on the cluster at `address`."""
    from joblib import parallel_config

    if address is None:
        with parallel_config(backend=backend, n_jobs=jobs or -1):
            yield
        return
    try:
        from distributed import Client  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise UnsupportedError(
            f"The Dask cluster at {address} cannot be used: the package 'distributed' is not installed here. "
            f"Install it (pip install distributed), or leave {DASK} empty."
        ) from error
    with Client(address) as client, parallel_config(backend="dask", client=client, n_jobs=jobs or -1):
        yield


def _each(cells: Sequence[Cell]) -> Iterator[Finished]:
    """Run cells in the order of completion; long ones come first, so that no core waits for the last."""
    from joblib import Parallel, delayed

    if cells:
        ordered = sorted(cells, key=lambda cell: -cell.cost)
        yield from Parallel(return_as="generator_unordered", batch_size=1)(
            delayed(_run)(cell) for cell in ordered
        )


def _run(cell: Cell) -> Finished:
    return cell.run()


@contextmanager
def _progress(total: int, done: int) -> Iterator[Any]:
    """Show how far the programme has come, where standard error is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Calibrating", total=total, completed=done)

        def follow(results: Iterator[Finished]) -> Iterator[Finished]:
            for finished in results:
                yield finished
                bar.update(
                    task, advance=1, description=f"{finished.cell.scenario.name}: {finished.cell.method}"
                )

        yield follow
