"""«Для юридических лиц и ИП»: login and password that the company issued, and the branch of the contract (S2-06).

The first branch is chosen beforehand, then the one by which this browser got in last: whoever serves one organization
never touches the list. A wrong branch is answered as a wrong password is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, after_this_request, request
from wtforms import SelectField

from nesk.branches.queries import branch_names
from nesk.core import clock
from nesk.credentials.sign_in import Door
from nesk.web.login import cookie_name, set_cookie
from nesk.web.sign_in import LoginForm

COOKIE, KEPT_FOR = "branch", timedelta(days=365)


class BusinessLoginForm(LoginForm):
    branch = SelectField("Филиал", validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(branch=request.cookies.get(cookie_name(COOKIE)), **values)
        self.branch.choices = branch_names()

    @property
    def identity(self) -> str:
        """The branch as it came; of a form that has none the one that the page would have shown."""
        return self.branch.data or (self.branch.choices or [("none", "")])[0][0]

    def knock(self, door: Door) -> Any:
        subject = super().knock(door)
        if subject is not None:
            _remember(str(subject.branch_id))
        return subject


def _remember(branch: str) -> None:
    @after_this_request
    def keep(response: Response) -> Response:
        return set_cookie(response, COOKIE, branch, until=clock.now() + KEPT_FOR)
