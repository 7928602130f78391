// AppModel: see docs/architecture.md.
