"""Addresses of the pages that belong to no feature."""

from django.urls import path

from maillage.apps.site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("glossaire/", views.glossary, name="glossary"),
    path("methodes/", views.methods, name="methods"),
    path("methodes/<slug:slug>/", views.method, name="method"),
    path("sources/", views.sources, name="sources"),
    path("sources/ecarts/", views.differing_sources, name="differing_sources"),
    path("sources/paroles/", views.testimonies, name="voices"),
    path("sources/paroles/<slug:id>/", views.testimony, name="voice"),
    path("sources/initiatives/", views.inspiring_initiatives, name="initiatives"),
    path("dematerialisation/", views.dematerialisation, name="calendar"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("confidentialite/", views.privacy, name="privacy"),
    path("style/", views.style, name="style"),
]
