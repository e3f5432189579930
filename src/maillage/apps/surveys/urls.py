"""Addresses of surveys: the space, the ways to answer, the results."""

from django.urls import path

from maillage.apps.surveys.views import (
    alone,
    collect,
    device,
    odk,
    paper,
    questionnaire,
    results,
    space,
    structures,
    verbatims,
)

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
    path(
        "espace/enquetes/<int:pk>/questionnaire/sensibles/", questionnaire.sensitive, name="survey_sensitive"
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
    path("enquetes/<slug:slug>/resultats/", results.public, name="survey_results"),
    path("enquetes/<slug:slug>/resultats/<str:name>", results.public_file, name="survey_results_file"),
    path("espace/enquetes/chiffre-publie/", results.published_figure, name="survey_figure"),
    path("espace/enquetes/<int:pk>/resultats/", results.tables, name="survey_tables"),
    path("espace/enquetes/<int:pk>/resultats/tableaux.csv", results.table_csv, name="survey_tables_csv"),
    path("espace/enquetes/<int:pk>/resultats/redressement/", results.weighting, name="survey_weighting"),
    path("espace/enquetes/<int:pk>/resultats/pratiques/", results.practices, name="survey_practices"),
    path("espace/enquetes/<int:pk>/resultats/constats/", results.findings, name="survey_findings"),
    path("espace/enquetes/<int:pk>/resultats/comparer/", results.compare, name="survey_compare"),
    path("espace/enquetes/<int:pk>/resultats/paroles/", verbatims.verbatims, name="survey_verbatims"),
    path("espace/enquetes/<int:pk>/resultats/entretiens/", verbatims.materials, name="survey_materials"),
    path("espace/enquetes/<int:pk>/resultats/methode/", results.method, name="survey_method"),
    path("espace/enquetes/<int:pk>/resultats/publier/", results.publish, name="survey_publish"),
    path("espace/enquetes/<int:pk>/resultats/apercu.pdf", results.preview, name="survey_preview"),
    # Last of all: the name of a survey is whatever its title makes it.
    path("enquetes/<slug:slug>/", alone.link_opening, name="survey_alone"),
    path("enquetes/<slug:slug>/page/<int:number>/", alone.link_page, name="survey_alone_page"),
    path("enquetes/<slug:slug>/relire/", alone.link_review, name="survey_alone_review"),
    path("enquetes/<slug:slug>/merci/", alone.link_thanks, name="survey_alone_thanks"),
]
