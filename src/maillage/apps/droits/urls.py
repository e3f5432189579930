"""Addresses of a person's rights, and of the lists of papers."""

from django.urls import path

from maillage.apps.droits.views import checklists, lines, quick_actions

ROOT = "espace/personnes/<int:pk>/droits/"

urlpatterns = [
    path(ROOT, lines.droits, name="droits"),
    path(f"{ROOT}imprimer/", lines.printed, name="droits_print"),
    path(f"{ROOT}ajouter/", quick_actions.add, name="droit_add"),
    path(f"{ROOT}faits/<int:fact>/", quick_actions.change, name="droit_fact"),
    path(f"{ROOT}faits/<int:fact>/ecrire/", quick_actions.write, name="droit_letter"),
    path(f"{ROOT}<slug:procedure>/", lines.droit, name="droit"),
    path(f"{ROOT}<slug:procedure>/papiers/", quick_actions.paper, name="droit_paper"),
    path(f"{ROOT}<slug:procedure>/geste/", quick_actions.turn, name="droit_turn"),
    path("espace/papiers-demandes/", checklists.lists, name="checklists"),
    path("espace/papiers-demandes/liste/", checklists.one, name="checklist"),
    path("espace/papiers-demandes/retirer/", checklists.retire, name="checklist_retire"),
]
