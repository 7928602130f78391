/// Why there is no memory or stack for another guest. It passes through the engine as the text of an error.
enum NoRoom: Error {
    /// All of them are in use.
    case limit(UInt32, of: String)
    /// The system gives no more address space, or no room in its tables.
    case system(String)
    /// The engine asks for a memory that the module does not have.
    case unexpected

    /// Begins all sentences, for nothing else tells these errors from others.
    static let mark = "no room for another guest"

    var sentence: String {
        switch self {
        case .limit(let count, let things): "\(Self.mark): all \(count) \(things) are in use"
        case .system(let thing):
            "\(Self.mark): the system refuses a \(thing); look at its limits on address space and mappings"
        case .unexpected: "\(Self.mark): the engine asks for a memory that is not the module's"
        }
    }
}
