"""Running blocks of replicates: in turn or over joblib, with a progress bar where somebody waits."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

from hpcstats.errors import DataError

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds after which a progress bar appears."""


def run_blocks(
    work: Callable[..., T], tasks: list[tuple[Any, ...]], *, n_jobs: int | None, progress: str | bool
) -> list[T]:
    """Call `work` with each of the tasks and return the answers in their order.

    Parameters
    ----------
    work : callable
        What is to be done.
    tasks : list of tuple
        Its arguments.
    n_jobs : int or None
        1 works here, one after the other; other numbers go to joblib, None to whatever
        ``joblib.parallel_config`` says.
    progress : {"auto", True, False}
        A bar after two seconds; "auto" on a terminal only.

    Raises
    ------
    DataError
        For other values of `n_jobs` or `progress`.
    """
    jobs: Any = n_jobs
    if jobs is not None and (not isinstance(jobs, int) or isinstance(jobs, bool) or jobs == 0):
        raise DataError(f"n_jobs must be a whole number other than 0, or None, not {n_jobs!r}.")
    if progress not in ("auto", True, False):
        raise DataError(f"progress must be 'auto', True or False, not {progress!r}.")
    shown = sys.stderr.isatty() if progress == "auto" else bool(progress)
    return list(_watched(_answers(work, tasks, n_jobs), len(tasks), shown=shown))


def _answers(work: Callable[..., T], tasks: list[tuple[Any, ...]], n_jobs: int | None) -> Iterable[T]:
    if n_jobs == 1 or len(tasks) == 1:
        return (work(*task) for task in tasks)
    from joblib import Parallel, delayed

    found: Iterable[T] = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(work)(*task) for task in tasks
    )
    return found


def _watched(answers: Iterable[T], total: int, *, shown: bool) -> Iterator[T]:
    """Pass the answers on; once they have taken long, show how many are there."""
    begin, advance = time.monotonic(), None
    with ExitStack() as stack:
        for number, answer in enumerate(answers, start=1):
            yield answer
            if advance is None and shown and number < total and time.monotonic() - begin > PATIENCE:
                advance = _bar(stack, total)
            if advance is not None:
                advance(number)


def _bar(stack: ExitStack, total: int) -> Callable[[int], None]:
    from rich.console import Console
    from rich.progress import Progress

    bar = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
    task = bar.add_task("Resampling", total=total)
    return lambda done: bar.update(task, completed=done)
