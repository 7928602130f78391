/// One option of a canonical definition, as written.
package enum CanonicalOption: Sendable, Hashable {
    case utf8
    case utf16
    case latin1UTF16
    case memory(UInt32)
    case realloc(UInt32)
    case postReturn(UInt32)
    case async
    case callback(UInt32)
}

/// Streams and futures, whose built-ins come in pairs.
public enum ChannelKind: Sendable, Hashable { case stream, future }

/// What a built-in does to a stream or a future.
public enum ChannelOperation: Sendable, Hashable {
    case new, read, write, cancelRead, cancelWrite, dropReadable, dropWritable
}

/// Built-ins without immediates.
public enum PlainBuiltin: Sendable, Hashable {
    case backpressureIncrement, backpressureDecrement, taskCancel, subtaskDrop, errorContextDrop
    case waitableSetNew, waitableSetDrop, waitableJoin
    case threadIndex, threadResumeLater, threadAvailableParallelism
}

/// Built-ins on resource types.
public enum ResourceOperation: Sendable, Hashable { case new, drop, representation }

/// Built-ins that suspend the current thread.
public enum ThreadOperation: Sendable, Hashable {
    case yield, suspend, suspendThenResume, yieldThenResume, suspendThenPromote, yieldThenPromote

    /// Whether the built-in takes the index of another thread.
    package var takesThread: Bool { self != .yield && self != .suspend }
}

/// A canonical definition as written (Binary.md, canonical definitions).
package enum CanonicalDefinition: Sendable {
    case lift(coreFunction: UInt32, options: PoolRange, type: UInt32)
    case lower(function: UInt32, options: PoolRange)
    case resource(ResourceOperation, type: UInt32)
    case plain(PlainBuiltin)
    case taskReturn(result: ValueTypeReference?, options: PoolRange)
    case contextGet(CoreValueType, slot: UInt32)
    case contextSet(CoreValueType, slot: UInt32)
    case subtaskCancel(isAsync: Bool)
    case channel(ChannelKind, ChannelOperation, type: UInt32, options: PoolRange, isAsync: Bool)
    case errorContextNew(options: PoolRange)
    case errorContextDebugMessage(options: PoolRange)
    case waitableSetWait(isCancellable: Bool, memory: UInt32)
    case waitableSetPoll(isCancellable: Bool, memory: UInt32)
    case thread(ThreadOperation, isCancellable: Bool)
    case threadNewIndirect(type: UInt32, table: UInt32)
    case threadSpawnReference(type: UInt32)
    case threadSpawnIndirect(type: UInt32, table: UInt32)
}
