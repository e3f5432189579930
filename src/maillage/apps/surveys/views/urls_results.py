"""Addresses of results, read by the addresses of surveys."""

from django.urls import path

from maillage.apps.surveys.views import results
from maillage.apps.surveys.views import verbatims as views_verbatims

routes = [
    path("enquetes/<slug:slug>/resultats/", results.public, name="survey_results"),
    path("enquetes/<slug:slug>/resultats/<str:name>", results.public_file, name="survey_results_file"),
    path("espace/enquetes/chiffre-publie/", results.published_figure, name="survey_figure"),
    path("espace/enquetes/<int:pk>/resultats/", results.tables, name="survey_tables"),
    path("espace/enquetes/<int:pk>/resultats/tableaux.csv", results.table_csv, name="survey_tables_csv"),
    path("espace/enquetes/<int:pk>/resultats/redressement/", results.weighting, name="survey_weighting"),
    path("espace/enquetes/<int:pk>/resultats/pratiques/", results.practices, name="survey_practices"),
    path("espace/enquetes/<int:pk>/resultats/enseignements/", results.findings, name="survey_findings"),
    path("espace/enquetes/<int:pk>/resultats/comparer/", results.compare, name="survey_compare"),
    path("espace/enquetes/<int:pk>/resultats/paroles/", views_verbatims.verbatims, name="survey_verbatims"),
    path("espace/enquetes/<int:pk>/resultats/constats/", views_verbatims.materials, name="survey_materials"),
    path("espace/enquetes/<int:pk>/resultats/methode/", results.method, name="survey_method"),
    path("espace/enquetes/<int:pk>/resultats/publier/", results.publish, name="survey_publish"),
    path("espace/enquetes/<int:pk>/resultats/apercu.pdf", results.preview, name="survey_preview"),
]
