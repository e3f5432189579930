"""Addresses of a site for another country: those of France, for what it has too."""

from django.urls import path

from maillage.apps.platform.country import views

urlpatterns = [
    path("", views.home, name="home"),
    path("territoires/", views.search, name="search"),
    path("territoires/<str:place>/", views.territory, name="territory"),
    path("territoires/<str:place>/zones.csv", views.zones_file, name="zones_file"),
    path("carte/", views.find, name="find"),
    path("lieux/<str:place>/", views.lieu, name="lieu"),
    path("donnees/", views.data, name="data"),
    path("donnees/<str:name>.csv", views.data_file, name="data_file"),
    path("sources/", views.sources, name="sources"),
]
