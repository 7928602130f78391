// AppRuntime: see docs/architecture.md.
