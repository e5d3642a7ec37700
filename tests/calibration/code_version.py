"""A fingerprint of the code that can change a result, so that a finished cell is known to be of this code."""

from __future__ import annotations

import ast
import functools
import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent

# The statistics behind each table, and the programme that calls them.
ROOMS = {
    "intervals": ("core", "nonparametric"),
    "tests": ("core", "nonparametric", "compare"),
    "models": ("core", "regression"),
}
PROGRAMME = ("cells", "rates", "samples", "scenarios")
MEASURES = {
    "intervals": ("intervals",),
    "tests": ("comparisons", "fixed_time", "permutations"),
    "models": ("hazard_ratios", "two_groups"),
}


@functools.cache
def code_version(table: str) -> str:
    """Return the fingerprint for one table of results; words in docstrings and comments do not count."""
    files = [file for room in ROOMS[table] for file in sorted((ROOT / "hpcstats" / room).rglob("*.py"))]
    files += [HERE / f"{name}.py" for name in (*PROGRAMME, *MEASURES[table])]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(without_words(file.read_text(encoding="utf-8")).encode() + b"\0")
    return digest.hexdigest()[:16]


def without_words(source: str) -> str:
    """Return what a source does, without the strings that stand alone in it."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [part for part in body if not _is_text(part)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
