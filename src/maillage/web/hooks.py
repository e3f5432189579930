"""Hooks: what a room asks of the rooms above it, which it may not import.

A room declares a hook, typed, beside the code that reads it; `manage/hooks.py` registers the objects of the
rooms above, in the order of the page. They are imported when a hook is first read: a command which reads none
does not load the features.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Generic, TypeVar

from django.conf import settings

T = TypeVar("T")


class Hook(Generic[T]):
    """Objects of one type that rooms above register, read in the order in which they were registered."""

    def __init__(self) -> None:
        self._registered: list[T] = []

    def register(self, *objects: T) -> None:
        """Add objects after those already registered."""
        self._registered += objects

    def __iter__(self) -> Iterator[T]:
        import_module(settings.HOOKS)
        return iter(self._registered)

    def only(self) -> T:
        """Return the object of a hook which takes exactly one."""
        (registered,) = self
        return registered
