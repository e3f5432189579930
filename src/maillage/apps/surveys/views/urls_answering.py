"""Addresses of the ways to answer beside a surveyor: paper, one's own link, a kiosk, ODK Collect,
structures.
"""

from django.urls import path

from maillage.apps.surveys.views import alone, odk, paper, structures

urlpatterns = [
    path("espace/enquetes/<int:pk>/papier/", paper.sheets, name="survey_papers"),
    path("espace/enquetes/<int:pk>/papier/feuilles.pdf", paper.pdf, name="survey_paper_pdf"),
    path("espace/enquetes/<int:pk>/papier/saisie/", paper.typed, name="survey_paper_typed"),
    path("espace/enquetes/<int:pk>/papier/ecarts/", paper.differences, name="survey_paper_gaps"),
    path("espace/enquetes/<int:pk>/structures/", structures.listed, name="survey_targets"),
    path("espace/enquetes/structures/<int:pk>/", structures.one, name="survey_target_one"),
    path("enquetes/structure/<str:token>/", structures.opening, name="survey_target"),
    path("enquetes/structure/<str:token>/page/<int:number>/", structures.page, name="survey_target_page"),
    path("enquetes/structure/<str:token>/relire/", structures.review, name="survey_target_review"),
    path("enquetes/structure/<str:token>/merci/", structures.thanks, name="survey_target_thanks"),
    path("enquetes/odk/<str:token>/formList", odk.forms, name="survey_odk_forms"),
    path("enquetes/odk/<str:token>/formulaire-<int:number>.xml", odk.form, name="survey_odk_form"),
    path("enquetes/odk/<str:token>/submission", odk.submission, name="survey_odk_send"),
    path("enquetes/borne/<str:token>/", alone.kiosk, name="survey_kiosk"),
]
# Last of all: the name of a survey is whatever its title makes it.
by_slug = [
    path("enquetes/<slug:slug>/", alone.link_opening, name="survey_alone"),
    path("enquetes/<slug:slug>/page/<int:number>/", alone.link_page, name="survey_alone_page"),
    path("enquetes/<slug:slug>/relire/", alone.link_review, name="survey_alone_review"),
    path("enquetes/<slug:slug>/merci/", alone.link_thanks, name="survey_alone_thanks"),
]
