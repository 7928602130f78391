import ComponentModel
import NIOCore
import Testing
import WasmEngine

@testable import ComponentRuntime

@Suite struct ChannelTests {
    private let runner = ComponentRunner.shared
    private let closed = Recorder<[StreamClosure]>([])

    private func source(
        _ make: @escaping @Sendable (any EventLoop) -> any HostByteSource
    ) -> (ComponentLinker) -> Void {
        { linker in
            linker.root.function("source") {
                (call: borrowing ComponentCall) throws(Trap) -> HostByteStream in
                HostByteStream(make(try call.fiber.eventLoop))
            }
        }
    }

    /// Offers `take`: reads with a sink that says how many bytes it got when the stream has ended.
    private func take(portion: Int = .max, most: Int = .max, _ linker: ComponentLinker) {
        let closed = closed
        linker.root.function("take") {
            (call: borrowing ComponentCall, data: GuestByteStream) throws(Trap) -> HostFuture<UInt32> in
            let total = HostFuture<UInt32>()
            data.read(
                into: SlowSink(portion: portion, most: most, on: try call.fiber.eventLoop) { sink, reason in
                    closed.change { $0.append(reason) }
                    total.resolve(sink.bytes.reduce(0) { $0 + UInt32($1) })
                })
            return total
        }
    }

