import Testing

@testable import ComponentModel

@Suite("Tasks, subtasks and waitable sets")
struct TaskTests {
    private let state = AsyncState()
    private let instance = InstanceState()

    private var callbackOptions: CanonicalOptions {
        var options = CanonicalOptions()
        options.isAsync = true
        options.callback = 0
        return options
    }

    @Test func `one task at a time, in the order in which they came`() throws {
        let tasks = TaskState()
        let first = tasks.newTask(isAsyncType: true, options: callbackOptions)
        let second = tasks.newTask(isAsyncType: true, options: callbackOptions)
        let third = tasks.newTask(isAsyncType: true, options: callbackOptions)
        #expect(tasks.enter(first))
        #expect(!tasks.enter(second))
        #expect(!tasks.enter(third))
        #expect(tasks.nextToEnter() == nil)
        tasks.release(first)
        #expect(tasks.nextToEnter() == second)
        #expect(!tasks.reacquire(first))
        tasks.start(second)
        try tasks.taskReturn(second, in: instance)
        try tasks.endThread(second, isImplicit: true, in: instance)
        #expect(tasks.reacquire(first))
        #expect(tasks.nextToEnter() == nil)
    }

    @Test func `a function that is not async in its type always enters`() throws {
        let tasks = TaskState()
        try tasks.increaseBackpressure()
        #expect(tasks.enter(tasks.newTask(isAsyncType: false, options: CanonicalOptions())))
        let other = tasks.newTask(isAsyncType: true, options: callbackOptions)
        #expect(!tasks.enter(other))
        try tasks.decreaseBackpressure()
        #expect(tasks.nextToEnter() == other)
        #expect(throws: CanonicalTrap.self) { try tasks.decreaseBackpressure() }
    }

    @Test func `a task gives its result once, and not without one ends`() throws {
        let tasks = TaskState()
        let task = tasks.newTask(isAsyncType: true, options: callbackOptions)
        #expect(tasks.enter(task))
        tasks.start(task)
        tasks.addThread(task)
        try tasks.endThread(task, isImplicit: false, in: instance)
        try tasks.taskReturn(task, in: instance)
        #expect(throws: CanonicalTrap.self) { try tasks.taskReturn(task, in: instance) }
        let other = TaskState()
        let empty = other.newTask(isAsyncType: true, options: callbackOptions)
        #expect(other.enter(empty))
        other.start(empty)
        #expect(throws: CanonicalTrap.self) { try other.endThread(empty, isImplicit: true, in: instance) }
    }

    @Test func `borrowed handles must be gone before the result`() throws {
        let tasks = TaskState()
        let scope = instance.openScope()
        let task = tasks.newTask(isAsyncType: false, options: CanonicalOptions(), scope: scope)
        #expect(tasks.enter(task))
        tasks.start(task)
        let type = RuntimeResourceType(rawValue: 1)
        let handle = try instance.addBorrow(1, type, scope)
        #expect(throws: CanonicalTrap.self) { try tasks.resolve(task, in: instance) }
        _ = try instance.dropResource(handle, type)
        try tasks.resolve(task, in: instance)
    }

    @Test func `a request to stop reaches a task when it can be told`() throws {
        let tasks = TaskState()
        let waiting = tasks.newTask(isAsyncType: true, options: callbackOptions)
        try tasks.increaseBackpressure()
        #expect(!tasks.enter(waiting))
        #expect(tasks.requestCancellation(waiting, canBeTold: false) == .over)
        try tasks.decreaseBackpressure()
        #expect(tasks.nextToEnter() == nil)
        let busy = tasks.newTask(isAsyncType: true, options: callbackOptions)
        #expect(tasks.enter(busy))
        tasks.start(busy)
        #expect(throws: CanonicalTrap.self) { try tasks.taskCancel(busy, in: instance) }
        #expect(tasks.requestCancellation(busy, canBeTold: false) == .later)
        #expect(!tasks.takePendingCancel(busy, isCancellable: false))
        #expect(tasks.takePendingCancel(busy, isCancellable: true))
        try tasks.taskCancel(busy, in: instance)
        let idle = TaskState()
        let task = idle.newTask(isAsyncType: true, options: callbackOptions)
        #expect(idle.enter(task))
        idle.start(task)
        #expect(idle.requestCancellation(task, canBeTold: true) == .resume)
    }

