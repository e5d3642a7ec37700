"""Declared choices: every combination of their options, less those that make no sense."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpcstats.errors import DesignError, listing

Choices = Mapping[str, Sequence[Any] | Mapping[str, Any]]
Where = Mapping[str, Any]
Exclusions = Mapping[str, Where | Sequence[Where]]

COLUMNS = (
    "specification", "main", "estimate", "low", "high", "p_value", "n", "n_events", "conclusion", "status",
    "reason",
)  # fmt: skip
"""Columns of the frame beside the choices, whose names no choice may have."""

_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Declared:
    """The specifications of a multiverse, by the labels of their options.

    Attributes
    ----------
    options : mapping of str to mapping
        For each choice its options: label to value.
    kept : tuple of tuple of str
        Each specification: the label of its option for each choice. The last choice runs fastest.
    main : int
        Position of the main analysis among them.
    excluded : mapping of str to int
        For each reason how many combinations it leaves out.
    """

    options: Mapping[str, Mapping[str, Any]]
    kept: tuple[tuple[str, ...], ...]
    main: int
    excluded: Mapping[str, int]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the choices."""
        return tuple(self.options)

    def labels(self, row: int) -> dict[str, str]:
        """Return the options of a specification by their labels."""
        return dict(zip(self.options, self.kept[row], strict=True))

    def neighbour(self, row: int, name: str, label: str) -> int | None:
        """Find the specification that differs from another in one option; None where it is left out."""
        wanted = tuple(label if other == name else one for other, one in self.labels(row).items())
        return self.kept.index(wanted) if wanted in self.kept else None


def declare(choices: Choices, main: Mapping[str, Any], exclude: Exclusions | None = None) -> Declared:
    """Form all combinations, leave out those excluded, and find the main analysis.

    Raises
    ------
    DesignError
        For no choice, one with fewer than two options or a reserved name, unknown names or options, too many
        combinations, a main analysis that is incomplete or excluded, and an option that no specification has.
    """
    options = _declared(choices)
    size = math.prod(len(labels) for labels in options.values())
    if size > _MOST:
        raise DesignError(f"{size:,} combinations are too many ({_MOST:,} at most). Declare fewer options.")
    rules = _rules(options, {} if exclude is None else exclude)
    counts = {reason: 0 for reason, _ in rules}
    kept = []
    chosen = _main(options, main)
    for labels in itertools.product(*options.values()):
        reason = next((told for told, where in rules if _applies(where, options, labels)), None)
        if reason is None:
            kept.append(labels)
        elif labels == chosen:
            raise DesignError(f"The main analysis is excluded ({reason}). Change main or the exclusion.")
        else:
            counts[reason] += 1
    _each_option_occurs(options, kept)
    return Declared(options=options, kept=tuple(kept), main=kept.index(chosen), excluded=counts)


def _declared(choices: Any) -> dict[str, dict[str, Any]]:
    """Read the choices with their options."""
    if not isinstance(choices, Mapping):
        raise DesignError(f"choices must be a mapping of names to options, not {choices!r}.")
    options = {str(name): _options(str(name), given) for name, given in choices.items()}
    if not options:
        raise DesignError("A multiverse needs at least one choice with two options.")
    if len(options) < len(choices):
        raise DesignError(f"Two choices have one name ({listing(choices)}). Rename one.")
    return options


def _rules(
    options: Mapping[str, Mapping[str, Any]], exclude: Any
) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    """Read the exclusions: reason, and where it applies."""
    if not isinstance(exclude, Mapping):
        raise DesignError(f"exclude must be a mapping of reasons to combinations, not {exclude!r}.")
    rules = []
    for reason, given in exclude.items():
        several = [given] if isinstance(given, Mapping) else given
        if isinstance(several, str) or not isinstance(several, Sequence) or not several:
            raise DesignError(
                f"The exclusion {str(reason)!r} must say which options do not go together, as a mapping or a "
                f"list of mappings, not {given!r}."
            )
        rules += [(str(reason), _where(options, where, str(reason))) for where in several]
    return rules


def _options(name: str, given: Any) -> dict[str, Any]:
    if name in COLUMNS:
        raise DesignError(f"A choice cannot be called {name!r}: a column of the result is. Rename it.")
    if isinstance(given, str) or not isinstance(given, (Mapping, Sequence)):
        raise DesignError(f"The options of {name!r} must be a list, or labels with values, not {given!r}.")
    pairs = given.items() if isinstance(given, Mapping) else [(value, value) for value in given]
    options = {str(label): value for label, value in pairs}
    if len(options) < 2 or len(options) < len(given):
        raise DesignError(f"The choice {name!r} needs at least two options, each with a label of its own.")
    return options


def _known(options: Mapping[str, Mapping[str, Any]], given: Mapping[str, Any], what: str) -> None:
    """Refuse names and labels that were not declared."""
    for name, value in given.items():
        if name not in options:
            raise DesignError(
                f"{what} names {name!r}, which is no choice. The choices are {listing(options)}."
            )
        for label in _several(value):
            if label not in options[name]:
                raise DesignError(
                    f"{what} has {name}={label!r}, which is no option. Write one of {listing(options[name])}."
                )


def _several(value: Any) -> tuple[str, ...]:
    listed = isinstance(value, Sequence) and not isinstance(value, str)
    return tuple(str(one) for one in value) if listed else (str(value),)


def _where(options: Mapping[str, Mapping[str, Any]], where: Any, reason: str) -> dict[str, tuple[str, ...]]:
    told = f"The exclusion {reason!r}"
    if not isinstance(where, Mapping) or not where:
        raise DesignError(f"{told} must say which options do not go together, not {where!r}.")
    _known(options, where, told)
    empty = [name for name, value in where.items() if not _several(value)]
    if empty:
        raise DesignError(f"{told} names no option of {listing(empty)}. Name one, or leave the choice out.")
    return {name: _several(value) for name, value in where.items()}


def _main(options: Mapping[str, Mapping[str, Any]], main: Mapping[str, Any]) -> tuple[str, ...]:
    if not isinstance(main, Mapping):
        raise DesignError(f"main must be a mapping of each choice to one option, not {main!r}.")
    missing = [name for name in options if name not in main]
    if missing:
        raise DesignError(f"The main analysis does not decide {listing(missing)}. Name one option of each.")
    _known(options, {name: str(label) for name, label in main.items()}, "The main analysis")
    return tuple(str(main[name]) for name in options)


def _applies(where: Mapping[str, tuple[str, ...]], names: Mapping[str, Any], labels: tuple[str, ...]) -> bool:
    chosen = dict(zip(names, labels, strict=True))
    return all(chosen[name] in barred for name, barred in where.items())


def _each_option_occurs(options: Mapping[str, Mapping[str, Any]], kept: Sequence[tuple[str, ...]]) -> None:
    for place, (name, labels) in enumerate(options.items()):
        absent = set(labels) - {row[place] for row in kept}
        if absent:
            raise DesignError(
                f"The exclusions leave no specification with {name}={min(absent)!r}. Drop that option."
            )
