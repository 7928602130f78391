/// Sentences for what validation rules out.
enum EngineErrorText {
    static let missingExport = ComponentRuntimeError(
        "A core instance does not export what its component was validated with.")
}
