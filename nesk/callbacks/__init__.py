"""Addresses that banks and gateways call by themselves; exempt from CSRF because each call is signed instead."""

from __future__ import annotations

from flask import Blueprint, request

from nesk.payments import callbacks

bp = Blueprint("callbacks", __name__, url_prefix="/callbacks")


@bp.route("/bank", methods=["GET", "POST"])
def bank() -> str:
    """The acquiring bank's notice of an operation (§6.2). It writes on GET: that is how the bank calls."""
    callbacks.receive(request.values.to_dict())
    return "OK"
