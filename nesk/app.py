"""How the application is put together: configuration, database, web, surfaces."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from flask import Flask, g, request
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from peewee import DatabaseError
from werkzeug.middleware.proxy_fix import ProxyFix

from nesk import tasks
from nesk.core import broker, config, db, logs
from nesk.core.formatting import FILTERS
from nesk.people.queries import demo_people_exist
from nesk.web import captcha, display, health
from nesk.web.assets import init_assets
from nesk.web.context import init_context
from nesk.web.converters import init_converters
from nesk.web.errors import init_errors
from nesk.web.headers import init_headers
from nesk.web.login import cookie_name, init_login
from nesk.web.origin import init_origin
from nesk.web.second_factor import init_obligation

ROOT = Path(__file__).parents[1]


def build(settings: config.Config | None = None) -> Flask:
    """The web application for `settings`, or for the configuration of this process."""
    settings = config.use(settings) if settings else config.current()
    if settings.env != "test":
        logs.setup()
    db.init(settings.database_url)
    if settings.env == "production":
        _refuse_demo_people()
    tasks.load()
    if settings.env != "test":  # a test decides itself when deliveries run
        broker.setup(settings.broker_url)
    app = Flask("nesk", root_path=str(ROOT), static_folder=None, template_folder="templates")
    app.config.update(
        NESK_ENV=settings.env,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.env == "test",
        SESSION_COOKIE_NAME=cookie_name("s"),
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        # Above the cap of a single file (10 MB), so that a file too big is refused by its form with everything typed kept.
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=200,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # pages with a token in their address send no referrer; `web.origin` stands guard
        PROPAGATE_EXCEPTIONS=False,
    )
    if settings.env == "production":
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    app.jinja_env.filters.update(FILTERS)
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    init_converters(app)
    Htmx().init_app(app)
    init_origin(app)
    csrf = CSRFProtect(app)
    _connect(app)
    init_headers(app)
    init_errors(app)
    init_assets(app)
    init_login(app)
    init_obligation(app)
    init_context(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(display.bp)
    app.register_blueprint(captcha.bp)
    _surfaces(app, csrf)
    return app


def _refuse_demo_people() -> None:
    """Everybody knows the password of the demo: where the work is real, the product does not start with its people (A11).

    Before the first migration there is nobody, and a database that does not answer is told of by /readyz; whoever gets
    past this meets `people.operations.authenticate`, which knows none of them either.
    """
    try:
        with db.connection():
            found = demo_people_exist()
    except DatabaseError:
        return
    if found:
        raise config.Incomplete("the database holds people of the demo: production does not start with them")


def _connect(app: Flask) -> None:
    """A connection for each request that may need one, and its time measured."""
    without_database = {"health.healthz", "assets.static", "display.change"}

    @app.before_request
    def open_connection() -> None:
        g.began = time.perf_counter()
        if request.endpoint not in without_database:
            db.db.connect(reuse_if_open=True)

    @app.teardown_request
    def close_connection(_: Any) -> None:
        if not app.config["TESTING"]:
            db.close()

    @app.after_request
    def measure(response: Any) -> Any:
        endpoint = request.endpoint or "none"
        health.REQUESTS.labels(endpoint, response.status_code).inc()
        if "began" in g:
            health.SECONDS.labels(endpoint).observe(time.perf_counter() - g.began)
        return response


def _surfaces(app: Flask, csrf: CSRFProtect) -> None:
    """Each audience's pages; the outside world's stand-ins only where there is no real one."""
    from nesk import backoffice, business, cabinet, callbacks, crew, dispatch, public

    for surface in (public, cabinet, business, backoffice, dispatch, crew, callbacks):
        app.register_blueprint(surface.bp)
    csrf.exempt(callbacks.bp)
    backoffice.init_backoffice(app)
    if app.config["NESK_ENV"] in ("demo", "test"):
        from nesk.demo.bill import bill_facts
        from nesk.sandbox.pages import make_blueprint

        app.register_blueprint(make_blueprint(config.current().home, bill_facts))
