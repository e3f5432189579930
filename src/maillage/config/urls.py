"""Addresses of the platform (contracts, section 4)."""

from allauth.account import views as account
from django.urls import include, path

urlpatterns = [
    path("connexion/", account.login, name="account_login"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("", include("maillage.apps.directory.urls")),
    path("", include("maillage.apps.dossiers.urls")),
    path("", include("maillage.apps.site.urls")),
]
handler404 = "maillage.apps.site.views.not_found"
handler500 = "maillage.apps.site.views.broken"
