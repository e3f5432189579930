"""Addresses of the platform (contracts, section 4)."""

from django.urls import include, path

from maillage.apps.directory.views import api
from maillage.config import installation
from maillage.config.health import health
from maillage.config.metrics import metrics
from maillage.config.security_txt import security_txt

urlpatterns = [
    path("sante/", health, name="health"),
    path("metriques/", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("espace/installation/", installation.index, name="installation"),
    path("espace/installation/taches/<uuid:pk>/", installation.again, name="task_again"),
    path("", include("maillage.config.sign_in")),
    path("", include("maillage.apps.search.urls")),
    path("", include("maillage.apps.intake.urls")),  # before the directory: “nouveau” is not a place
    path("", include("maillage.apps.outreach.urls")),
    path("", include("maillage.apps.directory.urls")),
    path("", include("maillage.apps.messages.urls")),
    path("", include("maillage.apps.memberships.urls")),
    path("", include("maillage.apps.community.urls")),
    path("", include("maillage.apps.reminders.urls")),
    path("", include("maillage.apps.agenda.urls")),
    path("", include("maillage.apps.autonomy.urls")),
    path("", include("maillage.apps.mandats.urls")),
    path("", include("maillage.apps.documents.urls")),
    path("", include("maillage.apps.droits.urls")),
    path("", include("maillage.apps.learning.urls")),
    path("", include("maillage.apps.actes.urls")),
    path("", include("maillage.apps.orientations.urls")),
    path("", include("maillage.apps.surveys.urls")),
    path("", include("maillage.apps.dossiers.urls")),
    path("", include("maillage.apps.network.urls")),
    path("", include("maillage.apps.codesign.urls")),
    path("", include("maillage.apps.volunteers.urls")),
    path("", include("maillage.apps.grants.urls")),
    path("", include("maillage.apps.worklist.urls")),
    path("", include("maillage.apps.plans.urls")),
    path("", include("maillage.apps.indicators.urls")),
    path("", include("maillage.apps.pilotage.urls")),
    path("", include("maillage.apps.gallery.urls")),
    path("api/v1/<path:name>", api.unknown, name="api_unknown"),  # after the study of a territory
    path("", include("maillage.apps.site.urls")),
]
handler404 = "maillage.apps.site.views.pages.not_found"
handler500 = "maillage.apps.site.views.pages.broken"
