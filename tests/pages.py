"""A reply as a person meets it: its words, forms, links; and the rules that every page and fragment is held to."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

INVISIBLE = {"script", "style", "template", "head"}
BLOCKS = set("address article aside dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li "
             "main nav ol p section summary table tbody td th thead tr ul br button option label".split())  # fmt: skip
TABLE_PARTS = {"tr": "tbody", "td": "tr", "th": "tr", "tbody": "table", "thead": "table", "option": "select"}
UNTYPED = {"hidden", "submit", "button", "image", "reset"}
HTMX_ACTIONS = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete")
DATA_SCRIPTS = {"application/json", "application/ld+json"}


def words(element: Element) -> str:
    """What can be read in the element, with every run of spaces (unbreakable ones too) as one."""
    return " ".join("".join(_readable(element)).split())


def _readable(element: Element) -> Iterator[str]:
    if element.tag in INVISIBLE or not isinstance(element.tag, str):
        return
    gap = " " if element.tag in BLOCKS else ""
    yield gap + (element.text or "")
    for child in element:
        yield from _readable(child)
        yield child.tail or ""
    yield gap


def has_class(element: Element, name: str) -> bool:
    return name in element.get("class", "").split()


@dataclass
class FormOnPage:
    """A form as the browser would send it."""

    element: Element
    action: str
    method: str

    @property
    def controls(self) -> list[Element]:
        return [e for e in self.element.iter() if e.tag in ("input", "select", "textarea") and e.get("name")]

    @property
    def buttons(self) -> list[Element]:
        kinds = {"button": ("submit",), "input": ("submit", "image")}
        return [e for e in self.element.iter() if e.tag in kinds and e.get("type", "submit") in kinds[e.tag]
                and not (e.tag == "input" and "type" not in e.attrib)]  # fmt: skip

    @property
    def actions(self) -> set[str]:
        """Where it can be sent: its own address and those of its buttons."""
        return {self.action, *(b.get("formaction", self.action) for b in self.buttons)}

    @property
    def fields(self) -> dict[str, list[str]]:
        """What it holds before anybody touches it."""
        values: dict[str, list[str]] = {}
        for control in self.controls:
            if "disabled" not in control.attrib:
                values.setdefault(control.get("name", ""), []).extend(_values(control))
        return {name: given for name, given in values.items() if given}

    def choices(self, name: str) -> set[str] | None:
        """What may be chosen under a name; None where a person may type."""
        offered: set[str] = set()
        for control in self.controls:
            if control.get("name") != name:
                continue
            if control.tag == "select":
                offered.update(_option(option) for option in control.iter("option"))
            elif control.get("type") in ("radio", "checkbox"):
                offered.add(control.get("value", "on"))
            else:
                return None
        return offered


def _values(control: Element) -> list[str]:
    if control.tag == "textarea":
        return [(control.text or "").removeprefix("\n")]
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [o for o in options if "selected" in o.attrib] or ([] if "multiple" in control.attrib else options[:1])
        return [_option(option) for option in chosen]
    kind = control.get("type", "text")
    if kind in ("radio", "checkbox"):
        return [control.get("value", "on")] if "checked" in control.attrib else []
    return [] if kind in (*UNTYPED - {"hidden"}, "file") else [control.get("value", "")]


def _option(option: Element) -> str:
    return option.get("value", words(option))


class Page:
    """A page or a fragment, parsed; made only of replies in HTML."""

    def __init__(self, path: str, status: int, headers: Any, body: str, *, fragment: bool) -> None:
        self.path, self.status, self.headers, self.body, self.fragment = path, status, headers, body, fragment
        self.location: str = headers.get("Location") or headers.get("HX-Redirect") or ""
        self.is_html = headers.get("Content-Type", "").startswith("text/html")

    def __repr__(self) -> str:
        return f"<{self.status} {self.path}: {self.text[:300]}>"

    @cached_property
    def _parser(self) -> html5lib.HTMLParser:
        return html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)

    @cached_property
    def tree(self) -> Element:
        if not self.fragment:
            return self._parser.parse(self.body)  # type: ignore[no-any-return]
        first = re.search(r"<([a-z0-9]+)", re.sub(r"<!--.*?-->", "", self.body, flags=re.S))
        return self._parser.parseFragment(self.body, container=TABLE_PARTS.get(first[1] if first else "", "div"))  # type: ignore[no-any-return]

    def find(self, tag: str = "*", *, id: str = "", cls: str = "", **attributes: str) -> list[Element]:
        """Elements by tag, id, class and attributes (`data_x="1"` is `data-x`)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.tree.iter()
            if isinstance(element.tag, str)
            and tag in ("*", element.tag)
            and (not id or element.get("id") == id)
            and (not cls or has_class(element, cls))
            and all(element.get(name) == value for name, value in wanted.items())
        ]

    def words_of(self, tag: str = "*", **wanted: str) -> list[str]:
        """The readable text of each element that `find` finds."""
        return [words(element) for element in self.find(tag, **wanted)]

    @cached_property
    def text(self) -> str:
        """All that can be read, on one line."""
        if not self.is_html:
            return self.body
        bodies = self.find("body") if not self.fragment else []
        return words(bodies[0] if bodies else self.tree)

    @property
    def title(self) -> str:
        """The title without the name of the site."""
        return next((words(e).partition(" — ")[0] for e in self.find("title")), "")

    @property
    def h1(self) -> str:
        return next(iter(self.words_of("h1")), "")

    @property
    def notices(self) -> list[str]:
        """What the page says has happened: flashed messages, and the toast or the error of an htmx reply."""
        said = [words(e) for place in self.find(id="notices") for e in place.iter() if has_class(e, "alert")]
        if "HX-Trigger" in self.headers:
            said.append(json.loads(self.headers["HX-Trigger"])["toast"]["text"])
        if self.headers.get("HX-Retarget") == "#notices":
            said.append(self.text)
        return said

    @property
    def notice(self) -> str:
        """The only notice."""
        assert len(self.notices) == 1, f"{self.notices} on {self}"
        return self.notices[0]

    @property
    def errors(self) -> list[str]:
        """Refusals: those beside the fields, then those on top that name no field."""
        beside = self.words_of("p", cls="err")
        summaries = [e for e in self.find() if "data-error-summary" in e.attrib]
        on_top = [e for s in summaries for e in s.iter() if e.tag in ("p", "li") and not list(e.iter("a"))]
        return beside + [words(e) for e in on_top]

    @property
    def links(self) -> dict[str, str]:
        """Text of a link → where it leads."""
        return {words(e) or e.get("aria-label", ""): e.attrib["href"] for e in self.find("a") if "href" in e.attrib}

    @property
    def rows(self) -> list[list[str]]:
        """The cells of every row of every table body."""
        return [
            [words(cell) for cell in row if cell.tag in ("td", "th")] for body in self.find("tbody") for row in body
        ]

    @property
    def forms(self) -> list[FormOnPage]:
        return [FormOnPage(e, e.get("action") or self.path, e.get("method", "get").lower()) for e in self.find("form")]

    @property
    def csrf_token(self) -> str:
        for name in self.find("meta", name="csrf-token"):
            return name.get("content", "")
        return next((e.get("value", "") for e in self.find("input", name="csrf_token")), "")


