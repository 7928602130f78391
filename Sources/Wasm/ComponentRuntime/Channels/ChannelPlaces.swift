import ComponentModel

/// What the runtime keeps for each stream and future, by its number: where the buffers of guests' ends are, and the end that
/// the host holds.
struct ChannelPlaces {
    private struct Place {
        var readable: EndBuffer?
        var writable: EndBuffer?
        var host: HostChannelEnd?
    }

    private var places: [Place] = []
    /// How many ends the host holds.
    private(set) var hostEndCount = 0

    /// Where a guest's end had its last buffer.
    subscript(buffer end: ChannelEndID) -> EndBuffer? {
        get {
            let index = Int(end.channel.index)
            guard index < places.count else { return nil }
            return end.isReadable ? places[index].readable : places[index].writable
        }
        set {
            let index = room(for: end.channel)
            if end.isReadable { places[index].readable = newValue } else { places[index].writable = newValue }
        }
    }

    /// The end that the host holds.
    subscript(host channel: ChannelID) -> HostChannelEnd? {
        get {
            let index = Int(channel.index)
            return index < places.count ? places[index].host : nil
        }
        set {
            let index = room(for: channel)
            hostEndCount += (newValue == nil ? 0 : 1) - (places[index].host == nil ? 0 : 1)
            places[index].host = newValue
        }
    }

    private mutating func room(for channel: ChannelID) -> Int {
        let index = Int(channel.index)
        while places.count <= index { places.append(Place()) }
        return index
    }

    /// Takes all ends that the host holds.
    mutating func takeHostEnds() -> [HostChannelEnd] {
        let ends = places.compactMap(\.host)
        places.removeAll()
        hostEndCount = 0
        return ends
    }
}

/// Where a guest's end of a stream or future has its buffer: the built-in that it was given to.
struct EndBuffer {
    // Belongs to what the component is an instance of.
    private let owner: Uncounted<ChannelPlan>
    var plan: ChannelPlan { owner.object }

    init(_ plan: ChannelPlan) { owner = Uncounted(plan) }
}
