// verify hub URL KEYS POLICY CLAIMS   a hub over HTTPS, and what it gave a client
// verify dir DIR POLICY               a static tree
// verify cosigned NOTE POLICY VKEY…   a checkpoint that witnesses cosigned
// verify vectors DIR                  the published vectors
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func overHTTPS(url, keys string) source {
	ca, err := os.ReadFile(keys + "/ca.crt")
	must(err, "authority")
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		die("no certificate in %s/ca.crt", keys)
	}
	own, err := tls.LoadX509KeyPair(keys+"/tls.crt", keys+"/tls.key")
	must(err, "certificate")
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{
		RootCAs: roots, Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS13}}
	client := &http.Client{Transport: transport}
	return func(path string) ([]byte, error) {
		answer, err := client.Get(url + "/" + path)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err == nil && answer.StatusCode != 200 {
			err = fmt.Errorf("%s: %s", path, answer.Status)
		}
		return body, err
	}
}

func inFolder(dir string) source {
	return func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, path)) }
}

// One line of claims: what the product gave a client, as claims.py wrote it down.
type claim struct {
	Kind                     string // receipt, extension or proof
	Index                    int64
	Entry, Checkpoint, After string
	Path                     []string
	Proof                    string
}

func claims(v note.Verifier, file string, now tlog.Tree, hashReader tlog.HashReader) {
	f, err := os.Open(file)
	must(err, "claims")
	counts, byTiles := map[string]int{}, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c claim
		must(json.Unmarshal(lines.Bytes(), &c), "claims")
		what := fmt.Sprintf("%s %d", c.Kind, c.Index)
		counts[c.Kind]++
		switch c.Kind {
		case "receipt":
			t := checkpoint(v, unbase64(c.Checkpoint), what)
			checkInclusion(unbase64(c.Entry), c.Index, hashes(c.Path), t, what)
			if t.N < now.N {
				p, err := tlog.ProveTree(now.N, t.N, hashReader)
				must(err, "%s: a proof from tiles", what)
				checkConsistency(p, t, now, what)
				byTiles++
			}
		case "extension":
			checkConsistency(hashes(c.Path), checkpoint(v, unbase64(c.After), what),
				checkpoint(v, unbase64(c.Checkpoint), what), what)
		case "proof":
			proofFile(v, unbase64(c.Proof), unbase64(c.Entry), what)
		default:
			die("a claim of no kind")
		}
	}
	must(lines.Err(), "claims")
	for _, kind := range []string{"receipt", "extension", "proof"} {
		if counts[kind] == 0 {
			die("no %s was claimed", kind)
		}
		fmt.Printf("%-10s %4d\n", kind, counts[kind])
	}
	fmt.Printf("%-10s %4d by tiles\n", "extension", byTiles)
}

func log(from source, v note.Verifier) (tlog.Tree, tlog.HashReader) {
	raw, err := from("checkpoint")
	must(err, "checkpoint")
	t := checkpoint(v, raw, "checkpoint")
	r := checkTiles(from, t)
	fmt.Printf("%-10s %4d\n%-10s %4d\n", "entries", t.N, "tiles", len(r.seen))
	return t, tlog.TileHashReader(t, r)
}

func main() {
	args := append(os.Args[1:], "", "", "", "", "")
	switch args[0] {
	case "hub":
		v := logKey(args[3])
		now, reader := log(overHTTPS(strings.TrimSuffix(args[1], "/"), args[2]), v)
		claims(v, args[4], now, reader)
	case "dir":
		log(inFolder(args[1]), logKey(args[2]))
	case "cosigned":
		raw, err := os.ReadFile(args[1])
		must(err, "note")
		var by []note.Verifier
		for _, vkey := range os.Args[4:] {
			by = append(by, newCosigner(vkey))
		}
		cosigned(logKey(args[2]), raw, by)
		fmt.Printf("%-10s %4d\n", "cosigned", len(by))
	case "vectors":
		vectors(args[1])
	default:
		die("hub, dir, cosigned or vectors?")
	}
}
