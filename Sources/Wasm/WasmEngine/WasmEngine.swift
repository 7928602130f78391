// WasmEngine: see docs/architecture.md.
