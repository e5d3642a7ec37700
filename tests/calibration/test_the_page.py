"""The committed page shows what is measured; HPCSTATS_WRITE_CALIBRATION=1 writes it anew."""

from __future__ import annotations

import os

import pytest

from tests.calibration import page

pytestmark = pytest.mark.calibration


def test_the_committed_page_shows_these_numbers():
    text = page.text()
    print(f"\n{text}")
    if os.environ.get("HPCSTATS_WRITE_CALIBRATION") == "1":
        page.PAGE.write_text(text, encoding="utf-8", newline="\n")
    assert page.PAGE.read_text(encoding="utf-8") == text, (
        "docs/calibration.md is not what was measured. HPCSTATS_WRITE_CALIBRATION=1 make calibrate writes it."
    )
