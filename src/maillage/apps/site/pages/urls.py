"""Addresses of the pages that belong to no feature."""

from django.urls import path
from django.views.generic import RedirectView

from maillage.apps.site.pages import rules, views
from maillage.web import offline
from maillage.web.recordings import recording

urlpatterns = [
    path("", views.home, name="home"),
    path("hors-ligne.js", offline.script, name="offline"),
    path("glossaire/", views.glossary, name="glossary"),
    path("methodes/", views.methods, name="methods"),
    path("methodes/<slug:slug>/", views.method, name="method"),
    path("sources/", views.sources, name="sources"),
    path("sources/ecarts/", views.differing_sources, name="differing_sources"),
    path("sources/paroles/", views.testimonies, name="voices"),
    path("sources/paroles/<slug:id>/", views.testimony, name="voice"),
    path("sources/initiatives/", views.inspiring_initiatives, name="initiatives"),
    path("dematerialisation/", views.dematerialisation, name="calendar"),
    path("en-bref/", views.about, name="about"),
    path("facile/", views.easy_index, name="easy_index"),
    path("facile/<slug:id>/", views.easy, name="easy"),
    path("plan-du-site/", views.site_plan, name="site_plan"),
    *(
        path(f"{word}/", RedirectView.as_view(pattern_name=page, query_string=True))
        for word, page in rules.GUESSED.items()
    ),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("confidentialite/", views.privacy, name="privacy"),
    path("style/", views.style, name="style"),
    path("signaler/", views.report, name="problem_report"),
    path("voix/<slug:language>/<str:name>", recording, name="recording"),
    path("espace/problemes/", views.index, name="problems"),
    path("espace/problemes/<int:pk>/", views.settle, name="problem_settle"),
]
