"""Addresses of the ways to answer beside a surveyor: paper, one's own link, a kiosk, ODK Collect, structures."""

from django.urls import path

from maillage.apps.surveys.views import paper

urlpatterns = [
    path("espace/enquetes/<int:pk>/papier/", paper.sheets, name="survey_papers"),
    path("espace/enquetes/<int:pk>/papier/feuilles.pdf", paper.pdf, name="survey_paper_pdf"),
    path("espace/enquetes/<int:pk>/papier/saisie/", paper.typed, name="survey_paper_typed"),
    path("espace/enquetes/<int:pk>/papier/ecarts/", paper.differences, name="survey_paper_gaps"),
]
