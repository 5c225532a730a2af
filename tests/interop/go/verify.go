// Checks a log with software that nobody of Pentad wrote: golang.org/x/mod/sumdb (note, tlog) and
// certificate-transparency's MerkleVerifier. Each claim is then spoilt by a byte and must fail.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/google/certificate-transparency/go/merkletree"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A place that has checkpoint, tile/…: a hub, or a folder.
type source func(path string) ([]byte, error)

func die(format string, args ...interface{}) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}

func must(err error, format string, args ...interface{}) {
	if err != nil {
		die(format+": %v", append(args, err)...)
	}
}

func refused(err error, format string, args ...interface{}) {
	if err == nil {
		die(format+": it was taken", args...)
	}
}

func spoilt(b []byte, at int) []byte {
	c := append([]byte(nil), b...)
	c[at] ^= 1
	return c
}

// ---- checkpoints --------------------------------------------------------------------------------

// The log's key, as the policy file of the verifier names it.
func logKey(policy string) note.Verifier {
	text, err := os.ReadFile(policy)
	must(err, "policy")
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "log" {
			v, err := note.NewVerifier(f[1])
			must(err, "the policy's log key")
			return v
		}
	}
	die("the policy names no log")
	return nil
}

// tlog.ParseTree wants the origin line of one log, so the three lines are read here.
func parseTree(origin, text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		return tlog.Tree{}, errors.New("not a checkpoint of " + origin)
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != lines[1] {
		return tlog.Tree{}, errors.New("its size isn't a plain number")
	}
	h, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: n, Hash: h}, err
}

func openCheckpoint(v note.Verifier, raw []byte) (tlog.Tree, error) {
	n, err := note.Open(raw, note.VerifierList(v))
	if err != nil {
		return tlog.Tree{}, err
	}
	return parseTree(v.Name(), n.Text)
}

func checkpoint(v note.Verifier, raw []byte, what string) tlog.Tree {
	t, err := openCheckpoint(v, raw)
	must(err, "%s", what)
	for _, at := range []int{0, len(v.Name()) + 1, bytes.LastIndexByte(raw, ' ') + 9} {
		_, err = openCheckpoint(v, spoilt(raw, at))
		refused(err, "%s with byte %d changed", what, at)
	}
	return t
}

