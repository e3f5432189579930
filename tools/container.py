"""Build the image of a container and try it as a server runs it: another account than root, nothing written
outside its folder, healthy, stopped and started again without losing a row.

python tools/container.py: says in one line when no builder of images is there, and stops at the first fault.
SYSTEME: another image to begin from; CONTAINERS_CONF: how podman runs here.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
IMAGE, NAME, PORT, USER = "maillage", "maillage-essai", 8000, 10001
PATIENCE = 300  # seconds: the first start makes the tables
ABSENT = "Aucun constructeur d’images ici (podman, docker) : l’image n’est ni faite, ni essayée."
SYSTEM = "debian:bookworm-slim"  # that of deploy/Containerfile
UNREACHED = "L’image de départ ne se télécharge pas d’ici : rien n’est fait. SYSTEME=… en nomme une autre."
CERTIFICATES = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")


def main() -> int:
    program = builder()
    if program is None:
        print(ABSENT)
        return 0
    if not is_at_hand(program, os.environ.get("SYSTEME", SYSTEM)):
        print(UNREACHED)
        return 0
    build(program)
    with volume(program) as volume_name:
        for _ in range(2):  # what the first wrote, the second reads
            with running(program, volume_name):
                health_report = health(program)
                print(f"/sante/ : {health_report['etat']}, version {health_report['version']}")
        check_output = run(program, *started(volume_name), "verifier-installation", check=False)
        print(check_output.stdout.strip())
    return 0


def builder() -> str | None:
    """Return the program that builds and runs images here, None without one that answers."""
    for name in ("podman", "docker"):
        if shutil.which(name) and run(name, "info", check=False).returncode == 0:
            return name
    return None


def is_at_hand(program: str, system: str) -> bool:
    """Return True if the image to begin from is on this computer, or comes when it is asked for."""
    return any(
        run(program, *words, system, check=False).returncode == 0
        for words in (("image", "inspect"), ("pull",))
    )


def run(program: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([program, *words], cwd=ROOT, text=True, capture_output=True, check=False)
    if check and done.returncode:
        sys.exit(f"{program} {words[0]} : {done.stderr[-2000:] or done.stdout[-2000:]}")
    return done


def build(program: str) -> None:
    """Build the image; behind a relay that signs what it lets through, with its certificate."""
    words = ["build", "--file", "deploy/Containerfile", "--tag", IMAGE]
    if system := os.environ.get("SYSTEME"):
        words += ["--build-arg", f"SYSTEME={system}"]
    for name in CERTIFICATES:
        if (path := os.environ.get(name)) and program == "podman":
            words += [
                "--build-arg",
                f"{name}={path}",
                "--volume",
                f"{Path(path).parent}:{Path(path).parent}:ro",
            ]
    if program == "podman":
        words += ["--format", "docker"]  # the other format has no sign of health
    begun = time.monotonic()
    run(program, *words, ".")
    print(f"Image faite en {time.monotonic() - begun:.0f} s.")


@contextmanager
def volume(program: str) -> Iterator[str]:
    """Make a volume, removed at the end."""
    run(program, "volume", "create", NAME)
    try:
        yield NAME
    finally:
        run(program, "volume", "rm", "--force", NAME, check=False)


def started(volume_name: str) -> tuple[str, ...]:
    """Return how the image is run: nothing but its volume may be written, no right is left."""
    return (
        *("run", "--rm", "--read-only", "--network", "host", "--tmpfs", "/tmp"),
        *("--cap-drop", "all", "--security-opt", "no-new-privileges"),
        *("--volume", f"{volume_name}:/var/lib/maillage", "--env", "MAILLAGE_HOSTS=localhost", IMAGE),
    )


@contextmanager
def running(program: str, volume_name: str) -> Iterator[None]:
    words = started(volume_name)
    run(program, *words[:2], "--detach", "--name", NAME, *words[2:], "servir", "--port", str(PORT))
    try:
        yield
    finally:
        run(program, "stop", "--time", "60", NAME)


def health(program: str) -> dict[str, str]:
    """Return the health report of the server; sys.exit when it never answers, or runs as root."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{PORT}/sante/", timeout=10) as answer:
                report: dict[str, str] = json.load(answer)
                break
        except OSError:
            if time.monotonic() > end:
                sys.exit(f"Rien ne répond : {run(program, 'logs', NAME, check=False).stdout[-2000:]}")
            time.sleep(1)
    user_id = run(program, "exec", NAME, "id", "-u").stdout.strip()
    if user_id != str(USER):
        sys.exit(f"Le service tourne sous le compte {user_id}, pas {USER}.")
    if run(program, "exec", NAME, "touch", "/opt/maillage/essai", check=False).returncode == 0:
        sys.exit("Le service peut écrire hors de son dossier.")
    sign = json.loads(run(program, "inspect", "--format", "{{json .Config.Healthcheck.Test}}", NAME).stdout)
    if run(program, "exec", NAME, *sign[1:], check=False).returncode:
        sys.exit("Le signe de santé de l’image dit une panne.")
    return report


if __name__ == "__main__":
    sys.exit(main())
