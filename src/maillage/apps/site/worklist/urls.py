"""Addresses of the page of the day and of notifications."""

from django.urls import path

from maillage.apps.site.worklist import views

urlpatterns = [
    path("espace/", views.space, name="space"),
    path("espace/nouvelles/lue/", views.dismiss, name="news_dismiss"),
    path("compte/notifications/", views.notifications, name="notifications"),
]
