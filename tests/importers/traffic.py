"""The recordings of these tests, with secrets planted in them.

The files hold `@@NAME@@` where a secret belongs: so every secret is in one table to search for, and no scanner of
repositories finds one here.
"""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from urllib.parse import quote

__all__ = ["FOLDER", "PLANTED", "SPELLINGS", "place"]

FOLDER = Path(__file__).parent / "recordings"

_CLAIMS = b'{"sub":"usr_91","email":"ada.lovelace@analytical.example","role":"admin","exp":1772446447}'

PLANTED = {
    "EMAIL": "ada.lovelace@analytical.example",
    "PASSWORD": "correct-Horse7",
    "SESSION": "9hB2kQ7xLmZr4TvW",
    "CSRF": "f00dfacecafebeef0123456789abcdef",
    "RESET": "c4a760a8dbcf4cffa8fd1f6e4be2ac11",
    "GOOGLE_KEY": "AIza" + "SyD4fKx91mQb7ZtVnR2wLpYhUcEo3Jg5aXi",
    "STRIPE_KEY": "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc",
    "HOOK": "XyZ0a1B2c3D4e5F6g7H8i9J0",
    "CARD": "4242424242424242",
    "CVV": "737",
    "SIGNATURE": "5d61605c3feea9799210ddcb71307d4ba264225f2b9a1b5d1a0d0b1f0a1b2c3d",
    "JWT": ".".join((
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        base64.urlsafe_b64encode(_CLAIMS).rstrip(b"=").decode(),
        "dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk0",
    )),
}  # fmt: skip

_BASIC = base64.b64encode(f"vendor-login:{PLANTED['PASSWORD']}".encode()).decode()
_CATALOGUE = f'{{"items": [{{"sku": "A-1", "price": "9.99"}}], "support": "{PLANTED["EMAIL"]}", "page": 1}}'.encode()

_DERIVED = {
    "EMAIL_QUOTED": quote(PLANTED["EMAIL"]),
    "CARD_SPACED": "4242 4242 4242 4242",
    "BASIC": _BASIC,
    "GZIPPED": base64.b64encode(gzip.compress(_CATALOGUE, mtime=0)).decode(),
}

SPELLINGS = sorted(
    {value for name, value in (PLANTED | _DERIVED).items() if name not in ("GZIPPED", "CVV")}
    | {"vendor-login", PLANTED["JWT"].split(".")[1], PLANTED["JWT"].split(".")[2]}
)
"""What may stand in no file and on no screen; three digits stand anywhere."""


def place(folder: Path, *names: str) -> list[Path]:
    """Write recordings, secrets and all, into a folder; give their paths."""
    made = []
    for name in names:
        source = FOLDER / name
        for file in sorted(source.iterdir()) if source.is_dir() else [source]:
            data = file.read_bytes()
            for key, value in (PLANTED | _DERIVED).items():
                data = data.replace(f"@@{key}@@".encode(), value.encode())
            path = folder / file.relative_to(FOLDER)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        made.append(folder / name)
    return made
