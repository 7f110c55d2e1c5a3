"""The one base of every register: Flask-Admin's lists, closed unless permitted, scoped to the viewer's branch.

Left as they come, its views open any row by id, delete with all that hangs on it, count millions of rows, and export
formulas. No register may inherit ModelView directly; a house test looks after that.
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import peewee
from flask import Response, abort, current_app, request
from flask_admin import expose
from flask_admin.contrib.peewee import ModelView
from flask_admin.contrib.peewee.filters import BasePeeweeFilter
from flask_login import current_user
from wtforms import Form

from nesk.backoffice.registers.export import as_csv, as_xlsx
from nesk.core.db import db, is_postgres, transaction
from nesk.core.errors import Forbidden, NotFound
from nesk.core.events import record
from nesk.people.events import RegisterExported
from nesk.people.permissions import Permission
from nesk.web.access import note_seen
from nesk.web.login import current_actor, viewer

COUNTED_EXACTLY = 10_000
EXPORTED_AT_MOST = 50_000
DEEPEST_PAGE = 2_000


def Like(field: peewee.Field, pattern: str) -> peewee.NodeList:  # noqa: N802 - it makes an expression, as peewee's do
    """A plain LIKE on both engines: the search columns are lower-cased when they are written."""
    return peewee.NodeList((field, peewee.SQL("LIKE"), peewee.Value(pattern)))  # peewee makes GLOB of its own on SQLite


class Counted(peewee.ModelSelect):
    """A select whose count stops at a bound: nobody needs to know that there are 1 048 576 rows."""

    def count(self, database: Any = None, clear_limit: bool = False) -> int:
        if self._where is None and (estimate := self._estimate()) > COUNTED_EXACTLY:
            return estimate
        inner = self.clone().order_by().limit(COUNTED_EXACTLY + 1)
        inner._returning = [peewee.SQL("1")]
        return int(peewee.Select([inner.alias("rows")], [peewee.fn.COUNT(peewee.SQL("1"))]).bind(db).scalar())

    def _estimate(self) -> int:
        table = self.model._meta.table_name
        if is_postgres():
            row = db.execute_sql("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", (table,)).fetchone()
        else:
            row = db.execute_sql(f'SELECT max(rowid) FROM "{table}"').fetchone()  # noqa: S608 - our own table
        return int(row[0] or 0)


class Register(ModelView):
    """A list of one table: search, filters, details, export. Changes are made on ordinary pages that call operations."""

    permission: Permission
    one: str
    """What stands before the first column in the heading of one row."""
    branch_field: peewee.Field | None = None
    """The column that says whose branch a row is; None where every branch sees every row."""
    joins: tuple[tuple[peewee.ForeignKeyField, type[peewee.Model]], ...] = ()
    """Foreign keys to follow in the same query, in order."""
    search_fields: tuple[peewee.Field, ...] = ()
    search_hint = "Поиск"
    seen_kind = ""
    """When set, opening a card is noted: who saw whom."""
    icon = "list"

    can_create = can_edit = can_delete = False
    can_view_details = True
    can_export = True
    export_types = ["csv", "xlsx"]
    page_size = 50
    can_set_page_size = False
    named_filter_urls = True
    column_display_actions = False
    list_template = "backoffice/registers/list.html"
    details_template = "backoffice/registers/details.html"
    column_details_more: tuple[str, ...] = ()
    """What the card of a row shows beside the columns of the list; each has a label."""

    def scaffold_form(self) -> type[Form]:
        """Rows are changed on pages of our own: the register needs no form, and Flask-Admin's would know no moments."""
        return Form

    # --- who may look, and at what

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated and current_user.may(self.permission))

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        if current_user.is_authenticated:
            raise Forbidden
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]

    def get_query(self) -> peewee.ModelSelect:
        query = Counted(self.model, [self.model, *[model for _, model in self.joins]])
        for key, model in self.joins:
            query = query.join_from(key.model, model, peewee.JOIN.LEFT_OUTER, on=key)
        branch = viewer().subject.branch_id
        if branch is not None and self.branch_field is not None:
            query = query.where(self.branch_field == branch)
        return query

    def get_one(self, id: Any) -> Any:
        """A row of the viewer's branch. A foreign and a missing one are the same 404."""
        if not (isinstance(id, str) and id.isascii() and id.isdigit() and len(id) < 19):
            raise NotFound
        row = self.get_query().where(self.model._meta.primary_key == int(id)).first()
        if row is None:
            raise NotFound
        return row

    def is_action_allowed(self, name: str) -> bool:
        return False

    # --- lists

    def init_search(self) -> bool:
        return bool(self.search_fields)

    def search_placeholder(self) -> str:
        return self.search_hint

    def get_filter_arg(self, index: int, flt: BasePeeweeFilter) -> str:
        return str(flt.key_name)

    def _handle_join(self, query: peewee.ModelSelect, field: Any, joins: set[str]) -> peewee.ModelSelect:
        return query  # what a filter or an order needs is joined already

    def _get_list_extra_args(self) -> Any:
        """What the address asks for; a search of a register that has none asks for nothing."""
        asked = super()._get_list_extra_args()
        words = (asked.search or "").replace("\0", "")
        asked.search = words if self.search_fields else None
        return asked

    def _get_list_filter_args(self) -> list[Any]:
        """Filters that were given; an empty one is no filter."""
        chosen = []
        for key, (index, flt) in (self._filter_args or {}).items():
            value = request.args.get(f"flt0_{key}", "").replace("\0", "").strip()
            if value and flt.validate(value):
                chosen.append((index, flt.name, value))
        return chosen

    def get_list(
        self,
        page: int | None,
        sort_column: str | None,
        sort_desc: bool | None,
        search: str | None,
        filters: Any,
        execute: bool = True,
        page_size: int | None = None,
    ) -> Any:
        if page is not None and not 0 <= page <= DEEPEST_PAGE:
            abort(404)
        narrowed = self._searched(self.get_query(), search)
        for index, _, value in filters or ():
            flt = self._filters[index]  # type: ignore[index]
            narrowed = flt.apply(narrowed, flt.clean(value))
        total = narrowed.count()
        order = [(sort_column, bool(sort_desc))] if sort_column else self._get_default_order() or []
        for column, descending in order:
            field = self._sort_field(column)
            narrowed = narrowed.order_by_extend(field.desc() if descending else field.asc())
        size = page_size or self.page_size
        rows = narrowed.order_by_extend(self.model._meta.primary_key).limit(size).offset((page or 0) * size)
        return total, self.completed(list(rows)) if execute else rows

    def _sort_field(self, column: Any) -> peewee.Field:
        field = (self._sortable_columns or {}).get(column, column)
        return getattr(self.model, field) if isinstance(field, str) else field

    def _searched(self, query: peewee.ModelSelect, search: str | None) -> peewee.ModelSelect:
        """Every word must stand somewhere in the lower-cased search columns."""
        for word in (search or "").lower().split()[:6]:
            pattern = f"%{word.replace('%', '').replace('_', '')}%"
            query = query.where(reduce(operator.or_, [Like(field, pattern) for field in self.search_fields]))
        return query

    def completed(self, rows: list[Any]) -> list[Any]:
        """Read what the rows show beside their own columns, in a query or two for all of them."""
        return rows

    # --- one row

    @expose("/details/")
    def details_view(self) -> Any:
        row = self.completed([self.get_one(request.args.get("id", ""))])[0]
        if self.seen_kind:
            note_seen(self.seen_kind, row.id)
        facts = [(name, self.get_detail_value(None, row, column)) for column, name in self._details_columns]
        return self.render(self.details_template, row=row, facts=facts, links=self.links_of(row))

    def get_details_columns(self) -> list[tuple[str, str]]:
        """Named columns only: left to itself, Flask-Admin shows every column of the table, password hashes too."""
        return [(name, self.column_labels[name]) for name in (*self.column_list, *self.column_details_more)]

    def title_of(self, row: Any) -> str:
        """What a row is called."""
        return f"{self.one} {self.get_export_value(row, self.column_list[0])}"

    def links_of(self, row: Any) -> list[tuple[str, str]]:
        """Where to go from a row: words and addresses."""
        return []

    # --- export

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Response:
        if export_type not in self.export_types:
            raise NotFound
        if not viewer().may(Permission.EXPORT):
            raise Forbidden
        args = self._get_list_extra_args()
        sort = self._get_column_by_idx(args.sort)
        column = sort[0] if sort else None
        _, rows = self.get_list(0, column, args.sort_desc, args.search, args.filters, page_size=EXPORTED_AT_MOST)
        titles = [str(name) for _, name in self._list_columns]
        lines = ([str(self.get_export_value(row, key)) for key, _ in self._list_columns] for row in rows)
        with transaction():
            record(RegisterExported(self.endpoint, len(rows)), by=current_actor())
        write = as_csv if export_type == "csv" else as_xlsx
        return write(f"{self.endpoint}.{export_type}", titles, lines)
