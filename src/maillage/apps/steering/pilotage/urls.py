"""Addresses of the loop: read by everybody; and of who steers."""

from django.urls import path

from maillage.apps.steering.pilotage import views

urlpatterns = [
    path("territoires/<str:place>/boucle/", views.loop, name="loop"),
    path("territoires/<str:place>/boucle/zones.csv", views.table, name="loop_table"),
    path("api/v1/territoires/<str:code>/boucle", views.loop_data, name="api_loop"),
    path("territoires/<str:place>/rapports/changements/", views.changed, name="changed"),
    path("etudes/<cle:key>/rapports/<slug:report>.<slug:form>", views.report_file, name="study_report"),
    path("espace/territoires/<str:place>/editions/", views.editions_page, name="editions"),
    path(
        "espace/territoires/<str:place>/editions/<slug:report>/<str:edition>/<str:file>",
        views.edition_file,
        name="edition_file",
    ),
    path("espace/pilotage/", views.steering, name="steering"),
    path("espace/pilotage/activite/", views.activity, name="activity_report"),
    path("espace/pilotage/activite/chaque-mois/", views.activity_monthly, name="activity_monthly"),
    path("espace/pilotage/activite.<str:form>", views.activity_file, name="activity_report_file"),
]
