"""report.html: one page that needs no other file and asks nothing of a network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from itertools import groupby
from typing import Any

from hpcstats.reproduce.report.cases import Cases
from hpcstats.reproduce.report.exhibits import Exhibit, heading, plain_text

PAGE = "report.html"
_PICTURES = {".svg": "image/svg+xml", ".png": "image/png"}
_WIDTH = re.compile(rb'<svg [^>]*width="([0-9.]+)pt"')
_PIXELS_PER_POINT = 1.8
_FEW = 3

Content = Callable[[str], bytes | None]
Entry = Mapping[str, Any]


def page_bytes(
    *,
    title: str,
    seed: int,
    exhibits: Sequence[Exhibit],
    numbers: Sequence[Entry],
    outputs: Sequence[Entry],
    cases: Cases,
    content: Content,
) -> bytes:
    """Write the page.

    Parameters
    ----------
    title, seed : str, int
        Of the study.
    exhibits : sequence of Exhibit
        What the outputs show.
    numbers, outputs : sequence of Mapping
        Entries of numbers.json and of the manifest.
    cases : Cases
        Patients and publications.
    content : callable
        Returns an output file by its path, or None where there is none.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("hpcstats.reproduce.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style, script = _asset("page.css"), _asset("page.js")
    shown = _Shown(numbers, cases)
    page = environment.get_template("page.html.jinja").render(
        title=title,
        seed=seed,
        style=style,
        script=script,
        policy=f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'",
        texts=[_text(exhibit) for exhibit in exhibits if exhibit.kind == "text"],
        figures=[_figure(exhibit, outputs, content) for exhibit in exhibits if exhibit.kind == "figure"],
        tables=[_table(exhibit) for exhibit in exhibits if exhibit.kind == "table"],
        numbers=shown.by_script([(exhibit.script, heading(exhibit)) for exhibit in exhibits]),
        groups=shown.groups,
        patients=[cases.patient(name) for name in shown.patients],
        sources=shown.sources,
        anchors=shown.anchors,
        few=_FEW,
    )
    return page.encode("utf-8")


class _Shown:
    """The numbers of the page with their anchors, and the patients and publications they rest on."""

    def __init__(self, numbers: Sequence[Entry], cases: Cases) -> None:
        self.numbers = sorted(numbers, key=lambda entry: str(entry["id"]))
        self.patients = sorted({name for entry in numbers for name in entry["patients"]})
        named = {name for entry in numbers for name in entry["sources"]}
        named |= {cases.source_of[name] for name in self.patients if cases.source_of.get(name)}
        self.sources = [
            cases.source(name) | {"patients": cases.patients_of(name, self.patients)}
            for name in sorted(named)
        ]
        self.anchors = {
            "number": _anchors("n", [str(entry["id"]) for entry in self.numbers]),
            "patients": _anchors("p", self.patients),
            "sources": _anchors("s", sorted(named)),
        }
        self.groups = self._groups()

    def _groups(self) -> list[dict[str, Any]]:
        """Collect the different sets of patients and of sources behind the numbers, each once."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.numbers:
            for kind in ("patients", "sources"):
                names = tuple(entry[kind])
                if len(names) > _FEW:
                    found.setdefault(
                        _group(names),
                        {"id": _group(names), "kind": kind, "names": names, "count": len(names)},
                    )
        return sorted(found.values(), key=lambda group: (group["kind"], group["count"], group["id"]))

    def by_script(self, headings: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return the numbers of each output, under its heading."""
        named = dict(headings)
        ordered = sorted(self.numbers, key=lambda entry: (str(entry["script"]), str(entry["id"])))
        return [
            {
                "heading": named.get(script, script),
                "script": script,
                "numbers": [self._number(entry) for entry in run],
            }
            for script, run in groupby(ordered, key=lambda entry: str(entry["script"]))
        ]

    def _number(self, entry: Entry) -> dict[str, Any]:
        value = "not estimable" if entry["value"] is None else str(entry["value"])
        bases = [
            {"kind": kind, "names": entry[kind], "group": _group(tuple(entry[kind]))}
            for kind in ("patients", "sources")
            if entry[kind]
        ]
        about = {name: entry[name] for name in ("id", "text", "how")}
        return about | {"anchor": self.anchors["number"][entry["id"]], "value": value, "bases": bases}


def _anchors(prefix: str, ids: Sequence[str]) -> dict[str, str]:
    """Give every identifier an anchor of plain letters, the same as long as it is the same."""
    anchors: dict[str, str] = {}
    taken: set[str] = set()
    for name in ids:
        plain = f"{prefix}-" + re.sub(r"[^A-Za-z0-9._-]", "_", name)
        if plain in taken:
            plain = f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        taken.add(plain)
        anchors[name] = plain
    return anchors


def _group(names: Sequence[str]) -> str:
    return f"g-{hashlib.sha256(' '.join(names).encode()).hexdigest()[:10]}"


def _text(exhibit: Exhibit) -> dict[str, Any]:
    paragraphs = []
    for parts in exhibit.content["paragraphs"]:
        words = plain_text(parts)
        title = words.lstrip("#").strip() if words.startswith("#") else ""
        paragraphs.append({"heading": title, "parts": parts})
    return {"id": exhibit.id, "heading": heading(exhibit), "paragraphs": paragraphs}


def _figure(exhibit: Exhibit, outputs: Sequence[Entry], content: Content) -> dict[str, Any]:
    made = [str(entry["path"]) for entry in outputs if entry["script"] == exhibit.script]
    images = ((kind, content(f"{exhibit.stem}{suffix}")) for suffix, kind in _PICTURES.items())
    picture = next((_picture(kind, image) for kind, image in images if image is not None), None)
    return {
        "id": exhibit.id,
        "heading": heading(exhibit),
        "script": exhibit.script,
        "picture": picture,
        "files": made,
        **exhibit.content,
    }


def _picture(kind: str, image: bytes) -> dict[str, Any]:
    """Write a picture as an address of its own; a drawing is shown larger than printed, as screens want."""
    size = _WIDTH.search(image[:2000])
    width = round(float(size[1]) * _PIXELS_PER_POINT) if size else 0
    return {"address": f"data:{kind};base64,{base64.b64encode(image).decode()}", "width": width}


def _table(exhibit: Exhibit) -> dict[str, Any]:
    """Arrange a table for HTML: a body for each section, spanners with the columns they span."""
    columns, bodies = exhibit.content["columns"], []
    for row in exhibit.content["rows"]:
        if row["kind"] == "section":
            bodies.append({"section": row["label"], "rows": []})
        else:
            bodies = bodies or [{"section": None, "rows": []}]
            bodies[-1]["rows"].append(row)
    spanners = [
        {"text": text, "columns": len(list(run))}
        for text, run in groupby(column["spanner"] or "" for column in columns)
    ]
    return {
        "id": exhibit.id,
        "heading": heading(exhibit),
        "script": exhibit.script,
        "spanners": spanners if any(one["text"] for one in spanners) else [],
        "bodies": bodies,
        **exhibit.content,
    }


def _asset(name: str) -> str:
    return files("hpcstats.reproduce.report").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
