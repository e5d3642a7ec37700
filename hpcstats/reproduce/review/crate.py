"""ro-crate-metadata.json: a study as a Process Run Crate 0.5, which builds on RO-Crate 1.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hpcstats.reproduce.canonical import to_json
from hpcstats.reproduce.review.bundle import MAKER, Bundle
from hpcstats.reproduce.review.codecheck import CODECHECK
from hpcstats.reproduce.review.crate_agents import (
    HPCSTATS,
    PYTHON,
    author_entities,
    licence_entities,
    software,
)
from hpcstats.reproduce.review.crate_files import Entity, file_entity, folders, identifier, reference

CRATE = "ro-crate-metadata.json"

_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_CONTEXT = [f"{_CRATE}/context", "https://w3id.org/ro/terms/workflow-run/context"]


def crate_bytes(bundle: Bundle) -> bytes:
    """Write ro-crate-metadata.json from the manifest, the citation and the files as they lie on disk."""
    made = {entry["path"]: maker for maker, entries in bundle.outputs.items() for entry in entries}
    labels = sorted({*bundle.inputs, *bundle.documents, *made})
    files = [file_entity(bundle, label, made.get(label, "")) for label in labels]
    files = [_executable(entity) for entity in files]
    actions = [_action(bundle, maker) for maker in bundle.outputs]
    inside = folders(bundle, labels)
    contained = {part["@id"] for folder in inside for part in folder["hasPart"]}
    loose = [reference(label) for label in labels if identifier(label) not in contained]
    graph = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _CRATE},
        },
        _root(bundle, [{"@id": folder["@id"]} for folder in inside] + loose, actions),
        *inside,
        *files,
        _codecheck(),
        *actions,
        *software(bundle),
        *author_entities(bundle.citation),
        *licence_entities(bundle),
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
    ]
    return to_json({"@context": _CONTEXT, "@graph": graph}).encode("utf-8")


def omissions(bundle: Bundle) -> Iterator[str]:
    """Say which properties a crate must have and this one lacks, as nothing in the study states them."""
    if not bundle.citation.date:
        yield "datePublished (date-released)"
    if not licence_entities(bundle) and "LICENSE" not in bundle.documents:
        yield "license"
    if not bundle.citation.authors:
        yield "author (authors)"


def _root(bundle: Bundle, parts: list[Entity], actions: list[Entity]) -> Entity:
    study, citation = bundle.study, bundle.citation
    licences = [{"@id": one["@id"]} for one in licence_entities(bundle)]
    if not licences and "LICENSE" in bundle.documents:
        licences = [reference("LICENSE")]
    known: dict[str, Any] = {
        "datePublished": citation.date,
        "license": licences,
        "author": [{"@id": one["@id"]} for one in author_entities(citation)],
        "keywords": list(citation.keywords),
        "identifier": f"https://doi.org/{citation.doi}" if citation.doi else "",
        "url": citation.repository,
    }
    description = study.settings.get("review", {}).get("description") or (
        f"Data, scripts and results of the study “{study.title}”, with what each result was made from."
    )
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": study.title,
        "description": description,
        **{key: _one_or_all(value) for key, value in known.items() if value},
        "conformsTo": {"@id": _PROFILE},
        "mentions": [{"@id": action["@id"]} for action in actions],
        "hasPart": [*parts, reference(CODECHECK)],
    }


def _one_or_all(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _action(bundle: Bundle, maker: str) -> Entity:
    """Describe the run of one script: what it read, and what it made."""
    entries, scripted = bundle.outputs[maker], maker.endswith(".py")
    inputs = sorted({label for entry in entries for label in entry["inputs"]} & set(bundle.inputs) - {maker})
    command = f"{MAKER} --only {bundle.script(maker).id}" if scripted else maker
    older = sorted({label for entry in entries for label in entry.get("outdated", ())})
    late = f" Since then these have changed: {', '.join(older)}." if older else ""
    return {
        "@id": f"#run-{bundle.script(maker).id if scripted else maker.replace(' ', '-')}",
        "@type": "CreateAction",
        "name": bundle.title(maker),
        "description": command + late,
        "instrument": reference(maker) if scripted else {"@id": HPCSTATS},
        "object": [reference(label) for label in inputs],
        "result": [reference(entry["path"]) for entry in entries],
    }


def _executable(entity: Entity) -> Entity:
    """Describe a script as source code, with the language and the software it runs on."""
    if not entity["@id"].endswith(".py"):
        return entity
    more = {"programmingLanguage": {"@id": PYTHON}, "softwareRequirements": {"@id": HPCSTATS}}
    return entity | {"@type": ["File", "SoftwareSourceCode"]} | more


def _codecheck() -> Entity:
    """Name codecheck.yml without a hash: the codechecker writes in it."""
    return {
        "@id": CODECHECK,
        "@type": "File",
        "name": CODECHECK,
        "description": "What is to be rebuilt in a CODECHECK; the codechecker adds to it.",
        "encodingFormat": "application/yaml",
    }
