/// What came of the commands of one script, or of several.
struct ScriptOutcome {
    /// A command, and what is to be said about it.
    struct Finding {
        /// The script and the line.
        var place: String
        var reason: String
    }

    var passed = 0
    var failures: [Finding] = []
    /// Valid components, counted as passed, that cannot be instantiated because of what they import.
    var onlyValidated: [Finding] = []
    /// Traps, counted as passed, that say it in other words than the script.
    var otherWords: [Finding] = []
    /// Refusals, counted as passed, by the parser of the text format: the engine's, so they say nothing of this project.
    var refusedAsText = 0

    mutating func add(_ other: ScriptOutcome) {
        passed += other.passed
        failures += other.failures
        onlyValidated += other.onlyValidated
        otherWords += other.otherWords
        refusedAsText += other.refusedAsText
    }
}
