"""The settings of a version after this one, whose migrations only add: what a test upgrades to."""

from maillage.manage.settings import *  # noqa: F403
from maillage.manage.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.support.next_release"]
