"""Fixed inputs for measuring the cost of one: made by these rules, from one seed, the same everywhere.

Two thirds are what people write. A third is that with one to three small damages: what a mutator makes of it, and what
most executions of a campaign are about.
"""

from __future__ import annotations

from random import Random

__all__ = ["dates", "documents"]

SEED = 492888
COUNT = 400

WORDS = (
    "name", "version", "title", "owner", "database", "server", "port", "ports", "enabled", "timeout", "retries",
    "path", "url", "description", "dependencies", "authors", "license", "keywords", "build", "target", "release",
    "debug", "log", "level", "format", "color", "host", "user", "role", "zone", "region",
)  # fmt: skip

DAMAGE = "\"'[]{}=#.,\\\n\t :-+_0aZé\0"


def documents() -> list[bytes]:
    """TOML documents: keys, tables, arrays of tables, every kind of value."""
    rng = Random(SEED)  # noqa: S311 - inputs, not secrets
    return [_damaged(rng, _document(rng), one).encode("utf-8") for one in range(COUNT)]


def dates() -> list[bytes]:
    """Dates and times as people and machines write them."""
    rng = Random(SEED)  # noqa: S311 - inputs, not secrets
    return [_damaged(rng, _date(rng), one).encode("utf-8") for one in range(COUNT)]


def _damaged(rng: Random, text: str, number: int) -> str:
    if number % 3 or not text:
        return text
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(text) + 1)
        end = min(len(text), place + rng.choice((0, 0, 1, 1, 4)))
        text = text[:place] + rng.choice(("", rng.choice(DAMAGE), rng.choice(WORDS))) + text[end:]
    return text


def _document(rng: Random) -> str:
    lines = [_pair(rng) for _ in range(rng.randint(0, 3))]
    for _ in range(rng.randint(0, 2)):
        name = ".".join(rng.sample(WORDS, rng.randint(1, 2)))
        lines.append(f"[[{name}]]" if rng.random() < 0.3 else f"[{name}]")
        lines += [_pair(rng) for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.2:
        lines.insert(rng.randrange(len(lines) + 1), f"# {rng.choice(WORDS)} {rng.choice(WORDS)}")
    return "\n".join(lines) + rng.choice(("\n", ""))


def _pair(rng: Random) -> str:
    key = rng.choice(WORDS)
    if rng.random() < 0.1:
        key = rng.choice((f'"{key} {rng.choice(WORDS)}"', f"{key}.{rng.choice(WORDS)}", f"{key}-{rng.randrange(10)}"))
    comment = f"  # {rng.choice(WORDS)}" if rng.random() < 0.1 else ""
    return f"{key} = {_value(rng, 2)}{comment}"


def _value(rng: Random, depth: int) -> str:
    kind = rng.randrange(11 if depth else 8)
    if kind < 3:
        return f'"{" ".join(rng.choice(WORDS) for _ in range(rng.randint(0, 3)))}"'
    if kind == 3:
        return rng.choice((r'"tab\there \"quoted\" \u00e9"', r"'C:\raw\path'", '"""two\nlines"""', "'''a ' b'''"))
    if kind == 4:
        return rng.choice((str(rng.randrange(-1000, 70000)), "1_000_000", "0xff", "0b1010", "+7"))
    if kind == 5:
        return rng.choice((f"{rng.uniform(-1e3, 1e3):.3f}", "6.02e23", "-1e-7", "3.0"))
    if kind == 6:
        return rng.choice(("true", "false"))
    if kind == 7:
        return rng.choice(("1979-05-27T07:32:00Z", "2024-02-29", "1979-05-27T00:32:00.999-07:00"))
    members = [_value(rng, 0 if kind == 10 else depth - 1) for _ in range(rng.randint(0, 3))]
    if kind == 10:
        return "{ " + ", ".join(f"{rng.choice(WORDS)} = {member}" for member in members) + " }"
    return "[" + ", ".join(members) + "]"


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
ZONES = ("Z", "+02:00", "-0800", " UTC", " GMT+3", " EST", "")


def _date(rng: Random) -> str:
    year, month, day = rng.randint(1900, 2099), rng.randint(1, 12), rng.randint(1, 28)
    name, weekday = MONTHS[month - 1], rng.choice(DAYS)
    style = rng.randrange(9)
    if style == 0:
        date = f"{year}-{month:02}-{day:02}"
    elif style == 1:
        date = f"{year}{month:02}{day:02}"
    elif style == 2:
        date = rng.choice((f"{month}/{day}/{year}", f"{day}.{month}.{year % 100:02}", f"{day}-{name[:3]}-{year}"))
    elif style == 3:
        date = f"{name} {day}, {year}"
    elif style == 4:
        date = f"{weekday}, {day} {name[:3]} {year}"
    elif style == 5:
        date = f"{weekday[:3]} {name[:3]} {day:2}"
    elif style == 6:
        date = f"the {day}{'th' if day > 3 else ('st', 'nd', 'rd')[day - 1]} of {name} {year}"
    elif style == 7:
        date = name
    else:
        return f"{rng.randint(0, 12)}h{rng.randint(0, 59)}m{rng.randint(0, 59)}s"
    hour, minute, second = rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)
    time = rng.choice(
        (
            "",
            f" {hour:02}:{minute:02}",
            f"T{hour:02}:{minute:02}:{second:02}",
            f" {hour:02}:{minute:02}:{second:02}.{rng.randrange(10**6):06}",
            f" {hour % 12 + 1}:{minute:02} {rng.choice(('am', 'PM', 'p.m.'))}",
        )
    )
    return date + time + (rng.choice(ZONES) if time else "")
