"""Addresses of the indicators: public."""

from django.urls import path

from maillage.apps.indicators import views

urlpatterns = [
    path("indicateurs/", views.definitions, name="indicator_definitions"),
    path("indicateurs/comparer/", views.compare, name="indicator_comparison"),
    path("indicateurs/<slug:id>/", views.definition, name="indicator_definition"),
    path("territoires/<str:place>/indicateurs/", views.territory, name="indicators"),
    path("territoires/<str:place>/indicateurs.csv", views.table, name="indicators_table"),
]
