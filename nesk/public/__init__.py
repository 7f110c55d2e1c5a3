"""What anybody may open: the front page, sign-in, invitations and care links, the page shown without a network."""

from flask import Blueprint

from nesk.public import (
    care,
    documents,
    front,
    invitation,
    payment_return,
    recovery,
    registration,
    second_factor,
    sign_in,
)

bp = Blueprint("public", __name__)
bp.register_blueprint(front.bp)
bp.register_blueprint(sign_in.bp)
bp.register_blueprint(second_factor.bp)
bp.register_blueprint(registration.bp)
bp.register_blueprint(payment_return.bp)
bp.register_blueprint(recovery.bp)
bp.register_blueprint(documents.bp)
bp.register_blueprint(invitation.bp)
bp.register_blueprint(care.bp)
