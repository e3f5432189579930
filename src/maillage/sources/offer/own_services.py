"""Our own data·inclusion, read back: what we write there in a sentence, or as the theme of another value,
becomes what it was, so that it leaves again with the same words.

Source: docs/methods/formats.md
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from maillage.kernel.names import plain
from maillage.reference import offer

SOURCE = "maillage"  # how data·inclusion names whoever runs a directory like ours, and begins its identifiers
SERVICE_NAME = "Service d’accompagnement au numérique"
TEXTS = {  # the fields whose sentences may hold other fields too: they are kept whole
    "acces_precisions": "conditions acces",
    "avant_de_venir": "mobilisation precisions",
}
MATERIAL = "aide-materielle"  # of others it says no way of helping; of ours, that one is left alone with it
CONDITIONAL = "sous condition"
REFERRED = "prescribe"
OF_PROGRAMMES = ("RFS", "CAF")  # types that a network stands for elsewhere: ours writes it for a programme
LABELLED = ("prise_en_charge_specifique", "publics_fragiles")  # said among the publics, in lines of their own
BETWEEN = "|"


def is_own_export(sheet: Mapping[str, Any]) -> bool:
    """Return True if a sheet of data·inclusion comes from a directory like ours."""
    return sheet.get("source") == SOURCE and str(sheet.get("id", "")).startswith(f"{SOURCE}--")


def restored(sheet: Mapping[str, Any], cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a sheet of ours under the identifier it has there, with the values that its sentences stand for;
    who collected it is left to whoever reads it. cells: by plain column.
    """
    out = {name: value for name, value in sheet.items() if name != "source"}
    if cells.get("latitude") and out.get("latitude") == float(cells["latitude"]):
        out.pop(
            "precision", None
        )  # ours gives no point that is not that of the place, however few its figures
    out["id"] = str(sheet["id"]).removeprefix(f"{SOURCE}--")
    if types := [code for code in out.pop("typologie", ()) if code not in OF_PROGRAMMES]:
        out["typologie"] = types
    if "publics" not in cells:  # the structure alone
        out.pop("presentation_detail", None)
        return out | _texts(cells.get("description", ""), "")
    for field in ("presentation_detail", "publics_precisions", *TEXTS, *LABELLED):
        out.pop(field, None)
    out |= {field: text for field, column in TEXTS.items() if (text := cells.get(column, ""))}
    out |= _ways(out)
    if "services description" in cells:
        out |= _texts(cells.get("description", ""), cells["services description"])
    else:  # the same as that of the structure, or the only one
        out |= _texts("", cells.get("description", ""))
    if services := _saying(cells.get("thematiques", "").split(BETWEEN)):
        out["services"] = services
    if cells.get("type") == MATERIAL:
        out["modalites_accompagnement"] = ["alone", *out.get("modalites_accompagnement", ())]
    if listed := _listed(cells.get("services description") or cells.get("description", "")):
        out["services"] = listed
    out |= _publics(cells.get("publics precisions", ""))
    return out | _prices(out, cells.get("frais precisions", ""))


def _ways(sheet: dict[str, Any]) -> dict[str, Any]:
    """Take the ways in that the format has no word for off the sentences that tell them, and return them all;
    a referral form is told there as a mail.
    """
    labels = {
        value.label: slug
        for slug, value in offer.lists()["modalites_acces"].values.items()
        if not value.di or slug == REFERRED
    }
    lines = sheet.pop("avant_de_venir", "").split("\n")
    slugs = [labels[line] for line in lines if line in labels]
    mailed = {"write"} if REFERRED in slugs else set[str]()
    ways = [*(way for way in sheet.get("modalites_acces", ()) if way not in mailed), *slugs]
    rest = "\n".join(line for line in lines if line not in labels)
    return ({"modalites_acces": ways} if ways else {}) | ({"avant_de_venir": rest} if rest else {})


def _prices(sheet: dict[str, Any], typed: str) -> dict[str, Any]:
    """Take the prices that begin a detail off it, and return both: « Gratuit, Payant : 2 € la séance »."""
    note, _, detail = typed.partition(" : ")
    slugs = [_slugs("frais_a_charge").get(plain(label), "") for label in note.split(", ")]
    if note == CONDITIONAL and sheet.get("frais_a_charge") == ["free"]:
        slugs = ["conditional"]
    elif len(slugs) < 2 or not all(slugs):
        return {}
    sheet.pop("frais_precisions", None)
    return {"frais_a_charge": slugs} | ({"frais_precisions": detail} if detail else {})


def _texts(summary: str, detail: str) -> dict[str, Any]:
    """Return both descriptions of a place, without those that only list what it does."""
    texts = {"presentation_resume": summary, "presentation_detail": detail}
    return {name: text for name, text in texts.items() if text and text != SERVICE_NAME and not _listed(text)}


def _listed(text: str) -> list[str]:
    """Return the services that a description is the list of, [] when it says anything else."""
    slugs = [_slugs("services").get(plain(label), "") for label in text.split(", ")]
    return slugs if all(slugs) else []


def _publics(text: str) -> dict[str, Any]:
    """Return the fields that the lines on the publics tell, and the lines that tell none of them."""
    out: dict[str, Any] = {}
    unlabelled = []
    for line in filter(None, text.split("\n")):
        field, slugs = _labelled(line)
        if field:
            out[field] = slugs
        else:
            unlabelled.append(line)
    return out | ({"publics_precisions": "\n".join(unlabelled)} if unlabelled else {})


def _labelled(line: str) -> tuple[str, list[str]]:
    """Return the field that a line tells, and its values: « Publics fragiles accueillis : Addictions »."""
    label, _, words = line.partition(" : ")
    field = next((id for id in LABELLED if offer.fields()[id].label == label), "")
    slugs = [_slugs(field).get(plain(word), "") for word in words.split(", ")] if field else []
    return (field, slugs) if slugs and all(slugs) else ("", [])


@cache
def _slugs(field: str) -> Mapping[str, str]:
    values = offer.lists()[offer.fields()[field].list].values
    return {plain(value.label): slug for slug, value in values.items()}


def _saying(themes: Sequence[str], covered_themes: Sequence[str] = ()) -> list[str]:
    """Return services that say these themes, in this order, and no other one; [] when none do.

    Those that say most come first. Of two that say the same one, the last of our list: it promises least.
    """
    candidates = []
    for rank, service in enumerate(offer.lists()["services"].values.values()):
        new = [theme for theme in service.di if theme not in covered_themes]
        if (
            new
            and set(service.di) <= set(themes)
            and new == list(themes[len(covered_themes) : len(covered_themes) + len(new)])
        ):
            candidates.append((len(new), len(service.di), rank, service.id))
    for n, *_, slug in sorted(candidates, reverse=True):
        now = themes[: len(covered_themes) + n]
        if len(now) == len(themes) or (more := _saying(themes, now)):
            return [slug, *(more if len(now) < len(themes) else ())]
    return []
