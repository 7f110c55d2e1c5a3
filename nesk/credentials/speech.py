"""Six digits read aloud in Russian, for whoever cannot see the picture: recorded digits, pauses, a little noise.

Each captcha sounds its own way and always the same: a player may ask for its sound in parts.
"""

from __future__ import annotations

import io
import wave
from array import array
from functools import lru_cache
from pathlib import Path
from random import Random

from nesk.core.sealing import mac

DIGITS = Path(__file__).parent / "digits"
"""`0.wav` … `9.wav`, 8 kHz, one channel, 16 bits: spoken once by espeak-ng, voice ru."""
RATE = 8000
PAUSES = (3200, 5600)
"""Samples between two digits: 0.4 to 0.7 s."""
TEMPO = (92, 108)
"""Per cent of the recorded speed and pitch."""
VOLUME = (75, 100)
NOISE = 6
"""How many times a random byte of −128…127: heard as a rustle, far below the voice."""


def spoken(captcha_id: str, digits: str) -> bytes:
    """The digits of a captcha as a WAV file."""
    # Reproducible without being foreseeable: the seed takes the key of this copy.
    dice = Random(mac(captcha_id, purpose="captcha sound"))  # noqa: S311
    sound = array("h", bytes(RATE))
    for digit in digits:
        sound.extend(_varied(_recorded(digit), dice))
        sound.extend(array("h", bytes(2 * dice.randint(*PAUSES))))
    noisy = array(
        "h",
        (
            _clipped(voice + (rustle - 128) * NOISE)
            for voice, rustle in zip(sound, dice.randbytes(len(sound)), strict=True)
        ),
    )
    return _wav(noisy)


def _varied(recorded: array[int], dice: Random) -> array[int]:
    tempo, volume = dice.randint(*TEMPO), dice.randint(*VOLUME)
    length = len(recorded) * 100 // tempo
    return array("h", (recorded[place * tempo // 100] * volume // 100 for place in range(length)))


def _clipped(sample: int) -> int:
    return max(-32_768, min(sample, 32_767))


def _wav(samples: array[int]) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return written.getvalue()


@lru_cache(maxsize=10)
def _recorded(digit: str) -> array[int]:
    with wave.open(str(DIGITS / f"{digit}.wav"), "rb") as file:
        return array("h", file.readframes(file.getnframes()))
