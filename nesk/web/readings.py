"""The form of a meter's dials, the same wherever a reading is passed."""

from __future__ import annotations

from wtforms import HiddenField, StringField

from nesk.metering.operations import FIELDS
from nesk.web.forms import Form, KeyField


class ReadingForm(Form):
    """The dials of one meter. `seen` says that the person saw what the values mean, questions included."""

    key = KeyField()
    seen = HiddenField()
    t1 = StringField("Показание")
    t2 = StringField("Показание")
    t3 = StringField("Показание")

    def typed(self, zones: int) -> list[str]:
        return [self[name].data or "" for name in FIELDS[:zones]]
