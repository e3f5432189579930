"""Addresses of the autonomy feature."""

from django.urls import path

from maillage.apps.referrals.autonomy.views import (
    again,
    counter,
    paper,
    questions,
    result,
    segments,
    space,
    tasks,
    totals,
)

urlpatterns = [
    path("bilan/", questions.opening, name="bilan"),
    path("bilan/question/<slug:id>/", questions.question, name="bilan_question"),
    path("bilan/reponses/", questions.answers, name="bilan_answers"),
    path("bilan/arreter/", questions.stop, name="bilan_stop"),
    path("bilan/essayer/", tasks.opening, name="bilan_tasks"),
    path("bilan/essayer/<slug:slug>/", tasks.task, name="bilan_task"),
    path("bilan/resultat/", result.result, name="bilan_result"),
    path("bilan/resultat/imprimer/", result.to_print, name="bilan_print"),
    path("bilan/resultat/garder/", result.keep, name="bilan_keep"),
    path("bilan/resultat/effacer/", result.erase, name="bilan_unkeep"),
    path("bilan/carte/", result.card, name="bilan_card"),
    path("bilan/refaire/", again.again, name="bilan_again"),
    path("bilan/reperage/", counter.screening, name="screening"),
    path("bilan/reperage.pdf", paper.card, name="screening_pdf"),
    path("bilan/papier/", paper.sheets, name="bilan_sheets"),
    path("bilan/papier.pdf", paper.form, name="bilan_paper"),
    path("bilan/referentiel/", paper.framework, name="framework"),
    path("bilan/referentiel.pdf", paper.framework_pdf, name="framework_pdf"),
    path("espace/bilans/", space.bilans, name="bilans"),
    path("espace/territoires/<str:place>/segments/", segments.segments, name="bilan_segments"),
    path("espace/bilans/prevenir/", space.remind, name="bilans_nudge"),
    path("espace/bilans/mesures/", totals.measures, name="bilan_measures"),
    path("espace/bilans/papier/", paper.typed, name="bilan_typed"),
    path("espace/bilans/papier/<int:pk>.pdf", paper.form_of, name="bilan_paper_of"),
    path("espace/bilans/personnes/<int:pk>/", space.person, name="bilan_person"),
    path("espace/bilans/<int:pk>/", space.sheet, name="bilan_sheet"),
    path("espace/bilans/<int:pk>/changer/", space.change, name="bilan_change"),
    path("espace/bilans/<int:pk>/annexe/", space.annex, name="bilan_annex"),
    path("espace/bilans/<int:pk>/date/", space.plan, name="bilan_plan"),
    path("espace/bilans/<int:pk>/refaire/", space.redo, name="bilan_redo"),
    path("espace/bilans/<int:pk>/effacer/", space.erase, name="bilan_erase"),
]
