import NIOCore
import NIOHTTP1

// Slow clients, the drain, and the ways a connection ends.
extension HTTP1Connection {
    func tick(now: NIODeadline) {
        // Fails only on a closed channel.
        let waiting = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        checkStall(waiting, now)
        guard wait != .none, now >= deadline else { return }
        switch wait {
        case .none:
            break
        // The client is not idle: it takes a response. Its time begins when it has it.
        case .nextRequest where waiting > 0: expect(.nextRequest, within: core.limits.keepAliveTimeout)
        case .drain where waiting > 0: expect(.drain, within: core.limits.drainIdleGrace)
        case .linger where waiting > 0: expect(.linger, within: core.limits.lingerTimeout)
        case .head where parser.isInsideHead || input.readableBytes > 0:
            refuse(Refusal(.requestTimeout, "header section took too long"))
        case .handshake, .head, .nextRequest, .linger, .drain:
            close()
        case .body:
            bodyTimedOut()
        }
    }

    private func bodyTimedOut() {
        guard let exchange else {
            linger()
            return
        }
        let hasStarted = exchange.phase != .waiting
        if !hasStarted { exchange.status = .requestTimeout }
        cancelExchange(.bodyTimeout)
        if hasStarted { close() } else { refuse(Refusal(.requestTimeout, "body took too long")) }
    }

    /// Looks whether the client takes what waits for it.
    private func checkStall(_ waiting: Int, _ now: NIODeadline) {
        guard waiting > 0, waiting == stalledBytes else {
            stalledBytes = waiting
            stalledSince = now
            // An idle connection keeps no buffer.
            if wait == .nextRequest, outputIsSent, waiting == 0 {
                output = ByteBuffer()
                outputIsSent = false
            }
            return
        }
        if now - stalledSince >= core.limits.writeStallTimeout {
            cancelExchange(.writeStalled)
            close()
        }
    }

    func drain(now: NIODeadline) {
        isDraining = true
        // Between requests the client may be sending one this very moment: it still gets its answer.
        if wait == .nextRequest || (wait == .head && !parser.isInsideHead && input.readableBytes == 0) {
            expect(.drain, within: core.limits.drainIdleGrace)
        }
    }

    func cut(_ reason: HTTPCancellation) {
        cancelExchange(reason)
        close()
    }

    /// Sends what is left, then says that nothing follows, and takes input for a while longer: closing with
    /// unread input would reset the connection and could take the response with it.
    func linger() {
        guard phase == .open || phase == .fresh else { return }
        phase = .lingering
        input = ByteBuffer()
        flush()
        // With the input closed already the channel would close at once, and take with it what waits for the client.
        let end = isInputClosed ? channel.writeAndFlush(ByteBuffer()) : channel.close(mode: .output)
        end.assumeIsolated().whenComplete { [self] _ in
            isOutputClosed = true
            if isInputClosed { close() }
        }
        expect(.linger, within: core.limits.lingerTimeout)
        adjustReading()
    }

    func close() {
        guard phase != .closed else { return }
        // A response of this very turn may still wait for its end.
        if needsFlush { flush() }
        phase = .closed
        context?.close(promise: nil)
    }
}
