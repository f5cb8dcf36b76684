"""Languages: which one a file is in, by its name or its first line. What nobody here can review has none."""

import re
from pathlib import PurePosixPath

_SUFFIXES = {
    "bash": "shell",
    "bats": "shell",
    "c": "c",
    "cc": "cpp",
    "cfg": "ini",
    "cjs": "javascript",
    "conf": "ini",
    "cpp": "cpp",
    "cs": "csharp",
    "css": "css",
    "cts": "typescript",
    "cxx": "cpp",
    "env": "dotenv",
    "go": "go",
    "gradle": "groovy",
    "groovy": "groovy",
    "h": "c",
    "hcl": "terraform",
    "hh": "cpp",
    "hpp": "cpp",
    "htm": "html",
    "html": "html",
    "hxx": "cpp",
    "ini": "ini",
    "java": "java",
    "js": "javascript",
    "json": "json",
    "jsx": "javascript",
    "ksh": "shell",
    "kt": "kotlin",
    "kts": "kotlin",
    "lua": "lua",
    "mjs": "javascript",
    "mts": "typescript",
    "php": "php",
    "properties": "ini",
    "proto": "protobuf",
    "py": "python",
    "pyi": "python",
    "pyw": "python",
    "rake": "ruby",
    "rb": "ruby",
    "rs": "rust",
    "scala": "scala",
    "sh": "shell",
    "sql": "sql",
    "swift": "swift",
    "tf": "terraform",
    "tfvars": "terraform",
    "toml": "toml",
    "ts": "typescript",
    "tsx": "typescript",
    "xml": "xml",
    "yaml": "yaml",
    "yml": "yaml",
}
_NAMES = {
    ".bash_profile": "shell",
    ".bashrc": "shell",
    ".env": "dotenv",
    ".profile": "shell",
    "Containerfile": "dockerfile",
    "Dockerfile": "dockerfile",
    "Gemfile": "ruby",
    "Jenkinsfile": "groovy",
    "Makefile": "make",
    "Rakefile": "ruby",
}
_INTERPRETERS = {
    "bash": "shell",
    "dash": "shell",
    "ksh": "shell",
    "lua": "lua",
    "node": "javascript",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "sh": "shell",
}
_VERSION = re.compile(r"[\d.]+$")

LANGUAGES = frozenset({*_SUFFIXES.values(), *_NAMES.values()})


def language_of(path: str, text: str) -> str | None:
    """The language's name, such as `python`, from the path's last part, else from a `#!` line; None: not known."""
    name = PurePosixPath(path).name
    for known, language in _NAMES.items():
        if name == known or name.startswith(f"{known}."):  # Also `Dockerfile.worker` and `.env.production`.
            return language
    return _SUFFIXES.get(suffix_of(path)) or _interpreter(text)


def suffix_of(path: str) -> str:
    """What follows the last dot of the path's name, in small letters; empty without one."""
    return PurePosixPath(path).suffix.removeprefix(".").lower()


def _interpreter(text: str) -> str | None:
    if not text.startswith("#!"):
        return None
    words = [PurePosixPath(word).name for word in text[2:].partition("\n")[0].split() if not word.startswith("-")]
    if words[:1] == ["env"]:
        del words[0]
    return _INTERPRETERS.get(_VERSION.sub("", words[0])) if words else None
