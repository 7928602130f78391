import ComponentModel

// The syntax of WIT (WIT.md), as written: names are not resolved.

/// A name with its place.
struct WITName: Sendable {
    var text: String
    var place: WITPlace
}

/// A place in a text.
struct WITPlace: Sendable {
    var file: String
    var line: Int
    var column: Int

    func error(_ message: String) -> WITError {
        WITError(message: message, file: file, line: line, column: column)
    }
}

/// `namespace:package@version`.
struct WITPackageName: Sendable, Hashable {
    var namespace: String
    var name: String
    var version: String?

    /// Without the version.
    var path: String { "\(namespace):\(name)" }
    var text: String { path + (version.map { "@\($0)" } ?? "") }

    func interface(_ name: String) -> String { "\(path)/\(name)" + (version.map { "@\($0)" } ?? "") }
}

/// `name`, or `namespace:package/name@version`.
struct WITPath: Sendable {
    var package: WITPackageName?
    var name: WITName
}

/// A file, or a nested package: what stands between braces after `package`.
struct WITPackageSyntax: Sendable {
    var name: WITPackageName?
    /// Other names of interfaces: `use a:b/c as d`.
    var uses: [String: WITPath] = [:]
    var interfaces: [WITInterfaceSyntax] = []
    var worlds: [WITWorldSyntax] = []
    var nested: [WITPackageSyntax] = []
}

struct WITInterfaceSyntax: Sendable {
    var name: WITName
    var members: [WITMember] = []
}

struct WITUse: Sendable {
    var path: WITPath
    var names: [(name: WITName, local: String)]
}

/// What stands in an interface.
enum WITMember: Sendable {
    case use(WITUse)
    case type(WITTypeSyntax)
    case function(WITFunctionSyntax)
}

struct WITTypeSyntax: Sendable {
    enum Kind: Sendable {
        case alias(WITValueSyntax)
        case record([(name: String, type: WITValueSyntax?)])
        case variant([(name: String, type: WITValueSyntax?)])
        case enumeration([String])
        case flags([String])
        case resource([WITFunctionSyntax])
    }

    var name: WITName
    var kind: Kind
}

struct WITFunctionSyntax: Sendable {
    enum Role: Sendable { case plain, method, staticMethod, constructor }

    var name: WITName
    var role: Role = .plain
    var isAsync = false
    var parameters: [(name: String, type: WITValueSyntax)] = []
    var result: WITValueSyntax?
}

indirect enum WITValueSyntax: Sendable {
    case primitive(PrimitiveType)
    case name(WITName)
    case list(WITValueSyntax)
    case fixedLengthList(WITValueSyntax, UInt32)
    case map(WITValueSyntax, WITValueSyntax)
    case tuple([WITValueSyntax])
    case option(WITValueSyntax)
    case result(ok: WITValueSyntax?, error: WITValueSyntax?)
    case own(WITName)
    case borrow(WITName)
    case stream(WITValueSyntax?)
    case future(WITValueSyntax?)
}

struct WITWorldSyntax: Sendable {
    enum Item: Sendable {
        case path(WITPath)
        case interface(WITInterfaceSyntax)
        case function(WITFunctionSyntax)
    }

    enum Member: Sendable {
        case use(WITUse)
        case type(WITTypeSyntax)
        case include(WITPath, names: [String: String])
        case importItem(Item)
        case export(Item)
    }

    var name: WITName
    var members: [Member] = []
}
