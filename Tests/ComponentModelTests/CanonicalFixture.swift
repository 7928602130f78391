import Testing
import WasmEngine

@testable import ComponentModel

/// A guest memory without a guest: an allocator that only goes up, and a list of what was asked of it.
final class FakeMemory: CanonicalMemory {
    struct Request: Equatable {
        var old: UInt64
        var oldSize: UInt64
        var alignment: UInt64
        var newSize: UInt64
    }

    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var requests: [Request] = []
    private var end: UInt64 = 16
    /// What the allocator answers instead of a fitting place.
    var answer: UInt64?

    init(size: Int = 1 << 16) {
        buffer = .allocate(byteCount: size, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { buffer.deallocate() }

    var view: CanonicalMemoryView { CanonicalMemoryView(buffer) }

    func reallocate(
        _ old: UInt64, oldSize: UInt64, alignment: UInt64, newSize: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        requests.append(Request(old: old, oldSize: oldSize, alignment: alignment, newSize: newSize))
        if let answer { return answer }
        let place = ValueLayout.align(end, to: alignment)
        end = place + newSize
        guard end <= view.count else { throw CanonicalTrap(.guest, "the fake memory is full") }
        if oldSize > 0 { try view.copy(from: view, old, min(oldSize, newSize), to: place) }
        return place
    }
}

/// One function type of a component in text, with plans for both directions.
struct CanonicalFixture {
    let component: Component
    let function: ComponentFunctionType
    let plan: CanonicalPlan
    let parameters: CanonicalPlan.NodeID
    let results: CanonicalPlan.NodeID

    /// Types of the imported function `f`.
    init(_ text: String, width: PointerWidth = .bits32) throws {
        component = try Component(WasmText.binary(fromText: "(component \(text))"), features: .all)
        let name = try #require(component.names.find("f"))
        guard case .function(let id)? = component.type.imports[name] else {
            throw CanonicalTrap(.guest, "the fixture imports no f")
        }
        function = component.types[id]
        var plan = CanonicalPlanBuilder(width: width)
        parameters = plan.add(component.types[function.parameters].compactMap(\.type), of: component.types)
        results = plan.add(function.result.map { [$0] } ?? [], of: component.types)
        self.plan = plan.finish()
    }

    /// Types of a function with one parameter of a type in text, after definitions that it needs.
    static func one(_ type: String, _ definitions: String = "", width: PointerWidth = .bits32) throws -> Self
    {
        try CanonicalFixture(
            "\(definitions) (import \"f\" (func (param \"v\" \(type))))", width: width)
    }

    func context(
        _ memory: FakeMemory = FakeMemory(), _ encoding: StringEncoding = .utf8,
        _ instance: InstanceState = InstanceState()
    ) -> CanonicalContext {
        CanonicalContext(plan: plan, stringEncoding: encoding, instance: instance, memory: memory)
    }

    /// Lowers values and lifts them again.
    func roundTrip(
        _ values: [ComponentValue], most: Int = FlatLimits.parameters, _ context: inout CanonicalContext
    ) throws -> [ComponentValue] {
        let storage = FlatStorage(count: 17)
        var slots = storage.values
        try context.lowerValues(values, parameters, most: most, into: &slots)
        var again = storage.values
        return try context.liftValues(parameters, most: most, from: &again)
    }
}

/// Lowers a Swift value, lifts it as a tree, and the other way round, flat and in memory.
func check<Value: CanonicalType & Equatable>(
    _ value: Value, _ type: String, _ tree: ComponentValue, _ definitions: String = ""
) throws {
    for width in [PointerWidth.bits32, .bits64] {
        let fixture = try CanonicalFixture.one(type, definitions, width: width)
        let matcher = TypeMatcher(types: fixture.component.types, names: fixture.component.names)
        let declared = try #require(fixture.component.types[fixture.function.parameters].first?.type)
        #expect(Value.matches(declared, matcher))
        #expect(Value.layout(width) == fixture.component.types.layout(declared, width))
        #expect(Value.flatTypes == fixture.component.types.flatTypes(declared))
        var context = fixture.context()
        let storage = FlatStorage(count: 16)
        var slots = storage.values
        try value.lower(into: &slots, &context)
        #expect(slots.position == Value.flatTypes.count)
        var again = storage.values
        #expect(try context.liftValues(fixture.parameters, most: 16, from: &again) == [tree])
        slots = storage.values
        try context.lowerValues([tree], fixture.parameters, most: 16, into: &slots)
        again = storage.values
        #expect(try Value.lift(from: &again, &context) == value)
        let layout = Value.layout(width)
        let place = try context.allocate(layout.size, alignment: layout.alignment)
        try value.store(at: place, &context)
        #expect(try context.load(fixture.plan.node(fixture.parameters, field: 0), at: place) == tree)
        #expect(try Value.load(at: place, &context) == value)
    }
}
