"""How many published cases report each item of the CARE guideline: counted from the data of Figure 16."""

from __future__ import annotations

import ast
import csv
from collections.abc import Mapping
from pathlib import Path

_SCRIPT = "analyses/figure_16_missingness_map.py"
_CELLS = "figures/figure_16_missingness_map.csv"
_NOT_APPLICABLE = "not applicable"


def inputs(top: Path) -> tuple[Path, ...]:
    """Return the files that the counts are made from."""
    return top / _SCRIPT, top / _CELLS


def items(top: Path) -> Mapping[str, str]:
    """Return the item of each variable, as the script of the figure assigns them."""
    return _constants(top)["ITEMS"]


def by_item(top: Path) -> dict[str, list[str]]:
    """Write for each item how many patients report each of its variables, and all of them."""
    labels = _constants(top)["LABELS"]
    variables: dict[str, list[str]] = {}
    for name, item in items(top).items():
        variables.setdefault(item, []).append(name)
    states = cells(top)
    written: dict[str, list[str]] = {}
    for item, names in variables.items():
        told = [(labels.get(name, name.replace("_", " ").capitalize()), [name]) for name in names]
        together = [("All of these", names)] if len(names) > 1 else []
        written[item] = [_reported(label, group, states) for label, group in [*told, *together]]
    return written


def cells(top: Path) -> dict[str, dict[str, str]]:
    """Return the state of every variable of every patient."""
    states: dict[str, dict[str, str]] = {}
    with (top / _CELLS).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            states.setdefault(row["patient"], {})[row["variable"]] = row["state"]
    return states


def _reported(label: str, names: list[str], states: Mapping[str, Mapping[str, str]]) -> str:
    """Count the patients who have every one of the variables that apply to them."""
    found = [[one[name] for name in names if one[name] != _NOT_APPLICABLE] for one in states.values()]
    asked = [told for told in found if told]
    known = sum(all(state == "known" for state in told) for told in asked)
    return f"{label}: {known} of {len(asked)} patients."


def _constants(top: Path) -> dict[str, dict[str, str]]:
    """Return the constants of the script without running it."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse((top / _SCRIPT).read_text(encoding="utf-8")).body:
        name = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
        if isinstance(node, ast.Assign) and name in {"ITEMS", "LABELS"}:
            found[name] = ast.literal_eval(node.value)
    return found
