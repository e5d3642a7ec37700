"""Captions and alternative texts of all figures and tables, as one text for a manuscript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hpcstats.reproduce.report.exhibits import Exhibit, heading, plain_text


def captions_text(exhibits: Iterable[Exhibit]) -> str:
    """Write the captions of the figures with their alternative texts, then those of the tables with notes."""
    shown = list(exhibits)
    parts: list[str] = []
    for kind, title in (("figure", "Figures"), ("table", "Tables")):
        chosen = [exhibit for exhibit in shown if exhibit.kind == kind]
        if chosen:
            parts.append(f"## {title}")
            for exhibit in chosen:
                parts.extend(_of(exhibit))
    return "\n\n".join(parts)


def _of(exhibit: Exhibit) -> Iterator[str]:
    yield f"**{heading(exhibit)}.** {plain_text(exhibit.content['caption'])}"
    if exhibit.kind == "figure":
        yield f"*Alternative text.* {exhibit.content['alt_text']}"
    notes = [plain_text(note) for note in exhibit.content.get("notes", ())]
    if notes:
        yield f"*Notes.* {' '.join(notes)}"