# The rules of every page


def faults(page: Page, *, resolves: Any) -> list[str]:
    """What is wrong with the page; `resolves(method, address)` tells whether an address of ours leads anywhere."""
    if not page.is_html:
        return []
    found = list(_faults_of_reply(page))
    if not page.body:
        return found
    found += _faults_of_markup(page)
    found += _faults_of_controls(page)
    found += _faults_of_policy(page)
    for method, address in _actions(page):
        parts = urlsplit(address)
        if not parts.netloc and parts.path and not resolves(method, parts.path):
            found.append(f"{method} {address} leads nowhere")
    return found


def _faults_of_reply(page: Page) -> Iterator[str]:
    policy = page.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        yield f"Content-Security-Policy: {policy!r}"
    if page.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no X-Content-Type-Options"
    if "HX-Request" not in page.headers.get("Vary", ""):
        yield "Vary does not name HX-Request"
    if "data-private" in page.body and "no-store" not in page.headers.get("Cache-Control", ""):
        yield "a private page may be kept in a cache"


def _faults_of_markup(page: Page) -> Iterator[str]:
    tree = page.tree
    for (line, _), code, _ in page._parser.errors[:10]:
        yield f"not valid HTML: {code} in line {line}: {page.body.splitlines()[line - 1].strip()[:160]!r}"
    if page.fragment:
        if re.search(r"<!doctype|<html|<body", page.body, re.I):
            yield "a fragment that is a whole page"
    else:
        if not page.body.lstrip().lower().startswith("<!doctype html>"):
            yield "no doctype"
        if len(page.find("h1")) != 1:
            yield f"{len(page.find('h1'))} h1: {page.words_of('h1')}"
        if not page.title or not page.h1:
            yield "an empty title or h1"
        if tree.get("lang") != "ru":
            yield "the page does not say that it is in Russian"
    ids = Counter(e.get("id") for e in _ours(tree) if e.get("id") is not None)
    for id, count in ids.items():
        if count > 1 or not id or " " in id:
            yield f"id {id!r} is there {count} times"
    if not page.fragment:
        yield from (
            f"no element has the id {id!r} that {where} names" for id, where in _references(tree) if id not in ids
        )


