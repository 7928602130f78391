// ComponentModel: see docs/architecture.md.
