"""The WSGI application: `gunicorn app:app` in production, `nesk serve` for everything at once."""

from nesk import create_app

app = create_app()
