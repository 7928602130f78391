// HostSystem: see docs/architecture.md.
