"""What the ledger computes: how words are written down, their digest, the tree over digests and the chain
of blocks.

Pure functions; nothing here knows the database, the clock or chance. The formats are versioned and never
change: a new format gets a new number, because old blocks must verify for ever.

*Text.* Words are kept as they were spoken, code point for code point. Two things cannot be stored by every
database and are written as what a browser would show in their place: U+0000 becomes U+2400 (the picture of
NUL), a lone surrogate, which is half of a character, becomes U+FFFD. Whoever sends a form has line ends
turned into LF before the words come here (see `unbroken`). Nothing is trimmed, normalised or folded.

*Digest, version 1.* SHA-256 over the 16 bytes of salt, then `allears words 1` and a line feed, then eight
fields, each as its length in decimal, a colon, its bytes and a comma (netstrings): the row's ref, the text
(UTF-8), the ids of collection, source and person (decimal; empty for nobody), the language, the moment in
UTC as `2026-11-23T06:52:12.000000Z`, the id of the row that it supersedes (decimal; empty for none).

*Tree.* RFC 9162, section 2.1: a leaf is SHA-256(0x00 || digest), a node SHA-256(0x01 || left || right).

*What was asked, version 1.* SHA-256 over `allears asked 1`, a line feed and seven netstrings: the source's id,
ref, the id of its collection, kind, prompt, touchpoint, position.

*Frame, version 1.* What stands around the words of a block: SHA-256 over `allears frame 1`, a line feed and, for
each row in its order, the 32 bytes of what was asked (zero where that was gone) and the 27 of the moment at
which it was recorded.

*Frame, version 2.* The same over `allears frame 2`, with one more byte for each row: `1` where it is known when the
words were spoken, `0` where they are marked as undated. Which version a block has is told by computing both.

*Block, version 1.* SHA-256 over `allears block 1`, a line feed and five netstrings: number, size, root,
hash of the block before (32 zero bytes for the first), the moment of sealing.

*Block, version 2.* The same over `allears block 2` with a sixth netstring: the frame. Blocks that were sealed
before there were frames have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

SALT_BYTES = 16
FIRST = bytes(32)  # what stands for "the block before" in block 1
GONE = bytes(32)  # what a frame holds where what was asked was taken away before it was sealed
LONGEST = 1024 * 1024  # bytes of UTF-8 in one verbatim

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said, to be kept: where it belongs, who said it (None: not known) and when."""

    collection_id: int
    source_id: int
    person_id: int | None
    text: str
    language: str
    spoken_at: datetime
    supersedes_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody was asked, as the ledger seals it."""

    id: int
    ref: str
    collection_id: int
    kind: str
    prompt: str
    touchpoint: str
    position: int


class Around(NamedTuple):
    """What stands around words in their block: what was asked (its digest), when they were recorded, and whether it is
    known when they were spoken.
    """

    asked: bytes
    recorded_at: datetime
    dated: bool


def faithful(text: str) -> str:
    """Return `text` as every database can hold it: see *Text* above."""
    if not _UNSTORABLE.search(text):
        return text
    return _UNSTORABLE.sub(lambda found: "␀" if found[0] == "\0" else "\ufffd", text)


def unbroken(text: str) -> str:
    """Return `text` with the CR LF that browsers send for every line end of a text box turned back into
    LF.
    """
    return text.replace("\r\n", "\n") if "\r" in text else text


def netstring(field: bytes) -> bytes:
    return b"%d:%b," % (len(field), field)


def moment(at: datetime) -> bytes:
    """Return `at` as digests hold it: UTC, microseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26].encode() + b"Z"


def number(value: int | None) -> bytes:
    return b"" if value is None else b"%d" % value


def digest(salt: bytes, ref: str, words: Words) -> bytes:
    """Return the 32 bytes that stand for `words` in the ledger (version 1)."""
    fields = (
        ref.encode(),
        words.text.encode(),
        number(words.collection_id),
        number(words.source_id),
        number(words.person_id),
        words.language.encode(),
        moment(words.spoken_at),
        number(words.supersedes_id),
    )
    return sha256(salt + b"allears words 1\n" + b"".join(map(netstring, fields))).digest()


def leaf_hash(digest_: bytes) -> bytes:
    return sha256(b"\x00" + digest_).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def layer_above(layer: Sequence[bytes]) -> list[bytes]:
    """Return the next layer of the tree: pairs are hashed, a last one without a partner goes up as it is."""
    paired = [node_hash(layer[i], layer[i + 1]) for i in range(0, len(layer) - 1, 2)]
    return paired + list(layer[len(paired) * 2 :])


def root(digests: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash over at least one digest."""
    layer = [leaf_hash(d) for d in digests]
    while len(layer) > 1:
        layer = layer_above(layer)
    return layer[0]


def proof(digests: Sequence[bytes], position: int) -> list[bytes]:
    """Return the inclusion proof (audit path, from the leaf upwards) of the digest at `position`."""
    layer, path = [leaf_hash(d) for d in digests], []
    while len(layer) > 1:
        partner = position ^ 1
        if partner < len(layer):
            path.append(layer[partner])
        layer, position = layer_above(layer), position // 2
    return path


def root_by_proof(digest_: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that the proof leads to, None when it has the wrong length (RFC 9162, 2.1.3.2)."""
    at, last, hashed, steps = position, size - 1, leaf_hash(digest_), list(path)
    while last > 0:
        if at % 2 or at < last:
            if not steps:
                return None
            step = steps.pop(0)
            hashed = node_hash(step, hashed) if at % 2 else node_hash(hashed, step)
        at, last = at // 2, last // 2
    return None if steps else hashed


def asked_digest(asked: Asked) -> bytes:
    """Return the 32 bytes that stand for what was asked (version 1)."""
    fields = (
        number(asked.id),
        asked.ref.encode(),
        number(asked.collection_id),
        asked.kind.encode(),
        asked.prompt.encode(),
        asked.touchpoint.encode(),
        number(asked.position),
    )
    return sha256(b"allears asked 1\n" + b"".join(map(netstring, fields))).digest()


def frame(rows: Iterable[Around]) -> bytes:
    """Return the frame of a block (version 2)."""
    hashed = sha256(b"allears frame 2\n")
    for row in rows:
        hashed.update(row.asked + moment(row.recorded_at) + (b"1" if row.dated else b"0"))
    return hashed.digest()


def first_frame(rows: Iterable[Around]) -> bytes:
    """Return the frame of a block as the first that had one hold it (version 1): whether days are known is not in it."""
    hashed = sha256(b"allears frame 1\n")
    for row in rows:
        hashed.update(row.asked + moment(row.recorded_at))
    return hashed.digest()


def block_hash(
    *, block: int, size: int, root_: bytes, previous: bytes, sealed_at: datetime, frame_: bytes | None
) -> bytes:
    """Return the hash that links a block to the one before (version 2; version 1 without a frame)."""
    fields = [number(block), number(size), root_, previous, moment(sealed_at)]
    if frame_ is None:
        return sha256(b"allears block 1\n" + b"".join(map(netstring, fields))).digest()
    return sha256(b"allears block 2\n" + b"".join(map(netstring, [*fields, frame_]))).digest()
