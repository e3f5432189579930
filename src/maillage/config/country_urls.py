"""Addresses of a site for another country: what it has, and elsewhere a page that says what is France's."""

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, include, path, resolve

from maillage.apps.country.views import france_only
from maillage.apps.site.views import pages as site
from maillage.config.health import health
from maillage.config.metrics import metrics
from maillage.config.security_txt import security_txt

FRANCE = "maillage.config.urls"
urlpatterns = [
    path("sante/", health, name="health"),
    path("metriques/", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("", include("maillage.apps.country.urls")),
]
handler500 = "maillage.apps.site.views.pages.broken"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tell an address that France has from one that nobody has."""
    if isinstance(exception, Resolver404):
        try:
            module = resolve(request.path_info, FRANCE).func.__module__
        except Resolver404:
            return site.not_found(request, exception)
        app, _, rest = module.partition("maillage.apps.")[2].partition(".")
        return france_only(request, app if rest else "")
    return site.not_found(request, exception)


handler404 = "maillage.config.country_urls.not_found"
