/// The few facts about a core module's binary that the engine's C API does not tell.
///
/// Read from the section headers only (core specification, *Binary Format → Modules*); the engine validates the rest.
struct ModuleOutline: Sendable {
    /// Whether instantiation runs code of the guest.
    private(set) var hasStartFunction = false
    /// Memories the module defines itself.
    private(set) var definedMemories = 0

    init(_ binary: [UInt8]) {
        var position = 8
        while position < binary.count {
            let section = binary[position]
            position += 1
            guard let size = Self.readLEB(binary, &position), size <= binary.count - position else { return }
            switch section {
            case 5:
                var body = position
                definedMemories = Self.readLEB(binary, &body) ?? 0
            case 8: hasStartFunction = true
            default: break
            }
            position += size
        }
    }

    private static func readLEB(_ binary: [UInt8], _ position: inout Int) -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard position < binary.count else { return nil }
            let byte = binary[position]
            position += 1
            value |= Int(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
