"""What another language takes for its own: snippets by the language that reads them.

Sources: OWASP's cheat sheets on injection; CWE-89 (SQL), 79 (HTML), 78 (shell), 22 (paths), 134 (format strings), 117
(log lines), 90 (LDAP), 93 (header lines), 1236 (formulas), 1336 (templates), 943 (queries), 91 (XML).
"""

from __future__ import annotations

from typing import Final

__all__ = ["BY_LANGUAGE", "INJECTIONS", "KINDS"]

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "sql": ("' OR '1'='1", "'; DROP TABLE x;--", "'", "''", "1 UNION SELECT NULL--", "\\'", "%' ESCAPE '", "`"),
    "html": (
        '"><script>alert(1)</script>', "<!--", "&amp;", "<img src=x onerror=a>", "</textarea>", "javascript:a", '"',
    ),
    "template": ("{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{%", "{#"),
    "shell": ("$(id)", "`id`", "; id", "| id", "&& id", "\nid\n", "$IFS", "-rf", "> x", "'$(id)'"),
    "path": (
        "../../../../etc/passwd", "..\\..\\", "file:///etc/passwd", "\x00.png", "/etc/passwd", "C:\\", "....//", "~",
        "CON", "%2e%2e%2f", "\\\\x\\y",
    ),
    "format": ("%s%s%n", "%(x)s", "{0.__class__}", "{", "}", "%", "{0}", "%99999999d", "{:>99999999}", "$x"),
    "header": ("\r\nSet-Cookie: a=b", "\r\n\r\n<html>", "\nBcc: a@b"),
    "log": ("\n[ERROR] forged", "\r\n2024-01-01 00:00:00 INFO forged", "\x1b[2J", "\x1b]0;x\x07", "${jndi:ldap://x}"),
    "ldap": ("*)(uid=*", "*", ")(|(a=*", "\\2a", "admin)(&)"),
    "formula": ("=1+1", "@SUM(1)", "-1+1", "+1", "\t=1", "\r=1"),
    "xml": ("]]>", "<?xml", '<!DOCTYPE a [<!ENTITY b "c">]>&b;', "&#x0;", "<a/>"),
    "query": ('{"$gt":""}', "[$ne]=1", '"}', "__proto__[a]=1"),
    "code": ("__import__('os')", "\\", "\\\\", "!!python/name:os.system", "(lambda:0)()"),
    "escape": ("\\ud800", "\\udfff", "\\u0000", "\\x00", "%00", "%uD800", "&#xd800;", "%ED%A0%80", "\\N{"),
    "pattern": ("(a+)+$", "[", "(", "*", ".*", "\\1", "^", "(?i)", "\\p{L}"),
}  # fmt: skip
"""Language -> snippets that it reads as more than text."""

INJECTIONS: Final = tuple(dict.fromkeys(snippet for snippets in KINDS.values() for snippet in snippets))
"""All of them, each once."""

BY_LANGUAGE: Final = tuple(KINDS.values())
"""To choose a language from, then a snippet: no language drowns the others."""
