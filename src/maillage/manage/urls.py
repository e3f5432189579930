"""Addresses of the platform (contracts, section 4)."""

from django.urls import include, path

from maillage.apps.directory.places.views import api
from maillage.manage.deploy import installation
from maillage.manage.deploy.health import health
from maillage.manage.deploy.metrics import metrics
from maillage.manage.deploy.security_txt import security_txt

urlpatterns = [
    path("sante/", health, name="health"),
    path("metriques/", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("espace/installation/", installation.index, name="installation"),
    path("espace/installation/taches/<uuid:pk>/", installation.again, name="task_again"),
    path("", include("maillage.manage.sign_in.sign_in")),
    path("", include("maillage.apps.platform.search.urls")),
    path(
        "", include("maillage.apps.directory.intake.urls")
    ),  # before the directory: “nouveau” is not a place
    path("", include("maillage.apps.directory.outreach.urls")),
    path("", include("maillage.apps.directory.places.urls")),
    path("", include("maillage.apps.platform.messages.urls")),
    path("", include("maillage.apps.platform.exchanges.urls")),
    path("", include("maillage.apps.directory.memberships.urls")),
    path("", include("maillage.apps.community.urls")),
    path("", include("maillage.apps.people.reminders.urls")),
    path("", include("maillage.apps.agenda.urls")),
    path("", include("maillage.apps.referrals.autonomy.urls")),
    path("", include("maillage.apps.people.mandats.urls")),
    path("", include("maillage.apps.people.documents.urls")),
    path("", include("maillage.apps.referrals.droits.urls")),
    path("", include("maillage.apps.learning.urls")),
    path("", include("maillage.apps.people.actes.urls")),
    path("", include("maillage.apps.referrals.orientations.urls")),
    path("", include("maillage.apps.surveys.urls")),
    path("", include("maillage.apps.dossiers.urls")),
    path("", include("maillage.apps.site.structures.urls")),
    path("", include("maillage.apps.steering.codesign.urls")),
    path("", include("maillage.apps.volunteering.volunteers.urls")),
    path("", include("maillage.apps.volunteering.grants.urls")),
    path("", include("maillage.apps.site.worklist.urls")),
    path("", include("maillage.apps.steering.plans.urls")),
    path("", include("maillage.apps.steering.indicators.urls")),
    path("", include("maillage.apps.steering.pilotage.urls")),
    path("", include("maillage.apps.site.gallery.urls")),
    path("api/v1/", api.unknown, name="api_root"),
    path("api/v1/<path:name>", api.unknown, name="api_unknown"),  # after the study of a territory
    path("", include("maillage.apps.site.pages.urls")),
]
handler404 = "maillage.apps.site.pages.views.not_found"
handler500 = "maillage.apps.site.pages.views.broken"
