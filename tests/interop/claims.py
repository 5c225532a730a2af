"""claims.py SENT FEED EVIDENCE…: what the product gave its clients, as lines of JSON for Go.

SENT      client.py's folder: receipts
FEED      a folder with pages of the feed, 0.page and so on, each after the one before: extensions
EVIDENCE  bundles: proof files
"""
import base64
import glob
import json
import sys

import wire


def b64(data):
    return base64.b64encode(data).decode()


def say(**claim):
    print(json.dumps(claim))


def read(path):
    with open(path, "rb") as f:
        return f.read()


for path in glob.glob(sys.argv[1] + "/*.reply"):
    r = wire.envelope.SubmitReply.FromString(read(path)).receipt
    say(kind="receipt", index=r.log_index, entry=b64(r.log_entry), checkpoint=b64(r.checkpoint),
        path=[b64(h) for h in r.inclusion_proof])

before = None
for i in range(len(glob.glob(sys.argv[2] + "/*.page"))):
    page = wire.feed.FeedPage.FromString(read("%s/%d.page" % (sys.argv[2], i)))
    if before is not None:
        say(kind="extension", index=i, after=b64(before), checkpoint=b64(page.checkpoint),
            path=[b64(h) for h in page.consistency_proof])
    before = page.checkpoint

for path in sys.argv[3:]:
    bundle = wire.evidence.EvidenceBundle.FromString(read(path))
    say(kind="proof", index=0, proof=b64(bundle.genesis_proof), entry=b64(bundle.genesis_entry))
    for b in list(bundle.batches) + [k.entry for k in bundle.key_history]:
        say(kind="proof", index=b.log_index, proof=b64(b.tlog_proof), entry=b64(b.log_entry))
