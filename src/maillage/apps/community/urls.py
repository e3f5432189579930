"""Addresses of the network: listings, answers, partnerships, resources."""

from django.urls import path

from maillage.apps.community.views import listings, resources

urlpatterns = [
    path("espace/reseau/", listings.index, name="network"),
    path("espace/reseau/annonces/nouvelle/", listings.new, name="listing_new"),
    path("espace/reseau/annonces/<int:pk>/", listings.listing, name="listing"),
    path("espace/reseau/annonces/<int:pk>/geste/", listings.gesture, name="listing_gesture"),
    path("espace/reseau/messages/<int:pk>/", listings.answer, name="listing_answer"),
    path("espace/reseau/qui-avec-qui/", listings.ties, name="network_ties"),
    path("espace/reseau/qui-avec-qui/<int:pk>/", listings.end, name="partnership_end"),
    path("espace/reseau/ressources/", resources.index, name="resources"),
    path("espace/reseau/ressources/nouvelle/", resources.new, name="resource_new"),
    path("espace/reseau/ressources/<int:pk>/", resources.resource, name="resource"),
    path("espace/reseau/ressources/<int:pk>/fichier/", resources.file, name="resource_file"),
    path("espace/reseau/ressources/<int:pk>/retirer/", resources.withdraw, name="resource_withdraw"),
]
