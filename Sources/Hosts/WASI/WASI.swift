// WASI: see docs/architecture.md.
