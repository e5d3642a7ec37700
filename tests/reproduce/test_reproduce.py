"""Running a study: files, records, selection, skips and failures."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time

import pytest

from hpcstats.errors import DataError, DesignError, HpcstatsError
from hpcstats.reproduce import Study, main, reproduce
from tests.reproduce.fake import FIGURE, OUTPUT, PATIENTS, TABLE, edit, make_study, manifest, numbers, tree

FILES = [
    "MANIFEST.json",
    "figure_01_times.csv",
    "figure_01_times.pdf",
    "figure_01_times.png",
    "numbers.json",
    "results.md",
    "tables/table_01_cases.csv",
    "tables/table_01_cases.html",
]
FAILING = "def build(study):\n    raise RuntimeError('no luck')\n"
SKIPPING = (
    "import hpcstats as hs\n\ndef build(study):\n    raise hs.reproduce.NotApplicable('no summary here')\n"
)


@pytest.fixture
def study(tmp_path):
    return make_study(tmp_path)


def test_everything_is_written_and_recorded(study):
    report = reproduce(study, jobs=1)
    assert sorted(tree(study.output)) == FILES
    assert (report.n_files, report.n_numbers) == (6, 6)
    made = {entry["path"]: entry for entry in manifest(study)["outputs"]}
    assert sorted(made) == [name for name in FILES if not name.endswith(".json")]
    for path, entry in made.items():
        assert entry["sha256"] == hashlib.sha256((study.output / path).read_bytes()).hexdigest()
    assert made["tables/table_01_cases.csv"]["script"] == "analyses/table_01_cases.py"
    inputs = manifest(study)["inputs"]
    assert made["results.md"]["inputs"] == [
        "analyses/results.py", "analyses/study.toml", "data/raw/patients.csv", "data/raw/sources.csv",
    ]  # fmt: skip
    assert inputs["data/raw/patients.csv"] == hashlib.sha256(PATIENTS.encode()).hexdigest()
    assert manifest(study)["study"] == {"title": "Three patients", "seed": 7}
    expected = {"hpcstats", "python", "numpy", "scipy", "pandas", "matplotlib", "lifelines", "statsmodels"}
    assert set(manifest(study)["versions"]) == expected


def test_numbers_are_sorted_prefixed_and_rounded(study):
    reproduce(study, jobs=1)
    found = json.loads((study.output / "numbers.json").read_bytes())
    ids = [entry["id"] for entry in found]
    assert ids == sorted(ids)
    assert ids[:2] == ["figure_01.draw", "figure_01.mean"]
    assert numbers(study)["figure_01.mean"] == {
        "id": "figure_01.mean", "value": 4.0, "text": "4.0", "how": "read from the data",
        "script": "analyses/figure_01_times.py", "patients": ["a", "b", "c"], "sources": [],
    }  # fmt: skip
    draw = study.generator("figure_01_times").normal()
    assert numbers(study)["figure_01.draw"]["value"] == float(f"{draw:.10g}")


def test_bytes_do_not_depend_on_place_time_zone_hash_seed_or_processes(tmp_path):
    trees = []
    for name, zone, seed, jobs in (("here", "Asia/Tokyo", "1", 1), ("far/away", "America/Lima", "2", 2)):
        study = make_study(tmp_path / name)
        code = f"from hpcstats.reproduce import *; reproduce(Study.read({str(study.root)!r}), jobs={jobs})"
        environment = os.environ | {"TZ": zone, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, check=True, timeout=120)
        trees.append(tree(study.output))
        time.sleep(1.1)
    assert trees[0] == trees[1]
    assert not any(str(tmp_path).encode() in content for content in trees[0].values())


def test_the_environment_is_fixed_inside_and_restored_outside(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    source = OUTPUT + (
        "import os, time\n"
        "def build(study):\n"
        "    told = [os.environ[name] for name in ('MPLBACKEND', 'SOURCE_DATE_EPOCH')]\n"
        "    told.append(time.strftime('%H', time.localtime(0)))\n"
        "    return Output({'.md': ' '.join(told).encode()}, [])\n"
    )
    study = make_study(tmp_path, environment=source)
    reproduce(study, only=["environment"], jobs=1)
    assert (study.output / "environment.md").read_text() == "Agg 0 00"
    assert os.environ["TZ"] == "Asia/Tokyo"
    assert "SOURCE_DATE_EPOCH" not in os.environ


def test_a_users_own_style_does_not_reach_figures(tmp_path):
    import matplotlib as mpl

    source = OUTPUT + (
        "import matplotlib as mpl\n"
        "def build(study):\n"
        "    return Output({'.csv': str(mpl.rcParams['lines.linewidth']).encode()}, [])\n"
    )
    study = make_study(tmp_path, figure_02_style=source)
    with mpl.rc_context({"lines.linewidth": 9}):
        reproduce(study, only=["figure_02"], jobs=1)
        assert mpl.rcParams["lines.linewidth"] == 9
    assert (study.output / "figure_02_style.csv").read_text() == "1.5"


def test_only_keeps_the_rest(study):
    reproduce(study, jobs=1)
    before, made = tree(study.output), manifest(study)
    edit(study.file.parent / "table_01_cases.py", "<table></table>", "<table/>")
    report = reproduce(study, only=["table_01"], jobs=1)
    after = tree(study.output)
    assert {path for path in after if after[path] != before[path]} == {
        "MANIFEST.json", "tables/table_01_cases.html",
    }  # fmt: skip
    assert sorted(after) == sorted(before)
    assert set(report.changed) == {"MANIFEST.json", "tables/table_01_cases.html"}
    others = [entry for entry in manifest(study)["outputs"] if "table" not in entry["path"]]
    assert others == [entry for entry in made["outputs"] if "table" not in entry["path"]]
    assert report.outdated == ()


def test_only_says_what_has_become_outdated(study):
    reproduce(study, jobs=1)
    edit(study.data / "patients.csv", "a,old_1999,1.5", "a,old_1999,1.75")
    report = reproduce(study, only=["results"], jobs=1)
    made = {entry["path"]: entry for entry in manifest(study)["outputs"]}
    assert made["figure_01_times.pdf"]["outdated"] == ["data/raw/patients.csv"]
    assert "outdated" not in made["results.md"]
    assert len(report.outdated) == 5
    assert "run `hpcstats reproduce` without --only" in str(report)
    assert reproduce(study, jobs=1).outdated == ()


@pytest.mark.parametrize("name", ["figure_01", "figure_*", "figure_01_times", "analyses/figure_01_times.py"])
def test_only_takes_identifiers_names_paths_and_patterns(study, name):
    assert [outcome.script.id for outcome in reproduce(study, only=[name], jobs=1).outcomes] == ["figure_01"]


def test_an_unknown_name_suggests(study):
    with pytest.raises(DesignError, match="No script makes 'figure_10'. Did you mean figure_01"):
        reproduce(study, only=["figure_10"])
    with pytest.raises(DesignError, match="There are: figure_01, results, table_01"):
        reproduce(study, only=["xyz"])


def test_formats_asked_for_leave_the_others(study):
    reproduce(study, jobs=1)
    reproduce(study, formats=["eps"], jobs=1)
    made = {entry["path"] for entry in manifest(study)["outputs"]}
    assert {f"figure_01_times.{name}" for name in ("pdf", "png", "eps", "csv")} < made
    assert reproduce(study, jobs=1).removed == ("figure_01_times.eps",)


def test_stale_files_go_and_strange_files_stay(study):
    reproduce(study, jobs=1)
    (study.output / "letter.txt").write_text("mine")
    (study.file.parent / "table_01_cases.py").unlink()
    report = reproduce(study, jobs=1)
    assert report.removed == ("tables/table_01_cases.csv", "tables/table_01_cases.html")
    assert "letter.txt" in tree(study.output)
    assert not any(path.startswith("tables/") for path in tree(study.output))
    assert not any(name.startswith("table_01") for name in numbers(study))


def test_a_failing_script_lets_the_others_finish_and_writes_nothing(tmp_path):
    study = make_study(tmp_path, figure_02_bad=FAILING, table_02_none="x = 1\n", broken="def build(:\n")
    with pytest.raises(HpcstatsError) as caught:
        reproduce(study, jobs=1)
    message = str(caught.value)
    assert message.startswith("3 scripts of 6 failed; nothing was written.")
    assert "analyses/figure_02_bad.py: RuntimeError: no luck (line 2)" in message
    assert (
        "analyses/table_02_none.py: analyses/table_02_none.py defines no function `build(study)`" in message
    )
    assert "analyses/broken.py: SyntaxError" in message
    assert any("RuntimeError: no luck" in note for note in caught.value.__notes__)
    assert not study.output.exists()


def test_a_failing_script_leaves_what_was_there(study):
    reproduce(study, jobs=1)
    before = tree(study.output)
    edit(study.data / "patients.csv", "1.5", "1.75")
    (study.file.parent / "figure_02_bad.py").write_text(FAILING)
    with pytest.raises(HpcstatsError, match="1 script of 4 failed"):
        reproduce(study, jobs=2)
    assert tree(study.output) == before


def test_a_script_that_does_not_apply_is_skipped_and_reported(tmp_path):
    study = make_study(tmp_path)
    reproduce(study, jobs=1)
    (study.file.parent / "results.py").write_text(SKIPPING)
    report = reproduce(study, jobs=1)
    assert "skipped analyses/results.py: no summary here" in str(report)
    assert manifest(study)["skipped"] == {"analyses/results.py": "no summary here"}
    assert report.removed == ("results.md",)
    reproduce(study, only=["table_01"], jobs=1)
    assert manifest(study)["skipped"] == {"analyses/results.py": "no summary here"}


def test_warnings_are_reported_once_and_developers_warnings_not(tmp_path):
    source = OUTPUT + (
        "import warnings\n"
        "def build(study):\n"
        "    for _ in range(2):\n"
        "        warnings.warn('only nine cases')\n"
        "    warnings.warn('old name', DeprecationWarning)\n"
        "    return Output({'.md': b''}, [])\n"
    )
    report = reproduce(make_study(tmp_path, fragile=source), only=["fragile"], jobs=1)
    assert report.outcomes[0].warnings == ("only nine cases",)
    assert "warning in analyses/fragile.py: only nine cases" in str(report)


def test_two_numbers_of_one_name_are_an_error_and_one_number_twice_is_not(tmp_path):
    body = "def build(study):\n    return Output({'.md': b''}, [number('n', 1, '1'), number('n', %s, '1')])\n"
    study = make_study(tmp_path, twice=OUTPUT + body % "2", once=OUTPUT + body % "1")
    reproduce(study, only=["once"], jobs=1)
    assert list(numbers(study)) == ["once.n"]
    with pytest.raises(HpcstatsError, match="Different numbers share an identifier: n"):
        reproduce(study, only=["twice"], jobs=1)


def test_two_scripts_of_one_number_are_an_error(tmp_path):
    study = make_study(tmp_path, figure_01_again=FIGURE)
    with pytest.raises(DesignError, match="would all be called 'figure_01'"):
        reproduce(study)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("42", "build.study. returned int"),
        ("Output({}, [])", "but gave nothing"),
        ("Output({'.md': 'text'}, [])", "but gave for .md something else"),
        ("Output({'md': b''}, [])", "but gave for md something else"),
    ],
)
def test_what_a_script_returns_is_checked(tmp_path, returned, message):
    study = make_study(tmp_path, wrong=f"{OUTPUT}\ndef build(study):\n    return {returned}\n")
    with pytest.raises(HpcstatsError, match=message):
        reproduce(study, only=["wrong"], jobs=1)


def test_shared_code_is_no_script_but_an_input_and_does_not_leak(tmp_path):
    script = OUTPUT + "import _shared\ndef build(study):\n    return Output({'.md': _shared.TEXT}, [])\n"
    for name in ("one", "two"):
        study = make_study(tmp_path / name, sharing=script, _shared=f"TEXT = b'{name}'\n")
        reproduce(study, only=["sharing"], jobs=1)
        assert (study.output / "sharing.md").read_text() == name
        assert "analyses/_shared.py" in manifest(study)["outputs"][0]["inputs"]
    assert "_shared" not in sys.modules
    assert not any(str(tmp_path) in path for path in sys.path)


def test_other_data_need_another_directory(tmp_path):
    study = make_study(tmp_path / "study")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "patients.csv").write_text(PATIENTS.replace("8", "80"))
    other = Study.read(study.root, data=mine)
    with pytest.raises(DesignError, match="is for the study's own data"):
        reproduce(other)
    reproduce(other, output=tmp_path / "out", jobs=1)
    assert "(data)/patients.csv" in json.loads((tmp_path / "out" / "MANIFEST.json").read_bytes())["inputs"]
    assert str(tmp_path) not in (tmp_path / "out" / "MANIFEST.json").read_text()


def test_nothing_starts_without_data_or_processes(study, tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        reproduce(Study.read(study.root, data=tmp_path / "none"), output=tmp_path / "out")
    with pytest.raises(DesignError, match="jobs=0"):
        reproduce(study, jobs=0)


def test_damaged_records_are_named_and_never_trusted(study):
    reproduce(study, jobs=1)
    (study.output / "MANIFEST.json").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        reproduce(study, jobs=1)
    (study.output / "MANIFEST.json").write_text(
        json.dumps(
            {"inputs": {}, "skipped": {}, "study": {}, "versions": {}}
            | {"outputs": [{"path": "../../precious", "script": "x", "inputs": ["y"]}]}
        )
    )
    with pytest.raises(DataError, match="outside that directory"):
        reproduce(study, jobs=1)


def test_a_script_runs_by_itself_with_the_same_bytes(tmp_path):
    whole, single = make_study(tmp_path / "whole"), make_study(tmp_path / "single")
    reproduce(whole, jobs=1)
    script = single.file.parent / "figure_01_times.py"
    ran = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert str(single.output / "figure_01_times.pdf") in ran.stdout
    made = tree(single.output)
    assert sorted(made) == [
        "MANIFEST.json", "figure_01_times.csv", "figure_01_times.pdf", "figure_01_times.png", "numbers.json",
    ]  # fmt: skip
    assert all(tree(whole.output)[path] == made[path] for path in made if not path.endswith(".json"))
    assert numbers(single) == {name: n for name, n in numbers(whole).items() if name.startswith("figure_01")}


def test_a_script_by_itself_takes_out_formats_and_data(tmp_path, capsys):
    study = make_study(tmp_path / "study")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "patients.csv").write_text(PATIENTS.replace("8", "11"))
    script = study.file.parent / "figure_01_times.py"
    scope = {"__name__": "alone"}
    exec(compile(script.read_text(), str(script), "exec"), scope)
    main(scope["build"], ["--out", str(tmp_path / "out"), "--formats", "svg,eps", "--data", str(mine)])
    assert (tmp_path / "out" / "figure_01_times.svg").read_bytes() == b"svg of 5.0"
    assert not study.output.exists()
    assert "figure_01_times.eps" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="Error: format='gif' is not known"):
        main(scope["build"], ["--formats", "gif"])


def test_other_tables_do_not_change_a_number(tmp_path):
    alone, together = (
        make_study(tmp_path / "a", table_01_cases=None),
        make_study(tmp_path / "b", table_02=TABLE),
    )
    for study in (alone, together):
        reproduce(study, jobs=1)
    assert numbers(alone)["figure_01.draw"] == numbers(together)["figure_01.draw"]


def test_a_design_that_other_data_cannot_carry_is_skipped_with_its_reason(tmp_path):
    body = "def build(study):\n    raise hs.DesignError('group has only one label')\n"
    study = make_study(tmp_path, figure_01_times=OUTPUT + body)
    with pytest.raises(HpcstatsError, match="only one label"):
        reproduce(study, jobs=1)
    other = tmp_path / "other"
    other.mkdir()
    (other / "patients.csv").write_text("patient_id\nz\n")
    report = reproduce(
        Study.read(study.root, data=other), only=["figure_01"], output=tmp_path / "out", jobs=1
    )
    assert "only one label" in str(report)
