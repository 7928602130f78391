import ComponentModel
import WasmEngine

/// Streams and futures (CanonicalABI.md, `stream.*` and `future.*`).
extension ComponentCore {
    func channel(
        _ plan: ChannelPlan, _ values: borrowing RawValues
    ) throws(Trap) {
        let instance = instance(plan.instance)
        try canonical { () throws(CanonicalTrap) in try instance.state.checkMayLeave() }
        guard let type = plan.type else { throw Trap.host("a stream or future type is not linked") }
        switch plan.operation {
        case .new:
            values[u64: 0] = try canonical { () throws(CanonicalTrap) in
                try async.newChannel(type, in: instance.state)
            }
        case .read, .write: try copy(plan, type, instance, values)
        case .cancelRead, .cancelWrite: try cancelCopy(plan, type, instance, values)
        case .dropReadable, .dropWritable:
            let end = try canonical { () throws(CanonicalTrap) in
                try async.dropEnd(
                    values[u32: 0], type, isReadable: plan.operation == .dropReadable, in: instance.state)
            }
            if let hostEnd = channelPlaces[host: end.channel] { hostEnd.guestDropped() }
        }
    }

    private func copy(
        _ plan: ChannelPlan, _ type: AsyncState.ChannelType, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        if !plan.isAsync { try checkMayBlock() }
        let isWide = plan.options.width == .bits64
        let pointer = isWide ? values[u64: 1] : UInt64(values[u32: 1])
        var count: UInt32 = 1
        if plan.kind == .stream {
            count = isWide ? UInt32(clamping: values[u64: 2]) : values[u32: 2]
        }
        let context = takeContext(plan.context)
        let (end, copy) = try canonical { () throws(CanonicalTrap) in
            let end = try async.end(
                values[u32: 0], type, isReadable: plan.operation == .read, in: instance.state)
            try context.checkBuffer(pointer, count: count, element: plan.element)
            channelPlaces[buffer: end] = EndBuffer(plan)
            return (
                end,
                try async.startCopy(
                    end, CopyBuffer(address: pointer, length: count), isAsync: plan.isAsync)
            )
        }
        giveBack(consume context, plan.context)
        if let copy { try perform(copy, plan.kind) } else { try serveHostEnd(of: end) }
        values[u32: 0] = try eventOrBlocked(end, isAsync: plan.isAsync)
    }

    private func eventOrBlocked(_ end: ChannelEndID, isAsync: Bool) throws(Trap) -> UInt32 {
        if !async.hasPendingEvent(.end(end)) {
            guard !isAsync else { return AsyncConstants.blocked }
            async.setSyncWaiter(true, on: .end(end))
            _ = try wait(isCancellable: false) { [async] in async.hasPendingEvent(.end(end)) }
            async.setSyncWaiter(false, on: .end(end))
        }
        guard let (event, _) = async.takeEvent(from: .end(end)) else { return AsyncConstants.blocked }
        return event.payload
    }

    /// Copies elements from the writer's buffer to the reader's.
    private func perform(_ copy: ChannelCopy, _ kind: ChannelKind) throws(Trap) {
        let source = ChannelEndID(channel: copy.channel, kind: kind, isReadable: false)
        let target = ChannelEndID(channel: copy.channel, kind: kind, isReadable: true)
        guard let from = channelPlaces[buffer: source]?.plan, let to = channelPlaces[buffer: target]?.plan,
            let fromNode = from.element, let toNode = to.element
        else { return }
        var transfer = CanonicalTransfer(
            source: takeContext(from.context), target: takeContext(to.context))
        do throws(CanonicalTrap) {
            try transfer.copyBuffer(
                copy.count, from: fromNode, at: copy.source.address, to: toNode, at: copy.target.address)
        } catch { throw trap(error) }
    }

    private func cancelCopy(
        _ plan: ChannelPlan, _ type: AsyncState.ChannelType, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        if !plan.isAsync { try checkMayBlock() }
        let end = try canonical { () throws(CanonicalTrap) in
            let end = try async.end(
                values[u32: 0], type, isReadable: plan.operation == .cancelRead, in: instance.state)
            try async.cancelCopy(end, isAsync: plan.isAsync)
            return end
        }
        values[u32: 0] = try eventOrBlocked(end, isAsync: plan.isAsync)
    }
}
