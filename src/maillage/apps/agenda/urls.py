"""Addresses of workshops and courses."""

from django.urls import path

from maillage.apps.agenda.views import public

urlpatterns = [
    path("ateliers/", public.index, name="workshops"),
    path("ateliers.ics", public.feed, name="workshops_feed"),
    path("ateliers/structures/<int:pk>.ics", public.feed_of_structure, name="workshops_of_structure"),
    path("ateliers/ma-place/<str:code>/", public.seat, name="seat"),
    path("ateliers/<int:pk>/", public.workshop, name="workshop"),
    path("ateliers/<int:pk>/atelier.ics", public.one_in_calendar, name="workshop_calendar"),
    path("ateliers/<int:pk>/affiche/", public.poster, name="workshop_poster"),
]
