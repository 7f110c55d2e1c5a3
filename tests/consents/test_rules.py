"""How the text of a document is read, cut for paper and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesk.consents.rules import PIECE, Block, blocks, changes, pieces


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Одна строка", [Block("paragraph", ("Одна строка",))]),
        ("Первая\nвторая\n\nтретья", [Block("paragraph", ("Первая", "вторая")), Block("paragraph", ("третья",))]),
        ("## Зачем\nЧтобы.", [Block("heading", ("Зачем",)), Block("paragraph", ("Чтобы.",))]),
        ("- раз\n- два", [Block("list", ("раз", "два"))]),
        (
            "Вот:\r\n- раз\r\nи всё",
            [Block("paragraph", ("Вот:",)), Block("list", ("раз",)), Block("paragraph", ("и всё",))],
        ),
        ("## Раз\n## Два", [Block("heading", ("Раз",)), Block("heading", ("Два",))]),
        ("\n\n\n", []),
    ],
)
def test_a_text_is_read_as_headings_paragraphs_and_lists(text, found):
    assert blocks(text) == found


@given(st.text(alphabet=st.sampled_from("аб -#\n\r "), max_size=300))
def test_no_letter_of_a_text_is_lost_or_invented(text):
    kept = "".join("".join(block.lines) for block in blocks(text))
    assert [c for c in kept if c in "аб"] == [c for c in text if c in "аб"]


@given(st.text(max_size=2000))
def test_pieces_are_short_and_join_to_the_line(line):
    assert "".join(pieces(line)) == line
    assert all(len(piece) <= PIECE for piece in pieces(line))


def test_changes_tell_what_was_added_and_removed_where_it_stood():
    found = [(each.kind, each.line) for each in changes("раз\nдва\nтри", "раз\nдва с половиной\nтри\nчетыре")]
    assert found == [
        ("same", "раз"), ("removed", "два"), ("added", "два с половиной"), ("same", "три"), ("added", "четыре"),
    ]  # fmt: skip


@given(st.lists(st.sampled_from("абв"), max_size=20), st.lists(st.sampled_from("абв"), max_size=20))
def test_changes_hold_both_texts_whole(before, after):
    found = changes("\n".join(before), "\n".join(after))
    assert [each.line for each in found if each.kind != "added"] == before
    assert [each.line for each in found if each.kind != "removed"] == after
