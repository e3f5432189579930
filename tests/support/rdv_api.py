"""An RDV Service Public of the tests: the parts of its API that we use, its notices, and how it fails.

Read in betagouv/rdv-service-public (`app/controllers/api/v1`, `app/blueprints`, `app/jobs/webhook_job.rb`) and in
the client of La Coop: a bearer of OAuth 2, 401 once it ends, pages of 100 with `meta.next_page`, in the order of the database; a
status is patched; absences are made, patched, destroyed; a notice is signed by HMAC-SHA256 in hexadecimal.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ORGANISATION, AGENT = 20, 7


class RdvServicePublic:
    """Its appointments and its failures. codes: of the next answers, 200 afterwards; “cut”: done, and the answer
    lost. notices: (body, signature) not delivered yet.
    """

    def __init__(self) -> None:
        self.rdvs: dict[int, dict[str, Any]] = {}
        self.absences: dict[int, dict[str, Any]] = {}
        self.endpoints: list[dict[str, Any]] = []
        self.access, self.refresh = "cle-1", "encore-1"
        self.former_refresh = ""  # still good until the new key is used: its answer may be lost
        self.n_keys = 1
        self.is_admin = True
        self.size = 100
        self.codes: list[int | str] = []
        self.refused_statuses: set[str] = set()
        self.requests: list[tuple[str, str]] = []
        self.notices: list[tuple[bytes, str]] = []
        self.before_answer: Callable[[], None] = lambda: None
        self.clock: Callable[[], datetime] = datetime.now

    def put(self, id: int, starts_at: str = "", **values: Any) -> None:
        """Make an appointment, or change it, and tell it."""
        event = "updated" if id in self.rdvs else "created"
        # Pages have no order there: what changes goes last, and moves the others while they are read.
        moment = {"starts_at": starts_at} if starts_at else {}
        self.rdvs[id] = RDV | {"id": id} | self.rdvs.pop(id, {}) | moment | values
        self.tell(id, event)

    def destroy(self, id: int) -> None:
        self.tell(id, "destroyed")
        del self.rdvs[id]

    def tell(self, id: int, event: str) -> None:
        meta = {"model": "Rdv", "event": event, "webhook_reason": None, "timestamp": self.clock().isoformat()}
        body = json.dumps({"meta": meta, "data": self.rdvs[id]}).encode()
        for endpoint in self.endpoints:
            self.notices.append(
                (body, hmac.new(endpoint["secret"].encode(), body, hashlib.sha256).hexdigest())
            )

    # -------------------------------------------------------------------------------------------- what it answers

    def tokens(self, form: Mapping[str, list[str]]) -> tuple[int, Any]:
        kind = form["grant_type"][0]
        if form["client_secret"] != ["secret"] or (
            form.get("code") != ["bon-code"]
            if kind == "authorization_code"
            else form["refresh_token"][0] not in {self.refresh, self.former_refresh}
        ):
            return 400, {"error": "invalid_grant"}
        self.n_keys, self.former_refresh = self.n_keys + 1, self.refresh
        self.access, self.refresh = f"cle-{self.n_keys}", f"encore-{self.n_keys}"
        answer = {"access_token": self.access, "refresh_token": self.refresh, "expires_in": 7200}
        return 200, answer | {"token_type": "Bearer", "scope": "write"}

    def answer(self, verb: str, path: str, query: Mapping[str, list[str]], body: Any) -> tuple[int, Any]:
        head, *rest = path.removeprefix("/api/v1/").split("/")
        match verb, head, rest:
            case "GET", "agents", ["me"]:
                return 200, {"agent": {"id": AGENT, "email": "agent@exemple.fr", "first_name": "Ada"}}
            case "GET", "organisations", []:
                return 200, {"organisations": [{"id": ORGANISATION, "name": "Maison de Brest"}], "meta": META}
            case "GET", "organisations", [_, "webhook_endpoints"]:
                return (200 if self.is_admin else 403), {"webhook_endpoints": self.endpoints, "meta": META}
            case "POST", "organisations", [_, "webhook_endpoints"]:
                if not self.is_admin:
                    return 403, {"errors": [{"base": "forbidden"}]}
                self.endpoints.append(body | {"id": len(self.endpoints) + 1})
                return 200, {"webhook_endpoint": self.endpoints[-1]}
            case "PATCH", "organisations", [_, "webhook_endpoints", _]:
                self.endpoints[0] |= body
                return 200, {"webhook_endpoint": self.endpoints[0]}
            case "GET", "rdvs", []:
                return self.list_rdvs(query)
            case "PATCH", "rdvs", [id, "update_status"]:
                return self.change_status(int(id), body["status"])
            case "GET", "absences", []:
                return self.page("absences", list(self.absences.values()), query)
            case "POST", "absences", []:
                id = len(self.absences) + 900
                self.absences[id] = body | {"id": id}
                return 200, {"absence": self.absences[id]}
            case (("PATCH" | "DELETE"), "absences", [id]):
                if int(id) not in self.absences:
                    return 404, {"not_found": "absence"}
                if verb == "DELETE":
                    del self.absences[int(id)]
                    return 204, None
                self.absences[int(id)] |= body
                return 200, {"absence": self.absences[int(id)]}
        return 404, {}

    def list_rdvs(self, query: Mapping[str, list[str]]) -> tuple[int, Any]:
        rows = list(self.rdvs.values())
        if ids := query.get("id[]"):
            rows = [row for row in rows if str(row["id"]) in ids]
        if agent := query.get("agent_id"):
            rows = [row for row in rows if any(str(each["id"]) == agent[0] for each in row["agents"])]
        if since := query.get("starts_after"):
            rows = [row for row in rows if row["starts_at"] >= since[0]]
        return self.page("rdvs", rows, query)

    def page(self, root: str, rows: list[Any], query: Mapping[str, list[str]]) -> tuple[int, Any]:
        number = int(query.get("page", ["1"])[0])
        is_last = number * self.size >= len(rows)
        meta = META | {"current_page": number, "next_page": None if is_last else number + 1}
        return 200, {root: rows[(number - 1) * self.size : number * self.size], "meta": meta}

    def change_status(self, id: int, status: str) -> tuple[int, Any]:
        if id not in self.rdvs:
            return 404, {"errors": ["not found"]}
        if status in self.refused_statuses:
            return 422, {"errors": {"status": []}}
        self.rdvs[id]["status"] = status
        self.tell(id, "updated")
        return 200, {"status": status}


META = {"current_page": 1, "next_page": None, "prev_page": None, "total_pages": 1, "total_count": 1}
RDV = {
    "uuid": "a0e3c2f0-0000-4000-8000-000000000000",
    "status": "unknown",
    "starts_at": "2026-12-01T10:00:00.000+01:00",
    "duration_in_min": 30,
    "address": "1 rue de la Paix, Brest, 29200",
    "context": "Mme Untel a perdu son mari",
    "collectif": False,
    "created_by": "user",
    "url_for_agents": "https://rdv.anct.gouv.fr/agents/rdvs/1",
    "organisation": {"id": ORGANISATION, "name": "Maison de Brest"},
    "motif": {"id": 3, "name": "Aide aux démarches", "location_type": "public_office", "collectif": False},
    "lieu": {"id": 4, "name": "Maison", "address": "1 rue de la Paix, Brest, 29200"},
    "agents": [{"id": AGENT, "email": "agent@exemple.fr", "first_name": "Ada", "last_name": "Durand"}],
    "participations": [
        {
            "id": 5,
            "status": "unknown",
            "user": {
                "id": 6,
                "first_name": "Leila",
                "last_name": "Untel",
                "email": "leila@exemple.fr",
                "phone_number": "0611223344",
                "birth_date": "1980-01-01",
                "notes": "a perdu son mari",
            },
        }
    ],
}


def serve(rdv: RdvServicePublic) -> ThreadingHTTPServer:
    """Return a server that answers as RDV Service Public does; whoever asks shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            parts = urlsplit(self.path)
            read = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            rdv.requests.append((self.command, parts.path))
            rdv.before_answer()
            code = rdv.codes.pop(0) if rdv.codes else 200
            if isinstance(code, int) and code != 200:
                status, body = code, {"errors": ["x"]}
            elif parts.path == "/oauth/token":
                status, body = rdv.tokens(parse_qs(read.decode()))
            elif self.headers.get("Authorization") != f"Bearer {rdv.access}":
                status, body = 401, {"errors": ["revoked"]}
            else:
                rdv.former_refresh = ""
                content = json.loads(read) if read else None
                status, body = rdv.answer(self.command, parts.path, parse_qs(parts.query), content)
            content = json.dumps(body).encode() if body is not None else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(content) + (code == "cut")))
            self.end_headers()
            if code == "slow":
                time.sleep(1)
            self.wfile.write(content[: len(content) // 2] if code == "cut" else content)

        do_GET = do_POST = do_PATCH = do_DELETE = reply

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
