"""Dependencies between the rooms of the package point one way."""

from __future__ import annotations

import sys

import pytest

from tests.rules.house import PACKAGE, ROOT, imports, room, sources

BASIC = {"errors", "columns", "numbers", "formats", "results", "surv"}
SHOWN = {"errors", "columns", "numbers", "formats", "results", "basis", "model_rows", "model_lines"}
STATISTICS = {"nonparametric", "compare", "regression", "recurrence", "diagnosis", "description"}

# Who may import whom. A room always may import itself.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "errors": set(),
    "synthetic": set(),
    "formats": set(),
    "columns": {"errors"},
    "numbers": {"errors", "formats"},
    "results": {"errors", "columns", "formats", "numbers"},
    "basis": {"formats", "numbers"},
    "model_rows": {"columns", "formats", "numbers", "basis"},
    "model_lines": {"errors", "basis", "model_rows"},
    "_response_checks": {"errors", "columns", "core"},
    "_response": {"numbers", "columns"},
    "surv": {"errors", "columns", "_response", "_response_checks"},
    "groups": {"errors", "columns", "surv"},
    "randomness": {"errors"},
    "covariates": BASIC | {"groups"},
    "plain_design": {"columns"},
    "design": BASIC | {"groups", "covariates", "plain_design"},
    "findings": BASIC | {"core", "groups", "covariates", "design"},
    "diagnosis": BASIC | {"core", "groups", "covariates", "design", "findings"},
    "description": BASIC | {"groups"},
    "nonparametric": BASIC | {"core", "groups", "diagnosis", "randomness"},
    "compare": BASIC | {"core", "groups", "diagnosis", "randomness"},
    "regression": BASIC | {"core", "groups", "covariates", "design", "findings", "diagnosis", "randomness"},
    "sensitivity": BASIC
    | {"core", "groups", "covariates", "design", "findings", "randomness", "basis"}
    | STATISTICS,
    "recurrence": BASIC
    | {"core", "groups", "covariates", "design", "randomness", "nonparametric", "compare", "regression"},
    "literature": BASIC | {"core", "groups", "randomness", "nonparametric", "synthetic"},
    "plots": SHOWN,
    "tables": SHOWN,
    "reproduce": {"errors", "numbers", "results", "synthetic"},
    "cli": BASIC | STATISTICS | {"literature", "plots", "tables", "reproduce", "synthetic"},
    "__main__": {"cli"},
    "__init__": BASIC | STATISTICS | {"literature", "plots", "tables", "reproduce", "sensitivity"},
}

# What is drawn and tabulated may be named in annotations, never called into being.
MAY_NAME: dict[str, set[str]] = {
    "model_rows": {"regression"},
    "model_lines": {"regression"},
    "plots": STATISTICS | {"surv", "literature", "sensitivity"},
    "tables": STATISTICS | {"surv", "literature", "sensitivity"},
}

# The libraries each room stands on, besides the standard library and NumPy.
LIBRARIES: dict[str, set[str]] = {
    "core": {"scipy"},
    "columns": {"pandas"},
    "results": {"pandas"},
    "_response": {"pandas"},
    "groups": {"pandas"},
    "covariates": {"pandas", "formulaic"},
    "design": {"pandas", "formulaic"},
    "findings": {"pandas", "scipy"},
    "diagnosis": {"pandas", "scipy"},
    "description": {"pandas"},
    "nonparametric": {"pandas", "scipy"},
    "compare": {"pandas", "scipy"},
    "regression": {"pandas", "scipy", "formulaic", "lifelines", "statsmodels"},
    "recurrence": {"pandas", "scipy"},
    "sensitivity": {"pandas", "scipy", "joblib", "rich"},
    "literature": {"pandas", "pandera", "scipy", "statsmodels"},
    "plots": {"pandas", "matplotlib", "PIL"},
    "tables": {"pandas", "great_tables", "docx", "lxml"},
    "reproduce": {"pandas", "joblib", "rich", "matplotlib", "PIL", "jinja2", "yaml"},
    "cli": {"typer", "rich", "click"},
}

SOURCES = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in sources()]


def target(module: str, name: str | None) -> str | None:
    """The room an import leads to; None for a name of the package itself."""
    parts = module.split(".")
    if len(parts) > 1:
        return parts[1]
    return name if name and ((PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()) else None


@pytest.mark.parametrize("path", SOURCES)
def test_rooms_import_only_what_stands_below_them(path):
    here = room(path)
    assert here in MAY_IMPORT, f"{here} is a new room: say in MAY_IMPORT what it may import"
    wrong = []
    for imported in imports(path):
        if imported.library != "hpcstats":
            continue
        there = target(imported.module, imported.name)
        allowed = MAY_IMPORT[here] | {here} | (MAY_NAME.get(here, set()) if imported.typing_only else set())
        if there is None:
            # Every room may ask for the version; all else at the top is for users: the arrow would turn.
            if imported.name != "__version__":
                wrong.append(f"line {imported.line}: the flat API is for users, import the room")
        elif there not in allowed:
            wrong.append(f"line {imported.line}: {here} may not import {there}")
    assert not wrong


@pytest.mark.parametrize("path", SOURCES)
def test_rooms_stand_on_their_own_libraries_only(path):
    here = room(path)
    allowed = LIBRARIES.get(here, set()) | {"numpy", "hpcstats"} | sys.stdlib_module_names
    wrong = [
        f"line {imported.line}: {here} may not import {imported.module}"
        for imported in imports(path)
        if imported.library not in allowed
    ]
    assert not wrong


@pytest.mark.parametrize("path", SOURCES)
def test_no_room_imports_scipy_stats_or_pyplot(path):
    forbidden = {"scipy.stats", "matplotlib.pyplot"}
    for imported in imports(path):
        names = {imported.module, f"{imported.module}.{imported.name}"}
        assert not names & forbidden, f"line {imported.line}"


def test_nobody_below_imports_somebody_above():
    """The table itself has no circle."""
    done: set[str] = set()
    left = dict(MAY_IMPORT)
    while left:
        ready = {name for name, below in left.items() if below <= done | {name}}
        assert ready, f"a circle among {sorted(left)}"
        done |= ready
        left = {name: below for name, below in left.items() if name not in ready}