def _references(tree: Element) -> Iterator[tuple[str, str]]:
    for element in _ours(tree):
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list"):
            yield from ((id, f"{name} of <{element.tag}>") for id in element.get(name, "").split())
        if (target := element.get("hx-target", "")).startswith("#"):
            yield target[1:], f"hx-target of <{element.tag}>"


def _faults_of_controls(page: Page) -> Iterator[str]:
    parents = {child: parent for parent in page.tree.iter() for child in parent}
    labelled = {e.get("for") for e in page.find("label") if words(e)}
    for control in page.find("input") + page.find("select") + page.find("textarea"):
        if control.tag == "input" and control.get("type") in UNTYPED:
            continue
        wrapped = any(e.tag == "label" and words(e) for e in _ancestors(control, parents))
        if not (wrapped or control.get("id") in labelled or _named(control)):
            yield f"nothing names the field {control.get('name') or control.attrib}"
    for button in page.find("button"):
        if not (words(button) or _named(button)):
            yield f"nothing names the button {button.attrib}"
    for link in page.find("a"):
        if not (words(link) or _named(link) or any("alt" in i.attrib for i in link.iter("img"))):
            yield f"nothing names the link {link.attrib}"
    yield from (f"no alt: {image.get('src')}" for image in page.find("img") if "alt" not in image.attrib)


def _named(element: Element) -> bool:
    return any(element.get(name, "").strip() for name in ("aria-label", "aria-labelledby", "title"))


def _ancestors(element: Element, parents: dict[Element, Element]) -> Iterator[Element]:
    while (above := parents.get(element)) is not None:
        yield above
        element = above


def _faults_of_policy(page: Page) -> Iterator[str]:
    """What the content policy would block, so that a person would see something else than the template says."""
    for element in page.tree.iter():
        if not isinstance(element.tag, str):
            continue
        attributes = element.attrib
        yield from (
            f"<{element.tag} {name}=…>" for name in attributes if name == "style" or name.startswith(("on", "hx-on"))
        )
        if element.tag == "style" and "nonce" not in attributes:
            yield "an inline <style>"
        if (
            element.tag == "script"
            and not {"src", "nonce"} & attributes.keys()
            and attributes.get("type") not in DATA_SCRIPTS
        ):
            yield "an inline <script>"
        if any(
            attributes.get(name, "").strip().lower().startswith("javascript:") for name in ("href", "src", "action")
        ):
            yield f"javascript: in <{element.tag}>"


def _actions(page: Page) -> Iterable[tuple[str, str]]:
    for form in page.forms:
        if "hidden" in form.element.attrib and "action" not in form.element.attrib:
            continue  # a script fills it in and tells it where to go
        yield from ((form.method.upper(), action) for action in form.actions)
    for element in _ours(page.tree):
        yield from (
            (name.removeprefix("hx-").upper(), element.attrib[name]) for name in HTMX_ACTIONS if name in element.attrib
        )


def _ours(tree: Element) -> Iterator[Element]:
    """Every element outside <template>: what is inside is not on the page yet."""
    if not isinstance(tree.tag, str) or tree.tag == "template":
        if tree.tag == "template":
            return
    else:
        yield tree
    for child in tree:
        yield from _ours(child)
