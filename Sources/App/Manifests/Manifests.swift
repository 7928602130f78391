// Manifests: see docs/architecture.md.
