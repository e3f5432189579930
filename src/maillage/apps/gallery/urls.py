"""Addresses of the gallery, read by everybody."""

from django.urls import path

from maillage.apps.gallery import views

urlpatterns = [
    path("galerie/", views.gallery, name="gallery"),
    path("galerie/<slug:family>/", views.family, name="gallery_family"),
    path("galerie/planches/<slug:id>.csv", views.table, name="gallery_table"),
    path("galerie/planches/<slug:id>.<str:form>", views.drawing, name="gallery_drawing"),
]
