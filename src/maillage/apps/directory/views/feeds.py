"""Feeds of news: places that came, changed or closed."""

from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from maillage.apps.directory import access
from maillage.apps.directory.queries import districts, news, scope
from maillage.apps.directory.queries.scope import Scope
from maillage.apps.directory.views.etags import unless_changed
from maillage.apps.directory.views.exports import LONGEST, TOO_MANY
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.web import refusals

DOMAIN = "lieux.maillage"  # fixed: identifiers stay when the address of the installation changes


class Places(Feed):
    """The latest changes of a territory, as Atom."""

    feed_type = Atom1Feed
    language = "fr"

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Scope:
        try:
            where = scope.of(request.GET.get("territoire", "").strip()[:LONGEST])
        except UnknownTerritory as error:
            raise Http404 from error
        return scope.narrowed(where, districts.parse(request.GET))

    def title(self, where: Scope) -> str:
        return f"Lieux d’aide au numérique, {'toute la France' if where.is_everywhere else where.name}"

    def subtitle(self, where: Scope) -> str:
        return "Les lieux nouveaux, modifiés ou fermés, les plus récents d’abord."

    def link(self, where: Scope) -> str:
        return reverse("data") + where.query

    def feed_url(self, where: Scope) -> str:
        return reverse("feed") + where.query

    def items(self, where: Scope) -> list[news.News]:
        return news.latest(where)

    def item_title(self, item: news.News) -> str:
        return item.title

    def item_description(self, item: news.News) -> str:
        return item.words

    def feed_guid(self, where: Scope) -> str:
        return f"tag:{DOMAIN},2026:{where.folder if where.code else 'france'}"

    def item_guid(self, item: news.News) -> str:
        return f"tag:{DOMAIN},2026:{item.slug}/{item.at:%Y%m%dT%H%M%S}"

    def item_link(self, item: news.News) -> str:
        return reverse("lieu", args=[item.slug])

    def item_pubdate(self, item: news.News) -> Any:
        return item.at

    def item_updateddate(self, item: news.News) -> Any:
        return item.at

    def item_author_name(self, item: news.News) -> str:
        return item.source


_places = unless_changed(Places())


def places(request: HttpRequest) -> HttpResponse:
    """The feed of a territory."""
    if not access.may_read_data(request):
        return refusals.page(request, TOO_MANY, status=429)
    try:
        return _places(request)
    except Refused as error:
        return refusals.page(request, error)
