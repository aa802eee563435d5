"""Find the browser of the journeys, or say why there is none.

`python -m tests.browser` also installs it where that is one command: as root on Debian. Elsewhere an installed Chrome
or Chromium is used, or the one CHROMIUM names. Without one the journeys are skipped, which CI treats as a failure.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")
WHY_NONE = "no Chrome or Chromium was found. Install one, or set CHROMIUM to its path."


def find() -> str | None:
    """Return the path of a Chrome or Chromium, if there is one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    folders = [Path("/Applications"), Path.home() / "Applications"]
    places = [str(folder / application) for folder in folders for application in APPLICATIONS]
    return next((path for path in map(shutil.which, [*NAMES, *places]) if path), None)


def install() -> None:
    """Install Debian's Chromium; leave everything as it is where that can't be done."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        return
    print("Installing Chromium for the journeys.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        done = subprocess.run([apt, *arguments], stdout=subprocess.DEVNULL, env=environment, check=False)
        if done.returncode:
            print("Chromium could not be installed; the journeys will be skipped.", flush=True)
            return


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a journey without a browser; in CI fail it."""
    if item.get_closest_marker("journey") and not find():
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(WHY_NONE, pytrace=False)
        pytest.skip(WHY_NONE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why journeys were skipped, which the short summary of a quiet run leaves out."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if WHY_NONE in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"Journeys skipped ({len(skipped)}): {WHY_NONE}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Launch the browser found here; as root it can't have its sandbox."""
    arguments = ["--autoplay-policy=document-user-activation-required"]
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": find(), "args": arguments}


if __name__ == "__main__":
    if not find():
        install()
