"""Scripts and sheets, as a browser of 2017 is served them."""

import subprocess

from tests.support.tracked import ROOT


def lowered(kind: str, text: str) -> str:
    """Return a script or a sheet as it is served. kind: “script” or “sheet”."""
    return subprocess.run(
        ["node", "tools/old_browsers.mjs", f"--{kind}"],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
