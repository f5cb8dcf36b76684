"""Which files of a folder are worth sending, by their names. The reviewer's list decides; this spares the upload."""

from pathlib import Path

# fmt: off
SUFFIXES = frozenset({
    "bash", "bats", "c", "cc", "cfg", "cjs", "conf", "cpp", "cs", "css", "cts", "cxx", "env", "go", "gradle", "groovy",
    "h", "hcl", "hh", "hpp", "htm", "html", "hxx", "ini", "java", "js", "json", "jsx", "ksh", "kt", "kts", "lua", "mjs",
    "mts", "php", "properties", "proto", "py", "pyi", "pyw", "rake", "rb", "rs", "scala", "sh", "sql", "swift", "tf",
    "tfvars", "toml", "ts", "tsx", "xml", "yaml", "yml",
})
NAMES = frozenset({
    ".bash_profile", ".bashrc", ".env", ".profile", "Containerfile", "Dockerfile", "Gemfile", "Jenkinsfile", "Makefile",
    "Rakefile",
})
# fmt: on
# No source, but they say what of a repository isn't meant to be reviewed.
RULES = frozenset({".gitattributes", ".gitignore"})


def looks_like_source(path: Path) -> bool:
    """Whether the file is probably in a language that the reviewer knows, by its name or its first two bytes."""
    name = path.name
    if any(name == known or name.startswith(f"{known}.") for known in NAMES):
        return True
    suffix = path.suffix.removeprefix(".").lower()
    return suffix in SUFFIXES or (not suffix and _is_script(path))


def _is_script(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False
