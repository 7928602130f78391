import ComponentModel

/// The name of a core module's import, taken apart: what tools write for functions and built-ins of a world.
///
/// There are two spellings: the older one, in which functions are written as they are in components and built-ins
/// in square brackets, and `cm32p2`, in which module names begin with that word.
enum CoreImportName: Equatable {
    /// A function that is lowered; `interface` is nil for those of the world itself.
    case function(interface: String?, name: String, isAsync: Bool)
    /// A built-in of a resource type.
    case resource(ResourceOperation, interface: String?, name: String, ofExport: Bool)
    /// `task.return` for an exported function.
    case taskReturn(interface: String?, function: String)
    /// A built-in of the stream or future at a place in a function's type; without an index one without elements.
    case channel(ChannelName, interface: String?, function: String, ofExport: Bool)
    /// A built-in that needs no type.
    case builtin(CoreBuiltin)

    struct ChannelName: Equatable {
        var kind: ChannelKind
        var operation: ChannelOperation
        var index: Int?
        var isAsync: Bool
    }

    /// How the names of a module are spelled.
    enum Spelling { case legacy, standard }

    static let standardPrefix = "cm32p2"

    /// Nil for what has nothing to do with a world.
    ///
    /// - Parameter isPlainInterface: whether a module name that is a plain label is that of an interface.
    init?(module: String, name: String, isPlainInterface: (String) -> Bool) {
        if module.hasPrefix(Self.standardPrefix) {
            self.init(standard: module.dropFirst(Self.standardPrefix.count), name: name)
            return
        }
        var interface = module[...]
        let ofExport = interface.hasPrefix("[export]")
        if ofExport { interface = interface.dropFirst("[export]".count) }
        if interface == "$root" {
            self.init(legacy: name, interface: nil, ofExport: ofExport)
        } else if interface.contains(":") && interface.contains("/") || ofExport
            || isPlainInterface(String(interface))
        {
            self.init(legacy: name, interface: String(interface), ofExport: ofExport)
        } else {
            return nil
        }
    }

    private init?(standard module: Substring, name: String) {
        var interface: String?
        var ofExport = false
        if !module.isEmpty {
            guard module.first == "|" else { return nil }
            var text = module.dropFirst()
            ofExport = text.hasPrefix("_ex_")
            if ofExport { text = text.dropFirst("_ex_".count) }
            interface = text.isEmpty ? nil : String(text)
        }
        // Labels have no underscores, so that these are no functions.
        for (suffix, operation) in [
            ("_drop", ResourceOperation.drop), ("_new", .new), ("_rep", .representation),
        ]
        where name.hasSuffix(suffix) {
            self = .resource(
                operation, interface: interface, name: String(name.dropLast(suffix.count)), ofExport: ofExport
            )
            return
        }
        guard !ofExport else { return nil }
        self = .function(interface: interface, name: name, isAsync: false)
    }

    private init?(legacy name: String, interface: String?, ofExport: Bool) {
        var rest = name[...]
        let isAsync = Self.drop("[async-lower]", from: &rest)
        for (prefix, operation) in [
            ("[resource-drop]", ResourceOperation.drop), ("[resource-new]", .new),
            ("[resource-rep]", .representation),
        ] where Self.drop(prefix, from: &rest) {
            self = .resource(operation, interface: interface, name: String(rest), ofExport: ofExport)
            return
        }
        if Self.drop("[task-return]", from: &rest) {
            self = .taskReturn(interface: interface, function: String(rest))
            return
        }
        if let (channel, function) = Self.channel(rest, isAsync: isAsync) {
            self = .channel(channel, interface: interface, function: function, ofExport: ofExport)
            return
        }
        if let builtin = CoreBuiltin(String(rest), isAsync: isAsync) {
            self = .builtin(builtin)
            return
        }
        guard !ofExport else { return nil }
        self = .function(interface: interface, name: String(rest), isAsync: isAsync)
    }

    private static let operations: [(String, ChannelOperation)] = [
        ("new-", .new), ("read-", .read), ("write-", .write), ("cancel-read-", .cancelRead),
        ("cancel-write-", .cancelWrite), ("drop-readable-", .dropReadable), ("drop-writable-", .dropWritable),
    ]

