"""Archives of one's own data: asked for, prepared by a worker, kept for a day."""

import peewee

from nesk.core.db import Model, MomentField, reference
from nesk.core.files import File
from nesk.people.models import Person


class Archive(Model):
    """«Скачать мои данные»: one wish and the file that came of it, until it is deleted."""

    id = peewee.BigAutoField()
    person = reference(Person, backref="archives")
    asked_at = MomentField()
    ready_at = MomentField(null=True)
    expires_at = MomentField(null=True, index=True)
    file = reference(File, null=True)

    class Meta:
        table_name = "privacy_archive"
