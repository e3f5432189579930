"""Addresses of the search across the space."""

from django.urls import path

from maillage.apps.platform.search import views

urlpatterns = [
    path("espace/chercher/", views.search, name="search_all"),
    path("espace/chercher/propositions/", views.suggestions, name="search_suggestions"),
]
