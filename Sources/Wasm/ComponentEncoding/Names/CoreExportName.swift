/// The name of a core module's exported function, taken apart.
enum CoreExportName: Equatable {
    /// How a function is lifted.
    enum Form: Equatable { case sync, async, stackful }

    /// An exported function; `interface` is nil for those of the world itself.
    case function(interface: String?, name: String, Form)
    case postReturn(interface: String?, name: String)
    case callback(interface: String?, name: String)
    case destructor(interface: String?, resource: String)
    case realloc
    /// The allocator for results of imports only.
    case importRealloc
    /// The allocator for parameters of exports only.
    case exportRealloc
    case initialize

    init(_ text: String) {
        if text.hasPrefix(CoreImportName.standardPrefix) {
            self.init(standard: text.dropFirst(CoreImportName.standardPrefix.count))
            return
        }
        switch text {
        case "cabi_realloc", "canonical_abi_realloc": self = .realloc
        case "cabi_import_realloc": self = .importRealloc
        case "cabi_export_realloc": self = .exportRealloc
        case "_initialize": self = .initialize
        default: self.init(legacy: text[...])
        }
    }

    private init(legacy text: Substring) {
        var rest = text
        if CoreImportName.drop("cabi_post_", from: &rest) {
            let (interface, name) = Self.split(rest, "#")
            self = .postReturn(interface: interface, name: name)
        } else if CoreImportName.drop("[callback][async-lift]", from: &rest) {
            let (interface, name) = Self.split(rest, "#")
            self = .callback(interface: interface, name: name)
        } else if CoreImportName.drop("[async-lift]", from: &rest) {
            let (interface, name) = Self.split(rest, "#")
            self = .function(interface: interface, name: name, .async)
        } else if CoreImportName.drop("[async-lift-stackful]", from: &rest) {
            let (interface, name) = Self.split(rest, "#")
            self = .function(interface: interface, name: name, .stackful)
        } else {
            let (interface, name) = Self.split(rest, "#")
            if name.hasPrefix("[dtor]") {
                self = .destructor(interface: interface, resource: String(name.dropFirst("[dtor]".count)))
            } else {
                self = .function(interface: interface, name: name, .sync)
            }
        }
    }

    private init(standard text: Substring) {
        switch text {
        case "_realloc": self = .realloc
        case "_initialize": self = .initialize
        default:
            // `||name` or `|interface|name`.
            let (interface, name) = Self.split(text.dropFirst(), "|")
            if name.hasSuffix("_post") {
                self = .postReturn(interface: interface, name: String(name.dropLast("_post".count)))
            } else if name.hasSuffix("_dtor") {
                self = .destructor(interface: interface, resource: String(name.dropLast("_dtor".count)))
            } else {
                self = .function(interface: interface, name: name, .sync)
            }
        }
    }

    private static func split(_ text: Substring, _ separator: Character) -> (String?, String) {
        guard let place = text.firstIndex(of: separator) else { return (nil, String(text)) }
        let interface = text[..<place]
        return (interface.isEmpty ? nil : String(interface), String(text[text.index(after: place)...]))
    }
}
