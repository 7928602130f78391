import ComponentModel

/// The stream and future types of a plan: what they carry, and which of them are the same.
struct ChannelTypes: Sendable {
    /// By number of the component instance.
    private var types: [Int: [ChannelTypeID: AsyncState.ChannelType]] = [:]
    private var keys: [String: ChannelTypeKey] = [:]

    /// Registers a type of an instance; `text` is equal for equal types only.
    mutating func register(
        _ id: DefinedTypeID, instance: Int, kind: ChannelKind, element: ComponentValueType?, text: String,
        of types: ComponentTypes
    ) {
        let key = keys[text] ?? ChannelTypeKey(rawValue: UInt32(keys.count))
        keys[text] = key
        let size = element.map { types.layout($0, .bits32).size } ?? 0
        self.types[instance, default: [:]][ChannelTypeID(index: id.index)] = AsyncState.ChannelType(
            kind, key: key, elementSize: size, isNumeric: Self.isNumeric(element, types))
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
