"""Key files: their columns, and rows that are wrong without spoiling others."""

from pathlib import Path

import pytest

from cli.errors import CliError
from cli.key_files import KeyColumns, open_keys
from cli.records import BadRecord, Record

USUAL = KeyColumns()


def write(folder: Path, text: str) -> Path:
    path = folder / "keys.csv"
    path.write_text(text)
    return path


def read(path: Path, columns: KeyColumns = USUAL) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Source, id and card of every key, and what is said of bad rows, without the file's name."""
    found = list(open_keys(str(path), columns))
    messages = [one.message for one in found if isinstance(one, Record)]
    keys = [(key.source, key.external_id, key.catalog_id or key.card_id) for key in messages]
    return keys, [str(one).replace(f"{path}:", "") for one in found if isinstance(one, BadRecord)]


@pytest.mark.parametrize("column", ["catalog_id", "catalogue_id", "pokemontcg_id", "card_id"])
def test_the_card_may_stand_under_any_of_its_names(tmp_path: Path, column: str) -> None:
    keys, bad = read(write(tmp_path, f"external_id,{column},source\nx,c,s\n"))

    assert (keys, bad) == ([("s", "x", "c")], [])


def test_options_fit_files_of_another_shape(tmp_path: Path) -> None:
    path = write(tmp_path, "tcgdex_id,pokemontcg_id,method\nsv08.5-001,sv8pt5-1,table\n")

    keys, _ = read(path, KeyColumns(source="tcgdex", id_column="tcgdex_id", catalog_column="pokemontcg_id"))

    assert keys == [("tcgdex", "sv08.5-001", "sv8pt5-1")]


def test_an_unnamed_column_is_never_taken_for_a_card(tmp_path: Path) -> None:
    keys, bad = read(write(tmp_path, ",source,external_id,catalog_id\n0,s,x,c\n"))

    assert (keys, bad) == ([("s", "x", "c")], [])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("s,x", "2: has 2 columns instead of 3"),
        ("s,x,c,d", "2: has 4 columns instead of 3"),
        (",x,c", "2: source: is missing"),
        ("s,,c", "2: external_id: is missing"),
        ("s,x,", "2: catalog_id: is missing"),
        ("source,external_id,catalog_id", "2: repeats the header"),
        ('"s,x,c', "2: a quote is never closed"),
        ('"s"x,x,c', "2: ',' expected after '\"'"),
    ],
)
def test_a_bad_row_is_told_by_its_line_and_does_not_stop_the_rest(tmp_path: Path, row: str, said: str) -> None:
    keys, bad = read(write(tmp_path, f"source,external_id,catalog_id\n{row}\ns,y,c\n"))

    assert (keys, bad) == ([("s", "y", "c")], [said])


def test_many_open_quotes_cost_each_its_own_line_only(tmp_path: Path) -> None:
    keys, bad = read(write(tmp_path, "source,external_id,catalog_id\n" + '"s,x\n' * 2999 + "s,y,c\n"))

    assert (len(keys), len(bad)) == (1, 2999)


def test_a_quoted_line_break_is_part_of_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, 'source,external_id,catalog_id,note\ns,x,c,"two\nlines, ""quoted"""\ns,y,c,\n')

    keys, bad = read(path)

    assert ([key[1] for key in keys], bad) == (["x", "y"], [])


def test_bytes_that_are_not_utf8_are_told_by_their_column(tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    path.write_bytes(b"source,external_id,catalog_id\ns,\xff,c\n")

    assert read(path) == ([], ["2: external_id: must be valid UTF-8"])


def test_a_row_that_names_two_cards_is_refused(tmp_path: Path) -> None:
    _, bad = read(write(tmp_path, "source,external_id,card_id,catalog_id\ns,x,1,2\n"))

    assert bad == ["2: card_id: only one of card_id and catalog_id may be given"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", "is empty"),
        ("source,external_id,source", "1: the column source stands there twice"),
        ("external_id,catalog_id", "1: there is no column source (or give --source)"),
        ("source,catalog_id", "1: there is no column external_id"),
        ("source,external_id", "1: there is no column card_id or catalog_id"),
        ('"source', "1: the header is no CSV"),
    ],
)
def test_a_file_without_a_usable_header_is_refused_in_a_sentence(tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(CliError) as error:
        read(write(tmp_path, header))

    assert said in error.value.sentence
