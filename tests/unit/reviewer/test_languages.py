"""A file's language is told by its name, else by its first line."""

import pytest

from services.reviewer.languages import LANGUAGES, language_of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("src/app.py", "python"),
        ("stubs/app.pyi", "python"),
        ("web/App.TSX", "typescript"),
        ("web/app.mjs", "javascript"),
        ("run.sh", "shell"),
        ("Main.java", "java"),
        ("main.go", "go"),
        ("lib.rs", "rust"),
        ("a.h", "c"),
        ("a.hpp", "cpp"),
        ("index.php", "php"),
        ("Gemfile", "ruby"),
        ("deploy/Dockerfile", "dockerfile"),
        ("deploy/Dockerfile.worker", "dockerfile"),
        (".env", "dotenv"),
        (".env.production", "dotenv"),
        ("../../-rf.py", "python"),
    ],
)
def test_the_name_tells_the_language(path: str, language: str) -> None:
    assert language_of(path, "") == language
    assert language in LANGUAGES


@pytest.mark.parametrize(
    ("first_line", "language"),
    [
        ("#!/bin/sh", "shell"),
        ("#!/bin/bash -e", "shell"),
        ("#! /usr/bin/env python3", "python"),
        ("#!/usr/bin/env -S python3.12 -u", "python"),
        ("#!/usr/bin/env node", "javascript"),
        ("#!/usr/local/bin/ruby", "ruby"),
    ],
)
def test_without_an_ending_the_first_line_tells_it(first_line: str, language: str) -> None:
    assert language_of("bin/tool", f"{first_line}\n") == language


@pytest.mark.parametrize(
    ("path", "text"), [("notes.txt", "hello"), ("tool", ""), ("tool", "#!/usr/bin/env"), ("a.", "#!"), (".", "")]
)
def test_what_tells_nothing_has_none(path: str, text: str) -> None:
    assert language_of(path, text) is None
