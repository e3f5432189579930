"""Addresses of the directory of places."""

from django.urls import path

from maillage.apps.directory.views import embed, find, help_pages, place

urlpatterns = [
    path("carte/", find.find, name="find"),
    path("carte/suggestions/", find.suggestions, name="find_suggestions"),
    path("carte/contours.json", find.contours, name="find_contours"),
    path("carte/points.json", find.points, name="find_points"),
    path("lieux/<str:place>/", place.lieu, name="lieu"),
    path("lieux/<str:place>/imprimer/", place.to_print, name="lieu_print"),
    path("lieux/<str:place>/carte-a-remettre/", place.cards, name="lieu_cards"),
    path("lieux/<str:place>/signaler/", place.report, name="lieu_report"),
    path("panneaux/<str:place>/<str:code>/", place.sign, name="sign"),
    path("integrer/", embed.explained, name="embed_help"),
    path("integrer/carte/", embed.embed, name="embed"),
    path("connexions/", help_pages.offers, name="connections"),
]
