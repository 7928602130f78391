extension ComponentDecoder {
    mutating func canonical() throws(ComponentModelError) -> CanonicalDefinition {
        let opcode = try reader.byte()
        if let plain = Self.plainBuiltin(opcode) { return .plain(plain) }
        switch opcode {
        case 0x00:
            try functionSort()
            let function = try reader.u32()
            let options = try canonicalOptions()
            return .lift(coreFunction: function, options: options, type: try reader.u32())
        case 0x01:
            try functionSort()
            return .lower(function: try reader.u32(), options: try canonicalOptions())
        case 0x02: return .resource(.new, type: try reader.u32())
        case 0x03: return .resource(.drop, type: try reader.u32())
        case 0x04: return .resource(.representation, type: try reader.u32())
        case 0x06: return .subtaskCancel(isAsync: try reader.flag("async immediate"))
        case 0x09: return .taskReturn(result: try resultList(), options: try canonicalOptions())
        case 0x0a: return .contextGet(try coreValueType(), slot: try reader.u32())
        case 0x0b: return .contextSet(try coreValueType(), slot: try reader.u32())
        case 0x0c: return .thread(.yield, isCancellable: try cancellable())
        case 0x0e...0x1b: return try channel(opcode)
        case 0x1c: return .errorContextNew(options: try canonicalOptions())
        case 0x1d: return .errorContextDebugMessage(options: try canonicalOptions())
        case 0x20: return .waitableSetWait(isCancellable: try cancellable(), memory: try reader.u32())
        case 0x21: return .waitableSetPoll(isCancellable: try cancellable(), memory: try reader.u32())
        case 0x27: return .threadNewIndirect(type: try reader.u32(), table: try reader.u32())
        case 0x29: return .thread(.suspend, isCancellable: try cancellable())
        case 0x2a: return .thread(.suspendThenResume, isCancellable: try cancellable())
        case 0x2b: return .thread(.yieldThenResume, isCancellable: try cancellable())
        case 0x2c: return .thread(.suspendThenPromote, isCancellable: try cancellable())
        case 0x2d: return .thread(.yieldThenPromote, isCancellable: try cancellable())
        case 0x40:
            _ = try reader.flag("shared immediate")
            return .threadSpawnReference(type: try reader.u32())
        case 0x41:
            _ = try reader.flag("shared immediate")
            return .threadSpawnIndirect(type: try reader.u32(), table: try reader.u32())
        case 0x42:
            _ = try reader.flag("shared immediate")
            return .plain(.threadAvailableParallelism)
        default: throw reader.malformedByte(opcode, "canonical definition (invalid leading byte)")
        }
    }

    private static func plainBuiltin(_ opcode: UInt8) -> PlainBuiltin? {
        switch opcode {
        case 0x05: .taskCancel
        case 0x0d: .subtaskDrop
        case 0x1e: .errorContextDrop
        case 0x1f: .waitableSetNew
        case 0x22: .waitableSetDrop
        case 0x23: .waitableJoin
        case 0x24: .backpressureIncrement
        case 0x25: .backpressureDecrement
        case 0x26: .threadIndex
        case 0x28: .threadResumeLater
        default: nil
        }
    }

    private mutating func channel(_ opcode: UInt8) throws(ComponentModelError) -> CanonicalDefinition {
        let kind: ChannelKind = opcode < 0x15 ? .stream : .future
        let operations: [ChannelOperation] = [
            .new, .read, .write, .cancelRead, .cancelWrite, .dropReadable, .dropWritable,
        ]
        let operation = operations[Int(opcode - (kind == .stream ? 0x0e : 0x15))]
        let type = try reader.u32()
        var options = PoolRange.empty
        var isAsync = false
        switch operation {
        case .read, .write: options = try canonicalOptions()
        case .cancelRead, .cancelWrite: isAsync = try reader.flag("async immediate")
        case .new, .dropReadable, .dropWritable: break
        }
        return .channel(kind, operation, type: type, options: options, isAsync: isAsync)
    }

    private mutating func cancellable() throws(ComponentModelError) -> Bool {
        try reader.flag("cancellable immediate")
    }

    /// The byte that says that a lift or lower is of a function.
    private mutating func functionSort() throws(ComponentModelError) {
        let sort = try reader.byte()
        guard sort == 0 else { throw reader.malformedByte(sort, "sort of a canonical definition") }
    }

    private mutating func canonicalOptions() throws(ComponentModelError) -> PoolRange {
        let options = try vector(limit: limits.canonicalOptions, "canonical options") {
            (decoder) throws(ComponentModelError) in try decoder.canonicalOption()
        }
        return result.options.pool(options)
    }

    private mutating func canonicalOption() throws(ComponentModelError) -> CanonicalOption {
        let opcode = try reader.byte()
        switch opcode {
        case 0x00: return .utf8
        case 0x01: return .utf16
        case 0x02: return .latin1UTF16
        case 0x03: return .memory(try reader.u32())
        case 0x04: return .realloc(try reader.u32())
        case 0x05: return .postReturn(try reader.u32())
        case 0x06: return .async
        case 0x07: return .callback(try reader.u32())
        default: throw reader.malformedByte(opcode, "canonical option (invalid leading byte)")
        }
    }
}
