"""The bank's callback is believed only with the checksum of exactly what it carries."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.payments.checksum import checksum, verify

KEY = "ключ-для-проверки"
CALLBACK = {
    "mdOrder": "5f1c2f6e-9a2b-4c86-9a0e-1b2c3d4e5f60",
    "orderNumber": "N17-20261124",
    "operation": "deposited",
    "status": "1",
    "amount": "128456",
}


def signed(params, key=KEY):
    return {**params, "checksum": checksum(params, key)}


# Counted apart from this code, with `printf … | openssl dgst -sha256 -hmac KEY`.
@pytest.mark.parametrize(
    ("params", "key", "expected"),
    [
        (CALLBACK, "nesk", "CB66DFD64BDE23DB9CE683A4D39900621CF60D9107EC4ADF0D9A5C4367E1D935"),
        (
            {name: CALLBACK[name] for name in ("status", "operation")},
            "nesk",
            "482816B0AB64A0B73F625883A83CB7F8FC922E7D05B6C8EBAF4A2050A6B934E4",
        ),
        (
            {"б": "2", "a": "1", "B": "3"},
            "nesk",
            "1B2892686922C7D3F2F6F94FC91207EAF0F2C6AD945B041D64C68D58838A29F4",
        ),  # capitals before small letters, Latin before Cyrillic
        ({}, "nesk", "E1EE979AA9F50009A3ABAE93C8B0D8A6BA983667388ACE7DEE084F2E97423892"),
    ],
)
def test_checksums_counted_by_another_program(params, key, expected):
    assert checksum(params, key) == expected


def test_the_bank_s_own_example():
    params = {
        "amount": "123456",
        "orderNumber": "10747",
        "mdOrder": "3ff6962a-7dcc-4283-ab50-a6d7dd3386fe",
        "operation": "deposited",
        "status": "1",
    }
    assert checksum(params, "yourSecretToken") == "51C892147225ABE87798CB02979D70EF46D0AE79B5AA3B28B1C260BE286C50A9"
    assert checksum(params, "test") == "6351F0E7D1BD1E260F9191D80B1D64A54589F5D6B0D7BA07ABAD6165842952BC"


@pytest.mark.skipif(
    "NESK_MATERIAL" not in os.environ, reason="NESK_MATERIAL is not set: vectors of others are not read"
)
def test_checksums_in_the_material_of_others():
    vectors = json.loads(
        (Path(os.environ["NESK_MATERIAL"]) / "sberbank/callbacks/callback_checksum_vectors.json").read_text()
    )
    assert len(vectors) >= 3
    for vector in vectors:
        assert checksum(vector["params"], vector["key"]) == vector["checksum"], vector["id"]
        assert verify({**vector["params"], "checksum": vector["checksum"]}, vector["key"]), vector["id"]


def test_a_true_callback_is_believed_in_any_order_and_with_an_alias():
    callback = signed(CALLBACK)
    assert verify(callback, KEY)
    assert verify(dict(reversed(callback.items())), KEY)
    assert verify({**callback, "sign_alias": "nesk-2026"}, KEY)


@pytest.mark.parametrize(
    "forged",
    [
        CALLBACK,
        {**CALLBACK, "checksum": ""},
        {**CALLBACK, "checksum": checksum(CALLBACK, "другой ключ")},
        {**CALLBACK, "checksum": checksum(CALLBACK, KEY).lower()},
        {**CALLBACK, "checksum": checksum(CALLBACK, KEY) + "\n"},
        {**CALLBACK, "checksum": checksum(CALLBACK, KEY)[:-2]},
        {**CALLBACK, "checksum": "Ы" * 64},
        {**CALLBACK, "checksum": "\ud800"},
        {**signed(CALLBACK), "amount": "1"},
        {**signed(CALLBACK), "status": "0"},
        {**signed(CALLBACK), "extra": ""},
        {**signed(CALLBACK), "amount": "\ud800"},
        {name: value for name, value in signed(CALLBACK).items() if name != "amount"},
        {
            "amount;128456;mdOrder": CALLBACK["mdOrder"],
            **{k: v for k, v in signed(CALLBACK).items() if k[0] not in "am"},
        },
        {**signed(CALLBACK), "amount": 128456},
        {**CALLBACK, "checksum": 5},
    ],
    ids=range(16),
)
def test_a_forged_callback_is_not(forged):
    assert verify(forged, KEY) is False


@pytest.mark.parametrize("params", [CALLBACK, signed(CALLBACK)])
def test_without_a_key_nothing_is_ever_checked(params):
    with pytest.raises(ValueError, match="not set"):
        verify(params, "")
    with pytest.raises(ValueError, match="not set"):
        checksum(params, "")


fields = st.dictionaries(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,15}", fullmatch=True).filter(
        lambda name: name not in ("checksum", "sign_alias")
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=";"), max_size=30),
    min_size=1,
)


@given(fields, st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_was_signed_is_believed(params, key):
    assert verify(signed(params, key), key)


@given(fields, st.data())
def test_one_flipped_bit_anywhere_is_noticed(params, data):
    callback = signed(params)
    name = data.draw(st.sampled_from(sorted(callback)))
    raw = bytearray(callback[name].encode("latin-1", "replace"))
    if not raw:
        raw = bytearray(b"\0")
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    flipped = raw.decode("latin-1")

    assert verify({**callback, name: flipped}, KEY) is (flipped == callback[name])


@given(fields, st.data())
def test_a_callback_with_a_field_taken_away_or_added_is_not_believed(params, data):
    callback = signed(params)
    gone = data.draw(st.sampled_from(sorted(params)))
    assert not verify({name: value for name, value in callback.items() if name != gone}, KEY)
    assert not verify({**callback, gone + "x": "1"}, KEY) or gone + "x" in params
