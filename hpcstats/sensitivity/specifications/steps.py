"""Steps of an analysis, each worked out once for all specifications that share the choices it takes.

A step is a function; its parameters are names of choices or of other steps. What depends on two of ten
choices is so worked out as often as these two have combinations, not once for each specification.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hpcstats.errors import DesignError, listing

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """Functions by name, with what each takes and on which choices it depends.

    Attributes
    ----------
    functions : mapping of str to callable
        The steps; the last one, named "", builds the answer.
    takes : mapping of str to tuple of str
        Names of choices and steps that each takes.
    rests_on : mapping of str to tuple of str
        Choices that each depends on, also through other steps.
    """

    functions: Mapping[str, Function]
    takes: Mapping[str, tuple[str, ...]]
    rests_on: Mapping[str, tuple[str, ...]]
    _done: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, build: Function, prepare: Mapping[str, Function], choices: tuple[str, ...]) -> Steps:
        """Read what the functions take.

        Raises
        ------
        DesignError
            For parameters that are neither choices nor steps, steps that need each other, a step named as a
            choice, and a choice that no function takes.
        """
        if not isinstance(prepare, Mapping):
            raise DesignError(f"prepare must be a mapping of names to functions, not {prepare!r}.")
        clashes = [name for name in prepare if name in choices]
        if clashes:
            raise DesignError(f"{clashes[0]!r} is a choice and a step. Give the step another name.")
        functions = {**prepare, "": build}
        known = (*choices, *prepare)
        takes = {name: _parameters(name, function, choices, known) for name, function in functions.items()}
        found = {name: _choices_behind(name, takes, choices, ()) for name in functions}
        rests_on = {name: tuple(choice for choice in choices if choice in found[name]) for name in functions}
        idle = [choice for choice in choices if choice not in rests_on[""]]
        if idle:
            raise DesignError(
                f"No function takes {listing(idle)}, so that the choice changes nothing. Add it to the "
                "parameters of build, or of a step that build takes."
            )
        return cls(functions=functions, takes=takes, rests_on=rests_on)

    def answer(self, labels: Mapping[str, str], values: Mapping[str, Any]) -> Any:
        """Build the answer of a specification, given the labels and values of its options."""
        return self._call("", labels, values)

    def _call(self, name: str, labels: Mapping[str, str], values: Mapping[str, Any]) -> Any:
        arguments = {
            one: values[one] if one in values else self._prepared(one, labels, values)
            for one in self.takes[name]
        }
        return self.functions[name](**arguments)

    def _prepared(self, name: str, labels: Mapping[str, str], values: Mapping[str, Any]) -> Any:
        key = (name, *(labels[choice] for choice in self.rests_on[name]))
        if key not in self._done:
            self._done[key] = self._call(name, labels, values)
        return self._done[key]


def _parameters(
    name: str, function: Function, choices: tuple[str, ...], known: tuple[str, ...]
) -> tuple[str, ...]:
    shown = f"The step {name!r}" if name else "build"
    if not callable(function):
        raise DesignError(f"{shown} must be a function, not {function!r}.")
    try:
        signature = inspect.signature(function)
    except ValueError as error:
        raise DesignError(f"{shown} does not tell its parameters. Write a function around it.") from error
    taken: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            taken += [choice for choice in choices if choice not in taken]
        elif parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise DesignError(f"{shown} must take its arguments by name, but {parameter.name!r} has none.")
        elif parameter.name in known:
            taken.append(parameter.name)
        elif parameter.default is parameter.empty:
            raise DesignError(
                f"{shown} takes {parameter.name!r}, which is neither a choice nor a step. Known are "
                f"{listing(known)}."
            )
    return tuple(dict.fromkeys(taken))


def _choices_behind(
    name: str, takes: Mapping[str, tuple[str, ...]], choices: tuple[str, ...], above: tuple[str, ...]
) -> set[str]:
    if name in above:
        raise DesignError(f"The steps {listing((*above, name))} need each other.")
    found: set[str] = set()
    for one in takes[name]:
        found |= {one} if one in choices else _choices_behind(one, takes, choices, (*above, name))
    return found