    @Test func `a subtask tells its caller of each step, and ends its loans with the last`() throws {
        let id = state.newSubtask()
        let (packed, _) = try state.finishAsyncLower(id, in: instance)
        let index = packed >> 4
        #expect(packed & 0xf == SubtaskState.starting.rawValue)
        #expect(throws: CanonicalTrap.self) { try state.dropSubtask(index, in: instance) }
        let set = try state.newSet(in: instance)
        try state.join(index, set, in: instance)
        let setID = try state.set(set, in: instance)
        #expect(state.takeEvent(from: setID) == nil)
        state.start(id, loans: [7, 8])
        let started = try #require(state.takeEvent(from: setID))
        #expect(started.event == AsyncEvent(.subtask, index: index, payload: 1) && started.endedLoans == [])
        state.resolve(id, isCancelled: false)
        #expect(throws: CanonicalTrap.self) { try state.dropSet(set, in: instance) }
        let returned = try #require(state.takeEvent(from: setID))
        #expect(returned.event.payload == 2 && returned.endedLoans == [7, 8])
        try state.dropSubtask(index, in: instance)
        try state.dropSet(set, in: instance)
        #expect(instance.handles.count == 0 && state.subtasks.count == 0 && state.sets.count == 0)
    }

    @Test func `a call that is over at once leaves no subtask`() throws {
        let id = state.newSubtask()
        state.start(id, loans: [3])
        state.resolve(id, isCancelled: false)
        let (packed, loans) = try state.finishAsyncLower(id, in: instance)
        #expect(packed == SubtaskState.returned.rawValue && loans == [3])
        #expect(state.subtasks.count == 0 && instance.handles.count == 0)
    }

    @Test func `cancelling a subtask asks once`() throws {
        let id = state.newSubtask()
        let (packed, _) = try state.finishAsyncLower(id, in: instance)
        let index = packed >> 4
        #expect(try state.cancel(index, isAsync: true, in: instance) == .request(id))
        #expect(state.cancelResult(id) == nil)
        #expect(throws: CanonicalTrap.self) { try state.cancel(index, isAsync: true, in: instance) }
        state.resolve(id, isCancelled: true)
        #expect(try #require(state.cancelResult(id)).state == .cancelledBeforeStarted)
        #expect(throws: CanonicalTrap.self) { try state.cancel(index, isAsync: true, in: instance) }
        try state.dropSubtask(index, in: instance)
    }

    @Test func `a waitable of a set cannot be waited for synchronously`() throws {
        let id = state.newSubtask()
        let index = try state.finishAsyncLower(id, in: instance).packed >> 4
        let set = try state.newSet(in: instance)
        try state.join(index, set, in: instance)
        #expect(throws: AsyncState.inSetTrap) { try state.cancel(index, isAsync: false, in: instance) }
        try state.join(index, 0, in: instance)
        #expect(try state.cancel(index, isAsync: false, in: instance) == .request(id))
        state.setSyncWaiter(true, on: .subtask(id))
        #expect(throws: CanonicalTrap.self) { try state.join(index, set, in: instance) }
    }

    @Test func `members of a set take turns`() throws {
        let set = try state.newSet(in: instance)
        let setID = try state.set(set, in: instance)
        let subtasks = try (0..<3).map { _ in
            let id = state.newSubtask()
            try state.join(try state.finishAsyncLower(id, in: instance).packed >> 4, set, in: instance)
            return id
        }
        for id in subtasks { state.start(id, loans: []) }
        var order: [UInt32] = []
        while let (event, _) = state.takeEvent(from: setID) {
            order.append(event.index)
            if order.count < 6 { state.start(subtasks[0], loans: []) }
        }
        #expect(Set(order.prefix(3)).count == 3)
    }

    @Test func `a callback says what it wants`() throws {
        #expect(try CallbackRequest(packed: 0) == .exit)
        #expect(try CallbackRequest(packed: 1) == .yield)
        #expect(try CallbackRequest(packed: 0x52) == .wait(set: 5))
        #expect(throws: CanonicalTrap.self) { try CallbackRequest(packed: 3) }
    }

    @Test func `an instance is not entered while it or what is in it runs`() throws {
        let outer = InstanceState()
        let inner = InstanceState(parent: outer)
        let sibling = InstanceState(parent: outer)
        try inner.enter(from: nil)
        #expect(!outer.mayEnter(from: nil) && !sibling.mayEnter(from: nil))
        try sibling.enter(from: inner)
        #expect(throws: CanonicalTrap.cannotEnter) { try inner.enter(from: sibling) }
        sibling.leave(to: inner)
        inner.leave(to: nil)
        #expect(outer.mayEnter(from: nil))
        inner.poison()
        #expect(!inner.mayEnter(from: nil) && !inner.mayEnter(from: sibling))
    }

    @Test func `an error context lives as long as a handle to it`() throws {
        let first = try state.newErrorContext("broken", in: instance)
        #expect(try state.errorMessage(first, in: instance) == "broken")
        let handles = AsyncHandles(state: state, types: [:])
        guard case .errorContext(let id) = try instance.handles.entry(first) else { return }
        let second = try handles.lower(id, into: instance)
        try state.dropErrorContext(first, in: instance)
        #expect(try state.errorMessage(second, in: instance) == "broken")
        try state.dropErrorContext(second, in: instance)
        #expect(state.contexts.count == 0)
        #expect(throws: CanonicalTrap.self) { try state.errorMessage(second, in: instance) }
    }
}
