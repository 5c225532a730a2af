package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/certificate-transparency/go/merkletree"
	"golang.org/x/mod/sumdb/tlog"
)

// The vectors count to 2^64; what both verifiers count with wraps, and is refused as negative.
type count int64

func (c *count) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 64)
	*c = count(n)
	return err
}

// A proof, good or bad, of the published vectors.
type vector struct {
	LeafIdx, TreeSize, Size1, Size2 count
	LeafHash, Root, Root1, Root2    []byte
	Proof                           [][]byte
	WantErr                         bool
}

// The vectors begin with a leaf's hash: hashing that leaf gives it as it stands.
var ctLeafHash = merkletree.NewMerkleVerifier(func(b []byte) []byte {
	if len(b) == 33 && b[0] == 0 {
		return b[1:]
	}
	h := sha256.Sum256(b)
	return h[:]
})

func hash32(b []byte, ok *bool) (h tlog.Hash) {
	if len(b) != len(h) {
		*ok = false
	}
	copy(h[:], b)
	return h
}

// A head may be any text ("don't care"): one of another length stands for a hash that nothing leads to.
func head32(b []byte) tlog.Hash {
	if len(b) != 32 {
		return sha256.Sum256(b)
	}
	var h tlog.Hash
	copy(h[:], b)
	return h
}

func (v *vector) path(ok *bool) (p []tlog.Hash) {
	for _, b := range v.Proof {
		p = append(p, hash32(b, ok))
	}
	return p
}

// What each verifier says; a hash of another length never reaches tlog, whose type it doesn't fit.
func (v *vector) verdicts(kind string) (byTlog, byCT bool) {
	ok := true
	p := v.path(&ok)
	if kind == "inclusion" {
		root, leaf := head32(v.Root), hash32(v.LeafHash, &ok)
		byTlog = ok && tlog.CheckRecord(p, int64(v.TreeSize), root, int64(v.LeafIdx), leaf) == nil
		byCT = len(v.LeafHash) == 32 &&
			ctLeafHash.VerifyInclusionProof(int64(v.LeafIdx)+1, int64(v.TreeSize), v.Proof, v.Root, v.LeafHash) == nil
		return
	}
	root1, root2 := head32(v.Root1), head32(v.Root2)
	byTlog = ok && tlog.CheckTree(p, int64(v.Size2), root2, int64(v.Size1), root1) == nil
	byCT = ct.VerifyConsistencyProof(int64(v.Size1), int64(v.Size2), v.Root1, v.Root2, v.Proof) == nil
	return
}

func proofs(dir, kind string) {
	n, bad, zero := 0, 0, 0
	must(filepath.Walk(filepath.Join(dir, "merkle/testdata", kind), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		var v vector
		text, err := os.ReadFile(path)
		must(err, "%s", path)
		must(json.Unmarshal(text, &v), "%s", path)
		n++
		if kind == "consistency" && v.Size1 == 0 {
			zero++ // no tree of ours is empty, and tlog has no proof from one
			return nil
		}
		a, b := v.verdicts(kind)
		if a == v.WantErr || b == v.WantErr {
			die("%s: tlog says %v, certificate-transparency %v", path, a, b)
		}
		if v.WantErr {
			bad++
		}
		return nil
	}), "%s", kind)
	if n == 0 || bad == 0 {
		die("no %s vectors", kind)
	}
	fmt.Printf("%-12s %3d, of them %d bad, %d from the empty tree\n", kind, n, bad, zero)
}

// Another log's checkpoint reads, and its tiles stand where C2SP says. Their bytes are no hashes there
// and its signature is of a kind that isn't ours (RFC 6962): nothing more can be checked.
func sunlight(dir string) {
	text, err := os.ReadFile(filepath.Join(dir, "sunlight/checkpoint"))
	must(err, "sunlight")
	lines := strings.SplitAfterN(string(text), "\n", 4)
	if len(lines) != 4 {
		die("sunlight: no checkpoint")
	}
	t, err := parseTree(strings.TrimSpace(lines[0]), strings.Join(lines[:3], ""))
	must(err, "sunlight's checkpoint")
	last := []int64{tlog.StoredHashIndex(0, 255), tlog.StoredHashIndex(0, t.N-1), tlog.StoredHashIndex(8, 0)}
	for _, hash := range last {
		_, err = os.Stat(filepath.Join(dir, "sunlight", tilePath(tlog.TileForIndex(8, hash))))
		must(err, "sunlight's tile")
	}
	fmt.Printf("sunlight     %3d leaves, %d tiles\n", t.N, len(last))
}

func vectors(dir string) {
	proofs(dir, "inclusion")
	proofs(dir, "consistency")
	sunlight(dir)
}
