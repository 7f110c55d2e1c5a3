"""A person at a page, over Flask's test client: opens, fills in the form that is there, sends it, follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from nesk.people import queries
from nesk.people.models import BusinessUser, Person, Staff
from tests.pages import FormOnPage, Page, faults, words

PASSWORD = "demo-2026"
DOORS = {"office": "/staff/login", "crew": "/crew/login"}
MISTAKES = {400, 403, 404, 405}
"""Replies that mean the test or the page went wrong, unless the test says that it wants them."""

Data = Mapping[str, Any]


class Browser:
    """One person with their cookies. `page` is what is before them now."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.page: Page | None = None

    def another(self) -> Self:
        """Somebody else's browser."""
        return type(self)(self.app)

    def open(self, where: str, *, htmx: bool = False, status: int = 200, **values: Any) -> Page:
        """Open an endpoint (or a path that begins with «/»); redirects are followed. Asserts the status."""
        page = self._send("GET", self.address(where, **values), htmx=htmx)
        assert page.status == status, f"{page.status} instead of {status}: {page}"
        return page

    def submit(
        self,
        where: str,
        data: Data | None = None,
        *,
        htmx: bool = False,
        button: str = "",
        status: int | None = None,
        **values: Any,
    ) -> Page:
        """Fill in and send the form that leads to an endpoint: of the open page, else of the endpoint's own page.

        Fields keep what the form gives them (tokens and keys too) unless `data` says otherwise: a text, a list of
        texts, None to leave a field out, a `(stream, name)` for a file. A name that the form does not have, or a choice
        that it does not offer, is a mistake: use `post` for what no form offers. `button` is the text of the one to
        press; without it the first is.
        """
        address = self.address(where, **values)
        form = self._form(address, data or {}, button)
        if form is None:
            self.open(address)
            form = self._form(address, data or {}, button)
        assert form is not None, f"no form with {sorted(data or {})} leads to {address} on {self.page}"
        action, fields = self._filled(form, address, data or {}, button)
        assert form.method == "post", f"the form to {address} is sent by {form.method}"
        page = self._send("POST", action, htmx=htmx, data=fields)
        self._expect(page, status)
        return page

    def post(
        self, where: str, data: Data | None = None, *, htmx: bool = False, status: int | None = None, **values: Any
    ) -> Page:
        """Send what no form offers, with the token of the open page: hostile input, a stranger's button."""
        token = self.page.csrf_token if self.page else ""
        page = self._send("POST", self.address(where, **values), htmx=htmx, data={"csrf_token": token, **(data or {})})
        self._expect(page, status)
        return page

    def follow(self, path: str) -> Page:
        """Follow a link wherever it leads; a status is no mistake here, a page that breaks the rules is."""
        return self._send("GET", path, htmx=False)

    def get(self, where: str, **values: Any) -> Any:
        """The raw reply, for downloads and JSON; nothing is followed."""
        return self.client.get(self.address(where, **values))

    def sign_in_as(self, who: Person | Staff | BusinessUser, password: str = PASSWORD) -> Page:
        """Sign in by the real form of their door; gives the page it leads to."""
        if isinstance(who, Person):
            known = queries.identities(who.id)
            by = "email" if "email" in known else "phone"
            page = self.submit(f"/login?by={by}", {by: known[by], "password": password})
        else:
            door = "/business/login" if isinstance(who, BusinessUser) else DOORS[who.kind]
            page = self.submit(door, {"login": who.login, "password": password})
        assert not page.path.partition("?")[0].endswith("/login"), f"{who} was not let in: {page.errors}"
        return page

    def address(self, where: str, **values: Any) -> str:
        if where.startswith("/"):
            assert not values, "a path needs no values"
            return where
        with self.app.test_request_context():
            return self.app.url_for(where, **values)

    def resolves(self, method: str, path: str) -> bool:
        """Whether an address of ours leads to a view."""
        return self.view(path, method) != ""

    def view(self, path: str, method: str = "GET") -> str:
        """The endpoint behind an address; empty when there is none."""
        try:
            return str(self.app.url_map.bind("127.0.0.1").match(path, method=method)[0])
        except RequestRedirect as elsewhere:
            return self.view(urlsplit(elsewhere.new_url).path, method)
        except HTTPException:
            return ""

    def _send(self, method: str, address: str, *, htmx: bool, data: Data | None = None) -> Page:
        headers = {"HX-Request": "true", "HX-Current-URL": self.page.path if self.page else "/"} if htmx else {}
        for _ in range(6):
            # A test answers for what it posts; a redirect that is followed is an ordinary GET.
            reply = self.client.open(
                address, method=method, data=data, headers=headers, content_type=_content_type(data)
            )
            body = reply.get_data(as_text=True) if reply.mimetype.startswith("text/") or reply.is_json else ""
            page = Page(address, reply.status_code, reply.headers, body, fragment=htmx)
            if reply.status_code != 303 or urlsplit(page.location).netloc:
                break
            address, method, data = page.location, "GET", None
        else:
            raise AssertionError(f"{address} leads round in circles")
        wrong = faults(page, resolves=self.resolves)
        assert not wrong, f"{method} {address} ({page.status}):\n  " + "\n  ".join(wrong)
        if not htmx and page.is_html:
            self.page = page
        return page

    def _expect(self, page: Page, status: int | None) -> None:
        if status is None:
            assert page.status < 500, page
            assert page.status not in MISTAKES, page
        else:
            assert page.status == status, f"{page.status} instead of {status}: {page}"

    def _form(self, address: str, data: Data, button: str) -> FormOnPage | None:
        forms = [form for form in (self.page.forms if self.page else []) if address in form.actions]
        forms = forms or [
            form
            for form in (self.page.forms if self.page else [])
            if "?" not in address and address in {action.partition("?")[0] for action in form.actions}
        ]
        for form in forms:
            names = {control.get("name") for control in form.controls}
            if set(data) <= names and (not button or _button(form, button) is not None):
                return form
        return None

    def _filled(self, form: FormOnPage, address: str, data: Data, button: str) -> tuple[str, dict[str, Any]]:
        fields: dict[str, Any] = dict(form.fields)
        for name, value in data.items():
            offered = form.choices(name)
            chosen = [value] if isinstance(value, str) else value if isinstance(value, list) else []
            assert offered is None or set(chosen) <= offered, f"{name} offers {sorted(offered)}, not {value!r}"
            if value is None:
                fields.pop(name, None)
            else:
                fields[name] = value
        pressed = _button(form, button)
        if pressed is not None and (name := pressed.get("name")):
            fields[name] = pressed.get("value", "")
        leads = [form.action if pressed is None else pressed.get("formaction", form.action), *sorted(form.actions)]
        wanted = next((a for a in leads if address in (a, a.partition("?")[0])), address)
        return wanted, fields


def _button(form: FormOnPage, text: str) -> Any:
    return next((b for b in form.buttons if not text or text in (words(b), b.get("value"), b.get("aria-label"))), None)


def _content_type(data: Data | None) -> str | None:
    has_file = any(isinstance(value, tuple) for value in (data or {}).values())
    return "multipart/form-data" if has_file else None
