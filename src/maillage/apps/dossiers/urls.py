"""Addresses of territories and of the professional space."""

from django.urls import path, register_converter

from maillage.apps.dossiers.views import api, checking, comparing, files, offer, pages, space, ways


class Key:
    """The key of a study in an address."""

    regex = "[0-9a-f]{20}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Key, "cle")

urlpatterns = [
    path("territoires/", pages.search, name="search"),
    path("territoires/suggestions/", pages.suggestions, name="suggestions"),
    path("territoires/<str:place>/", pages.territory, name="territory"),
    path("territoires/<str:place>/zones/<str:code>/", pages.zone, name="zone"),
    path("territoires/<str:place>/definitions/", pages.definitions, name="definitions"),
    path("territoires/<str:place>/comparer/", comparing.against, name="against"),
    path("territoires/<str:place>/indice/", pages.index, name="index"),
    path("territoires/<str:place>/verifier/", checking.check, name="check"),
    path("verifier/", checking.anywhere, name="check_anywhere"),
    path("territoires/<str:place>/lieux/", offer.places, name="places"),
    path("territoires/<str:place>/services/", offer.services, name="services"),
    path("territoires/<str:place>/grille/", offer.grid, name="grid"),
    path("territoires/<str:place>/manques/", offer.gaps, name="gaps"),
    path("territoires/<str:place>/manques/et-si/", offer.what_if, name="what_if"),
    path("territoires/<str:place>/personnes/", offer.people_observed, name="seen"),
    path("territoires/<str:place>/rapports/", pages.reports, name="reports"),
    path("etudes/<cle:key>/avancement/", pages.progress, name="progress"),
    path("etudes/<cle:key>/arreter/", pages.cancel, name="cancel"),
    path("etudes/<cle:key>/relancer/", pages.again, name="again"),
    path("etudes/<cle:key>/tout.zip", files.everything, name="everything"),
    path("etudes/<cle:key>/carte.json", files.map_data, name="map_data"),
    path("etudes/<cle:key>/cartes/<str:name>", files.drawing, name="drawing"),
    path("etudes/<cle:key>/fichiers/<path:name>", files.download, name="download"),
    path("api/v1/territoires/<str:code>/etude", api.study, name="api_study"),
    path("api/v1/territoires/<str:code>/besoin", api.need, name="api_need"),
    path("api/v1/territoires/<str:code>/zones", api.zones, name="api_zones"),
    path("espace/territoires/", space.territory_tools, name="territory_tools"),
    path("espace/territoires/<str:place>/commentaires/", space.comments, name="comments"),
    path("espace/territoires/<str:place>/constats/", space.findings, name="findings"),
    path("espace/territoires/<str:place>/mission/", space.mission, name="study_mission"),
    path("espace/territoires/<str:place>/essais/", space.scenarios, name="what_if_keep"),
    path("espace/territoires/<str:place>/theme/", space.theme, name="study_theme"),
    path("espace/perimetres/nouveau/", space.new_perimeter, name="new_perimeter"),
    path("espace/filtres/nouveau/", space.new_marking, name="new_marking"),
    path("espace/distances/", ways.ways, name="ways"),
    path("espace/<str:kind>/<int:pk>/retirer/", space.drop, name="drop"),
    path("espace/corriger/<str:table>/", space.correct, name="correct"),
]
