"""Addresses of reminders."""

from django.urls import path

from maillage.apps.people.reminders.views import public, space

urlpatterns = [
    path("messages/recus/", public.received, name="sms_received"),
    path("messages/refuser/<str:token>/", public.unsubscribe, name="unsubscribe"),
    path("espace/rappels/", space.index, name="reminders"),
    path("espace/rappels/cartes/", space.cards, name="reminders_cards"),
    path("espace/rappels/<int:pk>/", space.decide, name="reminder_decide"),
    path("espace/rappels/<int:pk>/carte/", space.card, name="reminder_card"),
]
