"""Nothing in the repository leads back to a machine it was made on, or to a place packages came from."""

import re
import subprocess

import pytest

from tests.standing.source import ROOT

# Put together from parts, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a folder of a machine": r"/(" + "|".join(["wo" + "rk", "ho" + "me", "Us" + "ers", "ro" + "ot"]) + r")/[a-z]",
    "a registry": r"\b(" + "|".join(["py" + "pi", "n" + "pm" + "js", "registry" + r"\.n" + "pm", "files" + r"\.python"
                                     + "hosted", "deb" + r"\.debian", "index" + "-url", "--extra" + "-index"])
                  + r")\b(?=[./:=])",
    "a mirror": r"https?://[a-z0-9.-]*(mirror|proxy|artifact|nexus)[a-z0-9.-]*[/:]",
}  # fmt: skip
LOCKS = {"package-lock.json", "yarn.lock", "poetry.lock", "uv.lock", "Pipfile.lock", "pnpm-lock.yaml"}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what):
    pattern, found = re.compile(FORBIDDEN[what]), {}
    for name in tracked():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        hit = None if name.startswith("samples/") else pattern.search(text)
        if hit:
            found[name] = hit.group()
    assert found == {}


def test_no_lock_file_but_the_hashed_requirements():
    assert [name for name in tracked() if name.rsplit("/", maxsplit=1)[-1] in LOCKS] == []
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")
