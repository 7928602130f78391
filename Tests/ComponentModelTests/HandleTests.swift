import Testing

@testable import ComponentModel

@Suite("Handles")
struct HandleTests {
    private let file = RuntimeResourceType(rawValue: 1)
    private let socket = RuntimeResourceType(rawValue: 2)

    @Test func `indices begin at one, and the one freed last comes first`() throws {
        var table = HandleTable()
        #expect(try table.addOwn(10, file) == 1)
        #expect(try table.addOwn(11, file) == 2)
        #expect(try table.addOwn(12, file) == 3)
        _ = try table.takeOwn(1, file)
        _ = try table.takeOwn(3, file)
        #expect(try table.addOwn(13, file) == 3)
        #expect(try table.addOwn(14, file) == 1)
        #expect(table.count == 3)
    }

    @Test func `a full table traps`() throws {
        var table = HandleTable(limit: 2)
        _ = try table.addOwn(1, file)
        _ = try table.addOwn(2, file)
        #expect(throws: CanonicalTrap.tableFull) { try table.addOwn(3, file) }
        _ = try table.takeOwn(1, file)
        #expect(try table.addOwn(3, file) == 1)
    }

    @Test(arguments: [0, 2, 9, .max] as [UInt32])
    func `unknown indices trap`(index: UInt32) throws {
        var table = HandleTable()
        _ = try table.addOwn(1, file)
        #expect(throws: CanonicalTrap.unknownHandle(index)) { try table.representation(index, file) }
        #expect(throws: CanonicalTrap.unknownHandle(index)) { try table.takeOwn(index, file) }
    }

    @Test func `a handle of another type traps`() throws {
        var table = HandleTable()
        let own = try table.addOwn(1, file)
        let set = try table.add(.waitableSet(WaitableSetID(index: 0)))
        #expect(throws: CanonicalTrap.self) { try table.representation(own, socket) }
        #expect(throws: CanonicalTrap.self) { try table.representation(set, file) }
    }

    @Test func `a lent handle can be neither dropped nor given away until the loan ends`() throws {
        var table = HandleTable()
        let index = try table.addOwn(7, file)
        #expect(try table.beginLoan(index, file) == 7)
        #expect(try table.beginLoan(index, file) == 7)
        #expect(throws: CanonicalTrap.self) { try table.drop(index, file) }
        #expect(throws: CanonicalTrap.self) { try table.takeOwn(index, file) }
        table.endLoan(index)
        #expect(throws: CanonicalTrap.self) { try table.drop(index, file) }
        table.endLoan(index)
        #expect(try table.drop(index, file).representation == 7)
    }

    @Test func `borrowed handles belong to the scope of a call`() throws {
        let instance = InstanceState()
        let scope = instance.openScope()
        let index = try instance.addBorrow(5, file, scope)
        #expect(throws: CanonicalTrap.self) { try instance.checkNoBorrows(scope) }
        #expect(throws: CanonicalTrap.self) { try instance.handles.takeOwn(index, file) }
        #expect(try instance.dropResource(index, file) == nil)
        try instance.checkNoBorrows(scope)
        instance.closeScope(scope)
        #expect(instance.openScope() == scope)
    }

    private static let types = """
        (import "r" (type $r (sub resource)))
        (import "f" (func (param "a" (own $r)) (param "b" (borrow $r))))
        """

    private func instance(_ fixture: CanonicalFixture) throws -> InstanceState {
        let instance = InstanceState()
        for resource in fixture.component.type.importedResources {
            instance.setResourceType(resource.id, file)
        }
        return instance
    }

    @Test func `resources move and are lent between instances`() throws {
        let fixture = try CanonicalFixture(Self.types)
        let caller = try instance(fixture)
        let callee = try instance(fixture)
        let own = try caller.handles.addOwn(100, file)
        let lent = try caller.handles.addOwn(200, file)
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        try slots.append(own)
        try slots.append(lent)
        var target = fixture.context(FakeMemory(), .utf8, callee)
        target.borrowScope = callee.openScope()
        var transfer = CanonicalTransfer(source: fixture.context(FakeMemory(), .utf8, caller), target: target)
        let result = FlatStorage(count: 2)
        var input = storage.values
        var output = result.values
        try transfer.copy(
            from: (fixture.parameters, 16), &input, to: (fixture.parameters, 16), &output)
        #expect(throws: CanonicalTrap.unknownHandle(own)) { try caller.handles.representation(own, file) }
        #expect(try callee.handles.representation(1, file) == 100)
        #expect(try callee.handles.representation(2, file) == 200)
        #expect(throws: CanonicalTrap.self) { try caller.handles.drop(lent, file) }
        transfer.source.endLoans()
        #expect(try caller.handles.drop(lent, file).representation == 200)
    }

    @Test func `a borrow for the instance that makes the resource is its bare representation`() throws {
        let fixture = try CanonicalFixture(Self.types)
        let owner = try instance(fixture)
        owner.ownResourceTypes = [file]
        var context = fixture.context(FakeMemory(), .utf8, owner)
        #expect(try context.lowerBorrow(77, file) == 77)
        #expect(owner.handles.count == 0)
    }
}
