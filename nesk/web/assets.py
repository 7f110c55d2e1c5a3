"""Styles, scripts, fonts and pictures: read once at start, fingerprinted, compressed, served for ever.

There is no build: files lie in `static/` as people edit them, and the files of a bundle are joined in memory so that a
page asks for one style sheet and one script. A changed file shows after a restart.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Flask, Response, request

from nesk.core.errors import NotFound

STATIC = Path(__file__).parents[2] / "static"
FOREVER = "public, max-age=31536000, immutable"

_COMPONENTS = (
    "shell buttons cards hero status forms tabs meter tables charts timeline menus pay accounts auth reading sharing "
    "visionbar"
)
BUNDLES: dict[str, tuple[str, ...]] = {
    "css/nesk.css": (
        *(f"css/{name}.css" for name in ("layers", "reset", "tokens", "base", "layout")),
        *(f"css/components/{name}.css" for name in _COMPONENTS.split()),
        *(f"css/{name}.css" for name in ("utilities", "modes", "print")),
    ),
    "css/work.css": ("css/staff.css", "css/admin.css"),
    "js/nesk.js": tuple(
        f"js/{name}.js" for name in "page forms suggest meter payment partial private offline ways-in share".split()
    ),
}
"""What a page asks for → the files it is made of, in order. `work` is for staff and crews, after `nesk`."""

SHELL = (
    "css/nesk.css", "js/nesk.js", "vendor/htmx.min.js", "icons.svg", "img/mark.svg", "img/wave.svg", "img/chev.svg",
    "fonts/onest-cyrillic.woff2", "fonts/onest-latin.woff2", "fonts/onest-rub.woff2",
)  # fmt: skip
"""What the service worker keeps, beside /offline. Nothing here belongs to anybody."""

_COMPRESSIBLE = {".css", ".js", ".svg", ".txt", ".webmanifest"}
_URL = re.compile(r"url\((?!data:)([^)]+)\)")
_LEADING = re.compile(r"^(?:\s*/\*.*?\*/\s*\n|[ \t]+)", re.DOTALL | re.MULTILINE)
"""Comments that begin a line of a script, and indents."""
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it goes out."""

    body: bytes
    packed: bytes | None
    media_type: str
    version: str

    @classmethod
    def of(cls, name: str, body: bytes) -> Asset:
        """The file with its fingerprint; text is packed once, here."""
        suffix = posixpath.splitext(name)[1]
        packed = gzip.compress(body, 9, mtime=0) if suffix in _COMPRESSIBLE else None
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return cls(body, packed, media_type, hashlib.sha256(body).hexdigest()[:12])


class Assets:
    """Every file under a directory and the bundles made of them, by the name in their address."""

    def __init__(self, directory: Path, bundles: dict[str, tuple[str, ...]]) -> None:
        self._files: dict[str, Asset] = {}
        parts = {part for bundle in bundles.values() for part in bundle}
        for path in sorted(directory.rglob("*")):
            name = path.relative_to(directory).as_posix()
            if path.is_file() and name not in parts:
                self._files[name] = Asset.of(name, path.read_bytes())
        for name, members in bundles.items():
            sources = [(member, (directory / member).read_text("utf-8")) for member in members]
            join = self._style if name.endswith(".css") else self._script
            self._files[name] = Asset.of(name, join(sources).encode())

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def __getitem__(self, name: str) -> Asset:
        return self._files[name]

    def url(self, name: str) -> str:
        """The address of a file, which changes with its contents. Raises KeyError for a name nobody has."""
        return f"/static/{quote(name)}?v={self[name].version}"

    def _style(self, sources: list[tuple[str, str]]) -> str:
        def addressed(member: str, found: re.Match[str]) -> str:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(member), found[1].strip("'\" ")))
            return f"url({self.url(target)})"

        return "".join(_squeezed(_URL.sub(partial(addressed, member), text)) for member, text in sources)

    def _script(self, sources: list[tuple[str, str]]) -> str:
        return "".join(_LEADING.sub("", text) for _, text in sources)


def _squeezed(style: str) -> str:
    """Style without comments and indents."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", style)).strip()


def _reply(asset: Asset, cache: str) -> Response:
    packed = asset.packed if request.accept_encodings["gzip"] > 0 else None
    response = Response(packed or asset.body, content_type=asset.media_type)
    if asset.media_type.startswith("text/") or asset.media_type.endswith(("javascript", "json", "xml")):
        response.content_type = f"{asset.media_type}; charset=utf-8"
    if packed is not None:
        response.headers["Content-Encoding"] = "gzip"
    if asset.packed is not None:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = cache
    response.set_etag(asset.version, weak=True)
    return response.make_conditional(request)  # type: ignore[return-value]


def worker(assets: Assets, name: str, names: tuple[str, ...], offline: str) -> Asset:
    """A service worker told what to keep: the addresses of `names` and the page for no network.

    Its own text changes with any of them, and that is how a browser learns of a new version.
    """
    shell = json.dumps({"offline": offline, "urls": [assets.url(name) for name in names]})
    text = f"const SHELL = {shell};\n".encode() + assets[name].body
    return Asset.of(name, text)


def init_assets(app: Flask) -> None:
    """Read the files, serve them, and give the templates `asset_url(name)` and `icon_url(symbol)`."""
    assets = Assets(STATIC, BUNDLES)
    shell_worker = worker(assets, "js/sw.js", SHELL, "/offline")
    app.extensions["assets"] = assets
    for name, function in _globals(assets).items():
        app.jinja_env.globals[name] = function
    views = Blueprint("assets", __name__)

    @views.get("/static/<path:name>")
    def static(name: str) -> Response:
        if name not in assets:
            raise NotFound
        asset = assets[name]
        return _reply(asset, FOREVER if request.args.get("v") == asset.version else "public, no-cache")

    @views.get("/sw.js")
    def service_worker() -> Response:
        return _reply(shell_worker, "no-cache")

    app.register_blueprint(views)


def _globals(assets: Assets) -> dict[str, Callable[[str], str]]:
    sprite = assets.url("icons.svg")
    return {"asset_url": assets.url, "icon_url": lambda symbol: f"{sprite}#{symbol}"}
