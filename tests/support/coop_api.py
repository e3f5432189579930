"""A La Coop of the tests: `/activites` as its public code answers it, and the ways in which it fails.

Read in inclusion-numerique/coop-mediation-numerique, `apps/web/src/app/api/v1`: a bearer `id:secret`, 403
without it, pages of 500 at most sorted by their last change, the newest first, a cursor of that moment and of
the number, a next link as long as a page holds something, deleted activities told by `suppression`.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid5

PLACE, MEDIATOR = "5f0d3a3e-2b57-4a43-9ce5-0d9c0b6f8a11", "0b1f3b0e-54a5-4a3f-8f52-2f4e6c0b9d22"


class Coop:
    """La Coop, its activities and its failures. codes: of the next answers, 200 afterwards."""

    def __init__(self) -> None:
        self.activities: dict[str, dict[str, Any]] = {}
        self.key = "client:secret"
        self.size = 500
        self.codes: list[int | str] = []
        self.n_requests = 0
        self.before_answer: Callable[[], None] = lambda: None

    def put(self, n: int, modification: str, **attributes: Any) -> str:
        """Write an activity, or change it."""
        id = str(uuid5(UUID(PLACE), str(n)))
        former = self.activities.get(id, {})
        self.activities[id] = ACTIVITY | former | {"modification": modification} | attributes
        return id

    def answer(self, headers: Mapping[str, str], query: Mapping[str, list[str]]) -> tuple[int, Any]:
        if headers.get("Authorization") != f"Bearer {self.key}":
            return 403, {"error": "Forbidden"}
        since = query.get("filter[modification][depuis]", [""])[0]
        rows = sorted(
            (values["modification"], id)
            for id, values in self.activities.items()
            if values["modification"] >= since
        )[::-1]
        if after := query.get("page[after]"):
            try:
                moment, _, id = base64.b64decode(after[0], validate=True).decode().partition("###")
                UUID(id)
            except ValueError:
                return 400, {"error": "Invalid cursor"}
            rows = [row for row in rows if row < (moment, id)]
        page = rows[: self.size]
        links = {"self": {"href": "x"}}
        if page:
            cursor = base64.b64encode("###".join(page[-1]).encode()).decode()
            elsewhere = "https://ailleurs.exemple.fr/api/v1/activites?"  # its own name, never followed
            links["next"] = {"href": elsewhere + urlencode({"page[after]": cursor})}
        data = [{"type": "activite", "id": id, "attributes": self.activities[id]} for _, id in page]
        meta = {"total_count": len(self.activities), "has_next_page": bool(page)}
        return 200, {"data": data, "links": links, "meta": meta}


ACTIVITY = {
    "type": "individuel",
    "mediateur_id": MEDIATOR,
    "user_id": "c0ffee00-0000-4000-8000-000000000000",
    "accompagnements": 1,
    "date": "2026-11-02",
    "duree": 45,
    "type_lieu": "lieu_activite",
    "structure_id": PLACE,
    "lieu_code_postal": None,
    "lieu_commune": None,
    "lieu_code_insee": None,
    "creation": "2026-11-02T10:00:00.000Z",
    "suppression": None,
    "autonomie": "partiellement_autonome",
    "oriente_vers_structure": None,
    "structure_de_redirection": None,
    "materiel": ["ordinateur"],
    "thematiques": ["email"],
    "tags": ["suivi de Mme Untel"],
    "precisions_demarche": "Mme Untel a perdu son code",
    "titre_atelier": None,
    "niveau_atelier": None,
    "beneficiaires": {"total": 1, "genres": {}, "tranches_age": {}, "statuts": {}},
}


def serve(coop: Coop) -> ThreadingHTTPServer:
    """Return a server that answers as La Coop does; whoever asks shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            coop.n_requests += 1
            coop.before_answer()
            parts = urlsplit(self.path)
            code = coop.codes.pop(0) if coop.codes else 200
            status, body = coop.answer(self.headers, parse_qs(parts.query))
            if parts.path != "/api/v1/activites":
                status, body = 404, {}
            content = json.dumps(body).encode()
            if isinstance(code, int) and code != 200:
                status, content = code, b'{"error": "x"}'
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if code == "slow":
                time.sleep(1)
            if code == "not json":
                content = b"<html>" + b" " * (len(content) - 6)
            self.wfile.write(content[: len(content) // 2] if code == "cut" else content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
