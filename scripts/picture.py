"""Takes the picture of an assessment that README shows: `make picture`. Needs a Chromium on this machine.

Assessed is the folder of an environment in every kind of trouble that the tests of the closing summary convert.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "assessment.png"
SIZE = "1000,760"


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DAGCONV_TEST_FULL"] = "1"
    from tests.cli.test_first_hour import write_folder

    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise SystemExit("no Chromium is installed here")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_folder()
        page = Path(folder) / "report.html"
        command = [sys.executable, "-m", "dagconv", "assess", "dags", "--source-airflow", "2", "--output", str(page)]
        subprocess.run(command, check=False)
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size={SIZE}"]
        subprocess.run([browser, *options, f"--screenshot={PICTURE}", page.as_uri()], check=True, capture_output=True)
        os.chdir(ROOT)


if __name__ == "__main__":
    main()
