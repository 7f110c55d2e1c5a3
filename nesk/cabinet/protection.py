"""«Защита входа» of a subscriber: by their own wish."""

from nesk.web.protection import make_blueprint

bp = make_blueprint("layouts/cabinet.html")
