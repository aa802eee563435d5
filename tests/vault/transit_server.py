"""A stand-in for HashiCorp Vault's Transit engine: the answers that its documentation gives, and real ciphers."""

import base64
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "test-token"


class Transit:
    """One engine with one key.

    `trouble`: what every call gets instead: a status, an answer's data, or "slow", "garbage", "hang up".
    """

    def __init__(self) -> None:
        self.versions = {1: AESGCM.generate_key(256)}
        self.latest, self.min_decryption, self.min_encryption = 1, 1, 0
        self.trouble: int | str | dict[str, str] = ""
        self.calls: list[tuple[str, str]] = []
        engine = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer("GET")

            def do_POST(self) -> None:
                self.answer("POST")

            def answer(self, method: str) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                engine.calls.append((method, self.path))
                status, told = engine.respond(method, self.path, body, self.headers)
                if status == "hang up":
                    self.close_connection = True
                    return
                content = told if isinstance(told, bytes) else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def respond(self, method: str, path: str, body: dict[str, Any], headers: Any) -> tuple[Any, Any]:
        if self.trouble == "slow":
            time.sleep(2)
        if self.trouble in ("hang up", "garbage"):
            return {"hang up": ("hang up", b""), "garbage": (200, b"<html>")}[self.trouble]
        if isinstance(self.trouble, dict):
            return 200, {"data": self.trouble}
        if isinstance(self.trouble, int):
            return self.trouble, {"errors": ["trouble"]}
        if headers.get("X-Vault-Token") != TOKEN:
            return 403, {"errors": ["permission denied"]}
        if not path.startswith("/v1/transit/") or not path.rstrip("/").split("?")[0].count("lethe"):
            return 404, {"errors": []}
        verb = path.removeprefix("/v1/transit/")
        acts = {
            "encrypt/lethe": self.encrypt, "decrypt/lethe": self.decrypt, "keys/lethe/rotate": self.rotate,
            "keys/lethe/config": self.configure, "keys/lethe/trim": self.trim, "keys/lethe": self.read,
        }  # fmt: skip
        return acts[verb](body) if verb in acts else (404, {"errors": []})

    def encrypt(self, body: dict[str, Any]) -> tuple[int, Any]:
        nonce = os.urandom(12)
        aad = base64.b64decode(body["associated_data"])
        sealed = AESGCM(self.versions[self.latest]).encrypt(nonce, base64.b64decode(body["plaintext"]), aad)
        return 200, {"data": {"ciphertext": f"vault:v{self.latest}:{base64.b64encode(nonce + sealed).decode()}"}}

    def decrypt(self, body: dict[str, Any]) -> tuple[int, Any]:
        _, version, packed = body["ciphertext"].split(":")
        number, raw = int(version[1:]), base64.b64decode(packed)
        if number < self.min_decryption or number not in self.versions:
            return 400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]}
        try:
            key = AESGCM(self.versions[number]).decrypt(raw[:12], raw[12:], base64.b64decode(body["associated_data"]))
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(key).decode()}}

    def read(self, body: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"data": {"latest_version": self.latest, "min_decryption_version": self.min_decryption}}

    def rotate(self, body: dict[str, Any]) -> tuple[int, Any]:
        self.latest += 1
        self.versions[self.latest] = AESGCM.generate_key(256)
        return 204, b""

    def configure(self, body: dict[str, Any]) -> tuple[int, Any]:
        self.min_decryption, self.min_encryption = body["min_decryption_version"], body["min_encryption_version"]
        return 204, b""

    def trim(self, body: dict[str, Any]) -> tuple[int, Any]:
        least = body["min_available_version"]
        if not self.min_decryption or not self.min_encryption or least > min(self.min_decryption, self.min_encryption):
            return 400, {"errors": ["minimum available version cannot be set"]}
        self.versions = {number: key for number, key in self.versions.items() if number >= least}
        return 204, b""
