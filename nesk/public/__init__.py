"""What anybody may open: the front page, sign-in, invitations and care links, the page shown without a network."""

from flask import Blueprint

from nesk.public import care, front, invitation, payment_return, sign_in

bp = Blueprint("public", __name__)
bp.register_blueprint(front.bp)
bp.register_blueprint(sign_in.bp)
bp.register_blueprint(payment_return.bp)
bp.register_blueprint(invitation.bp)
bp.register_blueprint(care.bp)
