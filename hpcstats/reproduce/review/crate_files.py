"""The files and folders of a crate: name, role, format, size and SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from hpcstats.reproduce.canonical import sha256
from hpcstats.reproduce.review.bundle import Bundle

Entity = dict[str, Any]

# Written down here: what Python's `mimetypes` knows depends on the machine.
_FORMATS = {
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eps": "application/postscript",
    ".html": "text/html",
    ".json": "application/json",
    ".lock": "text/plain",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".tex": "application/x-tex",
    ".tiff": "image/tiff",
    ".toml": "application/toml",
    ".txt": "text/plain",
}
_ROLES = {
    "CITATION.cff": "How to cite the study, and who made it.",
    "LICENSE": "The licence in full.",
    "README.md": "What the data are.",
    "requirements.lock": "Exact versions, with hashes, of all packages.",
    "study.toml": "Seed, level, paths and every choice of the study.",
    "MANIFEST.json": "Every output with its SHA-256, its script and its inputs.",
    "numbers.json": "Every printed number, how it was made, and the patients and sources it rests on.",
    "environment.json": "The packages the study is locked to, with licences, and the fonts of its figures.",
    "exhibits.json": "What each figure, table and text shows, in words and numbers.",
    "report.html": "All figures, tables and numbers on one page that opens offline.",
    "datapackage.json": "Columns and vocabularies of the data.",
}


def identifier(label: str) -> str:
    """Return the ``@id`` of a file: its path, with reserved characters escaped.

    Examples
    --------
    >>> identifier("data/raw/almost 50%.csv")
    'data/raw/almost%2050%25.csv'
    """
    return quote(label)


def reference(label: str) -> Entity:
    """Refer to a file by its path."""
    return {"@id": identifier(label)}


def file_entity(bundle: Bundle, label: str, maker: str) -> Entity:
    """Describe a file.

    Parameters
    ----------
    maker : str
        What made it; empty for inputs and documents.
    """
    path, content = PurePosixPath(label), bundle.content(label)
    entity = {
        "@id": identifier(label),
        "@type": "File",
        "name": _name(bundle, path, maker),
        "description": _role(bundle, label, maker),
        "encodingFormat": _FORMATS.get(path.suffix.lower(), "text/plain" if path.name == "LICENSE" else ""),
        "contentSize": str(len(content)),
        "sha256": sha256(content),
    }
    return {key: value for key, value in entity.items() if value}


def folders(bundle: Bundle, labels: Iterable[str]) -> list[Entity]:
    """Describe the folders of the data, the scripts and the outputs, with the files in them."""
    study = bundle.study
    described = {
        study.label(study.data): ("Data", "What the study rests on; no program edits it."),
        study.label(study.file.parent): ("Scripts", "One script for each figure, table and text."),
        study.label(study.output): ("Results", "What the scripts made, and the records of the run."),
    }
    parts: dict[str, list[str]] = {folder: [] for folder in described if folder != "."}
    for label in labels:
        inside = [folder for folder in parts if PurePosixPath(label).is_relative_to(folder)]
        if inside:
            parts[max(inside, key=len)].append(label)
    return [
        {
            "@id": f"{identifier(folder)}/",
            "@type": "Dataset",
            "name": described[folder][0],
            "description": described[folder][1],
            "hasPart": [reference(label) for label in contained],
        }
        for folder, contained in parts.items()
        if contained
    ]


def _name(bundle: Bundle, path: PurePosixPath, maker: str) -> str:
    if maker.endswith(".py"):
        return f"{bundle.title(maker)} ({path.suffix.removeprefix('.').upper()})"
    return str(bundle.resources.get(str(path), {}).get("title") or path.name)


def _role(bundle: Bundle, label: str, maker: str) -> str:
    """Say what a file is for: a caption, what the data package says, or what is known by its name."""
    if maker.endswith(".py"):
        return bundle.caption(maker) if label in bundle.main_files(maker)[:1] else ""
    known = _ROLES.get(PurePosixPath(label).name, "")
    if label in bundle.outputs:
        return f"Makes {bundle.title(label)}."
    return str(bundle.resources.get(label, {}).get("description") or known)
