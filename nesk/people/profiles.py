"""What people tell of themselves: the questionnaires of «Профиль» (S1-12), wishes, the photo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from nesk.core import clock, files
from nesk.core.actor import Actor
from nesk.core.db import transaction
from nesk.core.errors import NotFound, Refused
from nesk.core.events import record
from nesk.core.files import File
from nesk.core.pictures import portrait
from nesk.people import rules
from nesk.people.contacts import find_by_words
from nesk.people.events import ProfileChanged
from nesk.people.models import Person, Profile
from nesk.people.queries import profile_of

PHOTO_SIDE = 256

Rule = Callable[[str], str | None]


def _written(check: Callable[[str, int], str | None], name: str) -> Rule:
    return lambda text: check(text, rules.LONGEST[name])


def _chosen(choices: dict[str, str]) -> Rule:
    return lambda value: None if value in choices else "Выберите один из вариантов."


OF_PERSON: dict[str, Rule] = {name: _written(rules.name_refusal, name) for name in ("surname", "name", "patronymic")}
OF_PROFILE: dict[str, Rule] = {
    "surname_latin": _written(rules.latin_refusal, "surname_latin"),
    "name_latin": _written(rules.latin_refusal, "name_latin"),
    "nickname": _written(rules.text_refusal, "nickname"),
    "citizenship": _written(rules.text_refusal, "citizenship"),
    "sex": _chosen(rules.SEXES),
}
EXTENDED: dict[str, Rule] = {
    "address": _written(rules.text_refusal, "address"),
    "social_category": _chosen(rules.SOCIAL_CATEGORIES),
}
WISHES: dict[str, Rule] = {
    "call_me": _written(rules.text_refusal, "call_me"),
    "call_hours": _chosen(rules.CALL_HOURS),
    "contact_way": _chosen(rules.CONTACT_WAYS),
}


def change_main(person_id: int, told: dict[str, str], *, born_on: date | None, by: Actor) -> None:
    """«Основная анкета»: names, sex, day of birth, citizenship. Raises Refused with the field at fault."""
    person_columns, profile_columns = _checked(OF_PERSON, told), _checked(OF_PROFILE, told)
    if refusal := rules.birth_refusal(born_on, today=clock.today()):
        raise Refused(refusal, field="born_on")
    with transaction():
        person = Person.locked(person_id)
        profile = profile_of(person_id)
        changed = _set(person, person_columns)
        if changed:
            person.save(only=changed)
            find_by_words(person_id)
        changed += _keep(profile, profile_columns | {"born_on": born_on})
        _tell(person_id, changed, by)


def change_extended(person_id: int, told: dict[str, str], *, by: Actor) -> None:
    """«Расширенная анкета»: where to write, what help one may be entitled to. Raises Refused with the field at fault."""
    answers = {name: value for name, value in _checked(EXTENDED, told).items() if value}
    with transaction():
        Person.locked(person_id)
        _tell(person_id, _keep(profile_of(person_id), {"extended": answers}), by)


def change_wishes(person_id: int, told: dict[str, str], *, large_print: bool, by: Actor) -> None:
    """«Личные предпочтения»: how and when to call, large print on paper. Raises Refused with the field at fault."""
    wishes = {name: value for name, value in _checked(WISHES, told).items() if value}
    if large_print:
        wishes["large_print"] = True
    _prefer(person_id, lambda kept: {name: kept[name] for name in kept if name == MUTED} | wishes, by)


MUTED = "muted"
"""Among the preferences: the messages that the person has switched off, «topic:channel»."""


def mute(person_id: int, muted: list[str], *, by: Actor) -> None:
    """Keep which messages the person does not want (what they may be, the floor of messages knows)."""
    _prefer(
        person_id,
        lambda kept: {name: kept[name] for name in kept if name != MUTED} | ({MUTED: muted} if muted else {}),
        by,
    )


def _prefer(person_id: int, change: Callable[[dict[str, Any]], dict[str, Any]], by: Actor) -> None:
    with transaction():
        Person.locked(person_id)
        profile = profile_of(person_id)
        _tell(person_id, _keep(profile, {"preferences": change(profile.preferences)}), by)


def change_photo(person_id: int, picture: bytes, *, by: Actor) -> None:
    """Keep the middle of a clean picture as the person's photo. Raises Refused for what is no picture.

    The profile names the file before its bytes are written: whoever dies in between leaves nothing that nobody would find.
    """
    square = portrait(picture, side=PHOTO_SIDE)
    with transaction():
        Person.locked(person_id)
        file = files.announce(square.data, square.media_type, "Фото.jpg", by=by)
        _put_photo(person_id, str(file.id), by)
    files.write(file, square.data)


def remove_photo(person_id: int, *, by: Actor) -> None:
    """Show no photo any more and forget its file."""
    with transaction():
        Person.locked(person_id)
        _put_photo(person_id, "", by)


def _put_photo(person_id: int, photo: str, by: Actor) -> None:
    """In the transaction that has locked the person."""
    profile = profile_of(person_id)
    former = profile.photo
    _tell(person_id, _keep(profile, {"photo": photo}), by)
    if former:
        files.forget(int(former))


def photo_of(person_id: int) -> File:
    """The file of a person's photo, for themselves. Raises NotFound when there is none."""
    photo = profile_of(person_id).photo
    file = File.get_or_none(File.id == int(photo)) if photo else None
    if file is None:
        raise NotFound
    return file


def _checked(asked: dict[str, Rule], told: dict[str, str]) -> dict[str, str]:
    """The answers as they are kept, every one of `asked`."""
    answers = {name: rules.tidy(told.get(name, "")) for name in asked}
    for name, value in answers.items():
        if refusal := asked[name](value):
            raise Refused(refusal, field=name)
    return answers


def _set(row: Any, columns: dict[str, Any]) -> list[str]:
    """Give a row new values; the names of those that differ."""
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    return changed


def _keep(profile: Profile, columns: dict[str, Any]) -> list[str]:
    changed = _set(profile, columns)
    if changed or profile.id is None:
        profile.save()
    return changed


def _tell(person_id: int, changed: list[str], by: Actor) -> None:
    if changed:
        record(ProfileChanged(person_id, sorted(changed)), by=by)
