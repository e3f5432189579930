"""Addresses of the outbox."""

from django.urls import path

from maillage.apps.platform.messages import views

urlpatterns = [
    path("espace/messages/", views.index, name="outbox"),
    path("espace/messages/liste/<str:kind>/", views.section, name="outbox_section"),
    path("espace/messages/plusieurs/", views.several, name="messages_several"),
    path("espace/messages/refus/", views.stops, name="stops"),
    path("espace/messages/refus/<int:pk>/", views.allow, name="stop_allow"),
    path("espace/messages/<int:pk>/", views.decide, name="message_decide"),
]
