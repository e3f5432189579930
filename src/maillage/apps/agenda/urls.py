"""Addresses of workshops and courses."""

from django.urls import path

from maillage.apps.agenda.views import public, space

urlpatterns = [
    path("ateliers/", public.index, name="workshops"),
    path("ateliers.ics", public.feed, name="workshops_feed"),
    path("ateliers/structures/<int:pk>.ics", public.feed_of_structure, name="workshops_of_structure"),
    path("ateliers/ma-place/<str:code>/", public.seat, name="seat"),
    path("ateliers/<int:pk>/", public.workshop, name="workshop"),
    path("ateliers/<int:pk>/atelier.ics", public.one_in_calendar, name="workshop_calendar"),
    path("ateliers/<int:pk>/affiche/", public.poster, name="workshop_poster"),
    path("espace/ateliers/", space.index, name="workshops_space"),
    path("espace/ateliers/nouveau/", space.new, name="workshop_new"),
    path("espace/ateliers/parcours/nouveau/", space.new_course, name="course_new"),
    path("espace/ateliers/parcours/<int:pk>/", space.course, name="course"),
    path("espace/ateliers/trames/", space.outline_list, name="workshop_outlines"),
    path("espace/ateliers/trames/<slug:id>/", space.outline, name="workshop_outline"),
    path("espace/ateliers/coop/", space.export, name="workshops_export"),
    path("espace/ateliers/coop.csv", space.coop, name="workshops_coop"),
    path("espace/ateliers/places/<int:pk>/", space.seat, name="seat_run"),
    path("espace/ateliers/<int:pk>/", space.workshop, name="workshop_run"),
    path("espace/ateliers/<int:pk>/modifier/", space.edit, name="workshop_edit"),
    path("espace/ateliers/<int:pk>/geste/", space.gesture, name="workshop_gesture"),
    path("espace/ateliers/<int:pk>/inscrire/", space.add, name="workshop_add"),
    path("espace/ateliers/<int:pk>/appel/", space.tick, name="workshop_tick"),
    path("espace/ateliers/<int:pk>/emargement/", space.sheet, name="workshop_sheet"),
]
