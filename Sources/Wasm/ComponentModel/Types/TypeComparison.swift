/// Compares types of two components that were loaded apart, when one's export is to serve the other's import.
///
/// Inside of one binary validation compares types; this is the same rule between binaries, where names and type
/// numbers differ: value and function types must be equal, an instance may export more than is wanted, and each
/// resource type that the import binds becomes the one at the same place in the export.
public struct TypeComparison {
    /// Why an export cannot serve an import.
    public struct Mismatch: Error, Sendable, Hashable, CustomStringConvertible {
        /// The names from the import inwards.
        public var path: [String]
        /// What is wrong, with both types.
        public var message: String

        /// `wasi:http/types.request: …`.
        public var description: String {
            path.isEmpty ? message : "\(path.joined(separator: ".")): \(message)"
        }
    }

    private static let steps = 1_000_000

    let actual: Component
    let wanted: Component
    private var remaining = TypeComparison.steps
    /// What each resource type of the import is in the export.
    public private(set) var resources: [ResourceID: ResourceID] = [:]

    /// A comparison of exports of `actual` with imports of `wanted`.
    public init(actual: Component, wanted: Component) {
        self.actual = actual
        self.wanted = wanted
    }

    /// Says that a resource type of the exporting component is one of the importing component, because both import it
    /// from the same place.
    public mutating func relate(_ given: ResourceID, to wanted: ResourceID) { resources[wanted] = given }

    /// Checks that an export can serve an import. Call it for all imports in order, so that later ones know the
    /// resource types of earlier ones.
    public mutating func check(_ export: EntityType, serves entity: EntityType) throws(Mismatch) {
        switch (export, entity) {
        case (.function(let left), .function(let right)): try check(left, right)
        case (.instance(let left), .instance(let right)): try check(left, right)
        case (.value(let left), .value(let right)): try check(left, right)
        case (.module(let left), .module(let right)): try check(left, right)
        case (.type(.resource(let left), _), .type(.resource(let right), _)): try bind(left.id, right.id)
        case (.type(.defined(let left), _), .type(.defined(let right), _)):
            try check(.defined(left), .defined(right))
        default:
            throw Mismatch(
                path: [],
                message: "wanted is \(TypeDescription(wanted).text(entity)), given is "
                    + TypeDescription(actual).text(export))
        }
    }

    private mutating func bind(_ left: ResourceID, _ right: ResourceID) throws(Mismatch) {
        guard let known = resources.updateValue(left, forKey: right), known != left else { return }
        throw Mismatch(path: [], message: "resource types are not the same")
    }

    private mutating func check(_ left: InstanceTypeID, _ right: InstanceTypeID) throws(Mismatch) {
        let given = actual.types[left].exports
        for item in wanted.items(wanted.types[right].exports) {
            do throws(Mismatch) {
                guard let name = actual.names.find(item.name), let export = given[name] else {
                    throw Mismatch(path: [], message: "it is not exported")
                }
                try check(export, serves: item.entity)
            } catch {
                throw Mismatch(path: [item.name] + error.path, message: error.message)
            }
        }
    }

    private mutating func check(_ left: FunctionTypeID, _ right: FunctionTypeID) throws(Mismatch) {
        let given = actual.types[left]
        let asked = wanted.types[right]
        let names = { (component: Component, range: PoolRange) in
            component.types[range].map { KebabName.folded(component.names[$0.name]) }
        }
        var isSame = given.isAsync == asked.isAsync
        isSame = isSame && names(actual, given.parameters) == names(wanted, asked.parameters)
        if isSame { isSame = try areSame(given.parameters, asked.parameters) }
        if isSame { isSame = try self.isSame(given.result, asked.result) }
        guard isSame else {
            throw Mismatch(
                path: [],
                message: "wanted is \(TypeDescription(wanted).text(right)), given is "
                    + TypeDescription(actual).text(left))
        }
    }

    private mutating func check(_ left: ComponentValueType, _ right: ComponentValueType) throws(Mismatch) {
        guard try isSame(left, right) else {
            throw Mismatch(
                path: [],
                message: "wanted is \(TypeDescription(wanted).text(right)), given is "
                    + TypeDescription(actual).text(left))
        }
    }

    private mutating func areSame(_ left: PoolRange, _ right: PoolRange) throws(Mismatch) -> Bool {
        guard left.count == right.count else { return false }
        for (own, other) in zip(left.indices, right.indices) {
            let given = actual.types.members[own]
            let asked = wanted.types.members[other]
            guard
                KebabName.folded(actual.names[given.name]) == KebabName.folded(wanted.names[asked.name])
            else { return false }
            guard try isSame(given.type, asked.type) else { return false }
        }
        return true
    }

    private mutating func isSame(
        _ left: ComponentValueType?, _ right: ComponentValueType?
    ) throws(Mismatch) -> Bool {
        remaining -= 1
        guard remaining > 0 else {
            throw Mismatch(path: [], message: "the types are too large to compare")
        }
        switch (shape(left, actual), shape(right, wanted)) {
        case (nil, nil): return true
        case (.primitive(let left)?, .primitive(let right)?): return left == right
        case (.record(let left)?, .record(let right)?), (.variant(let left)?, .variant(let right)?),
            (.tuple(let left)?, .tuple(let right)?), (.flags(let left)?, .flags(let right)?),
            (.enumeration(let left)?, .enumeration(let right)?):
            return try areSame(left, right)
        case (.list(let left)?, .list(let right)?), (.option(let left)?, .option(let right)?):
            return try isSame(left, right)
        case (.fixedLengthList(let left, let leftCount)?, .fixedLengthList(let right, let rightCount)?):
            guard leftCount == rightCount else { return false }
            return try isSame(left, right)
        case (.map(let leftKey, let left)?, .map(let rightKey, let right)?):
            guard try isSame(leftKey, rightKey) else { return false }
            return try isSame(left, right)
        case (.result(let leftOk, let left)?, .result(let rightOk, let right)?):
            guard try isSame(leftOk, rightOk) else { return false }
            return try isSame(left, right)
        case (.own(let left)?, .own(let right)?), (.borrow(let left)?, .borrow(let right)?):
            return resources[right.id] == left.id
        case (.stream(let left)?, .stream(let right)?), (.future(let left)?, .future(let right)?):
            return try isSame(left, right)
        default: return false
        }
    }

    private func shape(_ type: ComponentValueType?, _ component: Component) -> DefinedTypeShape? {
        switch type {
        case nil: nil
        case .primitive(let primitive)?: .primitive(primitive)
        case .defined(let id)?: component.types[id]
        }
    }
}
