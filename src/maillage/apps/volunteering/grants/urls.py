"""Addresses of calls for projects: for everybody, for structures, for who leads and judges."""

from django.urls import path

from maillage.apps.volunteering.grants.views import applications, calls

urlpatterns = [
    path("appels/", calls.published, name="grants_public"),
    path("appels/<int:pk>/", calls.public, name="grant_public"),
    path("espace/appels/", calls.index, name="grants"),
    path("espace/appels/nouveau/", calls.new, name="grant_new"),
    path("espace/appels/<int:pk>/", calls.call, name="grant"),
    path("espace/appels/<int:pk>/geste/", calls.gesture, name="grant_gesture"),
    path("espace/appels/<int:pk>/candidater/", applications.new, name="grant_apply"),
    path("espace/appels/candidatures/<int:pk>/", applications.application, name="grant_application"),
    path(
        "espace/appels/candidatures/<int:pk>/geste/", applications.gesture, name="grant_application_gesture"
    ),
]
