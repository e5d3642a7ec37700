"""Endpoints that the description of a data set declares, in place of those of the package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from hpcstats.errors import DataError, listing
from hpcstats.literature.definitions import DEATH_COMPETES, UNTIL_LAST_CONTACT, Definition
from hpcstats.literature.observations import first_of_kinds
from hpcstats.literature.timelines import LAST_CONTACT

KEY = "hpcstats:endpoints"
_TEXTS = ("name", "label", "noun")
_OPTIONAL = {"origin": "treatment or diagnosis of the primary", "population": "all patients"}
_ANY_DEATH = "death of any cause"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def declared_endpoints(path: Path, items: Any, kinds: Iterable[str]) -> dict[str, Definition]:
    """Read the list ``hpcstats:endpoints`` of a data package.

    Each entry has a name, a label (what is counted), a noun (what happens) and events: the kinds of event of
    which the first counts, from the primary. It may have an origin and a population, in words.

    Parameters
    ----------
    path : Path
        The description, for messages.
    items : list of dict
        The entries.
    kinds : iterable of str
        The vocabulary of the column ``event`` of events.csv.

    Raises
    ------
    DataError
        For an entry that lacks something or names events that the vocabulary does not hold.
    """
    if not isinstance(items, list) or not items:
        raise DataError(f"{path}: {KEY} must be a list of objects with name, label, noun and events.")
    known = tuple(kinds)
    found: dict[str, Definition] = {}
    for number, item in enumerate(items, start=1):
        problem = _problem(item, known) or ("its name occurs twice" if item["name"] in found else "")
        if problem:
            raise DataError(f"{path}: entry {number} of {KEY} is not valid: {problem}.")
        found[item["name"]] = _definition(item, known)
    return found


def _problem(item: Any, known: Sequence[str]) -> str:
    if not isinstance(item, dict):
        return "it must be an object with name, label, noun and events"
    texts = {name: item.get(name) for name in _TEXTS} | {name: item.get(name, "-") for name in _OPTIONAL}
    wrong = [name for name, text in texts.items() if not isinstance(text, str) or not text.strip()]
    if wrong:
        return f"{listing(wrong)} must be a text"
    if not _NAME.fullmatch(item["name"]):
        return f"the name {item['name']!r} must be lower-case letters, digits and _"
    events = item.get("events")
    if not isinstance(events, list) or not events:
        return "events must be a list of kinds of event, at least one"
    strange = [event for event in events if event not in known or event == LAST_CONTACT]
    if strange:
        usable = ", ".join(kind for kind in known if kind != LAST_CONTACT)
        return f"it names the events {listing(map(str, strange))}; events.csv has {usable}"
    return ""


def _event(words: Sequence[str]) -> str:
    if len(words) > 1:
        return f"whichever comes first of {', '.join(words)}"
    return words[0] if words[0].startswith("death") else f"first {words[0]}"


def _definition(item: Mapping[str, Any], known: Sequence[str]) -> Definition:
    events = tuple(item["events"])
    deaths = {kind for kind in known if kind.startswith("death")}
    competes = not deaths <= set(events)
    words = [event.replace("_", " ") for event in events if competes or event not in deaths]
    words += [] if competes else [_ANY_DEATH]
    return Definition(
        name=item["name"],
        label=item["label"],
        origin=item.get("origin", _OPTIONAL["origin"]),
        event=_event(words),
        censoring=f"without a recorded {item['noun']}: {UNTIL_LAST_CONTACT}",
        competing_events=DEATH_COMPETES if competes else "none: death of any cause is an event",
        population=item.get("population", _OPTIONAL["population"]),
        noun=item["noun"],
        observe=partial(first_of_kinds, kinds=events),
        competes_with_death=competes,
        truncatable=not deaths & set(events),
    )
