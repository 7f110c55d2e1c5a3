"""The digits read aloud: a sound that players understand, different for each captcha, in the right order."""

import io
import wave

import pytest

from nesk.credentials import speech

ONE, OTHER = "0" * 31 + "1", "f" * 32
LOUD = 1500
HEAD = 44
"""Bytes before the sound itself."""


def test_the_digits_are_heard_as_a_sound_that_every_browser_plays():
    with wave.open(io.BytesIO(speech.spoken(ONE, "049173"))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert 5 < file.getnframes() / file.getframerate() < 9


def test_a_captcha_always_sounds_the_same_and_no_two_alike():
    """Else a player that asks for parts would be given parts of different sounds, and a machine a dictionary."""
    assert speech.spoken(ONE, "111111") == speech.spoken(ONE, "111111")
    assert speech.spoken(ONE, "111111") != speech.spoken(OTHER, "111111")


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("digit", "0123456789")
def test_each_digit_is_heard_in_its_place_and_changes_nothing_before_it(place, digit):
    digits = "314159"
    wanted = digits[:place] + digit + digits[place + 1 :]
    before, after = speech.spoken(ONE, digits)[HEAD:], speech.spoken(ONE, wanted)[HEAD:]
    same = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    assert len(stretches(after)) == 6
    assert len(stretches(after[: same - same % 2])) == (6 if wanted == digits else place)


@pytest.mark.parametrize("digit", "0123456789")
def test_a_digit_is_as_long_as_it_was_recorded_give_or_take_the_tempo(digit):
    """A quiet edge of it may drown in the rustle or be lifted by it."""
    (said,) = stretches(speech.spoken(OTHER, digit)[HEAD:])
    recorded, rustle = speech._recorded(digit), speech.NOISE * 128
    surely, perhaps = ((LOUD + rustle) * 100 // speech.VOLUME[0], LOUD - rustle)
    slowest, fastest = speech.TEMPO
    assert length(recorded, surely) * 100 // fastest <= len(said) <= length(recorded, perhaps) * 100 // slowest + 2


def length(samples, loud: int) -> int:
    """From the first to the last sample that is so loud."""
    places = [place for place, sample in enumerate(samples) if abs(sample) > loud]
    return places[-1] - places[0] + 1


def stretches(sound: bytes) -> list[list[int]]:
    """What is said between the pauses; a rustle is nothing said."""
    samples = list(memoryview(sound).cast("h"))
    loud = [place for place, sample in enumerate(samples) if abs(sample) > LOUD]
    found, begun = [], loud[0] if loud else 0
    for before, after in zip(loud, [*loud[1:], len(samples) + 10_000], strict=False):
        if after - before > 2500:
            found.append(samples[begun : before + 1])
            begun = after
    return found
