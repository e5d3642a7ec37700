"""`datapackage.json`: the one description of the tables, read into small values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpcstats.errors import DataError, listing
from hpcstats.literature.declared import KEY, declared_endpoints
from hpcstats.literature.definitions import Definition
from hpcstats.literature.location import descriptor_candidates

REQUIRED_TABLES = ("patients", "events", "sources")
_NEEDED: dict[str, tuple[str, ...]] = {
    "patients": ("patient_id", "source_id", "sex", "age_years", "age_at", "year_primary", "confidence"),
    "events": (
        "patient_id", "event", "sequence", "origin", "time_years", "time_lower_years",
        "time_upper_years", "precision", "state_at_event",
    ),
    "sources": ("source_id", "first_author", "year", "year_earliest", "year_latest"),
}  # fmt: skip
# What the endpoints of the package look at beside; data with endpoints of their own need none of it.
_NEEDED_BY_THE_SIX = (
    "primary_site", "primary_site_group", "resection", "spinal_levels", "spinal_regions",
    "other_metastatic_sites", "mechanism", "role",
)  # fmt: skip
_CLOSED: dict[str, tuple[str, ...]] = {
    "patients": ("sex", "primary_site_group", "resection", "mechanism", "role", "confidence"),
    "events": ("event", "origin", "precision", "state_at_event"),
}
CONFIDENCE = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column: its name, Table Schema type and constraints."""

    name: str
    type: str
    constraints: Mapping[str, Any]

    @property
    def required(self) -> bool:
        """Whether the cell may not be empty."""
        return bool(self.constraints.get("required", False))

    @property
    def values(self) -> tuple[Any, ...]:
        """The vocabulary, empty if free."""
        return tuple(self.constraints.get("enum", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A column whose values must occur in a column of another table."""

    column: str
    table: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the data package."""

    name: str
    fields: tuple[Field, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    foreign_keys: tuple[ForeignKey, ...]
    missing_values: tuple[str, ...]

    @property
    def file(self) -> str:
        """Name of the CSV file."""
        return f"{self.name}.csv"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """What `datapackage.json` says.

    Attributes
    ----------
    path : Path
        The file.
    tables : dict of str to Table
        Tables by name.
    hashes : dict of str to str
        sha256 of the files by name, where given.
    not_usable : dict of (endpoint, patient_id) to str
        Patients whom an endpoint must not use, with the reason.
    distinct : tuple of (frozenset of patient_id, reason)
        Patients judged to be different persons though they look alike.
    endpoints : dict of str to Definition
        The endpoints it declares; empty for data with those of the package.
    """

    path: Path
    tables: Mapping[str, Table]
    hashes: Mapping[str, str]
    not_usable: Mapping[tuple[str, str], str]
    distinct: tuple[tuple[frozenset[str], str], ...]
    endpoints: Mapping[str, Definition]


def find_descriptor(directory: Path) -> Descriptor:
    """Read the nearest description: in the directory, beside it, else the one of the package.

    A description in the directory itself must be complete; one above it is taken if it describes
    case-level data at all.
    """
    for path in descriptor_candidates(directory):
        content = read_json_object(path, "Correct it.")
        if path.parent == directory or set(REQUIRED_TABLES) <= _names(content):
            return parse_descriptor(path, content)
    raise DataError(f"No datapackage.json describes the tables in {directory}. Put one beside them.")


def parse_descriptor(path: Path, content: Mapping[str, Any]) -> Descriptor:
    """Turn the JSON of a data package into a `Descriptor`, or say what it lacks."""
    resources = content.get("resources", [])
    tables = {item["name"]: _table(item) for item in resources if "fields" in item.get("schema", {})}
    own = KEY in content
    _check_columns(path, tables, {"patients": () if own else _NEEDED_BY_THE_SIX})
    _check_vocabularies(path, tables)
    kinds = next(field.values for field in tables["events"].fields if field.name == "event")
    return Descriptor(
        path=path,
        tables=tables,
        hashes={
            Path(str(item.get("path", ""))).name: str(item["hash"]).removeprefix("sha256:")
            for item in resources
            if str(item.get("hash", "")).startswith("sha256:")
        },
        not_usable={
            (item["endpoint"], item["patient_id"]): item["reason"]
            for item in content.get("hpcstats:not_usable", [])
        },
        distinct=tuple(
            (frozenset(item["patients"]), item["reason"])
            for item in content.get("hpcstats:distinct_patients", [])
        ),
        endpoints=declared_endpoints(path, content[KEY], kinds) if own else {},
    )


def _check_columns(path: Path, tables: Mapping[str, Table], more: Mapping[str, tuple[str, ...]]) -> None:
    for name, columns in _NEEDED.items():
        if name not in tables:
            raise DataError(f"{path} does not describe the table {name}. Add it to its resources.")
        lacking = [column for column in (*columns, *more.get(name, ())) if column not in tables[name].columns]
        if lacking:
            raise DataError(f"{path} describes {name} without {listing(lacking)}. Add these fields.")


def _check_vocabularies(path: Path, tables: Mapping[str, Table]) -> None:
    for name, columns in _CLOSED.items():
        open_ = [field.name for field in tables[name].fields if field.name in columns and not field.values]
        if open_:
            raise DataError(
                f"{path} gives no vocabulary for {listing(open_)} of {name}. Add constraints.enum."
            )
    confidence = next(field for field in tables["patients"].fields if field.name == "confidence")
    strange = [value for value in confidence.values if value not in CONFIDENCE]
    if strange:
        raise DataError(f"{path} names degrees of confidence {listing(strange)}. Use {listing(CONFIDENCE)}.")


def read_json_object(path: Path, advice: str) -> dict[str, Any]:
    """Read a file that holds one JSON object, or say that it does not, with the advice."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path} is not readable JSON ({error}). {advice}") from error
    if not isinstance(content, dict):
        raise DataError(f"{path} must hold a JSON object. {advice}")
    return content


def _names(content: Mapping[str, Any]) -> set[str]:
    return {str(item.get("name")) for item in content.get("resources", [])}


def _table(resource: Mapping[str, Any]) -> Table:
    schema = resource["schema"]
    primary = [schema["primaryKey"]] if "primaryKey" in schema else []
    keys = [_columns(key) for key in [*primary, *schema.get("uniqueKeys", [])]]
    return Table(
        name=resource["name"],
        fields=tuple(
            Field(name=item["name"], type=item.get("type", "string"), constraints=item.get("constraints", {}))
            for item in schema["fields"]
        ),
        unique_keys=tuple(keys),
        foreign_keys=tuple(
            ForeignKey(
                column=_columns(item["fields"])[0],
                table=item["reference"]["resource"],
                target=_columns(item["reference"]["fields"])[0],
            )
            for item in schema.get("foreignKeys", [])
        ),
        missing_values=tuple(schema.get("missingValues", [""])),
    )


def _columns(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
