/// Commands of other projects' scripts that do not pass, each with its reason.
enum ScriptExceptions {
    static let reasons: [String: String] = [:]
}
