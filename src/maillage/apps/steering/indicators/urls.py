"""Addresses of the indicators: public."""

from django.urls import path

from maillage.apps.steering.indicators import views

urlpatterns = [
    path("indicateurs/", views.definitions, name="indicator_definitions"),
    path("indicateurs/comparer/", views.compare, name="indicator_comparison"),
    path("indicateurs/<slug:id>/", views.definition, name="indicator_definition"),
    path("territoires/<str:place>/indicateurs/", views.territory, name="indicators"),
    path("api/v1/territoires/<str:code>/indicateurs", views.territory_data, name="api_indicators"),
    path("territoires/<str:place>/indicateurs.csv", views.table, name="indicators_table"),
]
