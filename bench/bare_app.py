"""A bare Django, with the middleware that `startproject` gives, which reads one row of the same
database: what a request costs before any page of ours.
"""

import os

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="bare",
    INSTALLED_APPS=[f"django.contrib.{app}" for app in ("auth", "contenttypes", "sessions", "messages")],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["BARE_DATABASE"],
            "CONN_MAX_AGE": 600,  # as ours: opened for each request, our two hundred tables are read again
        }
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path


class Account(models.Model):
    """The row that is read."""

    name = models.CharField(max_length=200)

    class Meta:
        app_label = "bare"
        db_table = "accounts_user"
        managed = False


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Account._default_manager.order_by("pk")[:1].get().name)


urlpatterns = [path("", page)]
application = get_wsgi_application()
