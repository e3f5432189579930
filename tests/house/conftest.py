"""The rows of everybody, made once for each file."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from django.db import transaction
from django.test import override_settings

from tests.conftest import FAST_PASSWORDS
from tests.support.world import PAPERS, World, everybody


@pytest.fixture(scope="module")
def once(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[World, Path]]:
    """The rows of everybody and their files, made once; each test changes them in a transaction of its
    own, undone.
    """
    home = tmp_path_factory.mktemp("monde")
    (home / "etudes").mkdir()
    shared_settings = {"HOME": home, "PAPERS": PAPERS, "PASSWORD_HASHERS": FAST_PASSWORDS}
    with django_db_blocker.unblock(), override_settings(**shared_settings), transaction.atomic():
        yield everybody(), home
        transaction.set_rollback(True)


@pytest.fixture
def world(once, home, settings) -> World:
    shared_world, files = once
    settings.PAPERS = PAPERS
    copytree(files, home, dirs_exist_ok=True)
    return shared_world
