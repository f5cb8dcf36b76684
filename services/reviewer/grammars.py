"""Tree-sitter's grammars, each from a wheel of its own: they are in the wheels, and nothing is fetched at run time.

tree-sitter-language-pack is not used: since 1.0 it downloads a grammar when it is first asked for.
"""

import functools
import importlib

from tree_sitter import Language

from services.reviewer.languages import suffix_of

# The module, and the function in it that gives the grammar.
_GRAMMARS = {
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "css": ("tree_sitter_css", "language"),
    "go": ("tree_sitter_go", "language"),
    "html": ("tree_sitter_html", "language"),
    "java": ("tree_sitter_java", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "json": ("tree_sitter_json", "language"),
    "kotlin": ("tree_sitter_kotlin", "language"),
    "lua": ("tree_sitter_lua", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "python": ("tree_sitter_python", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "scala": ("tree_sitter_scala", "language"),
    "shell": ("tree_sitter_bash", "language"),
    "swift": ("tree_sitter_swift", "language"),
    "toml": ("tree_sitter_toml", "language"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "yaml": ("tree_sitter_yaml", "language"),
}
GRAMMARS = frozenset(_GRAMMARS)


def grammar_name(path: str, language: str) -> str:
    """The grammar for a file of that language: its name, but for TypeScript with JSX."""
    return "tsx" if suffix_of(path) == "tsx" else language


@functools.cache
def grammar(name: str) -> Language:
    """The grammar of one of `GRAMMARS`. Raises ImportError where its wheel isn't installed."""
    module, function = _GRAMMARS[name]
    return Language(getattr(importlib.import_module(module), function)())
