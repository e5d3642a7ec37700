"""The key of a swimmer plot: only symbols that occur, in as many rows as their words need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hpcstats.errors import DesignError
from hpcstats.plots.lanes import drawing as lane
from hpcstats.plots.lanes.courses import Course
from hpcstats.plots.page.entries import Draw, Entry, draw_entries, height
from hpcstats.plots.page.palette import GREY
from hpcstats.plots.page.sheet import Sheet

WORDS = {
    "local_recurrence": "Local recurrence (above the bar)",
    "spinal_metastasis": "Spinal metastasis, with rounding range",
    "spinal_progression": "Spinal progression",
    "other_metastasis": "Other metastasis (below the bar)",
}
_MAIN = "spinal_metastasis"
_SYMBOLS = ("local_recurrence", "other_metastasis", _MAIN, "spinal_progression")
_PLACES = {
    "local_recurrence": "{} (above the bar)",
    "spinal_metastasis": "{}, with rounding range",
    "other_metastasis": "{} (below the bar)",
}


def symbols_of(events: Mapping[str, str], event: str | None) -> dict[str, str]:
    """Give each kind of event a symbol: to `event` the one with the whisker, to the others by their place."""
    free = list(_SYMBOLS)
    if not 1 <= len(events) <= len(free) or (event is not None and event not in events):
        raise DesignError(
            f"events names {len(events)} kinds of event; there are symbols for {len(free)}, and the event by "
            "which lanes are sorted must be one of them. Name fewer, or put rare kinds together."
        )
    first = {} if event is None else {event: free.pop(free.index(_MAIN))}
    others = [kind for kind in events if kind not in first]
    return first | dict(zip(others, free, strict=False))


def words_of(events: Mapping[str, str], symbols: Mapping[str, str]) -> dict[str, str]:
    """Return the words of each symbol, from those of the kinds of event."""
    told = {symbols[event]: words for event, words in events.items()}
    return {name: _PLACES.get(name, "{}").format(told[name]) for name in WORDS if name in told}


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of the key, flowing into rows of at most `width` millimetres."""

    found: Sequence[Course]
    width: float
    words: Mapping[str, str]

    @property
    def height(self) -> float:
        """Height in millimetres."""
        return height(self._entries(), self.width)

    def draw(self, sheet: Sheet, top: float) -> None:
        """Draw the key with its upper edge at `top`."""
        draw_entries(sheet, self._entries(), self.width, top)

    def _entries(self) -> list[Entry]:
        present = {moment.event for course in self.found for moment in course.moments}
        entries: list[Entry] = [("Primary tumour", lane.draw_primary)]
        entries += [(words, _sample(kind)) for kind, words in self.words.items() if kind in present]
        if any(course.died for course in self.found):
            entries.append(("Death", _sample("death")))
        if any(course.alive for course in self.found):
            entries.append(("Alive at last contact", _arrow))
        if any(not course.died and not course.alive for course in self.found):
            entries.append(("Later course not stated", _dots))
        return [*entries, ("Hollow: time known only as a range (dotted)", _range)]


def _sample(kind: str) -> Draw:
    def draw(sheet: Sheet, x: float, y: float) -> None:
        if kind == "spinal_metastasis":
            lane.draw_whisker(sheet, x - 2.2, x + 2.2, y)
        lane.draw_symbol(sheet, kind, x, y)

    return draw


def _arrow(sheet: Sheet, x: float, y: float) -> None:
    lane.draw_alive(sheet, x - 1.8, y)


def _dots(sheet: Sheet, x: float, y: float) -> None:
    lane.draw_open_end(sheet, x - 3.5, y)


def _range(sheet: Sheet, x: float, y: float) -> None:
    lane.draw_range(sheet, x - 2.3, x + 2.3, y, GREY)
    lane.draw_symbol(sheet, "any", x, y, hollow=True)
