import ComponentModel

/// The stream and future types of a plan: what they carry, and which of them are the same.
struct ChannelTypes: Sendable {
    /// By number of the component instance.
    private var types: [Int: [ChannelTypeID: AsyncState.ChannelType]] = [:]
    private var keys: [String: ChannelTypeKey] = [:]
    /// What the types carry, for comparison with Swift types.
    private var carried: [Int: [Carried]] = [:]

    private struct Carried {
        var type: AsyncState.ChannelType
        var element: ComponentValueType?
        var component: Component
    }

    /// Registers a type of an instance; `text` is equal for equal types only.
    mutating func register(
        _ id: DefinedTypeID, instance: Int, kind: ChannelKind, element: ComponentValueType?, text: String,
        of component: Component
    ) {
        let types = component.types
        let id = ChannelTypeID(index: id.index)
        guard self.types[instance]?[id] == nil else { return }
        let key = keys[text] ?? ChannelTypeKey(rawValue: UInt32(keys.count))
        keys[text] = key
        let size = element.map { types.layout($0, .bits32).size } ?? 0
        let type = AsyncState.ChannelType(
            kind, key: key, elementSize: size, isNumeric: Self.isNumeric(element, types))
        self.types[instance, default: [:]][id] = type
        carried[instance, default: []].append(
            Carried(type: type, element: element, component: component))
    }

    /// The first type of an instance that a closure says yes to, with what it carries.
    func first(
        of instance: Int, where isWanted: (AsyncState.ChannelType, ComponentValueType?, Component) -> Bool
    ) -> AsyncState.ChannelType? {
        carried[instance]?.first { isWanted($0.type, $0.element, $0.component) }?.type
    }

    private static func isNumeric(_ element: ComponentValueType?, _ types: ComponentTypes) -> Bool {
        switch element {
        case nil: true
        case .primitive(let primitive)?: primitive.isNumber
        case .defined(let id)?:
            if case .primitive(let primitive) = types[id] { primitive.isNumber } else { false }
        }
    }

    var isEmpty: Bool { types.isEmpty }

    /// The types that an instance knows.
    subscript(instance: Int) -> [ChannelTypeID: AsyncState.ChannelType] { types[instance] ?? [:] }
}
