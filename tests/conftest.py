"""Share with every test its profile, a home folder of its own, tables made once, plain static files,
accounts.
"""

import os
import pickle
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from django.conf import settings as of_django

from tests.environment import REPLAYED, SHARED
from tests.support import second_try, shared
from tests.support.profile import COMPLETE, times
from tests.support.speed import processor, processor_of_all
from tools.postgresql import ABSENT, binaries

# What takes longest comes first: at the end of a run no processor waits for the other one. Before it, what
# needs no demonstration, as long as it is made.
FIRST_FOLDERS = ("published", "statistics", "sources", "journeys", "databases", "commands", "house", "apps")
# A case of these costs a browser or a process: tables of cases are complete in the complete profile, and in every other
# folder; replayed on PostgreSQL, a page too is tried once. Rights and backups are tried whole: nobody sees their faults.
THROUGH_PROGRAMS = frozenset({"commands", "journeys"} | ({"apps"} if REPLAYED else set()))
EVERY_CASE = frozenset({"test_backups.py", "test_droits.py"})
# Seconds of a processor; the complete profile tries more of everything, and is allowed twice that.
TOO_LONG = 10
LONG = "longer than allowed"
BEFORE = pytest.StashKey[float]()
ALL = "processor of all"
STUDYING = pytest.StashKey[ExitStack]()
FIRST_WORKER = "gw0"
FAST_PASSWORDS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "complete: tried by `make test PROFIL=complet` alone",
        "both_databases: passed again on PostgreSQL by `make test-postgresql`",
        f"slow(why): may take more than {TOO_LONG} seconds of a processor",
    ):
        config.addinivalue_line("markers", line)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the complete profile what is its own and the cases past the first, unless they
    are asked for by name; put what takes longest first.
    """
    if REPLAYED and not binaries():
        for item in items:
            item.add_marker(pytest.mark.skip(reason=ABSENT))
    if not COMPLETE and not any("::" in word for word in config.args):
        deselected_items = [item for item in items if item.get_closest_marker("complete")]
        deselected_items += _repeated([item for item in items if not item.get_closest_marker("complete")])
        config.hook.pytest_deselected(items=deselected_items)
        deselected = set(deselected_items)
        items[:] = [item for item in items if item not in deselected]
    ranks = {name: rank for rank, name in enumerate(FIRST_FOLDERS)}
    items.sort(key=lambda item: ranks.get(item.path.parent.name, len(ranks)))
    if (
        os.environ.get("PYTEST_XDIST_WORKER", FIRST_WORKER) == FIRST_WORKER
        and not config.option.collectonly
        and any(item.path.parent.name == "journeys" for item in items)
    ):
        study_stack = ExitStack()
        study_stack.enter_context(shared.studying())
        config.stash[STUDYING] = study_stack


def _repeated(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the cases of a test that starts programs, past its first: the others try the same mechanism on
    other words.
    """
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.path.parent.name in THROUGH_PROGRAMS and item.path.name not in EVERY_CASE:
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return [item for each in cases.values() for item in each[1:]]


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash.get(STUDYING, ExitStack()).close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    item.stash[BEFORE] = processor_of_all()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    try:
        return (yield)
    finally:
        # A server that an earlier test started may end in this one, and take its seconds away with it.
        item.user_properties.append((ALL, max(0.0, processor_of_all() - item.stash[BEFORE])))


