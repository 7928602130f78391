import Testing

@testable import ComponentModel

@Suite("Copies between component instances")
struct CanonicalTransferTests {
    @Test(arguments: CanonicalValueTests.samples)
    func `are what lifting and lowering would be`(sample: CanonicalValueTests.Sample) throws {
        for (from, to) in [
            (PointerWidth.bits32, PointerWidth.bits32), (.bits32, .bits64), (.bits64, .bits32),
        ] {
            let given = try CanonicalFixture.one(sample.type, sample.definitions, width: from)
            let taken = try CanonicalFixture.one(sample.type, sample.definitions, width: to)
            for (mostFrom, mostTo) in [(16, 16), (0, 16), (16, 0), (0, 0)] {
                var source = given.context()
                let storage = FlatStorage(count: 16)
                var slots = storage.values
                try source.lowerValues([sample.value], given.parameters, most: mostFrom, into: &slots)
                var transfer = CanonicalTransfer(source: source, target: taken.context())
                let result = FlatStorage(count: 16)
                var input = storage.values
                var output = result.values
                try transfer.copy(
                    from: (given.parameters, mostFrom), &input, to: (taken.parameters, mostTo), &output)
                var again = result.values
                let values = try transfer.target.liftValues(taken.parameters, most: mostTo, from: &again)
                #expect(values == [sample.value])
            }
        }
    }

    @Test func `padding of records does not leave the guest`() throws {
        let fixture = try CanonicalFixture.one("(list (tuple u8 u32))")
        let memory = FakeMemory()
        try memory.view.write([UInt8](repeating: 0xaa, count: 64), at: 64)
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        try slots.append(64 as UInt32)
        try slots.append(2 as UInt32)
        let target = FakeMemory()
        var transfer = CanonicalTransfer(source: fixture.context(memory), target: fixture.context(target))
        let result = FlatStorage(count: 2)
        var input = storage.values
        var output = result.values
        try transfer.copy(
            from: (fixture.parameters, 16), &input, to: (fixture.parameters, 16), &output)
        var again = result.values
        let pointer = try again.nextPointer(.bits32)
        let aa = UInt8(0xaa)
        #expect(
            try target.view.bytes(pointer, 16) == [aa, 0, 0, 0, aa, aa, aa, aa, aa, 0, 0, 0, aa, aa, aa, aa])
    }
}
