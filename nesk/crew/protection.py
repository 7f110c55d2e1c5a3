"""«Защита входа» of a crew: a second factor is a must for them (A11)."""

from nesk.web.protection import make_blueprint

bp = make_blueprint("layouts/crew.html")