// x/mod's note knows type 01 alone: a cosignature of C2SP, type 04, is over the time and the note.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newCosigner(vkey string) *cosigner {
	f := strings.SplitN(vkey, "+", 3)
	if len(f) != 3 {
		die("%s: no verifier key", vkey)
	}
	key := unbase64(f[2])
	sum := sha256.Sum256(append([]byte(f[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if len(key) != 33 || key[0] != 4 || f[1] != fmt.Sprintf("%08x", hash) {
		die("%s: no cosigner's key", vkey)
	}
	return &cosigner{f[0], hash, ed25519.PublicKey(key[1:])}
}

// Every cosigner has signed, and neither text nor any of their lines may differ.
func cosigned(v note.Verifier, raw []byte, cosigners []note.Verifier) {
	signers := func(b []byte) int {
		n, err := note.Open(b, note.VerifierList(append(cosigners, v)...))
		if err != nil {
			return 0
		}
		return len(n.Sigs)
	}
	if got := signers(raw); got != 1+len(cosigners) {
		die("%d of %d signatures hold", got, 1+len(cosigners))
	}
	checkpoint(v, raw, "cosigned checkpoint")
	for _, c := range cosigners {
		at := bytes.Index(raw, []byte("\u2014 "+c.Name()+" ")) + len("\u2014 "+c.Name()+" ")
		for _, further := range []int{8, 14, 60} { // the time, the signature
			if signers(spoilt(raw, at+further)) == 1+len(cosigners) {
				die("%s: a changed cosignature was taken", c.Name())
			}
		}
	}
}

// ---- proofs -------------------------------------------------------------------------------------

var ct = merkletree.NewMerkleVerifier(func(b []byte) []byte {
	h := sha256.Sum256(b)
	return h[:]
})

func rawHashes(p []tlog.Hash) [][]byte {
	out := make([][]byte, len(p))
	for i := range p {
		out[i] = append([]byte(nil), p[i][:]...)
	}
	return out
}

// Both verifiers; "" where both take it, both where both refuse, else the one that does.
func inclusion(entry []byte, index int64, p []tlog.Hash, t tlog.Tree) error {
	a := tlog.CheckRecord(p, t.N, t.Hash, index, tlog.RecordHash(entry))
	b := ct.VerifyInclusionProof(index+1, t.N, rawHashes(p), t.Hash[:], entry)
	return agreed(a, b)
}

func consistency(p []tlog.Hash, old, new tlog.Tree) error {
	a := tlog.CheckTree(p, new.N, new.Hash, old.N, old.Hash)
	b := ct.VerifyConsistencyProof(old.N, new.N, old.Hash[:], new.Hash[:], rawHashes(p))
	return agreed(a, b)
}

func agreed(a, b error) error {
	if (a == nil) != (b == nil) {
		die("the two verifiers disagree: tlog says %v, certificate-transparency %v", a, b)
	}
	return a
}

func checkInclusion(entry []byte, index int64, p []tlog.Hash, t tlog.Tree, what string) {
	must(inclusion(entry, index, p, t), "%s: inclusion", what)
	refused(inclusion(spoilt(entry, len(entry)/2), index, p, t), "%s with another entry", what)
	refused(inclusion(entry, (index+1)%t.N, p, t), "%s at another index", what)
	if len(p) > 0 {
		p[0][7] ^= 1
		refused(inclusion(entry, index, p, t), "%s with another path", what)
		p[0][7] ^= 1
	}
}

func checkConsistency(p []tlog.Hash, old, new tlog.Tree, what string) {
	must(consistency(p, old, new), "%s: consistency of %d with %d", what, old.N, new.N)
	old.Hash[31] ^= 1
	refused(consistency(p, old, new), "%s from another head", what)
	old.Hash[31] ^= 1
	p[0][7] ^= 1
	refused(consistency(p, old, new), "%s with another path", what)
	p[0][7] ^= 1
}

// ---- tiles --------------------------------------------------------------------------------------

// C2SP tiles leave the height out of the path, and call the data tile entries.
func tilePath(t tlog.Tile) string {
	return strings.Replace(strings.Replace(t.Path(), "tile/8/", "tile/", 1), "/data/", "/entries/", 1)
}

type tiles struct {
	from source
	bad  string // the path of which a byte is changed
	seen map[string]bool
}

func (r *tiles) Height() int                         { return 8 }
func (r *tiles) SaveTiles(t []tlog.Tile, d [][]byte) {}
func (r *tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range want {
		b, err := r.from(tilePath(t))
		if err != nil {
			return nil, err
		}
		if tilePath(t) == r.bad {
			b = spoilt(b, len(b)-1)
		}
		r.seen[tilePath(t)] = true
		out = append(out, b)
	}
	return out, nil
}

func bundle(b []byte) ([][]byte, error) {
	var out [][]byte
	for len(b) > 0 {
		if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
			return nil, errors.New("the entry bundle is cut short")
		}
		n := 2 + int(binary.BigEndian.Uint16(b))
		out = append(out, b[2:n])
		b = b[n:]
	}
	return out, nil
}

// Every leaf through the tiles, every entry against its leaf.
func walk(from source, t tlog.Tree, r *tiles, badEntry int64) error {
	hashes := tlog.TileHashReader(t, r)
	for first := int64(0); first < t.N; first += 256 {
		w := t.N - first
		if w > 256 {
			w = 256
		}
		raw, err := from(tilePath(tlog.Tile{H: 8, L: -1, N: first / 256, W: int(w)}))
		if err != nil {
			return err
		}
		entries, err := bundle(raw)
		if err != nil || int64(len(entries)) != w {
			return fmt.Errorf("bundle %d: %d entries instead of %d: %v", first/256, len(entries), w, err)
		}
		at := make([]int64, w)
		for i := range at {
			at[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		leaves, err := hashes.ReadHashes(at)
		if err != nil {
			return err
		}
		for i, e := range entries {
			if first+int64(i) == badEntry {
				e = spoilt(e, len(e)/3)
			}
			if tlog.RecordHash(e) != leaves[i] {
				return fmt.Errorf("entry %d isn't its leaf", first+int64(i))
			}
		}
	}
	return nil
}

func checkTiles(from source, t tlog.Tree) *tiles {
	r := &tiles{from, "", map[string]bool{}}
	must(walk(from, t, r, -1), "tiles")
	for path := range r.seen {
		bad := &tiles{from, path, map[string]bool{}}
		refused(walk(from, t, bad, -1), "%s with a byte changed", path)
	}
	for _, i := range []int64{0, t.N / 2, t.N - 1} {
		refused(walk(from, t, r, i), "entry %d with a byte changed", i)
	}
	return r
}

// ---- proof files --------------------------------------------------------------------------------

// A tlog-proof of C2SP; the entry stands apart.
func proofFile(v note.Verifier, text, entry []byte, what string) {
	parts := strings.SplitN(string(text), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		die("%s: no proof file", what)
	}
	index, err := strconv.ParseInt(lines[1][len("index "):], 10, 64)
	must(err, "%s: index", what)
	checkInclusion(entry, index, hashes(lines[2:]), checkpoint(v, []byte(parts[1]), what), what)
}

func hashes(lines []string) []tlog.Hash {
	var out []tlog.Hash
	for _, l := range lines {
		h, err := tlog.ParseHash(l)
		must(err, "a path's hash")
		out = append(out, h)
	}
	return out
}

func unbase64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	must(err, "base64")
	return b
}
