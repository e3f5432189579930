"""Addresses of a site for another country: what it has, and elsewhere a page that says what is France's."""

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, include, path, resolve

from maillage.apps.platform.country.views import france_only
from maillage.apps.site.pages import views as pages_views
from maillage.manage.deploy.health import health
from maillage.manage.deploy.metrics import metrics
from maillage.manage.deploy.security_txt import security_txt

FRANCE = "maillage.manage.urls"
urlpatterns = [
    path("sante/", health, name="health"),
    path("metriques/", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("", include("maillage.apps.platform.country.urls")),
]
handler500 = "maillage.apps.site.pages.views.broken"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tell an address that France has from one that nobody has."""
    if isinstance(exception, Resolver404):
        try:
            module = resolve(request.path_info, FRANCE).func.__module__
        except Resolver404:
            return pages_views.not_found(request, exception)
        feature = apps.get_containing_app_config(module)
        return france_only(request, feature.label if feature else "")
    return pages_views.not_found(request, exception)


handler404 = "maillage.manage.country_urls.not_found"
