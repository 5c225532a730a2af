"""check_signatures.py WORLD SENT: each envelope that the exchange made, by three verifiers."""
import glob
import hashlib
import sys
import tempfile

import botan2
from cryptography.hazmat.primitives import serialization
from securesystemslib.signer import Signature, SSlibKey

import wire
from client import REFUSAL, SIGN, STATEMENT, algorithm_of, openssl, pae

GENESIS = "application/vnd.pentad.genesis.v1+protobuf"
scratch = tempfile.mkdtemp(dir=sys.argv[2])


def by_openssl(spki, message, sig):
    for name, data in (("spki", spki), ("message", message), ("sig", sig)):
        with open("%s/%s" % (scratch, name), "wb") as f:
            f.write(data)
    try:
        openssl("pkeyutl", "-verify", "-rawin", "-in", scratch + "/message", "-sigfile",
                scratch + "/sig", "-pubin", "-keyform", "DER", "-inkey", scratch + "/spki",
                *SIGN[algorithm_of(spki)])
    except RuntimeError:
        return False
    return True


def by_securesystemslib(spki, message, sig):
    if algorithm_of(spki) == "ED25519":
        key = SSlibKey("00", "ed25519", "ed25519", {"public": spki[12:].hex()})
    else:
        pem = serialization.load_der_public_key(spki).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        key = SSlibKey("00", "ecdsa", "ecdsa-sha2-nistp256", {"public": pem})
    try:
        key.verify_signature(Signature("00", sig.hex()), message)
    except Exception:  # its own kinds differ by algorithm
        return False
    return True


def by_botan(spki, message, sig):
    which = algorithm_of(spki)
    if which == "SM2":
        key = botan2.PublicKey.load_sm2(
            "sm2p256v1", int.from_bytes(spki[27:59], "big"), int.from_bytes(spki[59:], "big"))
    else:
        key = botan2.PublicKey.load(spki)
    how = {"ED25519": "Pure", "P256": "EMSA1(SHA-256)", "SM2": "1234567812345678,SM3"}[which]
    try:
        check = botan2.PKVerify(key, how, which != "ED25519")
        check.update(message)
        return check.check_signature(sig)
    except botan2.BotanException:
        return False


VERIFIERS = {
    "openssl pkeyutl": (by_openssl, ("ED25519", "P256", "SM2")),
    "securesystemslib": (by_securesystemslib, ("ED25519", "P256")),
    "botan": (by_botan, ("ED25519", "P256", "SM2")),
}
counts = {}


def spoil(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def check(what, spki, kind, payload, sig):
    good = pae(kind, payload)
    for name, (verify, takes) in VERIFIERS.items():
        if algorithm_of(spki) not in takes:
            continue
        if not verify(spki, good, sig):
            raise SystemExit("%s: %s says the signature is wrong" % (what, name))
        for spoilt in ((pae(kind + "x", payload), sig), (spoil(good, len(good) - 1), sig),
                       (spoil(good, len(good) // 2), sig), (good, spoil(sig, len(sig) - 1))):
            if verify(spki, *spoilt):
                raise SystemExit("%s: %s takes what was changed" % (what, name))
        key = (what, algorithm_of(spki), name)
        counts[key] = counts.get(key, 0) + 1


def main():
    with open(sys.argv[1] + "/hub/genesis.entry", "rb") as f:
        entry = wire.envelope.LogEntry.FromString(f.read())
    genesis = wire.envelope.Genesis.FromString(entry.envelope.payload)
    signing = {p.party: k.spki for p in genesis.parties for k in p.keys
               if k.use == wire.envelope.KEY_USE_SIGNING}
    if entry.envelope.payload_type != GENESIS or len(entry.envelope.signatures) != len(signing):
        raise SystemExit("the genesis isn't signed once by every party")
    by_id = {hashlib.sha256(spki).hexdigest(): spki for spki in signing.values()}
    for s in entry.envelope.signatures:
        check("genesis", by_id.pop(s.keyid), GENESIS, entry.envelope.payload, s.sig)

    refusals = 0
    for path in sorted(glob.glob(sys.argv[2] + "/*.batch")):
        with open(path, "rb") as f:
            batch = wire.envelope.Batch.FromString(f.read())
        with open(path[:-5] + "reply", "rb") as f:
            reply = wire.envelope.SubmitReply.FromString(f.read())
        check("batch", signing["finance"], STATEMENT, batch.envelope.payload,
              batch.envelope.signatures[0].sig)
        if reply.HasField("refusal"):
            said = wire.envelope.Refusal.FromString(reply.refusal.payload)
            if (reply.refusal.payload_type != REFUSAL or not said.faults
                    or said.statement_hash != hashlib.sha256(batch.envelope.payload).digest()):
                raise SystemExit("the refusal isn't one of this batch")
            check("refusal", signing["hub"], REFUSAL, reply.refusal.payload,
                  reply.refusal.signatures[0].sig)
            refusals += 1
        else:
            logged = wire.envelope.LogEntry.FromString(reply.receipt.log_entry).envelope
            if logged != batch.envelope:
                raise SystemExit("another envelope was logged than was sent")
            check("log entry", signing["finance"], logged.payload_type, logged.payload,
                  logged.signatures[0].sig)
    for (what, alg, name), n in sorted(counts.items()):
        print("%-10s %-8s %3d by %s" % (what, alg, n, name))
    if refusals != 1:
        raise SystemExit("%d refusals instead of 1" % refusals)


main()
