"""Addresses of mandates."""

from django.urls import path

from maillage.apps.people.mandats.views import procedures, public, space

urlpatterns = [
    path("mandat/", public.ask, name="mandat_ask"),
    path("mandat/papiers/<slug:slug>/", public.blank, name="mandat_blank"),
    path("mandat/<str:code>/", public.check, name="mandat_check"),
    path("espace/mandats/", space.mandats, name="mandats"),
    path("espace/mandats/nouveau/", space.new, name="mandat_new"),
    path("espace/mandats/plusieurs/", space.several, name="mandats_several"),
    path("espace/mandats/demarches/", procedures.procedures, name="mandat_procedures"),
    path("espace/mandats/demarches/retirer/", procedures.retire, name="mandat_procedure_retire"),
    path("espace/mandats/<int:pk>/", space.mandat, name="mandat"),
    path("espace/mandats/<int:pk>/signer/", space.sign, name="mandat_sign"),
    path("espace/mandats/<int:pk>/geste/", space.gesture, name="mandat_gesture"),
    path("espace/mandats/<int:pk>/verifier/", space.verify, name="mandat_verify"),
    path("espace/mandats/<int:pk>/imprimer/", space.printed, name="mandat_print"),
    path("espace/mandats/<int:pk>/preuve/", space.withdrawal, name="mandat_proof"),
    path("espace/mandats/<int:pk>/photo/", space.photograph, name="mandat_photograph"),
]
