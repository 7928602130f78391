// Answers with what it was asked: method, target, fields and body. A CGI program.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprint(out, "Content-Type: text/plain\nX-Guest: go\n\n")
	target := os.Getenv("PATH_INFO")
	if query := os.Getenv("QUERY_STRING"); query != "" {
		target += "?" + query
	}
	fmt.Fprintf(out, "%s\n%s\n", os.Getenv("REQUEST_METHOD"), target)
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if name, isField := strings.CutPrefix(name, "HTTP_"); isField {
			fmt.Fprintf(out, "%s: %s\n", strings.ReplaceAll(strings.ToLower(name), "_", "-"), value)
		}
	}
	fmt.Fprintln(out)
	if _, err := io.Copy(out, os.Stdin); err != nil {
		os.Exit(1)
	}
	if out.Flush() != nil {
		os.Exit(1)
	}
}
