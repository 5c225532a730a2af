"""The messages of proto/pentad/v1 as protoc's Python knows them: lib.bash generates them."""
import pentad.v1.common_pb2 as common
import pentad.v1.envelope_pb2 as envelope
import pentad.v1.evidence_pb2 as evidence
import pentad.v1.feed_pb2 as feed
import pentad.v1.finance_pb2 as finance
import pentad.v1.record_pb2 as record
import pentad.v1.sealed_pb2 as sealed

__all__ = ["common", "envelope", "evidence", "feed", "finance", "record", "sealed"]
