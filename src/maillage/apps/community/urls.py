"""Addresses of the network: listings, answers, partnerships."""

from django.urls import path

from maillage.apps.community import views

urlpatterns = [
    path("espace/reseau/", views.index, name="network"),
    path("espace/reseau/annonces/nouvelle/", views.new, name="listing_new"),
    path("espace/reseau/annonces/<int:pk>/", views.listing, name="listing"),
    path("espace/reseau/annonces/<int:pk>/geste/", views.gesture, name="listing_gesture"),
    path("espace/reseau/messages/<int:pk>/", views.answer, name="listing_answer"),
    path("espace/reseau/qui-avec-qui/", views.ties, name="network_ties"),
    path("espace/reseau/qui-avec-qui/<int:pk>/", views.end, name="partnership_end"),
]
