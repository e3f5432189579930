"""The page of a surveyor: what it shows, what the device and the server hold."""

import json
import sqlite3
import uuid
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from playwright.sync_api import expect

PAGE = "/enquetes/collecte/"
STATUS = "[data-file]"
# Answers put straight in the memory of the device, as the page would have left them.
PUT = """([jeton, reponses]) => new Promise((oui, non) => {
  const d = indexedDB.open("maillage-enquetes", 1);
  d.onsuccess = () => {
    const t = d.result.transaction("reponses", "readwrite"), quand = new Date().toISOString();
    for (const [uid, valeurs] of reponses)
      t.objectStore("reponses").put({ uid, jeton, etat: "attente", version: 1, moyen: "street", lieu: null, langue: "fr",
        commencee: quand, finie: quand, valeurs, question: "", fois: {}, motif: "" });
    t.oncomplete = () => { d.result.close(); oui(); };
    t.onabort = () => non(t.error);
  };
})"""


def put(page, link: str, values_by_uid: Mapping[str, Mapping[str, str]]) -> None:
    """Put finished answers of a surveyor, by their link, in the memory of the device."""
    page.evaluate(PUT, [link, list(values_by_uid.items())])


def stored_answers(environment: Mapping[str, str], survey: int) -> list[tuple[str, dict[str, str]]]:
    """Return the answers that the server keeps: number and values, as many times as they are there."""
    path = Path(environment["MAILLAGE_HOME"]) / "maillage.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        statement = 'select uid, "values" from surveys_answer where survey_id = ?'
        rows = database.execute(statement, [survey]).fetchall()
    return [(str(uuid.UUID(uid)), json.loads(values)) for uid, values in rows]


def on(page, name: str) -> None:
    """Wait until the page shows one of its screens."""
    expect(page.locator(f"[data-ecran={name}]")).to_be_visible()


def following(page) -> None:
    """Go to the question that follows."""
    page.locator("form[data-question] [type=submit]").click()


def ready(page) -> None:
    """Wait until the page can be opened again without network."""
    expect(page.locator("[data-etat-page]")).to_have_text("La page se rouvre sans réseau.")
