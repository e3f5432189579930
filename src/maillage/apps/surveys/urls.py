"""Addresses of surveys. Each part of the feature keeps its own list."""

from django.urls import path

from maillage.apps.surveys.views import collect, device, questionnaire, space
from maillage.apps.surveys.views.urls_answering import by_slug
from maillage.apps.surveys.views.urls_answering import urlpatterns as others
from maillage.apps.surveys.views.urls_results import routes as results

urlpatterns = [
    path("enquetes/appareil/", device.kit, name="survey_kit"),
    path("enquetes/envoi/", device.send, name="survey_send"),
    path("espace/enquetes/", space.index, name="surveys"),
    path("espace/enquetes/nouvelle/", space.new, name="survey_new"),
    path("espace/enquetes/<int:pk>/", space.survey, name="survey"),
    path("espace/enquetes/<int:pk>/modifier/", space.edit, name="survey_edit"),
    path("espace/enquetes/<int:pk>/geste/", space.gesture, name="survey_gesture"),
    path("espace/enquetes/<int:pk>/quotas/", space.quotas, name="survey_quotas"),
    path("espace/enquetes/<int:pk>/reponses/", space.answer_list, name="survey_answers"),
    path("espace/enquetes/<int:pk>/reponses.csv", space.answers_csv, name="survey_answers_csv"),
    path("espace/enquetes/<int:pk>/dictionnaire.csv", space.codebook_csv, name="survey_codebook"),
    path("espace/enquetes/<int:pk>/importer/", space.import_answers, name="survey_import"),
    path("espace/enquetes/<int:pk>/questionnaire/", questionnaire.questionnaire, name="survey_questionnaire"),
    path("espace/enquetes/<int:pk>/questionnaire.xlsx", questionnaire.as_xlsform, name="survey_xlsform"),
    path("espace/enquetes/<int:pk>/questionnaire.xml", questionnaire.as_xform, name="survey_xform"),
    path(
        "espace/enquetes/<int:pk>/questionnaire/versions/", questionnaire.version_list, name="survey_versions"
    ),
    path(
        "espace/enquetes/<int:pk>/questionnaire/importer/",
        questionnaire.import_form,
        name="survey_form_import",
    ),
    path("espace/enquetes/<int:pk>/questionnaire/ajouter/", questionnaire.add, name="survey_question_add"),
    path(
        "espace/enquetes/<int:pk>/questionnaire/geste/", questionnaire.gesture, name="survey_question_gesture"
    ),
    path(
        "espace/enquetes/<int:pk>/questionnaire/q/<str:name>/", questionnaire.question, name="survey_question"
    ),
    path("enquetes/collecte/", collect.shell, name="survey_collect"),
    path("enquetes/collecte/hors-ligne.js", collect.script, name="survey_collect_script"),
    path("enquetes/collecte/manifeste.webmanifest", collect.manifest, name="survey_collect_manifest"),
    *others,
    *results,
    *by_slug,
]
