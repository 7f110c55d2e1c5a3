"""What people tell of themselves is kept, refused in words, and the photo is a square of nothing but the picture."""

import io
from datetime import date

import pytest
from PIL import Image

from nesk.core import config, files
from nesk.core.actor import Actor, system
from nesk.core.errors import NotFound, Refused
from nesk.core.events import EventRecord
from nesk.core.files import File
from nesk.people import profiles
from nesk.people.models import Person, Profile
from nesk.people.operations import register_person
from nesk.people.queries import profile_of
from tests.hashes import cheap_hashes

__all__ = ["cheap_hashes"]
pytestmark = pytest.mark.usefixtures("database")

TOLD = {"surname": "Ковальчук", "name": "Марина", "patronymic": "Сергеевна", "surname_latin": "Kovalchuk", "sex": "f"}


@pytest.fixture
def person():
    return register_person(
        surname="Ковальчук", name="Марина", email="abonent@demo.nesk", password="demo-2026", by=system("test")
    )


@pytest.fixture
def by(person):
    return Actor("person", person.id)


def changes():
    return [
        row.facts["fields"]
        for row in EventRecord.select().where(EventRecord.name == "ProfileChanged").order_by(EventRecord.id)
    ]


def test_the_main_questionnaire_is_kept_and_the_person_is_found_by_the_new_name(person, by):
    profiles.change_main(person.id, TOLD | {"surname": "  Мельник "}, born_on=date(1980, 5, 17), by=by)
    kept, told = Person.get_by_id(person.id), profile_of(person.id)
    assert (kept.full_name, kept.search) == ("Мельник Марина Сергеевна", "мельник марина сергеевна abonent@demo.nesk")
    assert (told.surname_latin, told.sex, told.born_on) == ("Kovalchuk", "f", date(1980, 5, 17))
    assert changes() == [["born_on", "patronymic", "sex", "surname", "surname_latin"]]


def test_the_same_told_twice_is_no_change(person, by):
    for _ in range(2):
        profiles.change_main(person.id, TOLD, born_on=None, by=by)
    assert (len(changes()), Profile.select().count()) == (1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("surname", "Ковальчук1"),
        ("name_latin", "Марина"),
        ("sex", "x"),
        ("nickname", "я" * 61),
        ("citizenship", "Россия\u202e"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field_and_nothing_moves(person, by, field, value):
    with pytest.raises(Refused) as refused:
        profiles.change_main(person.id, TOLD | {field: value}, born_on=None, by=by)
    assert refused.value.field == field
    assert (Person.get_by_id(person.id).patronymic, Profile.select().count(), changes()) == ("", 0, [])


def test_nobody_is_born_tomorrow(person, by):
    with pytest.raises(Refused) as refused:
        profiles.change_main(person.id, TOLD, born_on=date(2999, 1, 1), by=by)
    assert refused.value.field == "born_on"


def test_wishes_and_switched_off_messages_do_not_touch_each_other(person, by):
    profiles.mute(person.id, ["orders:sms"], by=by)
    profiles.change_wishes(person.id, {"call_me": "Марина", "call_hours": "day"}, large_print=True, by=by)
    assert profile_of(person.id).preferences == {
        "muted": ["orders:sms"],
        "call_me": "Марина",
        "call_hours": "day",
        "large_print": True,
    }
    profiles.mute(person.id, [], by=by)
    assert profile_of(person.id).preferences == {"call_me": "Марина", "call_hours": "day", "large_print": True}
    profiles.change_extended(person.id, {"address": "г Краснодар", "social_category": ""}, by=by)
    assert profile_of(person.id).extended == {"address": "г Краснодар"}


def picture(width=640, height=480, colour="#8899aa") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00")
    return buffer.getvalue()


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (100, 30), (1, 1), (256, 256)])
def test_a_photo_is_a_square_without_anything_but_the_picture(person, by, size):
    profiles.change_photo(person.id, picture(*size), by=by)
    file = profiles.photo_of(person.id)
    body = files.read(file)
    with Image.open(io.BytesIO(body)) as kept:
        assert (kept.format, kept.size, len(kept.getexif())) == ("JPEG", (256, 256), 0)
    assert file.media_type == "image/jpeg"


def test_another_photo_and_its_removal_leave_no_file_behind(person, by):
    profiles.change_photo(person.id, picture(), by=by)
    first = profiles.photo_of(person.id)
    profiles.change_photo(person.id, picture(colour="#224466"), by=by)
    assert files.remove_forgotten() == 1
    with pytest.raises(NotFound):
        files.read(first)
    second = profiles.photo_of(person.id)
    profiles.remove_photo(person.id, by=by)
    assert files.remove_forgotten() == 1
    for deed in (lambda: profiles.photo_of(person.id), lambda: files.read(second)):
        with pytest.raises(NotFound):
            deed()
    assert File.select().count() == 0


def test_the_same_picture_of_two_people_is_kept_until_neither_shows_it(person, by):
    other = register_person(phone="+79000000002", password="demo-2026", by=system("test"))
    for each in (person, other):
        profiles.change_photo(each.id, picture(), by=by)
    profiles.remove_photo(person.id, by=by)
    assert files.read(profiles.photo_of(other.id))


def stored() -> set[str]:
    folder = config.current().home / "files"
    return {path.name for path in folder.rglob("*") if path.is_file() and len(path.name) == 64}


class Died(BaseException):
    """What stands for the end of the process: nothing catches it."""


def die(*_: object, **__: object) -> None:
    raise Died


def test_a_death_before_the_profile_names_its_photo_leaves_no_file(person, by, monkeypatch):
    before = stored()
    monkeypatch.setattr(profiles, "_keep", die)
    with pytest.raises(Died):
        profiles.change_photo(person.id, picture(colour="#102030"), by=by)
    assert (File.select().count(), stored() - before, profile_of(person.id).photo) == (0, set(), "")


def test_a_death_before_the_bytes_of_a_photo_leaves_what_the_next_one_removes(person, by, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(files, "write", die)
        with pytest.raises(Died):
            profiles.change_photo(person.id, picture(colour="#203040"), by=by)
    named = profiles.photo_of(person.id)
    assert ([file.id for file in File.select()], named.sha256 in stored()) == ([named.id], False)
    with pytest.raises(NotFound):
        files.read(named)
    profiles.change_photo(person.id, picture(colour="#304050"), by=by)
    kept = profiles.photo_of(person.id)
    assert (files.remove_forgotten(), [file.id for file in File.select()]) == (1, [kept.id])
    assert (kept.sha256 in stored(), named.sha256 in stored()) == (True, False)


def test_what_is_no_picture_is_refused_and_the_old_photo_stays(person, by):
    profiles.change_photo(person.id, picture(), by=by)
    with pytest.raises(Refused):
        profiles.change_photo(person.id, b"\xff\xd8\xff\xe0" + b"\0" * 200, by=by)
    assert files.read(profiles.photo_of(person.id))
