/// What a linear memory of a module holds when an instance begins.
struct MemoryStart: Sendable {
    /// Its size, in bytes.
    let minimumBytes: Int
    /// Whether its addresses have 64 bits.
    let is64: Bool
    /// What is written to it, in this order; each fits.
    var segments: [(offset: Int, bytes: ArraySlice<UInt8>)] = []

    /// The number of the data section, as in the core specification's *Binary Format*.
    static let dataSection: UInt8 = 11

    /// The pages that the segments touch, and those between them.
    var pages: Range<Int> {
        let page = AddressSpace.pageBytes
        let touched = segments.filter { !$0.bytes.isEmpty }
        guard let first = touched.map(\.offset).min(),
            let end = touched.map({ $0.offset + $0.bytes.count }).max()
        else { return 0..<0 }
        return (first & ~(page - 1))..<AddressSpace.wholePages(end)
    }
}

/// Takes active data segments out of a module, for memories that begin with them: see ``MemoryImage``.
///
/// What is left in their place is a passive segment without bytes, which is what an active one becomes once it has been
/// written. Segments stay where they are if it takes an instance to know where they go, or that they do not fit, or if they
/// are further apart than ``EngineLimits/memoryImageBytes``.
struct DataSegments {
    /// For each memory that the module defines.
    private(set) var starts: [MemoryStart]
    /// The data section without what was taken out; nil when nothing was.
    private(set) var left: [UInt8]?
    /// Whether memories begin with all that the module writes to them.
    private(set) var areAllTaken = true

    /// A page of a linear memory, in bytes.
    private static let pageBytes = 65_536
    private static let is64: UInt8 = 0x04

    /// - Returns: nil for modules whose memories are of another kind: shared, or with pages of another size; or that the
    ///   engine's collector works for, whose heap is a memory too.
    init?(_ outline: ModuleOutline, _ limits: EngineLimits) {
        guard !outline.hasManagedReferences else { return nil }
        starts = []
        for (flags, minimum) in outline.memories {
            let (bytes, isTooLarge) = minimum.multipliedReportingOverflow(by: Self.pageBytes)
            guard flags & ~(0x01 | Self.is64) == 0, !isTooLarge else { return nil }
            starts.append(MemoryStart(minimumBytes: bytes, is64: flags & Self.is64 != 0))
        }
        guard let section = outline.sections.first(where: { $0.id == MemoryStart.dataSection }),
            let segments = Self.segments(of: section.body)
        else {
            areAllTaken = outline.sections.allSatisfy { $0.id != MemoryStart.dataSection }
            return
        }
        let firstOwn = outline.importedMemories
        var begun = starts
        for segment in segments {
            guard let memory = segment.memory, starts.indices.contains(memory - firstOwn) else { continue }
            begun[memory - firstOwn].segments.append((segment.offset ?? 0, segment.bytes))
        }
        let movable = starts.indices.filter { index in
            segments.allSatisfy { $0.memory != firstOwn + index || $0.fits(starts[index]) }
                && begun[index].pages.count <= limits.memoryImageBytes
        }
        areAllTaken = segments.allSatisfy { segment in
            segment.memory.map { movable.contains($0 - firstOwn) } ?? true
        }
        guard !movable.isEmpty else { return }
        for index in movable { starts[index] = begun[index] }
        var rest = SuspensionExport.leb(segments.count)
        for segment in segments {
            let isMoved = segment.memory.map { movable.contains($0 - firstOwn) } ?? false
            rest += isMoved ? [0x01, 0x00] : segment.encoded
        }
        left = rest
    }

    private struct Segment {
        /// Nil for a passive one.
        var memory: Int?
        /// Where it goes, if that is a constant.
        var offset: Int?
        var isOffset64 = false
        var bytes: ArraySlice<UInt8> = []
        /// As it stands in the module.
        var encoded: ArraySlice<UInt8> = []

        func fits(_ start: MemoryStart) -> Bool {
            guard let offset, isOffset64 == start.is64 else { return false }
            return bytes.count <= start.minimumBytes && offset <= start.minimumBytes - bytes.count
        }
    }

    private static func segments(of body: ArraySlice<UInt8>) -> [Segment]? {
        var reader = BinaryReader(body)
        guard let count = reader.number32() else { return nil }
        var segments: [Segment] = []
        for _ in 0..<count {
            guard let segment = segment(&reader, in: body) else { return nil }
            segments.append(segment)
        }
        return reader.isAtEnd ? segments : nil
    }

    // Nil for what is not a segment, or has an offset that is more than a constant.
    private static func segment(_ reader: inout BinaryReader, in body: ArraySlice<UInt8>) -> Segment? {
        let begin = reader.position
        var segment = Segment()
        switch reader.number32() {
        case 0: segment.memory = 0
        case 1: break
        case 2:
            guard let index = reader.number32() else { return nil }
            segment.memory = index
        default: return nil
        }
        if segment.memory != nil {
            guard let (offset, is64) = reader.constantOffset() else { return nil }
            (segment.offset, segment.isOffset64) = (offset, is64)
        }
        guard let size = reader.number32(), let bytes = reader.slice(size) else { return nil }
        segment.bytes = bytes
        segment.encoded = body[begin..<reader.position]
        return segment
    }
}

extension BinaryReader {
    /// The value of an expression that is one constant, as an offset in a memory, and whether it is one of 64 bits; nil
    /// for any other expression.
    fileprivate mutating func constantOffset() -> (offset: Int, is64: Bool)? {
        let kind = byte()
        let offset: Int?
        switch kind {
        case 0x41: offset = signedNumber().flatMap(Int32.init(exactly:)).map { Int(UInt32(bitPattern: $0)) }
        case 0x42: offset = signedNumber().flatMap { Int(exactly: UInt64(bitPattern: $0)) }
        default: return nil
        }
        guard let offset, byte() == 0x0b else { return nil }
        return (offset, kind == 0x42)
    }
}
