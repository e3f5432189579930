"""Write the lock files, or check that none of them carries an address.

A lock made by uv's own format, or by npm's defaults, names the registry it was made with; ours hold versions
and
digests only, so that any mirror serves them. Run by `make lock`; `--check` is part of `make check`.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|file:")
LOCKS = (
    *("requirements-build.lock", "requirements.lock", "requirements-dev.lock", "requirements-bench.lock"),
    *("requirements-rues.lock", "requirements-spark.lock"),
    *("package-lock.json", ".npmrc"),
)


def compile_lock(source: str, out: str, *extra: str) -> None:
    subprocess.run(
        [
            *(
                ROOT / ".venv/bin/uv",
                "pip",
                "compile",
                source,
                "--quiet",
                "--universal",
                "--python-version",
                "3.11",
            ),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"),
            *("--custom-compile-command", "make lock", "-o", out, *extra),
        ],
        cwd=ROOT,
        check=True,
    )


def write() -> None:
    bootstrap = (
        ROOT / "requirements-build.in"
    )  # what installs the rest, and builds us: never imported once installed
    bootstrap.write_text("uv\nsetuptools>=80\n", "utf-8")
    compile_lock(bootstrap.name, "requirements-build.lock")
    bootstrap.unlink()
    compile_lock("pyproject.toml", "requirements.lock")
    for group in ("dev", "bench"):
        compile_lock(
            "pyproject.toml",
            f"requirements-{group}.lock",
            "--group",
            group,
            "--constraint",
            "requirements.lock",
        )
    for extra in ("rues", "spark"):
        out = f"requirements-{extra}.lock"
        compile_lock("pyproject.toml", out, "--extra", extra, "--constraint", "requirements.lock")
    subprocess.run(["npm", "install", "--package-lock-only", "--silent"], cwd=ROOT, check=True)
    lock = ROOT / "package-lock.json"
    packages = json.loads(lock.read_text("utf-8"))
    for package in packages["packages"].values():
        package.pop("funding", None)  # the one address npm writes whatever the settings
    lock.write_text(json.dumps(packages, indent=2) + "\n", "utf-8")


def check() -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in LOCKS
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
        if ADDRESS.search(line)
    ]


if __name__ == "__main__":
    if "--check" not in sys.argv:
        write()
    if lines := check():
        sys.exit("Un fichier de verrouillage porte une adresse :\n  " + "\n  ".join(lines))
