"""Addresses of the learning feature."""

from django.urls import path

from maillage.apps.learning import views

urlpatterns = [
    path("apprendre/", views.index, name="learning"),
    path("apprendre/<slug:id>/", views.module, name="module"),
    path("apprendre/<slug:id>/fiche/", views.sheet, name="module_sheet"),
    path("apprendre/<slug:id>/<int:number>/", views.step, name="module_step"),
]
