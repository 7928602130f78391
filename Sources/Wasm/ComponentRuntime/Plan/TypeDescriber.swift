import ComponentModel

/// Component types as text: for messages, for `inspect`, and to compare types of different instances.
struct TypeDescriber {
    let component: Component
    /// What a resource type is called.
    let resourceName: (ResourceID) -> String

    func text(_ type: ComponentValueType?) -> String {
        switch type {
        case nil: "_"
        case .primitive(let primitive)?: primitive.name
        case .defined(let id)?: text(component.types[id])
        }
    }

    private func text(_ shape: DefinedTypeShape) -> String {
        switch shape {
        case .primitive(let primitive): primitive.name
        case .record(let range): "record { \(members(range)) }"
        case .variant(let range): "variant { \(cases(range)) }"
        case .tuple(let range):
            "tuple<\(component.types[range].map { text($0.type) }.joined(separator: ", "))>"
        case .flags(let range): "flags { \(labels(range)) }"
        case .enumeration(let range): "enum { \(labels(range)) }"
        case .list(let element): "list<\(text(element))>"
        case .fixedLengthList(let element, let count): "list<\(text(element)), \(count)>"
        case .map(let key, let value): "map<\(text(key)), \(text(value))>"
        case .option(let payload): "option<\(text(payload))>"
        case .result(nil, nil): "result"
        case .result(let ok, nil): "result<\(text(ok))>"
        case .result(let ok, let error): "result<\(text(ok)), \(text(error))>"
        case .own(let reference): "own<\(resourceName(reference.id))>"
        case .borrow(let reference): "borrow<\(resourceName(reference.id))>"
        case .stream(let element): element.map { "stream<\(text($0))>" } ?? "stream"
        case .future(let element): element.map { "future<\(text($0))>" } ?? "future"
        }
    }

    private func members(_ range: PoolRange) -> String {
        component.types[range].map { "\(component.names[$0.name]): \(text($0.type))" }.joined(separator: ", ")
    }

    private func labels(_ range: PoolRange) -> String {
        component.types[range].map { component.names[$0.name] }.joined(separator: ", ")
    }

    private func cases(_ range: PoolRange) -> String {
        component.types[range].map { member in
            let name = component.names[member.name]
            return member.type == nil ? name : "\(name)(\(text(member.type)))"
        }.joined(separator: ", ")
    }

    /// A function type as WIT writes it.
    func text(_ id: FunctionTypeID) -> String {
        let type = component.types[id]
        let result = type.result.map { " -> \(text($0))" } ?? ""
        return "\(type.isAsync ? "async " : "")func(\(members(type.parameters)))\(result)"
    }
}
