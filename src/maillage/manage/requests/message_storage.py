"""Messages for the next page, stored on the server: a browser's own storage could be read by anyone."""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.session import SessionStorage


class Storage(SessionStorage):
    """Messages of a session; a browser that has none is told nothing, and its page depends on no cookie."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        if not self._has_session:
            return [], True
        stored: tuple[list[Any], bool] = super()._get(*args, **kwargs)  # type: ignore[misc]  # Django's, left out of its stubs
        return stored

    def _store(self, messages: list[Any], response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if not messages and not self._has_session:
            return []
        unstored: list[Any] = super()._store(messages, response, *args, **kwargs)  # type: ignore[misc]  # the same
        return unstored

    @property
    def _has_session(self) -> bool:
        return settings.SESSION_COOKIE_NAME in self.request.COOKIES
