import AppModel
import Testing

@Suite struct ComponentLimitsTests {
    @Test func `no override leaves the standard limits`() {
        #expect(ComponentLimitOverrides().applied(to: .standard) == .standard)
    }

    @Test func `an override changes its limit and no other`() {
        var overrides = ComponentLimitOverrides()
        overrides.cpuBudget = .milliseconds(250)
        var expected = ComponentLimits.standard
        expected.cpuBudget = .milliseconds(250)
        #expect(overrides.applied(to: .standard) == expected)
        #expect(expected != .standard)
    }

    @Test func `every override reaches its limit`() {
        var overrides = ComponentLimitOverrides()
        overrides.memoryBytesMax = 1
        overrides.tableElementsMax = 2
        overrides.instancesMax = 3
        overrides.memoriesMax = 4
        overrides.tablesMax = 5
        overrides.cpuBudget = .seconds(6)
        overrides.deadline = .seconds(7)
        overrides.openFilesMax = 8
        overrides.requestBodyBytesMax = 9
        overrides.responseBodyBytesMax = 10
        overrides.responseHeaderBytesMax = 11
        overrides.logBytesMax = 12
        let limits = overrides.applied(to: .standard)
        let numbers = [
            limits.memoryBytesMax, limits.tableElementsMax, limits.instancesMax, limits.memoriesMax,
            limits.tablesMax, limits.openFilesMax, limits.requestBodyBytesMax, limits.responseBodyBytesMax,
            limits.responseHeaderBytesMax, limits.logBytesMax,
        ]
        #expect(numbers == [1, 2, 3, 4, 5, 8, 9, 10, 11, 12])
        #expect(limits.cpuBudget == .seconds(6))
        #expect(limits.deadline == .seconds(7))
    }

    @Test func `a component runs under its overrides`() {
        var component = Component(id: "hello", source: ComponentSource(path: "/app/hello.wasm"))
        #expect(component.limits == .standard)
        component.limitOverrides.memoryBytesMax = 65536
        #expect(component.limits.memoryBytesMax == 65536)
    }
}

@Suite struct ApplicationTests {
    @Test func `a component is found by its identifier`() {
        let component = Component(id: "b", source: ComponentSource(path: "/app/b.wasm"))
        let other = Component(id: "a", source: ComponentSource(path: "/app/a.wasm"))
        let application = Application(name: "app", folder: "/app", components: [other, component])
        #expect(application.component("b") == component)
        #expect(application.component("c") == nil)
    }
}
