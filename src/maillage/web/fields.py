"""The fields of forms, to the byte as Django writes them, without a template for each of their parts: a list
of two hundred choices took four hundred.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.template import Context
from django.template.base import render_value_in_context
from django.utils.safestring import SafeData

Widget = Mapping[str, Any]
FOLDER = "django/forms/widgets/"
NOTHING_ELSE = Context()


class Renderer(DjangoTemplates):
    """Writes the usual fields itself; the others by their template."""

    def render(self, template_name: str, context: Mapping[str, Any], request: Any = None) -> str:
        """Return the markup of a field, or of one of its choices."""
        write = WRITERS.get(template_name)
        widget = context.get("widget")
        if write is None or widget is None or not _usual(widget):
            return str(super().render(template_name, context, request=request))
        return write(widget).strip()


def _usual(widget: Widget) -> bool:
    """Return whether each choice of a field is written here too."""
    groups = widget.get("optgroups", ())
    return all(option["template_name"] in WRITERS for _, options, _ in groups for option in options)


def _shown(value: object) -> str:
    """Return a value as a template shows it."""
    return escape(value) if type(value) is str else render_value_in_context(value, NOTHING_ELSE)


def _text(value: object) -> str:
    """Return a value as a template shows its text, whatever it is made of."""
    return value if isinstance(value, str) and isinstance(value, SafeData) else escape(str(value))


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {_shown(name)}" if value is True else f' {_shown(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    named = f'type="{_shown(widget["type"])}" name="{_shown(widget["name"])}"'
    return f"<input {named}{value}{_attributes(widget)}>\n"


def _labelled_input(widget: Widget) -> str:
    if not widget.get("wrap_label"):
        return f"{_input(widget)}\n"
    id_ = widget["attrs"].get("id")
    opening = f'<label for="{_shown(id_)}">' if id_ else "<label>"
    return f"{opening}{_input(widget)} {_shown(widget['label'])}</label>\n"


def _choice(widget: Widget) -> str:
    return (
        f'<option value="{_text(widget["value"])}"{_attributes(widget)}>{_shown(widget["label"])}</option>\n'
    )


def _select(widget: Widget) -> str:
    parts = [f'<select name="{_shown(widget["name"])}"{_attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{_shown(group)}">')
        parts += [f"\n  {WRITERS[option['template_name']](option)}" for option in options]
        if group:
            parts.append("\n  </optgroup>")
    return f"{''.join(parts)}\n</select>\n"


def _several_inputs(widget: Widget) -> str:
    id_, class_ = (widget["attrs"].get(name) for name in ("id", "class"))
    parts = [
        "<div",
        f' id="{_shown(id_)}"' if id_ else "",
        f' class="{_shown(class_)}"' if class_ else "",
        ">",
    ]
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(f"\n  <div><label>{_shown(group)}</label>")
        parts += [f"<div>\n    {WRITERS[option['template_name']](option)}</div>" for option in options]
        if group:
            parts.append("\n  </div>")
    return f"{''.join(parts)}\n</div>\n"


INPUTS = ("text", "number", "email", "url", "tel", "search", "password", "hidden", "checkbox", "date", "time")
WRITERS: Mapping[str, Callable[[Widget], str]] = {
    **{f"{FOLDER}{name}.html": lambda widget: f"{_input(widget)}\n" for name in (*INPUTS, "datetime")},
    **{
        f"{FOLDER}{name}_option.html": lambda widget: f"{_labelled_input(widget)}\n"
        for name in ("radio", "checkbox")
    },
    **{
        f"{FOLDER}{name}.html": lambda widget: f"{_several_inputs(widget)}\n"
        for name in ("radio", "checkbox_select")
    },
    f"{FOLDER}select_option.html": _choice,
    f"{FOLDER}select.html": _select,
}
