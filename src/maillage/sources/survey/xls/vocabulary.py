"""The names of columns and types that XLSForm has, how tools write them, and those that we add."""

import re
from collections.abc import Mapping

from maillage.questionnaires.questionnaire import (
    Kind,
)

MAX_QUESTIONS = 2_000
MAX_CHOICES = 20_000
MAX_DEPTH = 20
MAX_FILTERS = 50
EXPECTED = (
    "Un XLSForm a une feuille « survey », avec les colonnes type, name et label, et une feuille « choices »."
)
TEXTS = ("label", "hint", "required_message", "constraint_message")
ASKING = ("required", "relevant", "constraint", "calculation", "choice_filter")
KNOWN = ("type", "name", *TEXTS, *ASKING, "default", "appearance", "parameters")
ALIASES = {
    "relevance": "relevant", "calculate": "calculation", "caption": "label", "list name": "list_name",
    "value": "name",
    "constraining_message": "constraint_message", "requiredmsg": "required_message", "command": "type",
    "tag": "name",
    "constraint message": "constraint_message", "required message": "required_message",
    "choice filter": "choice_filter",
    "bind::relevant": "relevant", "bind::constraint": "constraint", "bind::required": "required",
    "bind::calculate": "calculation",
    "control::appearance": "appearance", "bind::jr:constraintmsg": "constraint_message",
    "title": "form_title",
    "set form title": "form_title", "set form id": "form_id", "id_string": "form_id",
    "default language": "default_language",
}  # fmt: skip
TYPES: Mapping[str, Kind] = {
    "text": "text", "string": "text", "integer": "integer", "int": "integer", "decimal": "decimal",
    "date": "date", "time": "time",
    "datetime": "moment", "range": "range", "note": "note", "calculate": "calculate",
    "acknowledge": "acknowledge",
    "trigger": "acknowledge", "hidden": "hidden", "geopoint": "geopoint", "gps": "geopoint",
    "location": "geopoint",
    "image": "image", "photo": "image",
}  # fmt: skip
SELECTS: Mapping[str, Kind] = {
    "select_one": "one", "select one": "one", "select one from": "one", "select1": "one",
    "select_multiple": "many",
    "select multiple": "many", "select all that apply": "many", "select all that apply from": "many",
    "rank": "rank",
}  # fmt: skip
WRITTEN: Mapping[str, str] = {
    "one": "select_one",
    "many": "select_multiple",
    "rank": "rank",
    "moment": "datetime",
}
RECORDED = tuple(
    (
        "start end today deviceid username audit phonenumber email simserial subscriberid start-geopoint"
    ).split()
)
ELSEWHERE = tuple(
    (
        "geotrace geoshape audio video file barcode osm background-audio select_one_external "
        "select_one_from_file select_multiple_from_file csv-external xml-external xml_external"
    ).split()
)
RESERVED = ("id", "uid", "poids", "poids_initial", "meta", "instanceid", "instancename")
YES = ("yes", "true", "true()", "oui", "vrai", "1")
NO = ("", "no", "false", "false()", "non", "faux", "0")
CITED = re.compile(r"\$\{[^}]*\}")
ABOVE = 10  # rows among which the names of columns are looked for, a title standing above them
HEADS: tuple[set[str], ...] = ({"type", "name"}, {"list_name", "name"}, {"form_title"}, {"form_id"})
PLATFORM_COLUMNS = (
    *(
        "scale",
        "topic",
        "universe",
        "published",
        "rows",
        "ours",
        "observed",
        "census",
        "sensitive",
        "unmatched",
        "national",
    ),
    *("choices", "constraint", "choice_filter"),
)
