"""What rules of different tools have in common: which of them mean the same, and by which words a model means it."""

import re
from dataclasses import dataclass

from services.reviewer.finding import Category, Finding
from services.reviewer.ported_rules import PORTED_RULES


@dataclass(frozen=True, slots=True)
class _Meaning:
    name: str
    rules: frozenset[str]  # Without their tools' names.
    words: re.Pattern[str]


def _meaning(name: str, rules: str, words: str) -> _Meaning:
    return _Meaning(name, frozenset(rules.split()), re.compile(words, re.IGNORECASE))


# The order counts for words: the first that fits.
_MEANINGS = (
    _meaning(
        "secret",
        "S105 S106 S107",
        r"hard-?\s?coded.{0,30}(?:secret|password|credential|key|token)"
        r"|(?:secret|password|credential|api key|access key|private key|token)s?\b.{0,40}(?:hard-?\s?coded|in "
        r"(?:the )?(?:source|code|plain))"
        r"|(?:exposed|leaked|embedded|committed)[- ](?:secret|credential|password|key|token)",
    ),
    _meaning("sql-injection", "S608", r"sql[- ]?injection"),
    _meaning(
        "command-injection",
        "S602 S604 S605 S609",
        r"(?:command|shell|code)[- ]?injection|shell\s?=\s?True|os\.system",
    ),
    _meaning("eval", "S307 S102 eval-used exec-used no-eval no-implied-eval no-new-func", r"\b(?:eval|exec)\b"),
    _meaning("deserialisation", "S301 S302 S506", r"deseriali[sz]|unpickl|\bpickle\b|yaml\.load|unsafe[- ]load"),
    _meaning("certificate", "S501 S323", r"verify\s?=\s?False|certificate.{0,30}(?:verif|validat|check)|tls[- ]verif"),
    _meaning("weak-hash", "S324 S303", r"(?:weak|broken|insecure|md5|sha-?1).{0,40}\b(?:hash|digest|md5|sha-?1)"),
    _meaning("weak-random", "S311", r"(?:weak|insecure|predictable|non-?cryptographic).{0,30}random"),
    _meaning("timeout", "S113 missing-timeout", r"(?:without|missing|no)\b.{0,20}time-?out"),
    _meaning("mutable-default", "B006 dangerous-default-value", r"mutable[- ]default|default argument.{0,30}mutable"),
    _meaning("late-binding", "B023 cell-var-from-loop", r"(?:closure|lambda).{0,60}loop variable|late[- ]binding"),
    _meaning("bare-except", "E722 bare-except", r"bare[- ]except"),
    _meaning(
        "broad-except", "BLE001 broad-exception-caught", r"(?:broad|blanket)[- ]except|catch(?:es|ing)? all exceptions"
    ),
    _meaning(
        "silent-except",
        "S110 S112 no-empty",
        r"(?:swallow|silent|ignor)\w*\b.{0,30}(?:exception|error)|empty (?:catch|except)",
    ),
    _meaning("raise-from", "B904 raise-missing-from", r"raise.{0,20}\bfrom\b"),
    _meaning("undefined-name", "F821 undefined-variable no-undef", r"undefined (?:name|variable)|not defined"),
    _meaning("used-before-assignment", "F823 used-before-assignment", r"(?:used|referenced) before assignment"),
    _meaning("unused-import", "F401 unused-import", r"unused[- ]import"),
    _meaning(
        "unused-variable", "F841 unused-variable no-unused-vars", r"unused[- ](?:local )?variable|(?:never|not) used"
    ),
    _meaning("redefinition", "F811 function-redefined no-redeclare no-dupe-class-members", r"\bredefin"),
    _meaning("unreachable", "unreachable no-unreachable", r"unreachable"),
    _meaning("duplicate-key", "F601 duplicate-key no-dupe-keys", r"duplicate key"),
    _meaning(
        "finally-return",
        "B012 SIM107 return-in-finally lost-exception no-unsafe-finally",
        r"(?:return|break).{0,20}\bfinally",
    ),
    _meaning("self-comparison", "PLR0124 comparison-with-itself no-self-compare", r"compar\w+ (?:with|to) itself"),
    _meaning(
        "self-assignment", "PLW0127 self-assigning-variable no-self-assign", r"assign\w* (?:to )?itself|self-assign"
    ),
    _meaning("assert-tuple", "F631 assert-on-tuple", r"assert\w* (?:on |of )?(?:a )?tuple"),
    _meaning("literal-identity", "F632 literal-comparison", r"\bis\b.{0,20}literal|identity.{0,30}literal"),
    _meaning("f-string", "F541 f-string-without-interpolation", r"f-string without"),
    _meaning("open-mode", "PLW1501 bad-open-mode", r"\bopen mode|mode for open"),
    _meaning("environment-default", "PLW1508 invalid-envvar-default", r"default.{0,20}environment variable"),
    _meaning("escape", "W605 anomalous-backslash-in-string no-useless-escape", r"(?:invalid|useless) escape"),
    _meaning("assignment-in-condition", "no-cond-assign", r"assign\w*.{0,30}(?:condition|instead of compar)"),
    _meaning("nan", "PLW0177 nan-comparison use-isnan", r"\bNaN\b"),
    _meaning("fallthrough", "no-fallthrough", r"fall\w*[- ]?through|missing.{0,10}\bbreak"),
    _meaning("await-in-loop", "no-await-in-loop", r"await.{0,20}\bloop"),
    _meaning("ls-loop", "SC2045", r"(?:iterat|loop)\w* over.{0,20}\bls\b"),
    _meaning("bashism", "SC3014 SC3010 SC3037", r"bashism|not POSIX|undefined in POSIX"),
    _meaning("quoting", "SC2086 SC2046 SC2068", r"\b(?:unquoted|word[- ]splitting)\b"),
)
_BY_RULE = PORTED_RULES | {rule: meaning.name for meaning in _MEANINGS for rule in meaning.rules}
_MODEL = "model/"


def meaning_of(finding: Finding) -> str:
    """Return what a finding means, in a word that those of other tools that mean the same have too."""
    if finding.category in (Category.SECRET, Category.SYNTAX):
        return finding.category.lower()
    if finding.rule.startswith(_MODEL):
        said = f"{finding.rule.removeprefix(_MODEL)} {finding.message}"
        return next((meaning.name for meaning in _MEANINGS if meaning.words.search(said)), finding.rule)
    return meaning_of_rule(finding.rule)


def meaning_of_rule(rule: str) -> str:
    """Return what a tool's rule means: a word, or the rule's own name, which JavaScript's tools share."""
    own = rule.partition("/")[2] or rule
    return _BY_RULE.get(own, own)
