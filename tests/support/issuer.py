"""An identity server on this computer: discovery, authorisation, tokens, keys, and what it says of a
person, signed.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "maillage", "tres-secret"


@cache
def key_of(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuer:
    """An identity server whose answers can be bent, one at a time, as a forger would."""

    def __init__(self) -> None:
        self.keys = {name: key_of(name) for name in ("own", "thief")}
        self.person = {"sub": "42", "email": "aide@exemple.fr", "email_verified": True}
        self.identity: dict = {}  # what the identity token says otherwise
        self.signed_by = {"id_token": "own", "userinfo": "own"}
        self.algorithm = {"id_token": "RS256", "userinfo": "RS256"}
        self.plain = False  # whether the person is told without signature
        self.userinfo: dict | None = None
        self.name = ""  # the name it gives itself, when it is not its own
        self.has_end = True
        self.asked: list[dict] = []
        self.codes: dict[str, dict] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def config(self) -> dict:
        at = self.address
        end = {"end_session_endpoint": f"{at}/fin"} if self.has_end else {}
        return {
            "issuer": self.name or at,
            "authorization_endpoint": f"{at}/autoriser",
            "token_endpoint": f"{at}/jeton",
            "userinfo_endpoint": f"{at}/personne",
            "jwks_uri": f"{at}/cles",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **end,
        }

    def key_set(self) -> dict:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.keys["own"].public_key()))
        return {"keys": [public | {"kid": "own", "use": "sig", "alg": "RS256"}]}

    def sign(self, claims: dict, what: str) -> str:
        how, key = self.algorithm[what], self.keys[self.signed_by[what]]
        if how == "none":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": "own"})
        if how == "HS256":  # signed with what everybody knows: the public key
            pem = (
                self.keys["own"]
                .public_key()
                .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            )
            head, body = (
                _b64(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "own"}, claims)
            )
            return f"{head}.{body}.{_b64(hmac.new(pem, f'{head}.{body}'.encode(), hashlib.sha256).digest())}"
        return jwt.encode(claims, key, algorithm=how, headers={"kid": "own"})

    def answer(self, handler: BaseHTTPRequestHandler) -> tuple[int, str, bytes]:
        address = urlsplit(handler.path)
        if address.path == "/.well-known/openid-configuration":
            return 200, "application/json", json.dumps(self.config()).encode()
        if address.path == "/cles":
            return 200, "application/json", json.dumps(self.key_set()).encode()
        if address.path == "/autoriser":
            authorization = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.asked.append(authorization)
            code = f"code-{len(self.asked)}"
            self.codes[code] = authorization
            return (
                302,
                f"{authorization['redirect_uri']}?{urlencode({'code': code, 'state': authorization['state']})}",
                b"",
            )
        if address.path == "/jeton":
            sent = parse_qs(handler.rfile.read(int(handler.headers["Content-Length"])).decode())
            authorization = self.codes.pop(sent["code"][0], None)
            if (
                authorization is None
                or sent["client_secret"][0] != SECRET
                or sent["redirect_uri"][0] != authorization["redirect_uri"]
            ):
                return 400, "application/json", b'{"error": "invalid_grant"}'
            claims = {
                "iss": self.address,
                "aud": CLIENT,
                "exp": int(time.time()) + 60,
                "iat": int(time.time()),
                "sub": self.person["sub"],
                "nonce": authorization.get("nonce"),
            } | self.identity
            token = {
                "access_token": "jeton",
                "token_type": "Bearer",
                "id_token": self.sign(claims, "id_token"),
            }
            return 200, "application/json", json.dumps(token).encode()
        if address.path == "/personne" and handler.headers["Authorization"] == "Bearer jeton":
            person_claims = self.userinfo or self.person
            if self.plain:
                return 200, "application/json", json.dumps(person_claims).encode()
            signed = self.sign({"iss": self.address, "aud": CLIENT} | person_claims, "userinfo")
            return 200, "application/jwt; charset=utf-8", signed.encode()
        return 404, "text/plain", b""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = issuer.answer(self)
                self.send_response(status)
                self.send_header("Location" if status == 302 else "Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
