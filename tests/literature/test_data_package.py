"""The shipped data are what their description says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import hpcstats as hs
from hpcstats.literature import location
from hpcstats.literature.descriptor import find_descriptor

DATA = Path(__file__).parents[2] / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["name"])
def test_each_resource_is_the_file_described(resource):
    content = (DATA / resource["path"]).read_bytes()
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert resource["bytes"] == len(content)


def test_every_raw_file_is_described():
    described = {Path(resource["path"]).name for resource in PACKAGE["resources"]}
    assert described == {path.name for path in (DATA / "raw").iterdir()}


def test_every_column_has_a_description():
    for resource in PACKAGE["resources"]:
        for field in resource.get("schema", {}).get("fields", []):
            assert field["description"].endswith((".", "site", "words")), (resource["name"], field["name"])


def test_judgements_name_patients_and_endpoints_of_the_data(cases):
    for endpoint, patient in cases.not_usable:
        assert endpoint in hs.literature.ENDPOINTS
        assert patient in cases.patient_ids
    for patients, _ in find_descriptor(cases.directory).distinct:
        assert patients <= set(cases.patient_ids)


def test_data_inside_the_package_come_before_those_of_the_repository(tmp_path, monkeypatch):
    (tmp_path / "hpcstats" / "_data" / "raw").mkdir(parents=True)
    monkeypatch.setattr(location, "_PACKAGE", tmp_path / "hpcstats")
    assert location.packaged_data() == tmp_path / "hpcstats" / "_data"
    (tmp_path / "hpcstats" / "_data" / "raw").rmdir()
    assert location.packaged_data() == tmp_path / "data"


def test_frames_are_typed(cases):
    assert cases.patients["sex"].cat.categories.tolist() == ["female", "male"]
    assert cases.patients["confidence"].cat.categories.tolist() == ["low", "medium", "high"]
    assert cases.patients["age_years"].dtype == "float64"
    assert cases.events["sequence"].dtype == "int64"
    assert str(cases.patients["notes"].dtype) == "string"
    assert cases.patients["patient_id"].iloc[0] == "brass_2004"
    assert cases.cohort_statistics.shape == (460, 17)
    assert cases.seed_summary["source_id"] == "brass_2004"
    assert {path.name for path in cases.files} >= {"patients.csv", "datapackage.json", "seed_summary.json"}
