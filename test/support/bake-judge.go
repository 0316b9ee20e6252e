// Reads a file for `docker buildx bake` with the code of buildx, and prints the targets of its default group.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/docker/buildx/bake"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	files := []bake.File{{Name: os.Args[1], Data: data}}
	targets, _, err := bake.ReadTargets(context.Background(), files, []string{"default"}, nil, nil)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(targets); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
