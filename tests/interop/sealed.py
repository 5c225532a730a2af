"""sealed.py cms RECORD OUT                the CMS of a sealed record; prints its recipients
sealed.py content RECORD PLAIN PLACE HUB  PLAIN is what RECORD, at PLACE of the log HUB, committed to
"""
import hashlib
import sys

from google.protobuf.message import DecodeError

import wire


def die(what):
    print(what)
    raise SystemExit(1)


def body_of(record):
    return getattr(record, record.WhichOneof("body"))


def seal_of(path):
    with open(path, "rb") as f:
        record = wire.record.Record.FromString(f.read())
    body = body_of(record)
    if "sealed" not in body.DESCRIPTOR.fields_by_name or not body.HasField("sealed"):
        raise SystemExit(3)
    return record, body.sealed


def content(record, seal, plain, place, hub):
    size = len(plain)
    person = record.WhichOneof("body") == "responsible_person"
    if size % 256 if person else size < 65536 or size & (size - 1):
        die("a seal isn't filled up to %d bytes" % size)
    n = int.from_bytes(plain[:4], "big")
    if n > size - 4 or any(plain[4 + n:]):
        die("what follows the content isn't zeros")
    try:
        inside = wire.sealed.SealedContent.FromString(plain[4:4 + n])
    except DecodeError:
        die("the content doesn't read")
    c = inside.context
    party, stream, seq = place.split("/")
    if (c.hub.hex(), c.party, c.stream, c.seq) != (hub, party, stream, int(seq)):
        die("it was sealed for another place")
    if list(c.recipients) != list(seal.recipients):
        die("it was sealed to others")
    inner = inside.record.SerializeToString()
    if hashlib.sha256(b"\0" + inner).digest() != seal.content_hash:
        die("its hash isn't the one that the record commits to")
    if inside.record.WhichOneof("body") != record.WhichOneof("body"):
        die("it is of another type")
    fields = [f.name for f, _ in body_of(inside.record).ListFields()]
    print("%s of %d bytes in %d: %s" % (inside.record.WhichOneof("body"), n, size, ", ".join(fields)))


def main():
    record, seal = seal_of(sys.argv[2])
    if sys.argv[1] == "cms":
        with open(sys.argv[3], "wb") as f:
            f.write(seal.cms)
        print("\n".join(r.hex() for r in seal.recipients))
        return
    with open(sys.argv[3], "rb") as f:
        content(record, seal, f.read(), *sys.argv[4:6])


main()
