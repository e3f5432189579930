"""Workbooks as the Coop writes them, and as people spoil them."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook

ABOVE = (
    ("Informations export",),
    ("Nom", "Durand"),
    ("Prénom", "Zoé"),
    ("Rôle", "Médiateur"),
    ("Total", 1),
    (),
    ("Filtres",),
    ("Période", "-"),
    ("Type d’accompagnement", "-"),
    (),
    ("",),
)
HEADERS = (
    *("Date", "Enregistré le", "Dernière modification le", "Type", "Participants", "Bénéficiaire"),
    *("Canaux d’accompagnement", "Nom du lieu", "Adresse", "Commune", "Code postal", "Code Insee"),
    *("Durée (min)", "Nom de l’atelier", "Matériel numérique utilisé", "Thématique(s) d’accompagnement"),
    *("Tags", "Nom de la démarche administrative", "Niveau d’autonomie (ou de l’atelier)"),
    *("Bénéficiaire réorienté", "Structure de redirection", "Commune du bénéficiaire"),
    *("Code postal du bénéficiaire", "Code Insee du bénéficiaire", "Genre du bénéficiaire"),
    *("Tranche d’âge du bénéficiaire", "Statut du bénéficiaire", "Notes supplémentaires"),
    *("Source de la donnée", "ID CRA"),
)
ACTIVITY: Mapping[str, Any] = {
    "Date": datetime(2026, 11, 2),
    "Enregistré le": "02/11/2026 à 18:40",
    "Type": "Accompagnement individuel",
    "Participants": 1,
    "Bénéficiaire": "Louise Petit",
    "Canaux d’accompagnement": "À domicile",
    "Code Insee": "38126",
    "Durée (min)": 45,
    "Matériel numérique utilisé": "Ordinateur\nTéléphone",
    "Thématique(s) d’accompagnement": "E-mail\nSocial - Santé",
    "Niveau d’autonomie (ou de l’atelier)": "1/3",
    "Notes supplémentaires": "Vit seule",
    "Source de la donnée": "Espace coop (V1)",
    "ID CRA": "0b7e8a52-6b0e-4c3d-9c58-6f2a3f8b1d10",
}


def activities(
    *rows: Mapping[str, Any],
    headers: Sequence[str] = HEADERS,
    merged: Sequence[str] = (),
    sheets: Mapping[str, Sequence[Sequence[Any]]] | None = None,
) -> io.BytesIO:
    """Return a workbook of activities: each row changes cells of ACTIVITY. merged: ranges of its sheet; sheets:
    other ones, by name.
    """
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Activités"
    for line in (*ABOVE, headers, *(([{**ACTIVITY, **row}.get(name) for name in headers]) for row in rows)):
        sheet.append(list(line))
    for cells in merged:
        sheet.merge_cells(cells)
    for name, lines in (sheets or {}).items():
        other = workbook.create_sheet(name)
        for line in lines:
            other.append(list(line))
    return saved(workbook)


def saved(workbook: Workbook) -> io.BytesIO:
    out = io.BytesIO()
    workbook.save(out)
    out.seek(0)
    return out


PERSON_HEADERS = (
    *("Nom", "Prénom", "Année de naissance", "Commune", None, None, "N° de téléphone", "E-mail", "Genre"),
    "Notes supplémentaires",
)


def beneficiaries(*rows: Sequence[Any]) -> io.BytesIO:
    """Return the form that the Coop gives to import beneficiaries, its example first: each row begins by the
    last name, the first name and the year of birth.
    """
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Bénéficiaires"
    sheet.append(["Instructions d’utilisation :\n- Nom et Prénom sont obligatoires"])
    sheet.append(list(PERSON_HEADERS))
    sheet.append([None, None, None, "Nom", "Code INSEE", "Code postal"])
    sheet.append(["Exemple", "Léa", 1970, "Blaziert", "32057", "32100", "0102030405", None, "Féminin"])
    for row in rows:
        sheet.append(list(row))
    for cells in ("A1:J1", "A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:G3", "H2:H3", "I2:I3", "J2:J3"):
        sheet.merge_cells(cells)
    communes = workbook.create_sheet("Communes")
    for line in (("Commune", "Code Insee", "Code postal"), ("Blaziert", "32057", "32100")):
        communes.append(line)
    return saved(workbook)


def exported_beneficiaries(*rows: Sequence[Any]) -> io.BytesIO:
    """Return the beneficiaries as the Coop exports them, under the lines of the export."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Bénéficiaires"
    headers = (
        *("Nom", "Prénom", "Année de naissance", "Nom de la commune", "Code INSEE", "Code postal"),
        *("N° de téléphone", "E-mail", "Genre", "Tranche d’âge", "Statut", "Nombre d’accompagnements"),
        "Notes supplémentaires",
    )
    for line in (*ABOVE[:6], ("Filtres",), ("Recherche", "-"), (), ("",), headers, *rows):
        sheet.append(list(line))
    return saved(workbook)
