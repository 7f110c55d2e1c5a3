"""Alive, ready, and how it goes: what operations ask."""

from __future__ import annotations

import hmac
import logging
from typing import Any

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from nesk.core import config, db, events, files
from nesk.core.errors import NotFound
from nesk.enrolment.queries import latest_tries

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)
registry = CollectorRegistry()
REQUESTS = Counter("nesk_requests_total", "Replies by endpoint and status", ["endpoint", "status"], registry=registry)
SECONDS = Histogram("nesk_request_seconds", "Time to a reply by endpoint", ["endpoint"], registry=registry)
DELIVERIES = Gauge("nesk_deliveries", "Deliveries waiting and given up", ["state"], registry=registry)
BINDINGS = Gauge(
    "nesk_binding_tries", "Tries to bind an account in 15 minutes, up to 1000", ["outcome"], registry=registry
)


@bp.get("/healthz")
def healthz() -> str:
    return "ok"


@bp.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """Database, broker and files answer. The broker's loss alone does not take the product down: work waits."""
    found: dict[str, Any] = {}
    for name, check in (("database", _database), ("broker", _broker), ("files", files.check)):
        try:
            check()
            found[name] = "ok"
        except Exception:
            log.exception("%s is not ready", name)
            found[name] = "down"
    ready = all(state == "ok" for state in found.values())
    return found, 200 if ready else 503


def _database() -> None:
    db.db.execute_sql("SELECT 1 FROM core_event LIMIT 1").fetchall()


def _broker() -> None:
    import dramatiq

    client = getattr(dramatiq.get_broker(), "client", None)
    if client is not None:
        client.ping()


@bp.get("/metrics")
def metrics() -> Response:
    """Prometheus text, for loopback or the holder of METRICS_TOKEN."""
    token = config.current().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    at_home = request.remote_addr in ("127.0.0.1", "::1")
    if not (hmac.compare_digest(given.encode(), token.encode()) if token else at_home):
        raise NotFound
    for state, count in events.backlog().items():
        DELIVERIES.labels(state).set(count)
    tries = latest_tries()
    BINDINGS.labels("refused").set(tries.refused)
    BINDINGS.labels("bound").set(tries.bound)
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")
