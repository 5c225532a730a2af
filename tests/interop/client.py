"""A client of the hub that shares no code with it: google.protobuf packs, openssl signs, Python's
own TLS and HTTP carry. Sends batches of payments and keeps what was sent and what came back.

Run as a program: client.py WORLD PORT OUT BATCHES [bad]
OUT/N.batch and OUT/N.reply, from 1; with `bad` the last batch holds a record that says a false sum.
"""
import hashlib
import http.client
import os
import ssl
import subprocess
import sys
import time

import wire

STATEMENT = "application/vnd.pentad.batch-statement.v1+protobuf"
REFUSAL = "application/vnd.pentad.refusal.v1+protobuf"


def pae(kind, payload):
    """What a DSSE signature is over."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def head(leaves):
    """RFC 9162, section 2.1.1."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + head(leaves[:k]) + head(leaves[k:])).digest()


def openssl(*args, stdin=None):
    done = subprocess.run(["openssl", *args], input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError("openssl %s: %s" % (args[0], done.stderr.decode()))
    return done.stdout


SIGN = {
    "ED25519": [],
    "P256": ["-digest", "sha256"],
    "SM2": ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"],
}


def algorithm_of(spki):
    if len(spki) == 44:
        return "ED25519"
    return "SM2" if bytes.fromhex("2a811ccf5501822d") in spki[:27] else "P256"


class Stream:
    def __init__(self, world, port, party, stream, scratch):
        keys = "%s/%s/keys" % (world, party)
        self.key = keys + "/signing.key"
        self.party, self.stream, self.scratch = party, stream, scratch
        self.spki = openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")
        with open(world + "/policy/genesis.hash", encoding="ascii") as f:
            self.hub = bytes.fromhex(f.read().strip())
        self.previous, self.seq = self.hub, 1
        tls = ssl.create_default_context(cafile=keys + "/ca.crt")
        tls.minimum_version = ssl.TLSVersion.TLSv1_3
        tls.load_cert_chain(keys + "/tls.crt", keys + "/tls.key")
        self.http = http.client.HTTPSConnection("127.0.0.1", port, context=tls, timeout=60)

    def payment(self, fen, said_fen=None):
        r = wire.record.Record(seq=self.seq, nonce=os.urandom(16), fiscal_year=2019)
        r.effective, r.issued_at_ms = 20190630, int(time.time() * 1000)
        r.subject.kind, r.subject.key = wire.common.SUBJECT_KIND_UNIT, "11370100004188813W"
        r.source.system, r.source.locator, r.source.row = "别家的系统", "payments.csv", self.seq
        body = r.payment_batch
        body.pay_date, body.sum_fen = 20190630, said_fen or fen
        body.lines.add(
            voucher_no="2019-%06d" % self.seq, subject="37010019R000000000001",
            quota_no="Q2019-000001", bk=wire.common.BUDGET_KIND_GENERAL, func="2120303",
            econ_d="31005", fund_year=2019, fen=fen, op=wire.finance.PAYMENT_OP_PAY,
            payee_uscc="91350100M000100Y43", payee_name="济南市政工程有限公司", purpose="工程款")
        self.seq += 1
        return r.SerializeToString()

    def sign(self, message):
        path = self.scratch + "/to-sign"
        with open(path, "wb") as f:
            f.write(message)
        return openssl("pkeyutl", "-sign", "-rawin", "-in", path, "-inkey", self.key,
                       *SIGN[algorithm_of(self.spki)])

    def batch(self, records):
        s = wire.envelope.BatchStatement(
            version=1, hub=self.hub, party=self.party, stream=self.stream,
            first_seq=self.seq - len(records), record_count=len(records),
            records_root=head([leaf(r) for r in records]), previous=self.previous,
            signed_at_ms=int(time.time() * 1000), schema_version=1)
        s.seen.tree_size, s.seen.root = 1, self.hub
        payload = s.SerializeToString()
        b = wire.envelope.Batch(records=records)
        b.envelope.payload, b.envelope.payload_type = payload, STATEMENT
        b.envelope.signatures.add(
            sig=self.sign(pae(STATEMENT, payload)), keyid=hashlib.sha256(self.spki).hexdigest())
        self.previous = hashlib.sha256(payload).digest()
        return b.SerializeToString()

    def post(self, batch):
        self.http.request("POST", "/v1/batches", batch, {
            "Content-Type": "application/x-protobuf", "Accept": "application/x-protobuf"})
        answer = self.http.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError("the hub answered %d: %s" % (answer.status, body.decode()))
        return body


def main():
    world, port, out, n = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    os.makedirs(out, exist_ok=True)
    stream = Stream(world, port, "finance", "main", out)
    for i in range(1, n + 1):
        spoilt = i == n and sys.argv[5:] == ["bad"]
        batch = stream.batch([stream.payment(100 * i + k, 1 if spoilt else None)
                              for k in range(1 + i % 3)])
        reply = stream.post(batch)
        for name, data in (("batch", batch), ("reply", reply)):
            with open("%s/%d.%s" % (out, i, name), "wb") as f:
                f.write(data)
        said = wire.envelope.SubmitReply.FromString(reply)
        if said.HasField("refusal") != spoilt:
            raise RuntimeError("batch %d: a %s came" % (i, said.WhichOneof or "wrong answer"))
    print("%d batches sent, signed by openssl with %s" % (n, algorithm_of(stream.spki)))


if __name__ == "__main__":
    main()
