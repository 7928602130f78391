/// Types as WIT writes them, for people: in messages about mismatches, and in listings.
///
/// Descriptions are cut at a depth, and lists of members after a number, so that a hostile type cannot make a long
/// message.
public struct TypeDescription {
    private static let levels = 6
    private static let members = 32

    private let types: ComponentTypes
    private let names: NameTable

    /// Describes types of a component.
    public init(_ component: Component) {
        types = component.types
        names = component.names
    }

    init(types: ComponentTypes, names: NameTable) {
        self.types = types
        self.names = names
    }

    /// `list<tuple<string, u8>>`.
    public func text(_ type: ComponentValueType) -> String { text(type, Self.levels) }

    /// `async func(path: string) -> result<u64, error>`.
    public func text(_ id: FunctionTypeID) -> String {
        let function = types[id]
        let parameters = list(function.parameters, Self.levels) { member, type in "\(member): \(type ?? "_")"
        }
        let result = function.result.map { " -> \(text($0))" } ?? ""
        return "\(function.isAsync ? "async " : "")func(\(parameters))\(result)"
    }

    /// What an import or export is, in one line.
    public func text(_ entity: EntityType) -> String {
        switch entity {
        case .function(let id): text(id)
        case .value(let type): "value \(text(type))"
        case .type(_, .resource): "resource"
        case .type(_, .defined(let id)): "type \(text(.defined(id)))"
        case .type: "type"
        case .module: "core module"
        case .component: "component"
        case .instance(let id): "instance of \(types[id].exports.count) exports"
        }
    }

    private func text(_ type: ComponentValueType?, _ depth: Int) -> String {
        switch type {
        case nil: return "_"
        case .primitive(let primitive)?: return primitive.name
        case .defined(let id)?:
            guard depth > 0 else { return "…" }
            return text(types[id], depth - 1)
        }
    }

    private func text(_ shape: DefinedTypeShape, _ depth: Int) -> String {
        let inner = { (types: ComponentValueType?...) in
            types.map { text($0, depth) }.joined(separator: ", ")
        }
        switch shape {
        case .primitive(let primitive): return primitive.name
        case .record(let range):
            return "record { \(list(range, depth) { member, type in "\(member): \(type ?? "_")" }) }"
        case .variant(let range):
            return
                "variant { \(list(range, depth) { member, type in member + (type.map { "(\($0))" } ?? "") }) }"
        case .flags(let range): return "flags { \(list(range, depth) { member, _ in member }) }"
        case .enumeration(let range): return "enum { \(list(range, depth) { member, _ in member }) }"
        case .tuple(let range): return "tuple<\(list(range, depth) { _, type in type ?? "_" })>"
        case .list(let element): return "list<\(inner(element))>"
        case .fixedLengthList(let element, let count): return "list<\(inner(element)), \(count)>"
        case .map(let key, let value): return "map<\(inner(key, value))>"
        case .option(let payload): return "option<\(inner(payload))>"
        case .result(nil, nil): return "result"
        case .result(let ok, nil): return "result<\(inner(ok))>"
        case .result(let ok, let error): return "result<\(inner(ok, error))>"
        case .own(let reference): return "own<resource \(reference.id.rawValue)>"
        case .borrow(let reference): return "borrow<resource \(reference.id.rawValue)>"
        case .stream(let element): return element == nil ? "stream" : "stream<\(inner(element))>"
        case .future(let element): return element == nil ? "future" : "future<\(inner(element))>"
        }
    }

    private func list(_ range: PoolRange, _ depth: Int, _ item: (String, String?) -> String) -> String {
        let shown = types[range].prefix(Self.members).map { member in
            item(names[member.name], member.type.map { text($0, depth) })
        }
        return (shown + (range.count > Self.members ? ["…"] : [])).joined(separator: ", ")
    }
}
