"""What every test shares: a home folder of its own, plain static files, accounts."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from django.core.cache import caches


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session) -> None:
    """Where everything is installed, a skipped test is a failure: `.ci/run` asks for it."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("MAILLAGE_NO_SKIP") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory) -> Callable[[Path], None]:
    """Put at a path a copy of the home folder that `maillage demo --sans-calcul` leaves, made once for all the workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = shared / "demonstration"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            part = shared / "demonstration.part"
            kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "DATABASE_URL"))}
            words = [sys.executable, "-m", "maillage.cli.main", "demo", "--sans-calcul"]
            subprocess.run(words, env=kept | {"MAILLAGE_HOME": str(part)}, check=True, capture_output=True)
            part.rename(made)
    return lambda where: copytree(made, where, dirs_exist_ok=True)


@pytest.fixture
def home(settings, tmp_path: Path) -> Path:
    """A home folder for one test."""
    (tmp_path / "etudes").mkdir()
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def _plain_statics(settings) -> None:
    """Static files by their own name: tests that need the hashed ones collect them."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _fast_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _a_fresh_hour() -> None:
    """What is counted by hour, in the memory of the process: nobody has tried anything yet."""
    caches["counts"].clear()


@pytest.fixture
def coordinator(db):
    from maillage.apps.accounts.models import User

    # As the accounts of the demonstration: asked for no second factor.
    user = User.objects.create_user(
        "coordination@exemple.fr", "un-mot-de-passe-long", name="Coordination", is_demonstration=True
    )
    return with_role(user, "coordination", territory="france")


def with_role(user, role: str, **over):
    """Give an account a role that it holds since long."""
    from datetime import date

    from maillage.apps.memberships.models import Membership

    Membership.objects.create(user=user, role=role, since=date(2020, 1, 1), **over)
    vars(user).pop("held_rights", None)
    return user


def account(name: str, role: str, **over):
    """Open an account of the demonstration, asked for no second factor, with a role that it holds since long."""
    from maillage.apps.accounts.models import User

    email, shown = f"{name}@exemple.fr", over.pop("shown", name.capitalize())
    return with_role(User.objects.create_user(email, "x", name=shown, is_demonstration=True), role, **over)


PLACE = "38151"  # Échirolles: fifteen quarters with contours


@pytest.fixture(scope="session")
def computed(django_db_setup, django_db_blocker, tmp_path_factory):
    """One study computed as the worker does, with its files: (home, fields of its row)."""
    from django.test import override_settings

    from maillage.apps.dossiers import actions
    from maillage.apps.dossiers.models import Study
    from maillage.apps.dossiers.queries import Asked

    home = tmp_path_factory.mktemp("calcule")
    (home / "etudes").mkdir()
    with django_db_blocker.unblock(), override_settings(HOME=home):
        study = actions.ask(Asked(place=PLACE))
        actions.compute(study)
        study.refresh_from_db()
        fields = {f.name: getattr(study, f.name) for f in Study._meta.fields if f.name != "id"}
        study.delete()
    return home, fields


@pytest.fixture
def study(computed, db, settings):
    """The study of Échirolles, finished."""
    from maillage.apps.dossiers.models import Study

    settings.HOME, fields = computed
    return Study.objects.create(**fields)
