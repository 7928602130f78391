import ComponentModel
import Testing

@testable import ComponentEncoding

@Suite struct InterfaceLibraryTests {
    @Test func `every interface of the library elaborates`() throws {
        let world = try Worlds.library("import")
        #expect(world.imports.count == Set(Worlds.libraryInterfaces).count)
        #expect(world.importedItem("wasi:http/client@0.3.0") != nil)
        #expect(world.importedItem("spin:postgres/postgres@4.2.0") != nil)
    }

    @Test func `a component can import all of the library`() throws {
        let world = try Worlds.library("import")
        let bytes = try ComponentEncoder(world: world).encode(try CoreModule(DummyModule(world).bytes))
        let component = try Component(bytes)
        #expect(component.imports.count == world.imports.count)
    }

    @Test func `a component can export all of the library`() throws {
        let world = try Worlds.library("export")
        let bytes = try ComponentEncoder(world: world).encode(try CoreModule(DummyModule(world).bytes))
        let component = try Component(bytes)
        #expect(component.exports.map(\.name).sorted() == world.exports.map(\.name).sorted())
    }
}
