"""What `import hpcstats` loads, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"lifelines", "statsmodels", "scipy.stats", "matplotlib.pyplot"}

TOUCH_EVERY_NAME = """
for name in hpcstats.__all__:
    value = getattr(hpcstats, name)
    for inner in getattr(value, "__all__", ()):
        getattr(value, inner)
"""


def loaded(code: str) -> set[str]:
    """Names of the modules in memory after running `code`."""
    script = f"import hpcstats, sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_importing_the_package_loads_nothing_heavy():
    assert not loaded("") & (
        HEAVY | {"numpy", "scipy", "pandas", "matplotlib", "formulaic", "pandera", "rich"}
    )


def test_touching_every_public_name_loads_nothing_heavy():
    modules = loaded(TOUCH_EVERY_NAME)
    assert "hpcstats.surv" in modules
    assert not modules & HEAVY


def test_the_response_loads_no_pandas():
    assert "pandas" not in loaded("hpcstats.Surv.right([1, 2], [True, False])")


def test_the_command_line_loads_nothing_heavy():
    modules = loaded("import hpcstats.cli")
    assert not modules & (
        HEAVY | {"pandas", "scipy", "matplotlib", "formulaic", "pandera", "great_tables", "docx"}
    )
