// MartletCLI: see docs/architecture.md.
