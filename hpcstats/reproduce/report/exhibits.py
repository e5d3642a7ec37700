"""What each output shows in words and numbers, without its format; kept in exhibits.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, cast, runtime_checkable

from hpcstats.errors import DataError
from hpcstats.numbers import Number, Text
from hpcstats.reproduce.canonical import to_json
from hpcstats.reproduce.scripts import Script

EXHIBITS = "exhibits.json"

Kind = Literal["figure", "table", "text"]
Parts = list[str | dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One figure, table or text.

    Attributes
    ----------
    id, stem, script : str
        ``figure_03``, the file name without suffix, and the script's path.
    kind : {"figure", "table", "text"}
    content : Mapping
        Plain values. A figure has caption and alt_text; a table caption, stub, columns, rows and notes; a
        text paragraphs, and captions (whether those of all others follow). Words and numbers in turn are
        lists of texts and of ``{"number": id, "text": as printed}``.
    """

    id: str
    stem: str
    script: str
    kind: Kind
    content: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as they are written."""
        about = {"id": self.id, "kind": self.kind, "stem": self.stem, "script": self.script}
        return about | dict(self.content)


@runtime_checkable
class _Drawn(Protocol):
    caption: Text
    alt_text: str


@runtime_checkable
class _Tabular(Protocol):
    caption: Text
    stub: str
    columns: Sequence[Any]
    rows: Sequence[Any]
    notes: Sequence[Text]


@runtime_checkable
class _Written(Protocol):
    paragraphs: Sequence[Text]


def exhibit_of(output: object, script: Script) -> Exhibit | None:
    """Read what an output shows; None for one that has neither a caption nor paragraphs."""
    about = {"id": script.id, "stem": script.stem, "script": script.label}
    if isinstance(output, _Tabular):
        return Exhibit(**about, kind="table", content=_table(output, script.id))
    if isinstance(output, _Drawn):
        content = {"caption": _parts(output.caption, script.id), "alt_text": output.alt_text}
        return Exhibit(**about, kind="figure", content=content)
    if isinstance(output, _Written):
        paragraphs = [_parts(paragraph, script.id) for paragraph in output.paragraphs]
        more = {"captions": True} if getattr(output, "captions", False) else {}
        return Exhibit(**about, kind="text", content={"paragraphs": paragraphs, **more})
    return None


def _table(table: _Tabular, prefix: str) -> dict[str, Any]:
    return {
        "caption": _parts(table.caption, prefix),
        "stub": table.stub,
        "columns": [
            {
                "label": _parts(column.label, prefix),
                "spanner": None if column.spanner is None else str(column.spanner),
                "alignment": column.alignment,
                "wide": column.wide,
            }
            for column in table.columns
        ],
        "rows": [
            {
                "kind": row.kind,
                "indent": row.indent,
                "label": _parts(row.label, prefix),
                "cells": [_parts(cell, prefix) for cell in row.cells],
            }
            for row in table.rows
        ],
        "notes": [_parts(note, prefix) for note in table.notes],
    }


def _parts(text: Text, prefix: str) -> Parts:
    """Write words and numbers in turn; the identifiers are those of numbers.json."""
    parts: Parts = []
    for part in text.parts:
        if isinstance(part, Number):
            parts.append({"number": f"{prefix}.{part.id}", "text": part.text})
        elif parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part:
            parts.append(part)
    return parts


def plain_text(parts: Iterable[str | Mapping[str, str]]) -> str:
    """Return words and numbers as printed.

    Examples
    --------
    >>> plain_text(["All ", {"number": "n", "text": "9"}, " patients."])
    'All 9 patients.'
    """
    return "".join(part if isinstance(part, str) else part["text"] for part in parts)


def exhibits_bytes(exhibits: Iterable[Exhibit]) -> bytes:
    """Write exhibits.json."""
    return to_json([exhibit.as_dict() for exhibit in exhibits]).encode("utf-8")


def read_exhibits(directory: Path) -> tuple[Exhibit, ...]:
    """Read exhibits.json of a directory; none where there is no such file.

    Raises
    ------
    DataError
        If it is not what this package writes.
    """
    file = directory / EXHIBITS
    if not file.is_file():
        return ()
    try:
        return tuple(_exhibit(entry) for entry in json.loads(file.read_bytes()))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(
            f"{EXHIBITS} in {directory} cannot be read ({type(error).__name__}: {error}). "
            "Delete it and run `hpcstats reproduce`."
        ) from error


def _exhibit(entry: dict[str, Any]) -> Exhibit:
    about = {name: str(entry.pop(name)) for name in ("id", "stem", "script")}
    kind = cast("Kind", entry.pop("kind"))
    return Exhibit(**about, kind=kind, content=entry)


def heading(exhibit: Exhibit) -> str:
    """Name an output as the paper does.

    Examples
    --------
    >>> about = {"stem": "table_02b_comparisons", "script": "", "kind": "table", "content": {}}
    >>> heading(Exhibit(id="table_02b", **about))
    'Table 2b. Comparisons'
    """
    words = exhibit.stem.removeprefix(exhibit.id).strip("_").replace("_", " ").capitalize()
    kind, _, number = exhibit.id.partition("_")
    if exhibit.kind == "text" or not number:
        return exhibit.stem.replace("_", " ").capitalize()
    name = f"{kind.capitalize()} {number.lstrip('0') or number}"
    return f"{name}. {words}" if words else name
