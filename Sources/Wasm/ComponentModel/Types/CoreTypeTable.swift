/// Canonical core types: two recursion groups that say the same get the same numbers, wherever they stand.
package struct CoreTypeTable: Sendable {
    /// The types. Type indices in them are canonical.
    package private(set) var types: [CoreSubtype] = []
    package private(set) var fields: [CoreField] = []
    private var depths: [UInt8] = []
    private var groups: [[UInt64]: Int] = [:]

    package subscript(id: CoreTypeID) -> CoreSubtype { types[Int(id.index)] }

    package func fields(of type: CoreSubtype) -> ArraySlice<CoreField> { fields[type.fields.indices] }

    /// Parameters and results, if the type is a function's.
    package func function(_ id: CoreTypeID) -> CoreSignature? {
        let type = self[id]
        guard type.kind == .function else { return nil }
        let values = fields(of: type).map { field in
            if case .value(let value) = field.storage { return value }
            return CoreValueType.i32
        }
        let count = Int(type.parameterCount)
        return CoreSignature(parameters: Array(values[..<count]), results: Array(values[count...]))
    }

    /// The number of a function type.
    mutating func intern(_ signature: CoreSignature) -> CoreTypeID {
        let values = signature.parameters + signature.results
        let type = CoreSubtype(
            kind: .function, isFinal: true, isShared: false, supertype: nil, fields: .empty,
            parameterCount: UInt32(signature.parameters.count))
        let group = CanonicalGroup(
            isExplicit: false,
            members: [
                .init(type: type, fields: values.map { CoreField(storage: .value($0), isMutable: false) })
            ])
        return CoreTypeID(index: UInt32(add(group).first))
    }

    /// Marks a type index of a group as a place in the group itself.
    static let localBit: UInt32 = 1 << 31

    /// A recursion group with its fields; each type index is canonical, or carries `localBit`.
    struct CanonicalGroup {
        struct Member {
            var type: CoreSubtype
            var fields: [CoreField]
        }

        var isExplicit: Bool
        var members: [Member]
    }

    /// Adds a group unless it is there, and says where it begins.
    mutating func add(_ group: CanonicalGroup) -> (first: Int, isNew: Bool) {
        let key = key(of: group)
        if let first = groups[key] { return (first, false) }
        let first = types.count
        groups[key] = first
        for member in group.members {
            var type = member.type
            type.supertype = type.supertype.map { resolve($0, first) }
            type.fields = fields.pool(
                member.fields.map { field in
                    guard case .value(let value) = field.storage, value.isConcrete else { return field }
                    let index = resolve(value.index, first)
                    return CoreField(storage: .value(value.withIndex(index)), isMutable: field.isMutable)
                })
            types.append(type)
            depths.append(0)
        }
        return (first, true)
    }

    private func resolve(_ index: UInt32, _ first: Int) -> UInt32 {
        index & Self.localBit == 0 ? index : UInt32(first) + (index & ~Self.localBit)
    }

    /// The group as words that are equal exactly for equal groups: members by place, others by number.
    private func key(of group: CanonicalGroup) -> [UInt64] {
        var key: [UInt64] = [UInt64(group.members.count) << 1 | (group.isExplicit ? 1 : 0)]
        for member in group.members {
            let type = member.type
            key.append(
                UInt64(type.kind.rawValue) | (type.isFinal ? 1 << 8 : 0) | (type.isShared ? 1 << 9 : 0)
                    | (type.supertype == nil ? 0 : 1 << 10) | UInt64(type.parameterCount) << 16)
            key.append(UInt64(type.supertype ?? 0))
            key.append(UInt64(member.fields.count))
            for field in member.fields {
                let mutability: UInt64 = field.isMutable ? 1 << 24 : 0
                switch field.storage {
                case .i8: key.append(1 << 25 | mutability)
                case .i16: key.append(2 << 25 | mutability)
                case .value(let value): key.append(value.bits | mutability)
                }
            }
        }
        return key
    }

    /// Levels of supertypes above a type.
    func depth(_ id: Int) -> Int { Int(depths[id]) }

    mutating func setDepth(_ depth: Int, of id: Int) { depths[id] = UInt8(clamping: depth) }
}

/// Parameters and results of a core function.
public struct CoreSignature: Sendable, Hashable {
    /// Types of the parameters.
    public var parameters: [CoreValueType]
    /// Types of the results.
    public var results: [CoreValueType]

    init(_ parameters: [CoreValueType] = [], _ results: [CoreValueType] = []) {
        self.parameters = parameters
        self.results = results
    }

    package init(parameters: [CoreValueType], results: [CoreValueType]) { self.init(parameters, results) }
}

extension CoreSignature: CustomStringConvertible {
    /// `(i32, i32) -> (i64)`.
    public var description: String {
        let list = { (types: [CoreValueType]) in "(\(types.map(\.description).joined(separator: ", ")))" }
        return "\(list(parameters)) -> \(list(results))"
    }
}
