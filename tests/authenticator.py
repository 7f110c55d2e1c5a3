"""A device with passkeys, in software: what a browser would send, made by hand, so that it can also be made wrong."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One passkey; `counts` says whether the device keeps a counter of its uses."""

    def __init__(self, origin: str, *, counts: bool = True) -> None:
        self.origin, self.counts, self.uses = origin, counts, 0
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: str, **changes: Any) -> str:
        """The answer to options of creation, as JSON."""
        asked = json.loads(options)
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        credential = b"\0" * 16 + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(changes.get("rp_id", asked["rp"]["id"]), 0x45) + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": self._client("webauthn.create", asked, changes),
            "attestationObject": encode(attestation),
        }
        return json.dumps({"id": encode(self.id), "rawId": encode(self.id), "type": "public-key", "response": response})

    def get(self, options: str, **changes: Any) -> str:
        """The answer to options of use, as JSON."""
        asked = json.loads(options)
        if self.counts:
            self.uses += 1
        data = self._data(changes.get("rp_id", asked["rpId"]), 0x05)
        client = self._client("webauthn.get", asked, changes)
        signed = self.key.sign(data + hashlib.sha256(decode(client)).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": client, "authenticatorData": encode(data), "signature": encode(signed)}
        return json.dumps({"id": encode(self.id), "rawId": encode(self.id), "type": "public-key", "response": response})

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client(self, kind: str, asked: dict[str, Any], changes: dict[str, Any]) -> str:
        told = {"type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": False} | changes
        told.pop("rp_id", None)
        return encode(json.dumps(told).encode())