    /// `[stream-read-0]function`.
    private static func channel(_ name: Substring, isAsync: Bool) -> (ChannelName, String)? {
        var rest = name
        let kind: ChannelKind
        if drop("[stream-", from: &rest) {
            kind = .stream
        } else if drop("[future-", from: &rest) {
            kind = .future
        } else {
            return nil
        }
        for (prefix, operation) in operations where drop(prefix, from: &rest) {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            let number = rest[..<end]
            let index = Int(number)
            guard index.map({ $0 >= 0 }) ?? (number == "unit") else { return nil }
            let channel = ChannelName(kind: kind, operation: operation, index: index, isAsync: isAsync)
            return (channel, String(rest[rest.index(after: end)...]))
        }
        return nil
    }

    static func drop(_ prefix: String, from text: inout Substring) -> Bool {
        guard text.hasPrefix(prefix) else { return false }
        text = text.dropFirst(prefix.count)
        return true
    }
}

/// A built-in without types: its bytes in a component, and what it needs.
struct CoreBuiltin: Equatable {
    /// The production without options and memory.
    var bytes: [UInt8]
    /// Whether the index of a memory follows.
    var takesMemory = false
    /// Whether options with memory and an encoding of strings follow.
    var stringEncoding: StringEncoding?

    private static let plain: [String: UInt8] = [
        "[task-cancel]": 0x05, "[subtask-drop]": 0x0d, "[error-context-drop]": 0x1e,
        "[waitable-set-new]": 0x1f, "[waitable-set-drop]": 0x22, "[waitable-join]": 0x23,
        "[backpressure-inc]": 0x24, "[backpressure-dec]": 0x25, "[thread-index]": 0x26,
        "[thread-resume-later]": 0x28,
    ]

    private static let cancellable: [String: UInt8] = [
        "[thread-yield]": 0x0c, "[waitable-set-wait]": 0x20, "[waitable-set-poll]": 0x21,
        "[thread-suspend]": 0x29, "[thread-suspend-then-resume]": 0x2a, "[thread-yield-then-resume]": 0x2b,
        "[thread-suspend-then-promote]": 0x2c, "[thread-yield-then-promote]": 0x2d,
    ]

    private static let encodings: [(String, StringEncoding)] = [
        ("utf8", .utf8), ("utf16", .utf16), ("latin1+utf16", .latin1UTF16),
    ]

    init?(_ name: String, isAsync: Bool) {
        if let opcode = Self.plain[name] {
            bytes = [opcode]
            return
        }
        if name == "[subtask-cancel]" {
            bytes = [0x06, isAsync ? 1 : 0]
            return
        }
        var rest = name[...]
        let isCancellable = CoreImportName.drop("[cancellable]", from: &rest)
        if let opcode = Self.cancellable[String(rest)] {
            bytes = [opcode, isCancellable ? 1 : 0]
            takesMemory = opcode == 0x20 || opcode == 0x21
            return
        }
        for (encodingName, encoding) in Self.encodings {
            if name == "[error-context-new-\(encodingName)]" {
                (bytes, stringEncoding) = ([0x1c], encoding)
                return
            }
            if name == "[error-context-debug-message-\(encodingName)]" {
                (bytes, stringEncoding) = ([0x1d], encoding)
                return
            }
        }
        guard let context = Self.context(rest) else { return nil }
        bytes = context
    }

    /// `[context-get-0]`, `[context-set-i64-0]`.
    private static func context(_ name: Substring) -> [UInt8]? {
        var rest = name
        let isGet = CoreImportName.drop("[context-get-", from: &rest)
        guard isGet || CoreImportName.drop("[context-set-", from: &rest), rest.last == "]" else { return nil }
        let isWide = CoreImportName.drop("i64-", from: &rest)
        if !isWide { _ = CoreImportName.drop("i32-", from: &rest) }
        guard let slot = UInt8(rest.dropLast()), slot < 0x80 else { return nil }
        return [isGet ? 0x0a : 0x0b, isWide ? 0x7e : 0x7f, slot]
    }
}
