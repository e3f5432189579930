"""Addresses of papers and of the safes that keep them."""

from django.urls import path

from maillage.apps.people.documents.views import papers, person, public

urlpatterns = [
    path("coffres/", public.safes, name="safes"),
    path("espace/papiers/", papers.papers, name="papers"),
    path("espace/papiers/<int:pk>/", papers.paper, name="kept_paper"),
    path("espace/papiers/<int:pk>/fichier/", papers.file, name="kept_paper_file"),
    path("espace/papiers/<int:pk>/montrer/", papers.share, name="kept_paper_share"),
    path("espace/papiers/<int:pk>/geste/", papers.gesture, name="kept_paper_gesture"),
    path("espace/personnes/<int:pk>/papiers/", person.papers, name="person_papers"),
    path("espace/personnes/<int:pk>/papiers/ajouter/", person.add, name="person_paper_add"),
    path("espace/personnes/<int:pk>/papiers/coffre/", person.safe, name="person_safe"),
]