    private func sum(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0) { $0 + UInt32($1) } + UInt32(bytes.count) << 16
    }

    // MARK: - The host writes

    @Test(arguments: [UInt32(1), 7, 4096]) func `bytes that are there are read`(chunk: UInt32) async throws {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let plan = try runner.plan(
            ChannelGuests.reader, define: source { _ in ByteBufferSource(ByteBuffer(bytes: bytes)) })
        let result = try await runner.call(plan, "run", with: [.u32(chunk), .u32(.max)])
        #expect(try result.get() == [.u32(sum(bytes))])
    }

    @Test func `bytes that come later wake the reader`() async throws {
        let chunks: [[UInt8]] = [[1, 2, 3], [4], [5, 6, 7, 8, 9]]
        let plan = try runner.plan(ChannelGuests.reader, define: source { DripSource(chunks, on: $0) })
        let result = try await runner.call(plan, "run", with: [.u32(4), .u32(.max)])
        #expect(try result.get() == [.u32(sum(chunks.flatMap(\.self)))])
    }

    @Test func `a reader that has enough tells the source`() async throws {
        let closed = closed
        let plan = try runner.plan(
            ChannelGuests.reader,
            define: source { loop in
                DripSource([[1, 2, 3], [4]], on: loop) { reason in closed.change { $0.append(reason) } }
            })
        let result = try await runner.call(plan, "run", with: [.u32(4), .u32(2)])
        #expect(try result.get() == [.u32(sum([1, 2, 3]))])
        #expect(closed.value == [.dropped])
    }

    @Test func `an empty read waits until there is something`() async throws {
        let plan = try runner.plan(ChannelGuests.reader, define: source { DripSource([[1], [2]], on: $0) })
        // A chunk of no bytes makes no progress, so it never gets beyond the first byte: the deadline ends it.
        let limits = FiberLimits(cpuBudget: .milliseconds(20), deadline: .minutes(2))
        let result = try await runner.call(plan, "run", with: [.u32(0), .u32(.max)], limits: limits)
        #expect(trap(of: result)?.reason == .cpuBudget)
    }

    @Test func `a source learns that the instance is over`() async throws {
        let closed = closed
        let plan = try runner.plan(
            ChannelGuests.reader,
            define: source { _ in SilentSource { reason in closed.change { $0.append(reason) } } })
        let limits = FiberLimits(cpuBudget: .seconds(1), deadline: .milliseconds(30))
        let result = try await runner.call(plan, "run", with: [.u32(4), .u32(2)], limits: limits)
        #expect(trap(of: result)?.reason == .deadline)
        #expect(closed.value == [.instanceEnded])
    }

    @Test func `a read that is cancelled takes nothing`() async throws {
        let noted = Recorder<[UInt32]>([])
        let plan = try runner.plan(ChannelGuests.canceller) { linker in
            source { DripSource([[1, 2], [3]], on: $0) }(linker)
            linker.root.function("note") {
                (_: borrowing ComponentCall, first: UInt32, second: UInt32) throws(Trap) in
                noted.change { $0 = [first, second] }
            }
        }
        #expect(try await runner.call(plan, "run").get() == [.u32(2 << 4)])
        #expect(noted.value == [AsyncConstants.blocked, CopyResult.cancelled.rawValue])
    }

    @Test func `values with parts of their own come through the guest's allocator`() async throws {
        let plan = try runner.plan(ChannelGuests.lister) { linker in
            linker.root.function("list") {
                (call: borrowing ComponentCall) throws(Trap) -> HostStream<CanonicalTuple<String, UInt32>> in
                HostStream(PairSource(upTo: 5, on: try call.fiber.eventLoop))
            }
        }
        #expect(try await runner.call(plan, "run").get() == [.u32(15 + 15 << 16)])
    }

    @Test func `values that are all there are read two by two`() async throws {
        let plan = try runner.plan(ChannelGuests.lister) { linker in
            linker.root.function("list") {
                (_: borrowing ComponentCall) throws(Trap) -> HostStream<CanonicalTuple<String, UInt32>> in
                HostStream([CanonicalTuple("a", 1), CanonicalTuple("bc", 2), CanonicalTuple("def", 3)])
            }
        }
        #expect(try await runner.call(plan, "run").get() == [.u32(6 + 6 << 16)])
    }

    // MARK: - The guest writes

    @Test(arguments: [Int.max, 1, 33]) func `a sink takes what it can`(portion: Int) async throws {
        let plan = try runner.plan(ChannelGuests.writer) { take(portion: portion, $0) }
        let result = try await runner.call(plan, "run", with: [.u32(100)])
        let last = portion == .max ? 100 : (100 % portion == 0 ? portion : 100 % portion)
        #expect(try result.get() == [.u32(UInt32(last) << 20 + 99 * 100 / 2)])
        #expect(closed.value == [.dropped])
    }

    @Test func `a stream that its writer has ended before it is read is empty, and no failure`() async throws
    {
        let closed = closed
        let plan = try runner.plan(ChannelGuests.writer) { linker in
            linker.root.function("take") {
                (call: borrowing ComponentCall, data: GuestByteStream) throws(Trap) -> HostFuture<UInt32> in
                let total = HostFuture<UInt32>()
                let loop = try call.fiber.eventLoop
                loop.assumeIsolated().execute {
                    data.read(
                        into: SlowSink(on: loop) { sink, reason in
                            closed.change { $0.append(reason) }
                            total.resolve(UInt32(sink.bytes.count))
                        })
                }
                return total
            }
        }
        #expect(try await runner.call(plan, "run", with: [.u32(0)]).get() == [.u32(0)])
        #expect(closed.value == [.dropped])
    }

    @Test func `a sink that wants no more ends the guest's write`() async throws {
        let plan = try runner.plan(ChannelGuests.writer) { linker in
            linker.root.function("take") {
                (call: borrowing ComponentCall, data: GuestByteStream) throws(Trap) -> HostFuture<UInt32> in
                let sink = SlowSink(most: 10, on: try call.fiber.eventLoop) { _, _ in }
                data.read(into: sink)
                return HostFuture(7)
            }
        }
        let result = try await runner.call(plan, "run", with: [.u32(100)])
        #expect(try result.get() == [.u32((10 << 4 | CopyResult.dropped.rawValue) << 16 + 7)])
    }

    @Test func `a stream that the host lets go of ends the guest's write`() async throws {
        let plan = try runner.plan(ChannelGuests.writer) { linker in
            linker.root.function("take") {
                (_: borrowing ComponentCall, data: GuestByteStream) throws(Trap) -> HostFuture<UInt32> in
                HostFuture(7)
            }
        }
        let result = try await runner.call(plan, "run", with: [.u32(100)])
        #expect(try result.get() == [.u32(CopyResult.dropped.rawValue << 16 + 7)])
    }

    @Test func `values of a guest reach a sink`() async throws {
        let taken = Recorder<[String]>([])
        let plan = try runner.plan(ChannelGuests.giver) { linker in
            linker.root.function("take") {
                (_: borrowing ComponentCall, data: GuestStream<String>) throws(Trap) in
                data.read(into: StringSink { strings, _ in taken.change { $0 = strings } })
            }
            linker.root.function("want") {
                (_: borrowing ComponentCall, _: GuestFuture<UInt32>) throws(Trap) in
            }
        }
        #expect(try await runner.call(plan, "run").get() == [.u32(2 << 4)])
        #expect(taken.value == ["fünf", "dre"])
    }

    @Test func `a future of a guest reaches the host`() async throws {
        let taken = Recorder<UInt32?>(nil)
        let plan = try runner.plan(ChannelGuests.giver) { linker in
            linker.root.function("take") {
                (_: borrowing ComponentCall, _: GuestStream<String>) throws(Trap) in
            }
            linker.root.function("want") {
                (_: borrowing ComponentCall, value: GuestFuture<UInt32>) throws(Trap) in
                value.onValue { value in taken.change { $0 = value } }
            }
        }
        #expect(try await runner.call(plan, "give").get() == [.u32(CopyResult.completed.rawValue)])
        #expect(taken.value == 42)
    }

    @Test func `a future that the host lets go of ends the guest's write`() async throws {
        let plan = try runner.plan(ChannelGuests.giver) { linker in
            linker.root.function("take") {
                (_: borrowing ComponentCall, _: GuestStream<String>) throws(Trap) in
            }
            linker.root.function("want") {
                (_: borrowing ComponentCall, _: GuestFuture<UInt32>) throws(Trap) in
            }
        }
        #expect(try await runner.call(plan, "give").get() == [.u32(CopyResult.dropped.rawValue)])
    }

    // MARK: - Handed on

    @Test func `a stream that a guest hands on needs no guest`() async throws {
        let bytes = [UInt8](repeating: 1, count: 100_000)
        let plan = try runner.plan(ChannelGuests.passer) { linker in
            source { DripSource([bytes, [2], [3]], on: $0) }(linker)
            take(portion: 30_000, linker)
        }
        #expect(try await runner.call(plan, "run").get() == [.u32(100_005)])
        #expect(closed.value == [.dropped])
    }

    @Test func `the host gets its own source back`() async throws {
        let closed = closed
        let plan = try runner.plan(ChannelGuests.passer) { linker in
            source { _ in SilentSource { reason in closed.change { $0.append(reason) } } }(linker)
            linker.root.function("take") {
                (_: borrowing ComponentCall, data: GuestByteStream) throws(Trap) -> HostFuture<UInt32> in
                HostFuture(data.takeHostSource() is SilentSource ? 1 : 0)
            }
        }
        #expect(try await runner.call(plan, "run").get() == [.u32(1)])
        #expect(closed.value == [])
    }

    @Test func `types are compared when a component is linked`() throws {
        #expect {
            try runner.plan(ChannelGuests.giver) { linker in
                linker.root.function("take") {
                    (_: borrowing ComponentCall, _: GuestByteStream) throws(Trap) in
                }
                linker.root.function("want") {
                    (_: borrowing ComponentCall, _: GuestFuture<UInt64>) throws(Trap) in
                }
            }
        } throws: { error in
            "\(error)".contains("take: func(data: stream<string>)")
                && "\(error)".contains("want: func(value: future<u32>)")
        }
    }
}
