"""CPU time of calls that are compared in one run, and the table of what was measured.

Calls are timed in turn, round after round, so that whatever else the machine does falls on all of them; each
time is the median of the rounds. `make bench` sets one thread for linear algebra.
"""

from __future__ import annotations

import math
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

OURS = "hpcstats"
ROUNDS = 5
AT_LEAST = 0.03
"""CPU seconds of one round of a call: short calls are repeated until they take as long."""

Call = Callable[[], object]


def cpu_seconds(call: Call, loops: int) -> float:
    """Return the CPU seconds of one call, from a loop."""
    start = time.process_time()
    for _ in range(loops):
        call()
    return (time.process_time() - start) / loops


def medians(calls: Mapping[str, Call], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median CPU seconds of each call."""
    loops = {}
    for name, call in calls.items():
        call()
        loops[name] = max(1, math.ceil(AT_LEAST / max(cpu_seconds(call, 1), 1e-6)))
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(cpu_seconds(call, loops[name]))
    return {name: statistics.median(found) for name, found in times.items()}


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what is not ours: peers warn of deprecated calls of their own and of small or extreme data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@dataclass
class Scoreboard:
    """What was measured, in the order of the tests."""

    rows: list[tuple[str, str, float, float]] = field(default_factory=list)

    def compare(self, task: str, calls: Mapping[str, Call], rounds: int = ROUNDS) -> dict[str, float]:
        """Time the calls, keep the rows, and return how many times faster than each other we are."""
        with quiet():
            return self.record(task, medians(calls, rounds))

    def record(self, task: str, seconds: Mapping[str, float]) -> dict[str, float]:
        """Keep times measured elsewhere; return those of the others in units of ours."""
        ratios = {name: value / seconds[OURS] for name, value in seconds.items()}
        self.rows += [(task, name, value, ratios[name]) for name, value in seconds.items()]
        return ratios

    def __str__(self) -> str:
        widths = [max((len(row[column]) for row in self.rows), default=0) for column in (0, 1)]
        lines, last = [], ""
        for task, name, seconds, ratio in self.rows:
            shown = "" if task == last else task
            lines.append(
                f"{shown:{widths[0]}}  {name:{widths[1]}}  {_duration(seconds):>9}  {ratio:>8.3g} x ours"
            )
            last = task
        return "\n".join(lines)


def _duration(seconds: float) -> str:
    for size, unit in ((1.0, "s "), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
