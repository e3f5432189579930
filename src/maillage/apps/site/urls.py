"""Addresses of the pages that belong to no feature."""

from django.urls import path

from maillage.apps.site.views import pages, problems

urlpatterns = [
    path("", pages.home, name="home"),
    path("glossaire/", pages.glossary, name="glossary"),
    path("methodes/", pages.methods, name="methods"),
    path("methodes/<slug:slug>/", pages.method, name="method"),
    path("sources/", pages.sources, name="sources"),
    path("sources/ecarts/", pages.differing_sources, name="differing_sources"),
    path("sources/paroles/", pages.testimonies, name="voices"),
    path("sources/paroles/<slug:id>/", pages.testimony, name="voice"),
    path("sources/initiatives/", pages.inspiring_initiatives, name="initiatives"),
    path("dematerialisation/", pages.dematerialisation, name="calendar"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("confidentialite/", pages.privacy, name="privacy"),
    path("style/", pages.style, name="style"),
    path("signaler/", problems.report, name="problem_report"),
    path("espace/problemes/", problems.index, name="problems"),
    path("espace/problemes/<int:pk>/", problems.settle, name="problem_settle"),
]
