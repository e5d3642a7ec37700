"""The research object crate: read by an independent reader, true of every file, and checked by verify."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

from hpcstats.errors import DataError
from hpcstats.reproduce import Study, report_page, reproduce, verify
from hpcstats.reproduce.review.locked import required
from tests.reproduce.drawn_study import TOML as DRAWN
from tests.reproduce.drawn_study import drawn_study
from tests.reproduce.fake import STUDY, edit, make_study, manifest
from tests.reproduce.reviewed_study import TOML, graph, reviewed_study

CRATE = "ro-crate-metadata.json"


@pytest.fixture
def study(tmp_path):
    made = reviewed_study(tmp_path)
    reproduce(made, jobs=1)
    return made


def problems(study) -> list[str]:
    return list(verify(study, jobs=1).problems)


def links(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["@id"]] if set(value) == {"@id"} else links(list(value.values()))
    elif isinstance(value, list):
        for one in value:
            yield from links(one)


def test_an_independent_reader_finds_every_file(study):
    crate = ROCrate(study.root)
    assert crate.name == "Three patients"
    assert crate.root_dataset["datePublished"] == "2020-02-29"
    files = [entity for entity in crate.data_entities if "File" in entity["@type"]]
    assert len(files) == 19
    for entity in files:
        content = (study.root / entity.id).read_bytes()
        assert (
            entity.get("sha256", hashlib.sha256(content).hexdigest()) == hashlib.sha256(content).hexdigest()
        )
        assert entity.get("contentSize", str(len(content))) == str(len(content))
        assert entity["encodingFormat"]
    assert [entity.id for entity in files if "sha256" not in entity.properties()] == ["codecheck.yml"]


def test_every_output_and_input_of_the_manifest_is_in_the_crate(study):
    found, records = graph(study), manifest(study)
    for entry in records["outputs"]:
        assert found[f"figures/{entry['path']}"]["sha256"] == entry["sha256"]
    for label, digest in records["inputs"].items():
        assert found[label]["sha256"] == digest
    assert {"figures/MANIFEST.json", "figures/numbers.json", "CITATION.cff", "LICENSE"} <= set(found)


def test_every_link_leads_to_an_entity(study):
    found = graph(study)
    followed = {link for entity in found.values() for link in links(list(entity.values()))}
    assert followed - set(found) == {"https://w3id.org/ro/crate/1.1"}


def test_each_run_names_its_script_its_inputs_and_its_results(study):
    run = graph(study)["#run-figure_01"]
    assert run["@type"] == "CreateAction"
    assert run["name"] == "Figure 1. Times"
    assert run["instrument"] == {"@id": "analyses/figure_01_times.py"}
    assert list(links(run["object"])) == [
        "analyses/study.toml",
        "data/raw/patients.csv",
        "data/raw/sources.csv",
    ]
    assert list(links(run["result"])) == [f"figures/figure_01_times.{kind}" for kind in ("csv", "pdf", "png")]


def test_every_result_was_made_by_exactly_one_run(study):
    found = graph(study)
    actions = [entity for entity in found.values() if entity["@type"] == "CreateAction"]
    made = [link for action in actions for link in links(action["result"])]
    assert sorted(made) == sorted(
        path.relative_to(study.root).as_posix() for path in study.output.rglob("*") if path.is_file()
    )
    assert sorted(links(found["./"]["mentions"])) == sorted(action["@id"] for action in actions)


def test_the_root_says_what_the_citation_states(study):
    found = graph(study)
    assert found["./"]["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert found["./"]["identifier"] == "https://doi.org/10.1234/data"
    person, group = (found[link] for link in links(found["./"]["author"]))
    assert (person["@id"], person["@type"]) == ("https://orcid.org/0000-0002-1825-0097", "Person")
    assert (person["givenName"], person["familyName"]) == ("Ada", "Exämple")
    assert (group["@id"], group["@type"], group["name"]) == ("#author-2", "Organization", "The Group")


def test_software_has_the_versions_that_made_the_outputs(study):
    found, versions = graph(study), manifest(study)["versions"]
    assert found["#hpcstats"]["softwareVersion"] == versions["hpcstats"]
    assert found["https://www.python.org/"]["softwareVersion"] == versions["python"]
    assert found[f"pkg:pypi/numpy@{versions['numpy']}"]["license"]
    assert "numpy" in required("hpcstats")
    assert not any(identifier.startswith("pkg:pypi/pytest") for identifier in found)


def test_a_study_without_citation_licence_and_lock_states_none(tmp_path):
    study = reviewed_study(tmp_path, citation=None)
    reproduce(study, jobs=1)
    root = graph(study)["./"]
    assert not {"datePublished", "license", "author", "identifier"} & set(root)
    assert ROCrate(study.root).name == "Three patients"
    result = verify(study, jobs=1)
    assert result.ok
    assert any("datePublished (date-released), license, author" in note for note in result.information)


def test_a_licence_file_or_a_data_package_gives_the_licence(tmp_path):
    study = reviewed_study(tmp_path, citation=None)
    (tmp_path / "LICENSE").write_text("As you like.\n")
    reproduce(study, jobs=1)
    assert graph(study)["./"]["license"] == {"@id": "LICENSE"}
    package = {
        "licenses": [{"name": "MIT", "path": "https://opensource.org/license/mit"}],
        "resources": [{"path": "raw/patients.csv", "title": "Patients", "description": "One row each."}],
    }
    (tmp_path / "data" / "datapackage.json").write_text(json.dumps(package))
    reproduce(study, jobs=1)
    found = graph(study)
    assert found["./"]["license"] == {"@id": "https://opensource.org/license/mit"}
    assert found["data/raw/patients.csv"]["description"] == "One row each."


def test_figures_carry_their_captions(tmp_path):
    study = drawn_study(tmp_path)
    study.file.write_text(f"{DRAWN}\n[review]\n", encoding="utf-8")
    study = Study.read(tmp_path)
    reproduce(study, jobs=1)
    caption = (study.output / "figure_01_times.txt").read_text(encoding="utf-8").splitlines()[0]
    assert graph(study)["figures/figure_01_times.pdf"]["description"] == caption
    edit(study.data / "sources.csv", "A case", "The case")
    report_page(study)
    assert not any("sha256" in problem for problem in problems(study) if problem.startswith(CRATE))


def test_the_bytes_are_those_of_any_other_place(study, tmp_path):
    first = (study.root / CRATE).read_bytes()
    other = tmp_path / "elsewhere" / "again"
    shutil.copytree(study.root, other, ignore=shutil.ignore_patterns("figures", "*.yml", CRATE, "elsewhere"))
    reproduce(Study.read(other), jobs=1)
    assert (other / CRATE).read_bytes() == first
    assert str(tmp_path).encode() not in first
    assert "ro-crate-metadata.json" not in reproduce(study, jobs=1).changed


def test_names_with_special_letters_are_escaped_and_found(tmp_path):
    study = reviewed_study(tmp_path)
    (study.data / "50% known #1.csv").write_text("a\n1\n")
    reproduce(study, jobs=1)
    assert "data/raw/50%25%20known%20%231.csv" in graph(study)
    assert not problems(study)


def test_building_elsewhere_or_from_other_data_leaves_the_crate_alone(study, tmp_path):
    before = (study.root / CRATE).read_bytes()
    reproduce(study, output=tmp_path / "look", jobs=1)
    assert not (tmp_path / "look" / CRATE).exists()
    shutil.copytree(study.data, tmp_path / "other")
    edit(tmp_path / "other" / "patients.csv", "a,old_1999,1.5", "a,old_1999,2.5")
    reproduce(Study.read(study.root, data=tmp_path / "other"), output=study.output, jobs=1)
    assert (study.root / CRATE).read_bytes() == before


def test_building_a_part_keeps_the_rest_of_the_crate_true(study):
    edit(study.data / "patients.csv", "b,new_2020,2.5", "b,new_2020,5.5")
    reproduce(study, only=["table_01"], jobs=1)
    found = graph(study)
    assert "Since then these have changed: data/raw/patients.csv" in found["#run-figure_01"]["description"]
    assert found["#run-table_01"]["description"] == "hpcstats reproduce --only table_01"
    assert not any(problem.startswith(CRATE) for problem in problems(study))


TAMPERED = {
    "a file": (
        "figures/figure_01_times.png",
        f"{CRATE}: sha256 of figures/figure_01_times.png is not that of the file",
    ),
    "a document": ("LICENSE", f"{CRATE}: sha256 of LICENSE is not that of the file"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_file_is_told_by_the_crate(study, name):
    path, told = TAMPERED[name]
    (study.root / path).write_bytes(b"other")
    assert told in problems(study)


def test_a_missing_file_is_told(study):
    (study.root / "LICENSE").unlink()
    assert f"{CRATE}: names LICENSE, which does not exist" in problems(study)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"contentSize": "13"', '"contentSize": "14"', "contentSize of LICENSE is 14, the file has 13 bytes"),
        ("Three patients", "Four patients", "differs: ro-crate-metadata.json: line "),
        ('"@graph"', '"graph"', "cannot be read (KeyError"),
        ("analyses/results.py", "analyses/result.py", "names analyses/result.py, which does not exist"),
    ],
)
def test_a_changed_crate_is_told(study, old, new, told):
    edit(study.root / CRATE, old, new)
    assert any(told in problem for problem in problems(study))
    reproduce(study, jobs=1)
    assert not problems(study)


def test_a_missing_crate_is_told(study):
    (study.root / CRATE).unlink()
    assert problems(study) == [f"missing: {CRATE}, which hpcstats reproduce makes"]


def test_nothing_is_written_unless_the_study_asks(tmp_path):
    study = make_study(tmp_path)
    reproduce(study, jobs=1)
    assert not (tmp_path / CRATE).exists()
    assert not (study.output / "environment.json").exists()
    assert verify(study, jobs=1).ok


@pytest.mark.parametrize("setting", ["editor = 'me'", "tested = 'Linux'", "tested = [3]", "description = 3"])
def test_unknown_settings_are_refused(tmp_path, setting):
    study = reviewed_study(tmp_path, toml=f"{STUDY}\n[review]\n{setting}\n")
    with pytest.raises(DataError, match=r"\[review\] of study.toml knows two settings"):
        reproduce(study, jobs=1)


def test_what_lies_outside_the_root_cannot_be_in_a_crate(tmp_path):
    study = reviewed_study(tmp_path / "study", toml=TOML.replace("../figures", "../../figures"))
    with pytest.raises(DataError, match="describes what lies below"):
        reproduce(study, jobs=1)
    assert not (tmp_path / "figures").exists()


def test_the_description_may_be_given(tmp_path):
    study = reviewed_study(tmp_path, toml=f"{TOML}description = 'What it is.'\n")
    reproduce(study, jobs=1)
    assert graph(study)["./"]["description"] == "What it is."
