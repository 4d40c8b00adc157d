// SPDX-License-Identifier: Apache-2.0
// Holds a log that Creditfold serves against golang.org/x/mod/sumdb, which shares no code with it: the checkpoint's note is
// opened with its key, tiles are read as a TileHashReader reads them (it proves each against the root), and what Creditfold
// proves is checked by that library. Prints "N passed, N failed".
//
// Usage: proofs URL ACCOUNT OLD_CHECKPOINT_FILE VKEY_FILE PROOF_FILE …
// PROOF_FILE: what `creditfold prove --json` printed, of an event or of a continuation.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var passed, failed int

func check(sentence string, err error) {
	if err == nil {
		passed++
		fmt.Println("ok   " + sentence)
	} else {
		failed++
		fmt.Printf("FAIL %s: %v\n", sentence, err)
	}
}

func must(err error) {
	if err != nil {
		fmt.Println("FAIL", err)
		fmt.Println("0 passed, 1 failed")
		os.Exit(1)
	}
}

func expect(holds bool, what string) error {
	if holds {
		return nil
	}
	return fmt.Errorf("%s", what)
}

func get(url string) ([]byte, error) {
	response, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != 200 {
		err = fmt.Errorf("%s: status %d: %s", url, response.StatusCode, body)
	}
	return body, err
}

// The tree a checkpoint is of. tlog.ParseTree wants the Go checksum database's first line.
func tree_of(text string) (tlog.Tree, error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 {
		return tlog.Tree{}, fmt.Errorf("no three lines: %q", text)
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + lines[1] + "\n" + lines[2] + "\n"))
}

func open(msg []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	return tree_of(opened.Text)
}

// Tiles of height 8 as C2SP tlog-tiles names them: without the height that sumdb's own paths begin with.
type served struct {
	base  string
	read  int
	saved int
}

func (s *served) Height() int { return 8 }
func (s *served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		body, err := get(s.base + "/tile/" + strings.TrimPrefix(tile.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		s.read++
		data = append(data, body)
	}
	return data, nil
}
func (s *served) SaveTiles(tiles []tlog.Tile, data [][]byte) { s.saved += len(tiles) }

type hash struct{ tlog.Hash }

func (h *hash) UnmarshalJSON(text []byte) error {
	bytes, err := base64.StdEncoding.DecodeString(strings.Trim(string(text), `"`))
	if err == nil && copy(h.Hash[:], bytes) != tlog.HashSize {
		err = fmt.Errorf("no hash: %s", text)
	}
	return err
}

type proof struct {
	Seq        int64
	Leaf_index int64
	Leaf_hash  hash
	Path       []hash
	From, To   *struct {
		Size int64
		Root hash
	}
	Checkpoint struct{ Note string }
}

func (p proof) hashes() []tlog.Hash {
	var hashes []tlog.Hash
	for _, one := range p.Path {
		hashes = append(hashes, one.Hash)
	}
	return hashes
}

func check_proof(text []byte, verifier note.Verifier) error {
	var p proof
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	tree, err := open([]byte(p.Checkpoint.Note), verifier)
	if err != nil {
		return err
	}
	if p.From != nil {
		return tlog.CheckTree(p.hashes(), tree.N, tree.Hash, p.From.Size, p.From.Root.Hash)
	}
	if err := expect(p.Leaf_index == p.Seq-1, "leaf_index is not seq - 1"); err != nil {
		return err
	}
	return tlog.CheckRecord(p.hashes(), tree.N, tree.Hash, p.Leaf_index, p.Leaf_hash.Hash)
}

func main() {
	base, account, seen_file, vkey_file := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	region := base + "/v1/log/us"
	vkey, err := os.ReadFile(vkey_file)
	must(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	check("the key's text is a verifier of the note package", err)
	must(err)

	msg, err := get(region + "/checkpoint")
	must(err)
	tree, err := open(msg, verifier)
	check("the checkpoint served is a signed note", err)
	must(err)
	bad := bytes.Replace(msg, []byte("\n"), []byte("\n1"), 1)
	_, err = open(bad, verifier)
	check("a checkpoint of another size is refused", expect(err != nil, "it was taken"))

	tiles := &served{base: region}
	reader := tlog.TileHashReader(tree, tiles)
	root, err := tlog.TreeHash(tree.N, reader)
	check("the root of the tiles is the checkpoint's", err)
	check("and the same hash", expect(root == tree.Hash, "another root"))
	for _, index := range []int64{0, 1, 255, 256, 300, tree.N / 2, tree.N - 1} {
		path, err := tlog.ProveRecord(tree.N, index, reader)
		check(fmt.Sprintf("leaf %d is proved from the tiles", index), err)
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		must(err)
		check(fmt.Sprintf("and leaf %d is in the tree", index), tlog.CheckRecord(path, tree.N, tree.Hash, index, hashes[0]))
		wrong := hashes[0]
		wrong[0] ^= 1
		err = tlog.CheckRecord(path, tree.N, tree.Hash, index, wrong)
		check("and another leaf is not", expect(err != nil, "it was taken"))
	}
	check("tiles were read, and each was proved", expect(tiles.read > 3 && tiles.saved == tiles.read, fmt.Sprint(*tiles)))

	seen, err := os.ReadFile(seen_file)
	must(err)
	before, err := open(seen, verifier)
	check("the checkpoint kept earlier is a signed note", err)
	path, err := tlog.ProveTree(tree.N, before.N, reader)
	check("the log's tiles prove that it only grew since", err)
	check("and the proof holds", tlog.CheckTree(path, tree.N, tree.Hash, before.N, before.Hash))

	for version := 1; version < 4; version++ {
		text, err := get(fmt.Sprintf("%s/v1/accounts/%s/proof?version=%d", base, account, version))
		must(err)
		check(fmt.Sprintf("the proof served for version %d holds", version), check_proof(text, verifier))
	}
	for _, file := range os.Args[5:] {
		text, err := os.ReadFile(file)
		must(err)
		check("the proof of the command line holds: "+file[strings.LastIndex(file, "/")+1:], check_proof(text, verifier))
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
