"""«Защита входа» of a user of a legal entity: by their own wish."""

from nesk.web.protection import make_blueprint

bp = make_blueprint("layouts/cabinet.html")
