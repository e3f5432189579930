"""Addresses of the pictures, read by everybody."""

from django.urls import path

from maillage.apps.site.gallery import views

urlpatterns = [
    path("galerie/", views.gallery, name="gallery"),
    path("galerie/<slug:family>/", views.published, name="gallery_family"),
    path("galerie/planches/<slug:id>.<str:form>", views.published_file, name="gallery_file"),
    path("territoires/<str:place>/images/", views.territory, name="images"),
    path("territoires/<str:place>/images/<slug:id>.<str:form>", views.territory_file, name="image_file"),
    path("integrer/images/<str:place>/<slug:id>/", views.embed, name="image_embed"),
]
