r"""Run a study, record what it made, trace a number to its cases, verify what is committed.

A study is a directory with ``analyses/study.toml`` and scripts beside it. A script defines ``build(study)``
and returns a `Renderable`; its last lines call `main`. This room knows nothing of statistics.

Examples
--------
A study with one output, made, traced and verified:

>>> import tempfile
>>> from pathlib import Path
>>> folder = tempfile.TemporaryDirectory()
>>> root = Path(folder.name)
>>> for name in ("analyses", "data"):
...     (root / name).mkdir()
>>> _ = (root / "data" / "patients.csv").write_text("patient_id\na\nb\n")
>>> _ = (root / "analyses" / "study.toml").write_text('''
... [study]
... title = "Two patients"
... seed = 1
... level = 0.95
... data = "../data"
... output = "../figures"
... formats = ["pdf"]
... ''')
>>> _ = (root / "analyses" / "results.py").write_text('''
... import hpcstats as hs
...
... class Results:
...     numbers = (hs.Number(id="n", value=2, text="2", how="count of patients", patients=("a", "b")),)
...
...     def render(self, formats):
...         return {".md": b"There are 2 patients."}
...
... def build(study):
...     return Results()
... ''')
>>> study = Study.read(root)
>>> reproduce(study, jobs=1).changed
('results.md', 'numbers.json', 'MANIFEST.json')
>>> print(trace("results.n", study))
results.n
  printed  2
  value    2
  how      count of patients
  script   analyses/results.py
  inputs   analyses/results.py, analyses/study.toml, data/patients.csv
  patients (2)
    a
    b
>>> print(verify(study, jobs=1))
Verified: 3 files, 1 numbers, equal byte for byte.
>>> folder.cleanup()
"""

from __future__ import annotations

from hpcstats.reproduce.laying_out import LaidOut, new_study
from hpcstats.reproduce.outputs import NotApplicable, Prose, Renderable
from hpcstats.reproduce.rebuild import Report, reproduce
from hpcstats.reproduce.report.writing import report_page
from hpcstats.reproduce.settings import FORMATS
from hpcstats.reproduce.single import main
from hpcstats.reproduce.study import Study
from hpcstats.reproduce.tracing import Trace, numbers_named, trace
from hpcstats.reproduce.verification import Verification, verify

__all__ = [
    "FORMATS",
    "LaidOut",
    "NotApplicable",
    "Prose",
    "Renderable",
    "Report",
    "Study",
    "Trace",
    "Verification",
    "main",
    "new_study",
    "numbers_named",
    "report_page",
    "reproduce",
    "trace",
    "verify",
]
