"""Feeds of news: places that came, changed or closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from maillage.apps.directory.places import access
from maillage.apps.directory.places.queries import districts, news, scope
from maillage.apps.directory.places.queries.news import NewsPage
from maillage.apps.directory.places.queries.scope import Scope
from maillage.apps.directory.places.views.etags import unless_changed
from maillage.apps.directory.places.views.exports import LONGEST, TOO_MANY
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.web import refusals
from maillage.words.wording import in_xml

DOMAIN = "lieux.maillage"  # fixed: identifiers stay when the address of the installation changes


@dataclass(frozen=True, slots=True)
class Request:
    """A page of the feed of a territory. cursor: where it begins, "" for the latest news; site: the address
    of the installation.
    """

    where: Scope
    cursor: str
    page: NewsPage
    site: str

    def address(self, cursor: str) -> str:
        """Return the address of a page of this feed."""
        query = self.where.query
        after = f"{'&' if query else '?'}avant={cursor}" if cursor else ""
        return f"{reverse('feed')}{query}{after}"

    @property
    def following(self) -> str:
        """The whole address of older news, "" without any."""
        return self.site + self.address(self.page.following) if self.page.following else ""


class PagedAtom(Atom1Feed):
    """Atom whose older pages follow (RFC 5005), and which takes entries back (RFC 6721)."""

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xmlns:at": "http://purl.org/atompub/tombstones/1.0"}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["following"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": self.feed["following"]})

    def write_items(self, handler: SimplerXMLGenerator) -> None:
        super().write_items(handler)
        for removed in self.feed["removed"]:
            attributes = {"ref": _tag(removed.slug, removed.at), "when": rfc3339_date(removed.when)}
            handler.addQuickElement("at:deleted-entry", "", attributes)


def _tag(slug: str, at: datetime) -> str:
    return f"tag:{DOMAIN},2026:{slug}/{at:%Y%m%dT%H%M%S}"


if TYPE_CHECKING:  # Django gives its parameters to this class for type checkers alone
    _Feed = Feed[news.News, Request]
else:
    _Feed = Feed


class Places(_Feed):
    """The latest changes of a territory, as Atom."""

    feed_type = PagedAtom
    language = "fr"

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        try:
            where = scope.of(request.GET.get("territoire", "").strip()[:LONGEST])
        except UnknownTerritory as error:
            raise Http404 from error
        where, cursor = scope.narrowed(where, districts.parse(request.GET)), request.GET.get("avant", "")
        page = news.page(where, cursor)
        if page is None:
            raise Http404
        return Request(where, cursor, page, request.build_absolute_uri("/").rstrip("/"))

    def title(self, feed: Request) -> str:
        where = feed.where
        return f"Lieux d’aide au numérique, {'toute la France' if where.is_everywhere else where.name}"

    def subtitle(self, feed: Request) -> str:
        return "Les lieux nouveaux, modifiés ou fermés, les plus récents d’abord."

    def link(self, feed: Request) -> str:
        return reverse("data") + feed.where.query

    def feed_url(self, feed: Request) -> str:
        return feed.address(feed.cursor)

    def feed_extra_kwargs(self, feed: Request) -> dict[str, Any]:
        return {"removed": feed.page.removed, "following": feed.following}

    def items(self, feed: Request) -> Sequence[news.News]:
        return feed.page.news

    def item_title(self, item: news.News) -> str:
        return in_xml(item.title)

    def item_description(self, item: news.News) -> str:
        return in_xml(item.words)

    def feed_guid(self, feed: Request) -> str:
        return f"tag:{DOMAIN},2026:{feed.where.folder if feed.where.code else 'france'}"

    def item_guid(self, item: news.News) -> str:
        return _tag(item.slug, item.at)

    def item_link(self, item: news.News) -> str:
        return reverse("lieu", args=[item.slug])

    def item_pubdate(self, item: news.News) -> Any:
        return item.at

    def item_updateddate(self, item: news.News) -> Any:
        return item.at

    def item_author_name(self, item: news.News) -> str:
        return in_xml(item.source)


_places = unless_changed(Places())


def places(request: HttpRequest) -> HttpResponseBase:
    """The feed of a territory."""
    if not access.may_read_data(request):
        return refusals.page(request, TOO_MANY, status=429)
    try:
        return _places(request)
    except Refused as error:
        return refusals.page(request, error)
