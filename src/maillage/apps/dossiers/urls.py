"""Addresses of territories and of the professional space."""

from django.urls import path

from maillage.apps.dossiers import views

urlpatterns = [
    path("territoires/", views.search, name="search"),
    path("territoires/suggestions/", views.suggestions, name="suggestions"),
    path("territoires/<str:place>/", views.territory, name="territory"),
    path("territoires/<str:place>/zones/<str:code>/", views.zone, name="zone"),
    path("territoires/<str:place>/definitions/", views.definitions, name="definitions"),
    path("territoires/<str:place>/comparer/", views.against, name="against"),
    path("territoires/<str:place>/indice/", views.index, name="index"),
    path("territoires/<str:place>/verifier/", views.check, name="check"),
    path("territoires/<str:place>/rapports/", views.reports, name="reports"),
    path("etudes/<str:key>/avancement/", views.progress, name="progress"),
    path("etudes/<str:key>/arreter/", views.cancel, name="cancel"),
    path("etudes/<str:key>/relancer/", views.again, name="again"),
    path("etudes/<str:key>/tout.zip", views.everything, name="everything"),
    path("etudes/<str:key>/carte.json", views.map_data, name="map_data"),
    path("etudes/<str:key>/cartes/<str:name>", views.drawing, name="drawing"),
    path("etudes/<str:key>/fichiers/<path:name>", views.download, name="download"),
    path("api/v1/territoires/<str:place>/etude", views.api_study, name="api_study"),
    path("espace/", views.space, name="space"),
    path("espace/territoires/<str:place>/commentaires/", views.comments, name="comments"),
    path("espace/perimetres/nouveau/", views.new_perimeter, name="new_perimeter"),
    path("espace/filtres/nouveau/", views.new_marking, name="new_marking"),
    path("espace/<str:kind>/<int:pk>/retirer/", views.drop, name="drop"),
    path("espace/corriger/<str:table>/", views.correct, name="correct"),
]