def pytest_terminal_summary(terminalreporter) -> None:
    """Write the seconds of a processor that each folder takes (on a busy machine the clock says nothing), the tests
    that take more than they are allowed, and the reasons of a refused skip.
    """
    spent, tests, long = Counter[str](), Counter[str](), list[str]()
    for report in terminalreporter.getreports(""):
        for name, value in getattr(report, "user_properties", ()):
            if name == ALL:
                folder = str(Path(report.nodeid.partition("::")[0]).parent)
                spent[folder] += value
                tests[folder] += 1
            elif name == LONG and report.when == "call":
                long.append(f"{value} {report.nodeid}")
    if len(tests) > 1:
        terminalreporter.section("seconds of a processor by folder, what tests started included")
        for folder, seconds in spent.most_common():
            terminalreporter.write_line(f"{seconds:7.0f} s {tests[folder]:6} tests  {folder}")
        terminalreporter.write_line(f"{sum(spent.values()):7.0f} s {sum(tests.values()):6} tests")
    if long:
        terminalreporter.section("take long, and do not say why: @pytest.mark.slow(why)")
        for line in sorted(long):
            terminalreporter.write_line(line)
    second_try.record(terminalreporter.stats)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    before = processor()
    try:
        return (yield)
    finally:
        spent = processor() - before
        item.user_properties.append(("processor", f"{spent:.2f}"))  # read in --junitxml
        limit = times(TOO_LONG, 2 * TOO_LONG)
        if spent > limit and not item.get_closest_marker("slow"):
            item.user_properties.append((LONG, f"{spent:4.0f} s for {limit}"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session) -> None:
    """Where everything is installed, a skipped test is a failure: `.ci/run` asks for it. `-ra` prints the reasons."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if second_try.SKIPS_REFUSED and reporter and reporter.stats.get("skipped"):
        session.exitstatus = second_try.SKIPPED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> Iterator[None]:
    """Copy the tables where Django looks for the tests' database: it finds nothing to migrate."""
    if REPLAYED:
        of_django.DATABASES["default"]["TEST"]["TEMPLATE"] = shared.TEMPLATE
    if "DATABASE_URL" in os.environ:
        yield
        return
    with closing(sqlite3.connect("file:memorydb_default?mode=memory&cache=shared", uri=True)) as memory:
        # Immutable: read otherwise, it has a log beside it for a moment, which another worker may be copying.
        template = f"{(shared.migrated() / shared.DATABASE).as_uri()}?immutable=1"
        with closing(sqlite3.connect(template, uri=True)) as template_database:
            template_database.backup(memory)
        yield


@pytest.fixture(scope="session")
def demonstration() -> Callable[[Path], Path]:
    """Put at a path a copy of the home folder that `maillage demo --sans-calcul` leaves, made once for all
    the workers: here, so that nobody pays for all in the seconds of its own test.
    """
    shared.demonstrated()
    return shared.demonstration


@pytest.fixture
def home(settings, tmp_path: Path) -> Path:
    """A home folder for one test."""
    (tmp_path / "etudes").mkdir()
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def _no_anchor_of_another_test() -> Iterator[None]:
    """The journal of a test goes with it, and what was anchored of it in the folder of all the tests too."""
    yield
    rmtree(Path(os.environ["MAILLAGE_HOME"]) / "ancres", ignore_errors=True)


@pytest.fixture(autouse=True)
def _plain_statics(settings) -> None:
    """Static files by their own name: tests that need the hashed ones collect them."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _fast_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = FAST_PASSWORDS


@pytest.fixture(autouse=True)
def _a_fresh_hour(monkeypatch) -> None:
    """One hour for the whole of a test, which may begin a second before the clock strikes; and of the pages
    read within it, in the memory of the process, nobody has read any yet.
    """
    from django.core.cache import caches

    from maillage.apps.platform.accounts import access

    now = access.this_hour()
    monkeypatch.setattr(access, "this_hour", lambda: now)
    caches["reads"].clear()


@pytest.fixture
def coordinator(db):
    from maillage.apps.platform.accounts.models import User

    # As the accounts of the demonstration: asked for no second factor.
    user = User.objects.create_user(
        "coordination@exemple.fr", "un-mot-de-passe-long", name="Coordination", is_demonstration=True
    )
    return with_role(user, "coordination", territory="france")


def with_role(user, role: str, **over):
    """Give an account a role that it holds since long."""
    from datetime import date

    from maillage.apps.directory.memberships.models import Membership

    Membership.objects.create(user=user, role=role, since=date(2020, 1, 1), **over)
    vars(user).pop("held_rights", None)
    return user


def account(name: str, role: str, **over):
    """Open an account of the demonstration, asked for no second factor, with a role that it holds since
    long.
    """
    from maillage.apps.platform.accounts.models import User

    email, display_name = f"{name}@exemple.fr", over.pop("shown", name.capitalize())
    return with_role(
        User.objects.create_user(email, "x", name=display_name, is_demonstration=True), role, **over
    )


ROW = "ligne.pickle"  # beside the files of the study computed once
PLACE = "38151"  # Échirolles: fifteen quarters with contours


@pytest.fixture(scope="session")
def computed(django_db_setup, django_db_blocker, tmp_path_factory):
    """One study computed as the worker does, once for all the workers of a run, with its files: (a home of
    this worker, fields of its row).
    """
    from django.test import override_settings
    from django_tasks_db.models import DBTaskResult

    from maillage.apps.dossiers import actions
    from maillage.apps.dossiers.models import Study
    from maillage.apps.dossiers.queries import StudyRequest

    def compute(part: Path) -> None:
        (part / "etudes").mkdir(parents=True)
        with django_db_blocker.unblock(), override_settings(HOME=part):
            study = actions.ask(StudyRequest(place=PLACE))
            actions.compute(study)
            study.refresh_from_db()
            fields = {f.name: getattr(study, f.name) for f in Study._meta.fields if f.name != "id"}
            study.delete()
            DBTaskResult.objects.all().delete()  # else a test of what waits finds it
        (part / ROW).write_bytes(pickle.dumps(fields))

    study_home = shared.once(SHARED / "calculee", compute)
    home = copytree(study_home, tmp_path_factory.mktemp("calcule"), dirs_exist_ok=True)
    return home, pickle.loads((home / ROW).read_bytes())


@pytest.fixture
def study(computed, db, settings):
    """The study of Échirolles, finished."""
    from maillage.apps.dossiers.models import Study

    settings.HOME, fields = computed
    return Study.objects.create(**fields)
