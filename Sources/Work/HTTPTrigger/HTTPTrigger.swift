// HTTPTrigger: see docs/architecture.md.
