"""Addresses of a person's rights, and of the lists of papers."""

from django.urls import path

from maillage.apps.referrals.droits import views

ROOT = "espace/personnes/<int:pk>/droits/"

urlpatterns = [
    path(ROOT, views.droits, name="droits"),
    path(f"{ROOT}imprimer/", views.printed, name="droits_print"),
    path(f"{ROOT}ajouter/", views.add, name="droit_add"),
    path(f"{ROOT}faits/<int:fact>/", views.change, name="droit_fact"),
    path(f"{ROOT}faits/<int:fact>/ecrire/", views.write, name="droit_letter"),
    path(f"{ROOT}<slug:procedure>/", views.droit, name="droit"),
    path(f"{ROOT}<slug:procedure>/papiers/", views.paper, name="droit_paper"),
    path(f"{ROOT}<slug:procedure>/geste/", views.turn, name="droit_turn"),
    path("espace/papiers-demandes/", views.lists, name="checklists"),
    path("espace/papiers-demandes/liste/", views.one, name="checklist"),
    path("espace/papiers-demandes/retirer/", views.retire, name="checklist_retire"),
]
