"""Every public name exists, is listed once, and is documented in full."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Container

import pytest
from numpydoc.validate import validate

import hpcstats as hs
from tests.rules.house import PACKAGE

# Codes of numpydoc's validator that a public docstring must not earn.
OF_FUNCTIONS = {
    "GL08": "has no docstring",
    "SS01": "has no summary",
    "SS02": "summary does not start with a capital",
    "SS03": "summary does not end with a full stop",
    "SS06": "summary is longer than a line",
    "PR01": "parameters not documented",
    "PR02": "unknown parameters documented",
    "PR03": "parameters in another order",
    "PR07": "a parameter has no description",
    "RT01": "no Returns section",
    "EX01": "no Examples section",
}
OF_METHODS = {"GL08", "SS01", "SS02", "SS03", "PR02"}
OF_CLASSES = {"GL08", "SS01", "SS02", "SS03", "SS06"}


def public_objects() -> dict[str, object]:
    """Flat names and the names of the rooms, by the path a user writes."""
    found: dict[str, object] = {}
    for name in hs.__all__:
        value = getattr(hs, name)
        if inspect.ismodule(value):
            found |= {f"hpcstats.{name}.{inner}": getattr(value, inner) for inner in value.__all__}
        elif name != "__version__":
            found[f"hpcstats.{name}"] = value
    return found


OBJECTS = public_objects()
FUNCTIONS = [name for name, value in OBJECTS.items() if inspect.isfunction(value)]
CLASSES = [name for name, value in OBJECTS.items() if inspect.isclass(value)]


def own_methods(kind: type) -> list[str]:
    """Public methods and properties that the class or a base of this package defines."""
    ours = [base for base in kind.__mro__ if base.__module__.startswith("hpcstats")]
    defined = {name: value for base in reversed(ours) for name, value in vars(base).items()}
    told = (property, classmethod, staticmethod)
    return sorted(
        name
        for name, value in defined.items()
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, told))
    )


METHODS = [f"{name}.{method}" for name in CLASSES for method in own_methods(OBJECTS[name])]


def faults(name: str, codes: Container[str]) -> list[str]:
    return [f"{code}: {text}" for code, text in validate(name)["errors"] if code in codes]


def test_all_is_what_can_be_loaded():
    assert sorted(hs.__all__) == sorted([*hs._HOME, *hs._ROOMS, "__version__"])
    assert len(set(hs.__all__)) == len(hs.__all__)
    assert dir(hs) == sorted(hs.__all__)


def test_type_checkers_see_the_same_names():
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    imported = {
        alias.asname: f"{node.module}.{alias.name}" if alias.name in hs._ROOMS else node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == hs._HOME | {room: f"hpcstats.{room}" for room in hs._ROOMS}
    for name in hs.__all__:
        assert getattr(hs, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'kaplan_meyer'"):
        hs.kaplan_meyer  # noqa: B018 (the look-up is the test)


@pytest.mark.parametrize("name", hs._ROOMS)
def test_every_room_lists_its_public_names(name):
    room = getattr(hs, name)
    assert room.__doc__
    assert list(room.__all__) == sorted(room.__all__, key=lambda n: (not n.isupper(), not n[0].isupper(), n))


def shown_by_its_room(name: str) -> bool:
    """Whether the worked example of the room calls the function."""
    room, function = name.rsplit(".", 1)
    doc = getattr(hs, room.split(".")[-1]).__doc__ if room != "hpcstats" else ""
    return any(f"{function}(" in line for line in doc.splitlines() if line.startswith((">>>", "...")))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_have_parameters_returns_and_an_example(name):
    waived = {"EX01"} if shown_by_its_room(name) else set()
    assert not faults(name, set(OF_FUNCTIONS) - waived)


@pytest.mark.parametrize("name", CLASSES)
def test_classes_say_what_they_hold(name):
    assert not faults(name, OF_CLASSES)
    kind = OBJECTS[name]
    # Exceptions and protocols are told in one sentence.
    if not issubclass(kind, BaseException) and not getattr(kind, "_is_protocol", False):
        assert "Attributes\n" in inspect.getdoc(kind), f"{name} has no Attributes section"


@pytest.mark.parametrize("name", METHODS)
def test_methods_say_what_they_give(name):
    assert not faults(name, OF_METHODS)


def test_every_annotation_of_a_public_function_is_there():
    for name in FUNCTIONS:
        signature = inspect.signature(OBJECTS[name])
        assert signature.return_annotation is not inspect.Signature.empty, name
        for parameter in signature.parameters.values():
            assert parameter.annotation is not inspect.Parameter.empty, f"{name}: {parameter.name}"
