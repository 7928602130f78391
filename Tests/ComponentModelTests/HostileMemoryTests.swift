import Testing

@testable import ComponentModel

@Suite("Hostile guest memory")
struct HostileMemoryTests {
    @Test(arguments: CanonicalValueTests.samples)
    func `gives a value or a trap, lifted and copied`(sample: CanonicalValueTests.Sample) throws {
        var random = Mutations(seed: 7)
        for width in [PointerWidth.bits32, .bits64] {
            let fixture = try CanonicalFixture.one(sample.type, sample.definitions, width: width)
            let memory = FakeMemory(size: 512)
            for _ in 0..<50 {
                for place in stride(from: 0, to: 512, by: 4) {
                    // Small numbers, so that pointers and lengths are plausible now and then.
                    let range: ClosedRange<UInt32> = Bool.random(using: &random) ? 0...96 : 0...UInt32.max
                    try memory.view.store(UInt32.random(in: range, using: &random), at: UInt64(place))
                }
                let storage = FlatStorage(count: 17)
                var slots = storage.values
                for _ in 0..<17 { try slots.append(UInt64.random(in: 0...200, using: &random)) }
                for most in [0, 16] {
                    for encoding in [StringEncoding.utf8, .utf16, .latin1UTF16] {
                        var context = fixture.context(memory, encoding)
                        var input = storage.values
                        let lifted = succeeds {
                            try context.liftValues(fixture.parameters, most: most, from: &input)
                        }
                        var transfer = CanonicalTransfer(
                            source: fixture.context(memory, encoding), target: fixture.context(FakeMemory()))
                        var from = storage.values
                        let result = FlatStorage(count: 17)
                        var to = result.values
                        let copied = succeeds {
                            try transfer.copy(
                                from: (fixture.parameters, most), &from, to: (fixture.parameters, 16), &to)
                        }
                        #expect(lifted == copied)
                    }
                }
            }
        }
    }

    @Test(arguments: ["(list (list u8))", "(list string)"])
    func `lists that all point to the same bytes trap before they fill the host's memory`(type: String) throws
    {
        let fixture = try CanonicalFixture.one(type)
        let memory = FakeMemory(size: 1 << 20)
        // 2^16 times the same 2^17 bytes.
        for element in 0..<UInt64(1 << 16) {
            try memory.view.store(UInt32(1 << 19), at: element * 8)
            try memory.view.store(UInt32(1 << 17), at: element * 8 + 4)
        }
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        try slots.append(0 as UInt32)
        try slots.append(1 << 16 as UInt32)
        var context = fixture.context(memory)
        var input = storage.values
        #expect(throws: CanonicalTrap.liftedTooMuch) {
            try context.liftValues(fixture.parameters, most: 16, from: &input)
        }
        var typed = fixture.context(memory)
        input = storage.values
        #expect(throws: CanonicalTrap.liftedTooMuch) {
            _ =
                type == "(list string)"
                ? try [String].lift(from: &input, &typed).count
                : try [[UInt8]].lift(from: &input, &typed).count
        }
    }

    /// Whether there is a value; anything but a trap is an issue.
    private func succeeds<Value>(_ body: () throws -> Value) -> Bool {
        do {
            _ = try body()
            return true
        } catch {
            #expect(error is CanonicalTrap)
            return false
        }
    }
}
